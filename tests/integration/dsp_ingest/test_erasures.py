"""An advertiser whose history is not kept: its rows go with the event, its files with the job."""

from pathlib import Path
from uuid import UUID

import pytest
from dsp_ingest.erasures.jobs import Eraser
from infra.ingest import Rig
from shared.db import SYSTEM
from shared.errors import Unavailable
from shared.events import AdvertiserErased
from shared.objects import ObjectStore


def eraser(rig: Rig) -> Eraser:
    return Eraser(rig.db, rig.store, rig.clock)


def files_of(rig: Rig, advertiser_id: UUID) -> list[Path]:
    return [p for p in rig.folder.rglob("*") if p.is_file() and str(advertiser_id) in str(p)]


async def rows_left(rig: Rig, advertiser_id: UUID) -> int:
    async with rig.db.read(SYSTEM) as tx:
        return await tx.fetchval(
            """
            select (select count(*) from report where advertiser_id = $1)
                 + (select count(*) from sync where advertiser_id = $1)
                 + (select count(*) from advertiser_source where advertiser_id = $1)
                 + (select count(*) from advertiser where advertiser_id = $1)
            """,
            advertiser_id,
        )


async def test_an_erased_advertiser_leaves_neither_rows_nor_files_and_others_stay(
    rig: Rig, organization_id: UUID
) -> None:
    gone, kept = (
        await rig.advertiser(organization_id),
        await rig.advertiser(organization_id, number=1),
    )
    await rig.hold_data()
    deps = rig.deps(sync_interval_seconds=1_000_000)
    for advertiser in (gone, kept):
        await rig.link(advertiser)
    await rig.settle(deps)
    assert files_of(rig, gone.advertiser_id)
    before = await rows_left(rig, kept.advertiser_id), files_of(rig, kept.advertiser_id)
    await rig.tell(AdvertiserErased(advertiser_id=gone.advertiser_id), organization_id)
    assert await rows_left(rig, gone.advertiser_id) == 0
    assert await eraser(rig).tick()
    assert files_of(rig, gone.advertiser_id) == []
    assert not await eraser(rig).tick()
    assert (await rows_left(rig, kept.advertiser_id), files_of(rig, kept.advertiser_id)) == before


async def test_a_late_link_does_not_bring_an_erased_advertiser_back(
    rig: Rig, organization_id: UUID
) -> None:
    gone = await rig.advertiser(organization_id)
    await rig.tell(AdvertiserErased(advertiser_id=gone.advertiser_id), organization_id)
    await rig.link(gone)
    assert await rows_left(rig, gone.advertiser_id) == 0


async def test_a_file_that_lands_after_the_first_deletion_goes_with_the_second(
    rig: Rig, organization_id: UUID
) -> None:
    gone = await rig.advertiser(organization_id)
    await rig.tell(AdvertiserErased(advertiser_id=gone.advertiser_id), organization_id)
    job = eraser(rig)
    assert await job.tick()
    folder = f"dsp/{organization_id}/{gone.advertiser_id}/dspCampaign"
    await job.objects.put(f"{folder}/late.parquet", b"late")
    rig.clock.forward(hours=1)
    assert await job.tick()
    assert files_of(rig, gone.advertiser_id) == []
    rig.clock.forward(hours=24)
    assert not await job.tick()


async def test_files_that_the_store_keeps_are_tried_again(
    rig: Rig, organization_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = await rig.advertiser(organization_id)
    await rig.tell(AdvertiserErased(advertiser_id=gone.advertiser_id), organization_id)

    async def refuse(_store: ObjectStore, _folder: str) -> int:
        raise Unavailable("The object store failed.")

    with monkeypatch.context() as broken, pytest.raises(Unavailable):
        broken.setattr(ObjectStore, "delete_folder", refuse)
        await eraser(rig).tick()
    assert not await eraser(rig).tick()
    rig.clock.forward(hours=0.1)
    assert await eraser(rig).tick()
