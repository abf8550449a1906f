"""The process dies on any line: nothing is lost, nothing comes twice."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

from dsp_ingest import jobs
from dsp_ingest.deps import Deps
from dsp_ingest.main import MIGRATIONS, SCHEMA
from dsp_ingest.planning.domain import local
from dsp_ingest.reports import queries, service
from infra.crashes import Crash, CrashingDb
from infra.databases import MakeDb
from infra.ingest import Advertiser, Rig
from shared.db import SYSTEM
from shared.events import AdvertiserUnlinked

SMALL: dict[str, Any] = {"sync_history_days": 1, "sync_fresh_days": 1}


async def crashing(rig: Rig) -> CrashingDb:
    db = CrashingDb(rig.url, schema=SCHEMA, migrations=MIGRATIONS)
    db.plan = rig.plan
    await db.start()
    return db


async def assert_landed_once(rig: Rig, advertiser: Advertiser, days: int) -> None:
    today = local(advertiser.raw["timezone"], rig.clock()).today
    truth = await rig.truth(advertiser, today - timedelta(days=days), today)
    assert truth
    assert await rig.landed(advertiser) == truth
    assert len(await rig.events("sync.started", advertiser.advertiser_id)) == 1
    assert len(await rig.events("sync.completed", advertiser.advertiser_id)) == 1
    landed = await rig.events("report.landed", advertiser.advertiser_id)
    assert len({event["data"]["report_id"] for event in landed}) == len(landed)


async def unlink(rig: Rig, advertiser: Advertiser) -> None:
    gone = AdvertiserUnlinked(
        advertiser_id=advertiser.advertiser_id,
        brand_id=None,
        connection_id=advertiser.connection_id,
    )
    await rig.tell(gone, advertiser.organization_id)


async def test_death_at_every_point_of_the_path_loses_and_doubles_nothing(
    rig: Rig, organization_id: UUID
) -> None:
    await rig.hold_data()
    db = await crashing(rig)
    doomed, heir = rig.deps(db, **SMALL), rig.deps(**SMALL)
    points: list[str] = []
    at = 0
    while True:
        at += 1
        advertiser = await rig.advertiser(organization_id)
        await rig.link(advertiser)
        rig.plan.arm(at)
        try:
            await rig.settle(doomed)
        except Crash:
            points.append(rig.plan.where)
        finally:
            died = rig.plan.passed == at
            rig.plan.arm(None)
        await rig.settle(heir)
        await assert_landed_once(rig, advertiser, 1)
        await unlink(rig, advertiser)
        if not died:
            break
    await db.stop()
    assert len(points) > 30
    assert set(points) == {
        "before a transaction",
        "before a commit",
        "after a commit",
        "before a request",
        "after a request",
        "before a put",
        "after a put",
    }


async def _until_downloading(deps: Deps, rig: Rig) -> None:
    await jobs.plan(deps)
    while {report["state"] for report in await rig.reports()} != {"downloading"}:
        if not await jobs.work_one(deps):
            rig.clock.forward(seconds=2)


async def test_a_worker_that_comes_back_after_its_lease_changes_nothing(
    rig: Rig, organization_id: UUID
) -> None:
    advertiser = await rig.advertiser(organization_id)
    await rig.hold_data()
    deps = rig.deps(**SMALL)
    await rig.link(advertiser)
    await _until_downloading(deps, rig)

    slow = await jobs.claim(deps)
    assert slow is not None
    late = await service.perform(slow, deps.tools)
    rig.clock.forward(seconds=31)
    await rig.settle(deps)
    before = (await rig.events(), await rig.reports(), await rig.syncs())
    async with rig.db.tx(SYSTEM) as tx:
        kept = await service.apply(tx, slow, late, rig.clock(), 0.5, deps.tools.limits)
    assert not kept
    assert (await rig.events(), await rig.reports(), await rig.syncs()) == before
    await assert_landed_once(rig, advertiser, 1)


async def test_a_leased_report_is_nobody_elses_until_the_lease_ends(
    rig: Rig, organization_id: UUID
) -> None:
    deps = rig.deps(**SMALL)
    await rig.link(await rig.advertiser(organization_id))
    await jobs.plan(deps)
    first = await jobs.claim(deps)
    assert first is not None
    assert await jobs.claim(deps) is None
    async with rig.db.tx(SYSTEM) as tx:
        until = rig.clock() + timedelta(seconds=60)
        assert await queries.renew(tx, first.report.report_id, first.lease_token, until)
    rig.clock.forward(seconds=45)
    assert await jobs.claim(deps) is None
    rig.clock.forward(seconds=16)
    second = await jobs.claim(deps)
    assert second is not None
    async with rig.db.tx(SYSTEM) as tx:
        assert not await queries.renew(tx, first.report.report_id, first.lease_token, until)


async def test_a_released_report_is_free_at_once(rig: Rig, organization_id: UUID) -> None:
    deps = rig.deps(**SMALL)
    await rig.link(await rig.advertiser(organization_id))
    await jobs.plan(deps)
    first = await jobs.claim(deps)
    assert first is not None
    async with rig.db.tx(SYSTEM) as tx:
        await queries.release(tx, [first.lease_token])
    assert await jobs.claim(deps) is not None


async def test_many_workers_of_several_replicas_land_each_slice_once(
    rig: Rig, make_db: MakeDb, organization_id: UUID
) -> None:
    await rig.hold_data()
    numbers = (0, 1, 2, 5)
    advertisers = [await rig.advertiser(organization_id, number=number) for number in numbers]
    other = await make_db(SCHEMA, MIGRATIONS, url=rig.url)
    replicas = [rig.deps(), rig.deps(other)]
    for advertiser in advertisers:
        await rig.link(advertiser)
    for _ in range(60):
        await asyncio.gather(*(jobs.plan(deps) for deps in replicas))
        busy = await asyncio.gather(*(jobs.work_one(deps) for deps in replicas * 2))
        if not any(busy):
            rig.clock.forward(seconds=2)
        if all(sync["closed_at"] for sync in await rig.syncs()):
            break
    assert len(await rig.syncs()) == len(advertisers)
    for advertiser in advertisers:
        await assert_landed_once(rig, advertiser, 30)


async def test_a_step_that_fails_unexpectedly_is_tried_again_and_said(
    rig: Rig, organization_id: UUID
) -> None:
    advertiser = await rig.advertiser(organization_id)
    await rig.hold_data()
    deps = rig.deps(**SMALL)
    scratch = rig.folder / "scratch"
    scratch.rename(rig.folder / "away")
    await rig.link(advertiser)
    await rig.settle(deps, hours=0.02)
    [sync] = await rig.syncs()
    assert (sync["state"], sync["error_code"]) == ("running", "internal_error")
    (rig.folder / "away").rename(scratch)
    await rig.settle(deps)
    await assert_landed_once(rig, advertiser, 1)


async def test_nothing_is_left_in_the_scratch_folder(rig: Rig, organization_id: UUID) -> None:
    await rig.link(await rig.advertiser(organization_id))
    await rig.settle(rig.deps())
    assert list((rig.folder / "scratch").iterdir()) == []
