"""Which requests go wrong, how, how often: rules with seeded randomness."""

from dataclasses import dataclass, field
from typing import Annotated

from pydantic import AfterValidator

from sandbox.world.dice import Dice

from .files import FILE_KINDS

ERROR_KINDS = (
    "401", "403", "429", "429_date", "429_no_retry_after", "500", "502", "503", "504", "html",
)  # fmt: skip
"""Answered instead of the application."""
OTHER_KINDS = (
    "drop", "timeout", "truncate", "malformed", "slow", "wrong_content_type", "html_ok",
)  # fmt: skip
KINDS = (*ERROR_KINDS, *OTHER_KINDS, *FILE_KINDS)


def _known(kind: str) -> str:
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}")
    return kind


Kind = Annotated[str, AfterValidator(_known)]


@dataclass(slots=True)
class Rule:
    """`match` is "*", a path prefix, or "METHOD prefix"; paths count without their region too."""

    match: str
    kind: Kind
    rate: float = 1.0
    count: int | None = None
    retry_after: int = 1
    seconds: float = 60.0
    seen: int = 0
    fired: int = 0

    def covers(self, method: str, path: str) -> bool:
        verb, _, prefix = self.match.rpartition(" ")
        if verb and verb.upper() != method:
            return False
        inner = "/" + path.split("/", 2)[2] if path.count("/") > 1 else path
        return prefix == "*" or path.startswith(prefix) or inner.startswith(prefix)


@dataclass(slots=True)
class Faults:
    """The rules in force; the first that fires decides."""

    dice: Dice
    rules: list[Rule] = field(default_factory=list[Rule])

    def replace(self, rules: list[Rule]) -> None:
        self.rules = rules

    def fire(self, method: str, path: str) -> Rule | None:
        for place, rule in enumerate(self.rules):
            if not rule.covers(method, path):
                continue
            if rule.count is not None and rule.fired >= rule.count:
                continue
            rule.seen += 1
            if self.dice.unit("fault", place, rule.match, rule.kind, rule.seen) < rule.rate:
                rule.fired += 1
                return rule
        return None
