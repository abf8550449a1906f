"""A day hour by hour, and the moments at which the stream tells of it.

The hours of a day add up to the day exactly, at every moment. The stream tells of a running day at
each full hour and of a day that has ended where the restatement curves bend; between two of these
moments it has nothing to say. What it says is always the difference to the moment before.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from sandbox.world.delivery import ZERO, Metrics
from sandbox.world.facts import Cell, World
from sandbox.world.parts.split import split
from sandbox.world.restatement import KNOT_HOURS, happened
from sandbox.world.tree import Advertiser

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
SETTLE_DAYS = int(KNOT_HOURS[-1] // 24) + 2


@dataclass(frozen=True, slots=True)
class HourOfCell:
    """One creative in one hour, before and after a moment; `start` is the hour's beginning, UTC."""

    cell: Cell
    start: datetime
    before: Metrics
    after: Metrics


@lru_cache(maxsize=4096)
def day_bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Beginning and end of the local day, UTC."""
    first, last = (datetime.combine(d, time(), zone).astimezone(UTC) for d in (day, day + _DAY))
    return first, last


@lru_cache(maxsize=4096)
def publications(day: date, zone: ZoneInfo) -> tuple[datetime, ...]:
    """When the stream tells of this day, in order: each of its hours, then its corrections."""
    start, end = day_bounds(day, zone)
    hours = [start + n * _HOUR for n in range(1, round((end - start) / _HOUR) + 1)]
    knots = [end + (hour - 24) * _HOUR for hour in KNOT_HOURS if hour > 24]
    return (*hours, *knots)


def last_publication(day: date, zone: ZoneInfo, at: datetime) -> datetime | None:
    """The latest moment up to `at` at which the stream told of this day."""
    return max((moment for moment in publications(day, zone) if moment <= at), default=None)


def days_told(zone: ZoneInfo, at: datetime) -> Iterator[date]:
    """The days of which the stream tells at exactly this moment."""
    today = at.astimezone(zone).date()
    for back in range(SETTLE_DAYS + 1):
        day = today - back * _DAY
        if at in publications(day, zone):
            yield day


def told(world: World, advertiser: Advertiser, day: date, at: datetime) -> list[HourOfCell]:
    """What changed in the hours of `day` between its publication before `at` and that at `at`."""
    moments = publications(day, advertiser.zone)
    place = moments.index(at)
    before = _by_hour(world, advertiser, day, moments[place - 1]) if place else {}
    after = _by_hour(world, advertiser, day, at)
    found: list[HourOfCell] = []
    for key, (cell, hours) in after.items():
        was = before[key][1] if key in before else ()
        found += _changed(cell, day_bounds(day, advertiser.zone)[0], was, hours)
    return found


def known_hours(
    world: World, advertiser: Advertiser, day: date, at: datetime
) -> list[tuple[Cell, datetime, Metrics]]:
    """All that the stream has told of `day` up to `at`, added up per creative and hour."""
    moment = last_publication(day, advertiser.zone, at)
    if moment is None:
        return []
    start = day_bounds(day, advertiser.zone)[0]
    return [
        (cell, start + n * _HOUR, metrics)
        for cell, hours in _by_hour(world, advertiser, day, moment).values()
        for n, metrics in enumerate(hours)
        if any(metrics)
    ]


@lru_cache(maxsize=8)
def _by_hour(
    world: World, advertiser: Advertiser, day: date, at: datetime
) -> dict[tuple[str, str], tuple[Cell, list[Metrics]]]:
    shares = _shares(day, advertiser.zone, at)
    return {
        (cell.line_item.line_item_id, cell.creative.ad_id): (cell, split(cell.metrics, shares))
        for cell in world.cells(advertiser, day, day, at)
    }


def _changed(
    cell: Cell, start: datetime, was: Sequence[Metrics], now: Sequence[Metrics]
) -> Iterator[HourOfCell]:
    for n, after in enumerate(now):
        before = was[n] if n < len(was) else ZERO
        if after != before:
            yield HourOfCell(cell, start + n * _HOUR, before, after)


@lru_cache(maxsize=1024)
def _shares(day: date, zone: ZoneInfo, at: datetime) -> tuple[float, ...]:
    """The hours that have begun and ended by `at`, by how busy they are; they add up to 1."""
    start, end = day_bounds(day, zone)
    count = round((end - start) / _HOUR)
    begun = min(count, round((at - start) / _HOUR))
    edges = [happened(24 * n / count) for n in range(begun + 1)]
    return tuple((after - before) / edges[-1] for before, after in itertools.pairwise(edges))
