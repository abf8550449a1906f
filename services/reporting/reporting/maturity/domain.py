"""How ripe a day's numbers are, told from how old the day was when Amazon reported it. Pure.

Amazon's windows (Amazon Ads API, data latency and restatement): impressions and clicks are available within
12 hours (p99), invalid traffic is taken out within 72 hours; conversions count within 14 days of the ad and
are revalidated after 1, 7, 14 and 28 days.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Group = Literal["traffic", "conversion"]
Level = Literal["settled", "provisional", "arriving"]
LEVELS: Final[tuple[Level, ...]] = ("settled", "provisional", "arriving")
"""By stored number: the higher, the less ripe."""
GROUPS: Final[tuple[Group, ...]] = ("traffic", "conversion")
TRAFFIC: Final = frozenset(
    {
        "impressions", "clicks", "gross_impressions", "measurable_impressions",
        "viewable_impressions", "reach", "total_cost_micros", "supply_cost_micros", "video_starts",
        "video_first_quartiles", "video_midpoints", "video_third_quartiles", "video_completes",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Window:
    """Ages after the end of a day: before `arrived` numbers are arriving, from `settled` on they rest."""

    arrived: timedelta
    settled: timedelta


AMAZON_WINDOWS: Final[Mapping[Group, Window]] = {
    "traffic": Window(timedelta(hours=12), timedelta(hours=72)),
    "conversion": Window(timedelta(hours=36), timedelta(days=28)),
}


def group_of(measure: str) -> Group:
    """Which window a measure follows."""
    return "traffic" if measure in TRAFFIC else "conversion"


def day_end(day: date, zone: str) -> datetime:
    """The moment the advertiser's day is over; an unknown zone counts as UTC."""
    try:
        tz = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        tz = ZoneInfo("UTC")
    return datetime.combine(day + timedelta(days=1), time(), tz)


def maturity(age: timedelta, window: Window) -> int:
    """0 settled, 1 provisional, 2 arriving; `age`: of the day when it was reported."""
    if age >= window.settled:
        return 0
    return 1 if age >= window.arrived else 2


def maturities(
    days: Iterable[date], as_of: datetime, zone: str, windows: Mapping[Group, Window]
) -> list[tuple[int, int]]:
    """(traffic, conversion) of each day as a report of that age tells it."""
    ages = [as_of - day_end(day, zone) for day in days]
    return [tuple(maturity(age, windows[group]) for group in GROUPS) for age in ages]  # pyright: ignore[reportReturnType]
