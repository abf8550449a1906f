"""Who converts: shopper traits and time to convert of ad groups with a Performance+ or Brand+ tactic.

A trait is a segment of the line item, so that its impressions, cost and purchases are those which an
audience report shows over the same days. Shares are fractions; a trait's index is 100 at the average.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sandbox.entities.catalogue import AdGroup
from sandbox.reports.measures import units
from sandbox.world.delivery import ZERO, Metrics
from sandbox.world.facts import Cell, World
from sandbox.world.parts.looks import by_segment

Shown = dict[str, Any]
TACTICS = {
    "retargeting": "Remarketing", "prospecting": "Customer Acquisition",
    "awareness": "Prospecting", "launch": "Unified Consideration",
}  # fmt: skip
"""Tactic by programme; the others are run by hand."""
WINDOW_DAYS = 28
ACTIVE_DAYS = 8
_RANGES = ((0, 24), (24, 48), (48, 72), (72, 168), (168, 336))


def insight_day(today: date) -> date:
    """The day before this week: insights are made anew on Mondays."""
    return today - timedelta(days=today.weekday() + 1)


def trait_insight(
    world: World, groups: Sequence[AdGroup], tactic: str, day: date, at: datetime
) -> Shown | None:
    """The insight of these ad groups over four weeks; None below eight active days."""
    cells = _cells(world, groups, day, at)
    if len({cell.day for cell in cells}) < ACTIVE_DAYS:
        return None
    key = "/".join(group.line_item.line_item_id for group in groups)
    shares = _shares(world, key)
    return {
        "performancePlusTargetingTactic": tactic,
        "medianTimeToConvertInHours": _median(shares),
        "timeToConvertBuckets": [
            {"range": f"{low}-{high}", "conversionShare": share}
            for (low, high), share in zip(_RANGES, shares, strict=True)
        ],
        "performancePlusShopperTraits": _traits(world, cells, _median(shares)),
    }


def _cells(world: World, groups: Sequence[AdGroup], day: date, at: datetime) -> list[Cell]:
    wanted = {group.line_item.line_item_id for group in groups}
    first = day - timedelta(days=WINDOW_DAYS - 1)
    advertiser = groups[0].campaign.advertiser
    return [
        cell
        for cell in world.cells(advertiser, first, day, at)
        if cell.line_item.line_item_id in wanted
    ]


def _traits(world: World, cells: Sequence[Cell], median: float) -> list[Shown]:
    sums: dict[str, Metrics] = {}
    names: dict[str, str] = {}
    whole = ZERO
    for cell in cells:
        whole = whole.plus(cell.metrics)
        for part, metrics in by_segment(world.dice, cell):
            segment = part["segmentId"]
            sums[segment] = sums.get(segment, ZERO).plus(metrics)
            names[segment] = part["segmentName"]
    return [_trait(world, names[key], value, whole, median) for key, value in sums.items()]


def _trait(world: World, name: str, part: Metrics, whole: Metrics, median: float) -> Shown:
    bought = part.total_purchases / max(1, whole.total_purchases)
    seen = part.impressions / max(1, whole.impressions)
    slower = 0.7 + 0.6 * world.dice.unit("trait", name)
    return {
        "shopperTraitName": name,
        "shopperTraitDescription": f"Shoppers of the segment {name}",
        "shopperTraitIndex": round(100 * bought / seen) if seen else 100,
        "impressionShare": round(seen, 6),
        "impressions": part.impressions,
        "cost": units(part.total_cost_micros),
        "totalPurchases": part.total_purchases,
        "offAmazonConversions": 0,
        "medianTimeToConvertInHoursPerTrait": round(median * slower, 2),
    }


def _shares(world: World, key: str) -> list[float]:
    """Shares of conversions by time, which add up to 1."""
    weights = [
        weight * (0.7 + 0.6 * world.dice.unit("convert", key, place))
        for place, weight in enumerate((0.42, 0.19, 0.12, 0.17, 0.1))
    ]
    shares = [round(weight / sum(weights), 4) for weight in weights]
    return [round(1 - sum(shares[1:]), 4), *shares[1:]]


def _median(shares: Sequence[float]) -> float:
    """Where half of the conversions have happened, on a straight line inside the bucket."""
    reached = 0.0
    for (low, high), share in zip(_RANGES, shares, strict=True):
        if reached + share >= 0.5:
            return round(low + (high - low) * (0.5 - reached) / share, 2)
        reached += share
    return float(_RANGES[-1][1])
