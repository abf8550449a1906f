"""Who is served next: lanes by weight, brands in turn. Pure; `queries.claim` does the same in SQL.

Claims go round a wheel of 15 places, 8 of them for `interactive`, 4 for `fresh`, 2 for `settle`, 1 for
`backfill`; the place of a lane with nothing due goes to the most urgent lane that has something. In a
lane, the brand whose turn was longest ago is served.

The bound: a brand with something due in a lane is served within `bound(lane, brands)` claims, where
`brands` have something due in that lane, however much any of them has.
"""

from collections.abc import Collection, Sequence
from typing import Final, Literal

from .domain import Reason

Lane = Literal["interactive", "fresh", "settle", "backfill"]

LANES: Final[tuple[Lane, ...]] = ("interactive", "fresh", "settle", "backfill")
"""The most urgent first."""

_I, _F, _S, _B = LANES
WHEEL: Final[tuple[Lane, ...]] = (_I, _F, _I, _S, _I, _F, _I, _B, _I, _F, _I, _S, _I, _F, _I)
GAPS: Final[dict[Lane, int]] = {"interactive": 2, "fresh": 4, "settle": 8, "backfill": 15}
"""Lane → claims within which it is served at least once while something of it is due."""

_LANE_OF: Final[dict[Reason, Lane]] = {
    "interactive": "interactive",
    "intraday": "fresh",
    "fresh": "fresh",
    "gap": "settle",
    "settle": "settle",
    "restate": "settle",
    "backfill": "backfill",
}


URGENT: Final[frozenset[Lane]] = frozenset(LANES[:2])
"""Lanes somebody waits for: their reports never stand in one sync with those of the others."""


def lane_of(reason: Reason) -> Lane:
    return _LANE_OF[reason]


def order_of(turn: int, waiting: Collection[str]) -> Sequence[Lane]:
    """The lanes with something due, in the order in which claim number `turn` tries them."""
    place = WHEEL[turn % len(WHEEL)]
    order: list[Lane] = [place, *(lane for lane in LANES if lane != place)]
    return [lane for lane in order if lane in waiting]


def bound(lane: Lane, brands: int) -> int:
    """Claims within which each of `brands` that have something due in `lane` is served once."""
    return GAPS[lane] * brands
