"""An advertiser whose history is not kept: out of sight at once, deleted soon, never back."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from infra.reporting_slices import Landed, ReportingWorld, make_row
from reporting.erasures.jobs import Eraser
from shared.db import SYSTEM
from shared.events import AdvertiserErased

DAY = date(2025, 3, 1)


def slice_of(advertiser_id: UUID, clicks: int) -> Landed:
    rows = tuple(make_row(DAY, creative=str(n), clicks=clicks) for n in range(5))
    return Landed(advertiser_id, start=DAY, end=DAY, rows=rows)


async def left(world: ReportingWorld, advertiser_id: UUID) -> dict[str, int]:
    queries: dict[str, Any] = {
        "fact_campaign_daily": "select count(*) from fact_campaign_daily where advertiser_id = $1",
        "advertiser_day": "select count(*) from advertiser_day where advertiser_id = $1",
        "advertiser_day_total": "select count(*) from advertiser_day_total where advertiser_id = $1",
        "placement": "select count(*) from placement where advertiser_id = $1",
        "load": "select count(*) from load where advertiser_id = $1",
        "advertiser": "select count(*) from advertiser where advertiser_id = $1",
    }
    async with world.db.read(SYSTEM) as tx:
        return {name: await tx.fetchval(query, advertiser_id) for name, query in queries.items()}


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
    await world.load(slice_of(gone, 3))
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
    assert (counted["advertiser"], counted["fact_campaign_daily"]) == (0, 5)


@pytest.mark.parametrize("batch", [1, 5, 100])
async def test_the_job_ends_whatever_its_batch(world: ReportingWorld, batch: int) -> None:
    gone = await world.advertiser("Gone")
    await world.load(slice_of(gone, 3))
    await erase(world, gone, batch=batch)
    async with world.db.read(SYSTEM) as tx:
        assert await tx.fetchval("select finished_at from erased_advertiser") == world.now
