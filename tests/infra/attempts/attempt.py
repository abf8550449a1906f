"""The shape of an attempt, and the common ways to make some."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from infra.tenants import Holdings

GONE = frozenset({403, 404})
READ = frozenset({200, 403})
Attempts = Callable[[Holdings, Holdings], "list[Attempt]"]
"""Victim's and own holdings → what is tried."""


@dataclass(frozen=True)
class Attempt:
    """`empty`: lists that must hold nothing in a success. `fresh`: with a session of its own."""

    method: str
    path: str
    allowed: frozenset[int]
    json: Any = None
    empty: tuple[str, ...] = ()
    fresh: bool = False


def get(path: str, *empty: str, allowed: frozenset[int] = READ) -> Attempt:
    return Attempt("GET", path, allowed, empty=empty)


def on(method: str, template: str, json: Any = None) -> Attempts:
    """The operation on the victim's thing named in the template."""
    return lambda victim, _own: [Attempt(method, template.format_map(vars(victim)), GONE, json)]


def read(*paths: str) -> Attempts:
    return lambda _victim, _own: [get(path) for path in paths]
