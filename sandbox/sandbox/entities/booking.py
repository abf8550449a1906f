"""What was booked along with an entity: goals, flights, frequency caps, bids, targets. Pure functions of ids."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sandbox.world.dice import Dice
from sandbox.world.parts.audiences import Segment
from sandbox.world.parts.looks import segments_of
from sandbox.world.tree import Order

from .catalogue import AdGroup, Campaign, local_midnight

GOALS: Mapping[str, tuple[str, str]] = {
    "retargeting": ("CONVERSIONS", "RETURN_ON_AD_SPEND"),
    "prospecting": ("CONSIDERATION", "DETAIL_PAGE_VIEW_RATE"),
    "awareness": ("AWARENESS", "REACH"),
    "launch": ("CONSIDERATION", "CLICK_THROUGH_RATE"),
    "prime": ("CONVERSIONS", "TOTAL_RETURN_ON_AD_SPEND"),
    "holiday": ("CONVERSIONS", "TOTAL_RETURN_ON_AD_SPEND"),
}
"""Goal and KPI of each programme."""
AGENCY_FEE_PERCENT = 5.0
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Flight:
    flight_id: str
    name: str
    first_day: date
    last_day: date
    start: datetime
    end: datetime
    budget_micros: int


@dataclass(frozen=True, slots=True)
class Cap:
    """At most so many impressions in so many days."""

    impressions: int
    days: int


@dataclass(frozen=True, slots=True)
class Target:
    target_id: str
    ad_group: AdGroup
    segment: Segment | None

    @property
    def negative(self) -> bool:
        return self.segment is not None and self.segment.method == "EXCLUDE"


def flights(dice: Dice, campaign: Campaign) -> list[Flight]:
    """One flight a calendar month; they share the budget by their days, and the last takes the rest."""
    order = campaign.order
    spans = _months(order.first_day, order.last_day)
    total = (order.last_day - order.first_day).days + 1
    left, cent = campaign.version.budget_micros, campaign.advertiser.market.minor_unit_micros
    found: list[Flight] = []
    for number, (first, last) in enumerate(spans, 1):
        days = (last - first).days + 1
        share = campaign.version.budget_micros * days // total // cent * cent
        budget = left if number == len(spans) else share
        left -= budget
        found.append(_flight(dice, campaign, number, first, last, budget))
    return found


def _flight(
    dice: Dice, campaign: Campaign, number: int, first: date, last: date, budget: int
) -> Flight:
    start = local_midnight(campaign.advertiser, first)
    end = local_midnight(campaign.advertiser, last + _DAY) - timedelta(seconds=1)
    flight_id = _flight_id(dice, campaign.order, number)
    return Flight(flight_id, f"Flight {number}", first, last, start, end, budget)


def flight_id_on(dice: Dice, order: Order, day: date) -> str:
    """The flight that a day of the order belongs to."""
    first = order.first_day
    return _flight_id(dice, order, 12 * (day.year - first.year) + day.month - first.month + 1)


def _flight_id(dice: Dice, order: Order, number: int) -> str:
    return dice.digits(18, "flight", order.order_id, number)


def _months(first: date, last: date) -> list[tuple[date, date]]:
    spans: list[tuple[date, date]] = []
    while first <= last:
        end = first.replace(day=monthrange(first.year, first.month)[1])
        spans.append((first, min(end, last)))
        first = end + _DAY
    return spans


def cap(dice: Dice, entity_id: str) -> Cap | None:
    """Half of all campaigns and ad groups have a frequency cap."""
    if dice.unit("capped", entity_id) >= 0.5:
        return None
    return Cap(dice.between(2, 8, "cap", entity_id), dice.pick((1, 7, 30), "cap days", entity_id))


def targets(dice: Dice, ad_group: AdGroup) -> list[Target]:
    """The segments that audience reports show for the line item, and the country."""
    line_item_id = ad_group.line_item.line_item_id
    aims: list[Segment | None] = [*segments_of(dice, line_item_id), None]
    return [
        Target(dice.digits(18, "target", line_item_id, number), ad_group, segment)
        for number, segment in enumerate(aims)
    ]


def association_id(dice: Dice, ad_id: str) -> str:
    """An ad is associated with one ad group, so that its id is enough."""
    return dice.digits(18, "association", ad_id)
