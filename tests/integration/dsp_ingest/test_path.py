"""From an advertiser that is linked to files that equal the truth."""

from datetime import timedelta
from uuid import UUID

import pytest
from dsp_ingest.planning.domain import local
from infra.ingest import Rig
from shared.events import AdvertiserLost, AdvertiserRecovered, AdvertiserUnlinked
from shared.ids import new_id


async def test_a_linked_advertiser_ends_as_files_equal_to_the_truth(
    rig: Rig, organization_id: UUID
) -> None:
    advertiser = await rig.advertiser(organization_id, brand_id=new_id())
    await rig.hold_data()
    await rig.link(advertiser)
    await rig.settle(rig.deps())

    today = local(advertiser.raw["timezone"], rig.clock()).today
    start = today - timedelta(days=30)
    truth = await rig.truth(advertiser, start, today)
    assert len(truth) > 100
    assert await rig.landed(advertiser) == truth
    [sync] = await rig.syncs()
    assert (sync["state"], sync["start_date"], sync["end_date"]) == ("completed", start, today)
    assert sync["row_count"] == sum(r["row_count"] for r in await rig.reports())


async def test_the_events_tell_the_story_in_order(rig: Rig, organization_id: UUID) -> None:
    brand_id = new_id()
    advertiser = await rig.advertiser(organization_id, brand_id=brand_id)
    await rig.link(advertiser)
    await rig.settle(rig.deps())
    events = await rig.events()
    assert {event["tenantid"] for event in events} == {str(organization_id)}
    assert {event["brandid"] for event in events} == {str(brand_id)}
    types = [event["type"] for event in events]
    assert types[0] == "sync.started"
    assert types[-1] == "sync.completed"
    assert types.count("report.landed") == 2
    progress = [e["data"] for e in events if e["type"] == "sync.progressed"]
    fractions = [data["fraction"] for data in progress]
    assert fractions == sorted(fractions)
    assert {"requested", "processing", "downloading"} <= {data["stage"] for data in progress}
    landed = [e["data"] for e in events if e["type"] == "report.landed"]
    assert events[-1]["data"]["as_of"] == min(data["as_of"] for data in landed)


async def test_after_the_window_come_today_hourly_and_what_its_checkpoints_ask_for(
    rig: Rig, organization_id: UUID
) -> None:
    advertiser = await rig.advertiser(organization_id)
    deps = rig.deps()
    await rig.link(advertiser)
    await rig.settle(deps)
    rig.clock.forward(hours=2)
    await rig.settle(deps)
    rig.clock.forward(hours=22)
    await rig.settle(deps)
    spans = [(sync["end_date"] - sync["start_date"]).days for sync in await rig.syncs()]
    assert spans == [30, 0, 28]
    assert {sync["state"] for sync in await rig.syncs()} == {"completed"}


async def test_linking_again_changes_the_name_and_starts_nothing(
    rig: Rig, organization_id: UUID
) -> None:
    advertiser = await rig.advertiser(organization_id)
    deps = rig.deps()
    await rig.link(advertiser)
    await rig.settle(deps)
    rig.clock.forward(minutes=1)
    await rig.link(advertiser, name="Renamed", brand_id=new_id())
    await rig.settle(deps)
    assert len(await rig.syncs()) == 1


async def test_an_older_event_does_not_undo_a_newer_one(rig: Rig, organization_id: UUID) -> None:
    advertiser = await rig.advertiser(organization_id)
    brand_id = new_id()
    await rig.link(advertiser, brand_id=brand_id)
    earlier = rig.clock() - timedelta(minutes=5)
    await rig.tell(advertiser.linked(brand_id=None), organization_id, at=earlier)
    await rig.settle(rig.deps())
    assert {event["brandid"] for event in await rig.events()} == {str(brand_id)}


async def test_a_lost_advertiser_rests_until_it_is_recovered(
    rig: Rig, organization_id: UUID
) -> None:
    advertiser = await rig.advertiser(organization_id)
    deps = rig.deps()
    await rig.link(advertiser)
    lost = AdvertiserLost(advertiser_id=advertiser.advertiser_id)
    await rig.tell(lost, organization_id)
    await rig.settle(deps)
    assert await rig.syncs() == []
    rig.clock.forward(minutes=1)
    recovered = AdvertiserRecovered(advertiser_id=advertiser.advertiser_id)
    await rig.tell(recovered, organization_id)
    await rig.settle(deps)
    assert [sync["state"] for sync in await rig.syncs()] == ["completed"]


async def test_an_unlinked_advertiser_ends_its_open_sync(rig: Rig, organization_id: UUID) -> None:
    advertiser = await rig.advertiser(organization_id)
    deps = rig.deps()
    await rig.link(advertiser)
    await rig.faults({"match": "POST /reporting/reports", "kind": "500"})
    await rig.settle(deps, hours=0.01)
    gone = AdvertiserUnlinked(
        advertiser_id=advertiser.advertiser_id,
        brand_id=None,
        connection_id=advertiser.connection_id,
    )
    await rig.tell(gone, organization_id)
    await rig.settle(deps)
    [sync] = await rig.syncs()
    assert (sync["state"], sync["error_code"]) == ("failed", "advertiser_unlinked")
    assert {report["state"] for report in await rig.reports()} == {"failed"}
    [failed] = await rig.events("sync.failed")
    assert failed["data"]["retry_at"] is None


async def test_another_organization_cannot_touch_an_advertiser_by_its_events(
    rig: Rig, organization_id: UUID, other_organization_id: UUID
) -> None:
    advertiser = await rig.advertiser(organization_id)
    await rig.link(advertiser)
    rig.clock.forward(minutes=1)
    await rig.tell(advertiser.linked(name="Stolen", connection_id=new_id()), other_organization_id)
    gone = AdvertiserUnlinked(
        advertiser_id=advertiser.advertiser_id,
        brand_id=None,
        connection_id=advertiser.connection_id,
    )
    await rig.tell(gone, other_organization_id)
    await rig.settle(rig.deps())
    assert [sync["state"] for sync in await rig.syncs()] == ["completed"]
    assert {event["tenantid"] for event in await rig.events()} == {str(organization_id)}


@pytest.mark.parametrize("number", [1, 3, 5])
async def test_currencies_and_zones_of_other_markets_land_as_they_are(
    rig: Rig, organization_id: UUID, number: int
) -> None:
    advertiser = await rig.advertiser(organization_id, number=number)
    await rig.hold_data()
    await rig.link(advertiser)
    await rig.settle(rig.deps())
    today = local(advertiser.raw["timezone"], rig.clock()).today
    truth = await rig.truth(advertiser, today - timedelta(days=30), today)
    assert await rig.landed(advertiser) == truth
    landed = await rig.events("report.landed")
    assert {event["data"]["currency"] for event in landed} == {advertiser.raw["currency"]}
