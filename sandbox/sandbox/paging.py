"""Pages of a list behind opaque tokens. A token is good for the filters it was given for, and no others."""

import base64
import hashlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class UnknownTokenError(Exception):
    """The token was not given for this question."""


def page(
    rows: Sequence[T], question: object, token: str | None, count: int
) -> tuple[Sequence[T], str | None]:
    """`count` rows from where the token points, and the token of the next page, if there is one."""
    start = _start(token, question) if token else 0
    end = start + count
    return rows[start:end], _token(end, question) if end < len(rows) else None


def _token(start: int, question: object) -> str:
    return base64.urlsafe_b64encode(f"{start}:{_seal(start, question)}".encode()).decode()


def _start(token: str, question: object) -> int:
    try:
        start, _, seal = base64.urlsafe_b64decode(token.encode()).decode().partition(":")
        place = int(start)
    except ValueError as error:
        raise UnknownTokenError(token) from error
    if seal != _seal(place, question):
        raise UnknownTokenError(token)
    return place


def _seal(start: int, question: object) -> str:
    return hashlib.sha256(f"{start}\x1f{question!r}".encode()).hexdigest()[:16]
