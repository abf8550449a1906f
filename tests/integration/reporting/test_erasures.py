"""An advertiser whose history is not kept: out of sight at once, deleted soon, never back."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from infra.reporting_slices import NOON, Landed, ReportingWorld, make_row
from reporting.erasures.jobs import Eraser
from shared.db import SYSTEM
from shared.events import AdvertiserErased

DAY = date(2025, 3, 1)


def slice_of(advertiser_id: UUID, clicks: int, *, age: int = 0) -> Landed:
    rows = tuple(make_row(DAY, creative=str(n), clicks=clicks) for n in range(5))
    return Landed(advertiser_id, start=DAY, end=DAY, rows=rows, as_of=NOON + timedelta(hours=age))


async def left(world: ReportingWorld, advertiser_id: UUID) -> dict[str, int]:
    tables: tuple[Any, ...] = (
        "campaign_fact", "campaign_history", "campaign_key", "order_day", "line_item_day",
        "creative_day", "advertiser_day", "advertiser_day_total", "day_version", "entity_name",
        "load", "advertiser",
    )  # fmt: skip
    async with world.db.read(SYSTEM) as tx:
        return {
            name: await tx.fetchval(
                "select count(*) from " + name + " where advertiser_id = $1",  # noqa: S608
                advertiser_id,
            )
            for name in tables
        }


async def erase(world: ReportingWorld, advertiser_id: UUID, *, batch: int = 2) -> None:
    """Hears of it twice, then the job runs to its end."""
    await world.hear(AdvertiserErased(advertiser_id=advertiser_id))
    eraser = Eraser(world.db, lambda: world.now, batch)
    while await eraser.tick():
        pass


async def test_an_erased_advertiser_leaves_no_number_behind_and_others_stay(
    world: ReportingWorld,
) -> None:
    gone, kept = await world.advertiser("Gone"), await world.advertiser("Kept")
    await world.load(slice_of(gone, 3), slice_of(gone, 5, age=1))
    await world.load(slice_of(kept, 4))
    before = await left(world, kept)
    await erase(world, gone)
    assert set((await left(world, gone)).values()) == {0}
    assert await left(world, kept) == before


async def test_a_report_that_lands_after_the_erasure_is_not_loaded(world: ReportingWorld) -> None:
    gone = await world.advertiser("Gone")
    await erase(world, gone)
    await world.land(slice_of(gone, 3))
    await world.drain()
    assert set((await left(world, gone)).values()) == {0}


async def test_the_numbers_are_out_of_sight_before_the_job_has_run(world: ReportingWorld) -> None:
    gone = await world.advertiser("Gone")
    await world.load(slice_of(gone, 3))
    await world.hear(AdvertiserErased(advertiser_id=gone))
    counted = await left(world, gone)
    assert (counted["advertiser"], counted["campaign_fact"]) == (0, 5)


@pytest.mark.parametrize("batch", [1, 5, 100])
async def test_the_job_ends_whatever_its_batch(world: ReportingWorld, batch: int) -> None:
    gone = await world.advertiser("Gone")
    await world.load(slice_of(gone, 3))
    await erase(world, gone, batch=batch)
    async with world.db.read(SYSTEM) as tx:
        assert await tx.fetchval("select finished_at from erased_advertiser") == world.now
