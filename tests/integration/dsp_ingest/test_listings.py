"""Campaigns, ad groups and ads are listed, compared and kept: every version, true and only once."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from dsp_ingest.listings import jobs, service
from dsp_ingest.main import MIGRATIONS, SCHEMA
from infra.crashes import Crash, CrashingDb
from infra.databases import MakeDb
from infra.ingest import Advertiser, Rig
from infra.listing import (
    assert_true,
    change,
    current,
    entity,
    list_again,
    list_all,
    versions,
)
from shared.db import SYSTEM
from shared.events import AdvertiserErased, CredentialRecovered


async def test_everything_is_listed_right_after_linking(rig: Rig, organization_id: UUID) -> None:
    advertiser = await rig.advertiser(organization_id)
    await rig.link(advertiser)
    await list_all(rig, rig.deps())
    await assert_true(rig, advertiser)
    assert {row["change"] for row in await versions(rig)} == {"found"}
    told = Counter(event["type"] for event in await rig.events())
    kinds = Counter(row["kind"] for row in await versions(rig))
    assert told["campaign.changed"] == kinds["campaign"] > 0
    assert told["ad_group.changed"] == kinds["ad_group"] > 0
    assert told["ad.changed"] == kinds["ad"] > 0
    [group] = {row["fields"]["campaign_id"] for row in (await versions(rig, "ad_group"))[:1]}
    assert group in await current(rig, advertiser, "campaign")


async def test_a_second_listing_without_changes_writes_nothing(
    rig: Rig, organization_id: UUID
) -> None:
    deps = rig.deps(list_full_interval_seconds=300)
    await rig.link(await rig.advertiser(organization_id))
    await list_all(rig, deps)
    before = await versions(rig)
    rig.clock.forward(seconds=1)
    async with rig.db.tx(SYSTEM) as tx:
        await tx.execute("update listing set due_at = $1", rig.clock())
    await list_all(rig, deps)
    assert await versions(rig) == before


async def test_a_changed_budget_is_a_version_from_when_amazon_says(
    rig: Rig, organization_id: UUID
) -> None:
    advertiser = await rig.advertiser(organization_id)
    deps = rig.deps()
    await rig.link(advertiser)
    await list_all(rig, deps)
    [campaign, *_] = await current(rig, advertiser, "campaign")
    await list_again(rig, deps)
    at = rig.clock()
    await change(rig, campaign, budget=1234.5)
    await list_again(rig, deps)
    old, new = (await versions(rig, "campaign", campaign))[-2:]
    assert old["valid_to"] == new["valid_from"] == at.replace(microsecond=0)
    assert new["seen_at"] > at
    assert new["fields"]["budget_micros"] == 1_234_500_000
    assert {"budget_micros", "flights"} <= set(new["changed_fields"])
    [told] = [c for c in new["changes"] if c["field"] == "budget_micros"]
    assert (told["before"], told["after"]) == (old["fields"]["budget_micros"], 1_234_500_000)
    event = (await rig.events("campaign.changed"))[-1]
    assert event["subject"] == event["data"]["campaign_id"] == campaign
    assert event["data"]["change"] == "changed"
    assert told in event["data"]["changes"]


async def test_weeks_of_the_world_end_in_what_its_lists_show(
    rig: Rig, organization_id: UUID
) -> None:
    advertiser = await rig.advertiser(organization_id)
    deps = rig.deps()
    await rig.link(advertiser)
    await list_all(rig, deps)
    for _ in range(6):
        await list_again(rig, deps, hours=75)
    await assert_true(rig, advertiser)
    changes = Counter(row["change"] for row in await versions(rig))
    assert changes["created"] > 0
    assert changes["changed"] > 0
    for row in await versions(rig):
        assert row["valid_to"] is None or row["valid_from"] <= row["valid_to"]


async def test_a_deleted_ad_group_is_kept_and_marked_and_may_come_back(
    rig: Rig, organization_id: UUID
) -> None:
    advertiser = await rig.advertiser(organization_id)
    deps = rig.deps(list_full_interval_seconds=300)
    await rig.link(advertiser)
    await list_all(rig, deps)
    [group, *_] = await current(rig, advertiser, "ad_group")
    await change(rig, group, deleted=True)
    await list_again(rig, deps)
    once = (await current(rig, advertiser, "ad_group"))[group]
    assert not once["deleted"]
    assert once["missing_since"] is not None
    await list_again(rig, deps)
    gone = (await current(rig, advertiser, "ad_group"))[group]
    assert (gone["deleted"], gone["change"]) == (True, "deleted")
    assert gone["valid_from"] == once["missing_since"]
    assert gone["fields"] == once["fields"]
    association = [row for row in await versions(rig, "ad_association") if row["deleted"]]
    assert {row["fields"]["ad_group_id"] for row in association} == {group}
    left = [e["data"] for e in await rig.events("ad.changed") if e["data"]["ad_group_id"]]
    assert {(d["ad_group_id"], d["changes"][0]["before"]) for d in left} == {(group, group)}
    await change(rig, group, deleted=False)
    await list_again(rig, deps)
    back = (await current(rig, advertiser, "ad_group"))[group]
    assert (back["deleted"], back["change"]) == (False, "restored")
    assert [c["change"] for c in await versions(rig, "ad_group", group)] == [
        "found",
        "deleted",
        "restored",
    ]


def _without(name: str, entity_id: str, key: str) -> Any:
    """Amazon's list without one row, as an inconsistent read gives it."""

    def edit(body: dict[str, Any]) -> dict[str, Any]:
        return {**body, name: [row for row in body.get(name, []) if row[key] != entity_id]}

    return edit


class Edited(httpx.AsyncBaseTransport):
    """The wire, with answers of one path edited."""

    def __init__(self, rig: Rig, path: str, edit: Any) -> None:
        self.inner, self.path, self.edit = rig.wire, path, edit

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self.inner.handle_async_request(request)
        if not request.url.path.endswith(self.path) or response.status_code != 200:
            return response
        await response.aread()
        return httpx.Response(200, json=self.edit(response.json()))


async def test_a_list_that_lacks_a_campaign_once_deletes_nothing(
    rig: Rig, organization_id: UUID
) -> None:
    advertiser = await rig.advertiser(organization_id)
    await rig.link(advertiser)
    await list_all(rig, rig.deps())
    [campaign, *_] = await current(rig, advertiser, "campaign")
    wire = rig.wire
    rig.wire = Edited(rig, "/campaigns", _without("campaigns", campaign, "campaignId"))  # pyright: ignore[reportAttributeAccessIssue]
    await list_again(rig, rig.deps())
    rig.wire = wire
    assert (await current(rig, advertiser, "campaign"))[campaign]["missing_since"]
    await list_again(rig, rig.deps())
    row = (await current(rig, advertiser, "campaign"))[campaign]
    assert (row["deleted"], row["missing_since"], row["change"]) == (False, None, "found")


async def test_a_list_older_than_what_is_known_changes_nothing(
    rig: Rig, organization_id: UUID
) -> None:
    advertiser = await rig.advertiser(organization_id)
    deps = rig.deps()
    await rig.link(advertiser)
    await list_all(rig, deps)
    [campaign, *_] = await current(rig, advertiser, "campaign")
    old: list[dict[str, Any]] = []

    def remember(body: dict[str, Any]) -> dict[str, Any]:
        old.append(body)
        return body

    wire = rig.wire
    rig.wire = Edited(rig, "/campaigns", remember)  # pyright: ignore[reportAttributeAccessIssue]
    await list_again(rig, rig.deps())
    rig.wire = wire
    await change(rig, campaign, name="Renamed since")
    await list_again(rig, deps)
    known = await versions(rig, "campaign", campaign)
    assert known[-1]["name"] == "Renamed since"
    rig.wire = Edited(rig, "/campaigns", lambda _: old[0])  # pyright: ignore[reportAttributeAccessIssue]
    await list_again(rig, rig.deps())
    assert await versions(rig, "campaign", campaign) == known


async def _known(rig: Rig, advertiser: Advertiser) -> dict[Any, Any]:
    """Every current version of an advertiser."""
    return {
        (row["kind"], row["entity_id"]): (row["change"], row["fields"], row["deleted"])
        for row in await versions(rig)
        if row["advertiser_id"] == advertiser.advertiser_id
    }


async def _facts(rig: Rig, advertiser: Advertiser) -> Counter[tuple[str, str]]:
    async with rig.db.read(SYSTEM) as tx:
        rows = await tx.fetch(
            """
            select p ->> 'type' as type, p ->> 'subject' as subject
            from outbox, lateral (select payload::jsonb as p) told
            where p -> 'data' ->> 'advertiser_id' = $1
            """,
            str(advertiser.advertiser_id),
        )
    return Counter((row["type"], row["subject"]) for row in rows)


async def test_death_at_any_point_of_a_listing_loses_and_doubles_nothing(
    rig: Rig, organization_id: UUID
) -> None:
    db = CrashingDb(rig.url, schema=SCHEMA, migrations=MIGRATIONS)
    db.plan = rig.plan
    await db.start()
    doomed, heir = rig.deps(db), rig.deps()
    unharmed = await rig.advertiser(organization_id)
    await rig.link(unharmed)
    await list_all(rig, heir)
    truth, facts = await _known(rig, unharmed), await _facts(rig, unharmed)
    await rig.tell(AdvertiserErased(advertiser_id=unharmed.advertiser_id), organization_id)
    points: set[str] = set()
    at = -2
    died = True
    while died:
        at += 3  # pages have eight points: every one of them is met, on one page or another
        advertiser = await rig.advertiser(organization_id)
        await rig.link(advertiser)
        rig.plan.arm(at)
        died = False
        try:
            await list_all(rig, doomed)
        except Crash:
            points.add(rig.plan.where)
            died = True
        finally:
            rig.plan.arm(None)
        await list_all(rig, heir)
        assert await _known(rig, advertiser) == truth
        assert await _facts(rig, advertiser) == facts
        await rig.tell(AdvertiserErased(advertiser_id=advertiser.advertiser_id), organization_id)
    await db.stop()
    assert set(facts.values()) == {1}
    assert at > 20
    assert points == {
        "before a transaction",
        "before a commit",
        "after a commit",
        "before a request",
        "after a request",
    }


async def test_a_worker_that_comes_back_after_its_lease_changes_nothing(
    rig: Rig, organization_id: UUID
) -> None:
    advertiser = await rig.advertiser(organization_id)
    deps = rig.deps()
    await rig.link(advertiser)
    slow = await jobs.claim(deps)
    assert slow is not None
    late = await service.perform(slow, deps.tools.amazon, deps.pace)
    assert await jobs.claim(deps) is None
    rig.clock.forward(seconds=service.LEASE_SECONDS + 1)
    await list_all(rig, deps)
    before = (await versions(rig), await rig.events())
    async with rig.db.tx(SYSTEM) as tx:
        kept = await service.apply(tx, slow, late, rig.clock(), 0.5, deps.tools.limits, deps.pace)
    assert not kept
    assert (await versions(rig), await rig.events()) == before


async def test_every_fault_of_amazon_is_survived(rig: Rig, organization_id: UUID) -> None:
    advertiser = await rig.advertiser(organization_id)
    await rig.faults(
        *(
            {"match": "POST /adsApi/v1/query", "kind": kind, "count": 2, "retry_after": 3}
            for kind in ("429", "429_no_retry_after", "500", "503", "drop", "truncate", "malformed")
        )
    )
    await rig.link(advertiser)
    await list_all(rig, rig.deps(list_page_rows=30))
    await assert_true(rig, advertiser)


async def test_a_page_token_that_ended_starts_its_list_again(
    rig: Rig, organization_id: UUID
) -> None:
    advertiser = await rig.advertiser(organization_id)
    deps = rig.deps(list_page_rows=5)
    await rig.link(advertiser)
    await jobs.list_one(deps)
    async with rig.db.tx(SYSTEM) as tx:
        await tx.execute("update listing set page_token = 'ended'")
    await list_all(rig, deps)
    await assert_true(rig, advertiser)


async def test_a_large_advertiser_keeps_no_other_waiting(rig: Rig, organization_id: UUID) -> None:
    large, small = [await rig.advertiser(organization_id, number=n) for n in (0, 1)]
    deps = rig.deps(list_page_rows=2)
    await rig.link(large)
    for _ in range(5):
        await jobs.list_one(deps)
    await rig.link(small)
    turns: list[UUID] = []
    for _ in range(8):
        work = await jobs.claim(deps)
        assert work is not None
        turns.append(work.listing.advertiser_id)
        rig.clock.forward(seconds=1)
        await jobs.carry_out(deps, work)
    assert turns.count(small.advertiser_id) == 4


async def test_an_account_that_amazon_refuses_waits_and_says_why(
    rig: Rig, organization_id: UUID
) -> None:
    advertiser = await rig.advertiser(organization_id)
    deps = rig.deps()
    rig.desk.problems[str(advertiser.connection_id)] = (409, "reauth_required")
    await rig.link(advertiser)
    await list_all(rig, deps, hours=0.01)
    async with rig.db.read(SYSTEM) as tx:
        row = await tx.fetchrow("select * from listing")
    assert row is not None
    assert row["error_code"] == "reauth_required"
    assert row["due_at"] > rig.clock() + timedelta(minutes=10)
    rig.desk.problems.clear()
    recovered = CredentialRecovered(
        connection_id=advertiser.connection_id, expires_at=rig.clock() + timedelta(hours=1)
    )
    await rig.tell(recovered, organization_id)
    await list_all(rig, deps, hours=0.01)
    await assert_true(rig, advertiser)


async def test_what_listings_cost_is_in_the_ledger(rig: Rig, organization_id: UUID) -> None:
    deps = rig.deps()
    await rig.link(await rig.advertiser(organization_id))
    await list_all(rig, deps)
    await list_again(rig, deps)
    async with rig.db.read(SYSTEM) as tx:
        rows = await tx.fetch("select * from quota_use")
    spent = Counter[str]()
    for row in rows:
        assert (row["family"], row["report_type"]) == ("entities", "entities")
        spent[row["reason"]] += row["requests"]
    asked = await rig.requests("/adsApi/v1/query")
    assert spent.total() == len(asked)
    assert spent["full_listing"] >= 4
    assert spent["light_listing"] >= 2


async def test_an_erased_advertiser_leaves_no_entities_and_none_come_back(
    rig: Rig, organization_id: UUID
) -> None:
    advertiser = await rig.advertiser(organization_id)
    deps = rig.deps()
    await rig.link(advertiser)
    await jobs.list_one(deps)
    slow = await jobs.claim(deps)
    assert slow is not None
    await rig.tell(AdvertiserErased(advertiser_id=advertiser.advertiser_id), organization_id)
    await jobs.carry_out(deps, slow)
    await rig.link(advertiser)
    await list_all(rig, deps)
    assert await versions(rig) == []
    async with rig.db.read(SYSTEM) as tx:
        left = await tx.fetchval(
            "select (select count(*) from listing) + (select count(*) from listed_entity)"
        )
    assert left == 0


async def test_two_replicas_list_each_page_once(
    rig: Rig, make_db: MakeDb, organization_id: UUID
) -> None:
    advertiser = await rig.advertiser(organization_id)
    other = await make_db(SCHEMA, MIGRATIONS, url=rig.url)
    await rig.link(advertiser)
    replicas = [rig.deps(), rig.deps(other)]
    works = [await jobs.claim(deps) for deps in replicas]
    assert [work is not None for work in works] == [True, False]
    assert works[0] is not None
    await jobs.carry_out(replicas[0], works[0])
    for deps in replicas:
        await list_all(rig, deps)
    await assert_true(rig, advertiser)


async def test_the_past_is_what_the_sandbox_says_it_was(rig: Rig, organization_id: UUID) -> None:
    """Versions valid at a moment are the truth of that moment, as far as it was listed."""
    advertiser = await rig.advertiser(organization_id)
    deps = rig.deps()
    await rig.link(advertiser)
    await list_all(rig, deps)
    moments: list[datetime] = []
    [campaign, *_] = await current(rig, advertiser, "campaign")
    for budget in (500.0, 900.0, 700.0):
        await change(rig, campaign, budget=budget)
        await list_again(rig, deps)
        moments.append(rig.clock())
    for moment in moments:
        truth = (await entity(rig, campaign, at=moment.isoformat()))["truth"]
        [valid] = [
            row
            for row in await versions(rig, "campaign", campaign)
            if row["valid_from"] <= moment and (row["valid_to"] is None or moment < row["valid_to"])
        ]
        assert valid["fields"]["budget_micros"] == truth["budget_micros"]
        assert valid["name"] == truth["name"]
