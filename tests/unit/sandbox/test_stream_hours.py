"""The stream's deltas: hours add up to the day, corrections lead to the day's last word."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from sandbox.streams.hours import day_bounds, days_told, known_hours, publications, told
from sandbox.streams.records import PERFORMANCE, performance_record
from sandbox.world.delivery import Metrics
from sandbox.world.facts import World
from sandbox.world.tree import Advertiser

DAY = date(2026, 11, 18)
SETTLED = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def world() -> World:
    return World("leadline", 2)


@pytest.fixture(scope="module")
def advertiser(world: World) -> Advertiser:
    return min(world.tree.advertisers.values(), key=lambda item: item.impressions_per_day)


def test_all_deltas_of_a_day_come_to_its_last_word(world: World, advertiser: Advertiser) -> None:
    sums: Counter[tuple[str, str]] = Counter()
    negative = 0
    ids: list[str] = []
    for at in publications(DAY, advertiser.zone):
        for hour in told(world, advertiser, DAY, at):
            for dataset in PERFORMANCE:
                record = performance_record(world.dice, dataset, hour, at)
                if record is None:
                    continue
                ids.append(record["idempotency_id"])
                negative += record.get("impressions", 0) < 0
                for name in ("impressions", "clicks", "purchases", "detail_page_views"):
                    sums[record["adgroup_id"], name] += record.get(name, 0)
    final: Counter[tuple[str, str]] = Counter()
    for cell in world.cells(advertiser, DAY, DAY, SETTLED):
        values = cell.metrics._asdict()
        for name in ("impressions", "clicks", "purchases", "detail_page_views"):
            final[cell.line_item.line_item_id, name] += values[name]
    assert +sums == +final
    assert negative
    assert len(set(ids)) == len(ids)


def test_hours_are_the_day_at_every_publication(world: World, advertiser: Advertiser) -> None:
    for at in publications(DAY, advertiser.zone)[::5]:
        hours = Metrics()
        for _, start, metrics in known_hours(world, advertiser, DAY, at):
            assert start < at
            assert metrics.clicks <= metrics.impressions
            hours = hours.plus(metrics)
        whole = Metrics()
        for cell in world.cells(advertiser, DAY, DAY, at):
            whole = whole.plus(cell.metrics)
        assert hours == whole


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        (date(2026, 11, 1), "America/New_York", 25),
        (date(2026, 3, 29), "Europe/Berlin", 23),
        (date(2026, 11, 18), "Australia/Sydney", 24),
    ],
)
def test_days_have_as_many_hours_as_their_clocks(day: date, zone: str, hours: int) -> None:
    found = publications(day, ZoneInfo(zone))
    start, end = day_bounds(day, ZoneInfo(zone))
    assert found[hours - 1] == end
    assert all(
        after - before == timedelta(hours=1) for before, after in pairwise((start, *found[:hours]))
    )
    assert all(day in set(days_told(ZoneInfo(zone), at)) for at in found)
