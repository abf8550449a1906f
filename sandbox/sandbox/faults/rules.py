"""Which requests go wrong, how, how often: rules with seeded randomness."""

from dataclasses import dataclass, field
from typing import Literal

from sandbox.world.dice import Dice

Kind = Literal[
    "401", "429", "429_no_retry_after", "500", "503", "drop", "truncate", "timeout", "malformed"
]


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
