"""Bid adjustment rules: half of all line items have one, which matches traffic by three terms."""

from typing import NamedTuple

from sandbox.world.dice import Dice


class Term(NamedTuple):
    """What a rule matches and by what factor it bids then; `weight` is its part of the traffic."""

    name: str
    term_id: str
    factor: float
    weight: float


class Rule(NamedTuple):
    rule_id: str
    name: str
    terms: tuple[Term, ...]


_RULES = (
    ("Evening boost", ("Hour: 18-23", "Hour: 6-17", "Hour: 0-5")),
    ("Phones less", ("Device: Phone", "Device: PC", "Device: Tablet")),
    ("Own supply first", ("Supply: Amazon", "Supply: Third party", "Supply: Deals")),
)
_FACTORS = (1.4, 1.0, 0.6)


def rule_of(dice: Dice, line_item_id: str) -> Rule | None:
    """The rule that bids for a line item, if there is one."""
    if dice.unit("bid rule", line_item_id) >= 0.5:
        return None
    name, terms = dice.pick(_RULES, "bid rule name", line_item_id)
    return Rule(
        dice.digits(12, "bid rule id", line_item_id),
        name,
        tuple(
            Term(term, dice.digits(9, "bid term", term), factor, weight)
            for term, factor, weight in zip(terms, _FACTORS, (0.5, 0.35, 0.15), strict=True)
        ),
    )
