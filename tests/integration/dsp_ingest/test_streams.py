"""The Marketing Stream counted: at least once, out of order, restated, and killed at every line."""

import json
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from dsp_ingest.main import MIGRATIONS, SCHEMA
from infra.crashes import Crash, CrashingDb
from infra.ingest import ROOT, Advertiser, Rig
from infra.stream_rig import HOUR, StreamRig
from shared.events import AdvertiserErased
from shared.ids import new_id

pytest.importorskip("sandbox.streams")

ROUGH = {"duplicate_rate": 0.3, "late_rate": 0.2, "late_seconds": 1800.0}


async def north_american(rig: Rig, organization_id: UUID) -> Advertiser:
    world = (await rig.control.get("/_sandbox/world")).json()["advertisers"]
    number = next(n for n, each in enumerate(world) if each["region"] == "NA")
    return await rig.advertiser(organization_id, number=number)


def midnight(advertiser: Advertiser, day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(advertiser.raw["timezone"]))


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "only-for-tests")


@pytest.fixture
async def stream(rig: Rig, organization_id: UUID) -> StreamRig:
    """Subscribed half an hour before the advertiser's midnight."""
    advertiser = await north_american(rig, organization_id)
    await rig.link(advertiser)
    made = StreamRig(rig, rig.deps(), advertiser)
    today = rig.clock().astimezone(ZoneInfo(advertiser.raw["timezone"])).date()
    rig.clock.move(midnight(advertiser, today + timedelta(days=1)) - HOUR / 2)
    await made.subscribe()
    return made


def first_day(stream: StreamRig) -> date:
    """The first day of which every difference arrives."""
    zone = ZoneInfo(stream.advertiser.raw["timezone"])
    return (stream.rig.clock().astimezone(zone) + HOUR).date()


async def test_a_running_day_adds_up_to_what_the_stream_has_told(stream: StreamRig) -> None:
    day = first_day(stream)
    await stream.habits(**ROUGH)
    for hours in (1, 2, 3):
        stream.rig.clock.move(midnight(stream.advertiser, day) + hours * HOUR)
        await stream.drain()
    stream.rig.clock.move(stream.rig.clock() + HOUR * 0.9)
    await stream.drain()
    truth = await stream.truth(day)
    assert truth
    assert await stream.counted(day) == truth
    await stream.land()
    [(data, rows)] = await stream.landed()
    assert (data["start_date"], data["end_date"]) == (day.isoformat(), day.isoformat())
    assert (data["report_type"], data["amazon_report_id"]) == ("dspCampaign", "")
    assert rows == truth
    age = stream.rig.clock() - datetime.fromisoformat(data["as_of"])
    assert timedelta() <= age < HOUR


async def test_restated_days_change_until_their_report_comes(stream: StreamRig) -> None:
    day = first_day(stream)
    stream.rig.clock.move(midnight(stream.advertiser, day + timedelta(days=1)) + HOUR * 8)
    await stream.drain()
    assert await stream.counted(day) == await stream.truth(day)
    await stream.land()
    before = [data for data, _ in await stream.landed() if data["start_date"] == day.isoformat()]
    assert before
    stream.rig.clock.move(stream.rig.clock() + timedelta(days=1))
    await stream.drain()
    assert await stream.counted(day) == await stream.truth(day)
    assert await stream.counted(day) != {}
    await stream.land()
    last = [(d, rows) for d, rows in await stream.landed() if d["start_date"] == day.isoformat()]
    assert last[-1][1] == await stream.truth(day)
    assert last[-1][0]["as_of"] >= before[-1]["as_of"]


async def test_a_day_that_was_subscribed_to_in_its_middle_is_counted_and_not_shown(
    stream: StreamRig,
) -> None:
    partial = first_day(stream) - timedelta(days=1)
    stream.rig.clock.move(midnight(stream.advertiser, first_day(stream)) + HOUR / 2)
    await stream.drain()
    await stream.land()
    assert await stream.counted(partial)
    assert await stream.landed() == []


async def test_death_at_every_line_loses_and_doubles_nothing(stream: StreamRig) -> None:
    rig, day = stream.rig, first_day(stream)
    await stream.habits(duplicate_rate=0.3, late_rate=0)
    db = CrashingDb(rig.url, schema=SCHEMA, migrations=MIGRATIONS)
    db.plan = rig.plan
    await db.start()
    doomed = StreamRig(rig, rig.deps(db), stream.advertiser)
    rig.clock.move(midnight(stream.advertiser, day) + HOUR)
    at, crashes, done = 0, 0, False
    while not done:
        at += 1
        rig.plan.arm(at)
        try:
            await doomed.receiver.tick()
            await doomed.lander.tick()
            done = rig.plan.passed < at
        except Crash:
            crashes += 1
        rig.plan.arm(None)
        rig.clock.move(rig.clock() + timedelta(seconds=61))
    await stream.drain()
    await stream.land()
    await db.stop()
    assert crashes > 6
    assert await stream.counted(day) == await stream.truth(day)
    landed = await stream.landed()
    assert landed[-1][1] == await stream.truth(day)
    assert len({data["report_id"] for data, _ in landed}) == len(landed)


async def test_every_organization_that_follows_an_advertiser_has_its_numbers(
    stream: StreamRig,
) -> None:
    rig, day = stream.rig, first_day(stream)
    other = await north_american(rig, new_id())
    await rig.link(other)
    second = StreamRig(rig, stream.deps, other)
    while await second.subscriber.tick():
        pass
    ids = await stream.rows("select distinct subscription_id from stream_subscription")
    assert len(ids) == 3
    rig.clock.move(midnight(stream.advertiser, day) + HOUR)
    await stream.drain()
    await stream.land()
    assert len(await stream.landed()) == len(await second.landed()) == 1
    erased = AdvertiserErased(advertiser_id=other.advertiser_id)
    await rig.tell(erased, other.organization_id)
    left = await stream.rows("select distinct advertiser_id from stream_hour")
    assert [row["advertiser_id"] for row in left] == [stream.advertiser.advertiser_id]
    assert await stream.rows("select 1 from stream_record")


async def test_what_nobody_can_read_is_parked_and_holds_nothing_up(
    stream: StreamRig,
) -> None:
    rig, day = stream.rig, first_day(stream)
    await stream.habits(late_rate=0)
    rig.clock.move(midnight(stream.advertiser, day) + HOUR)
    from sandbox.streams import queues as sandbox_queues  # noqa: PLC0415

    queue = rig.sandbox.state.deps.streams.queues
    queue.put(stream.queue.arn, [sandbox_queues.Outgoing("<html>", rig.clock())], [])
    await stream.drain()
    [parked] = await stream.rows("select * from stream_parked")
    assert parked["body"] == "<html>"
    assert await stream.counted(day) == await stream.truth(day)


async def test_a_subscription_that_amazon_ends_is_made_anew_and_its_day_is_not_shown(
    stream: StreamRig,
) -> None:
    rig, day = stream.rig, first_day(stream)
    [row, *_] = await stream.rows(
        "select * from stream_subscription where dataset_id = 'adsp-traffic'"
    )
    answer = await rig.control.put(
        f"/_sandbox/streams/subscriptions/{row['subscription_id']}", json={"status": "SUSPENDED"}
    )
    assert answer.status_code == 200, answer.text
    rig.clock.move(midnight(stream.advertiser, day) + HOUR)
    await stream.subscribe()
    [renewed] = await stream.rows(
        "select * from stream_subscription where dataset_id = 'adsp-traffic'"
    )
    assert renewed["subscription_id"] != row["subscription_id"]
    await stream.drain()
    await stream.land()
    assert await stream.landed() == []


async def test_a_confirmation_that_leads_elsewhere_is_not_followed(stream: StreamRig) -> None:
    from sandbox.streams import queues as sandbox_queues  # noqa: PLC0415

    asked: list[str] = []
    stream.rig.wire.intercept = lambda request: asked.append(str(request.url))
    body = {
        "Type": "SubscriptionConfirmation",
        "TopicArn": "t",
        "SubscribeURL": f"{ROOT}/_sandbox/world",
    }
    queue = stream.rig.sandbox.state.deps.streams.queues
    outgoing = sandbox_queues.Outgoing(json.dumps(body), stream.rig.clock())
    queue.put(stream.queue.arn, [outgoing], [])
    await stream.drain()
    assert not any("_sandbox" in url for url in asked)


async def test_without_a_token_the_subscription_waits_with_its_cause(
    rig: Rig, organization_id: UUID
) -> None:
    advertiser = await north_american(rig, organization_id)
    await rig.link(advertiser)
    rig.desk.problems[str(advertiser.connection_id)] = (409, "reauth_required")
    made = StreamRig(rig, rig.deps(), advertiser)
    assert await made.subscriber.tick()
    rows: list[dict[str, Any]] = await made.rows(
        "select error_code from stream_subscription where error_code is not null"
    )
    assert [row["error_code"] for row in rows] == ["reauth_required"]
