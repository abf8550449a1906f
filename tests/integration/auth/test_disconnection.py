"""The end of a connection: what stops, what goes on, what is forgotten, and that no secret stays."""

import asyncio
from typing import Any
from uuid import UUID

import httpx
import pytest
from auth.connections.disconnection import DELETE_AGAIN_AFTER, Disconnections
from auth.connections.domain import LEASE
from auth.connections.service import note_recovery, note_refresh
from auth.jobs import Housekeeping
from infra.auth_world import AuthWorld, Browser, never
from shared.db import SYSTEM, Scope


def job(world: AuthWorld) -> Disconnections:
    return Disconnections(world.db, world.deps.consents.handovers.token_refresher, world.clock)


async def settle(world: AuthWorld) -> None:
    """Both deletions, and what the loop does in between."""
    while await job(world).tick():
        pass
    world.clock.forward(seconds=DELETE_AGAIN_AFTER.total_seconds())
    while await job(world).tick():
        pass


async def end(browser: Browser, connection_id: UUID, *, keep: bool = True) -> dict[str, Any]:
    path = f"/v1/connections/{connection_id}?keep_history={str(keep).lower()}"
    response = await browser.call("DELETE", path)
    assert response.status_code == 202, response.text
    return response.json()


async def plan(browser: Browser, connection_id: UUID) -> dict[str, Any]:
    return await browser.get(f"/v1/connections/{connection_id}/disconnection")


async def told(world: AuthWorld, *types: str) -> list[tuple[str, str]]:
    """Type and advertiser of the events about advertisers."""
    events = await world.events(*types)
    return [(e["type"], e["data"]["advertiser_id"]) for e in events]


async def test_the_secrets_are_deleted_and_deleted_again_and_everybody_is_told(
    world: AuthWorld,
) -> None:
    browser = await world.owner()
    connection_id = await browser.connect()
    begun = await end(browser, connection_id)
    assert (begun["state"], begun["keep_history"]) == ("ending", True)
    assert begun["manage_access_url"].startswith("https://www.amazon.com/")
    assert (await browser.get(f"/v1/connections/{connection_id}"))["status"] == "revoked"
    await settle(world)
    assert world.refresher.grants == {}
    assert world.refresher.deletes == 2
    assert (await plan(browser, connection_id))["state"] == "ended"
    (event,) = await world.events("connection.revoked")
    data = event["data"]
    assert (data["connection_id"], data["keep_history"]) == (str(connection_id), True)


async def test_the_preview_tells_what_stops_and_what_goes_on(world: AuthWorld) -> None:
    browser = await world.owner()
    everything = await browser.connect("NA", user="morgan")
    third = await browser.connect("NA", user="robin")
    await world.discover()
    seen = {a["id"]: a["connection_ids"] for a in (await browser.get("/v1/advertisers"))["items"]}
    shown = await plan(browser, everything)
    assert shown["state"] == "possible"
    served = {a["advertiser_id"]: a["served_by"] for a in shown["advertisers"]}
    shared = {a for a, ids in seen.items() if str(third) in ids}
    assert set(served) == set(seen)
    assert {a for a, by in served.items() if by == str(third)} == shared
    assert 0 < len(shared) < len(seen)
    assert await world.events("connection.revoked", "advertiser.unlinked") == []


@pytest.mark.parametrize("keep", [True, False])
async def test_shared_advertisers_go_on_over_the_other_connection(
    world: AuthWorld, *, keep: bool
) -> None:
    browser = await world.owner()
    ended = await browser.connect("NA", user="morgan")
    other = await browser.connect("NA", user="robin")
    await world.discover()
    served = (await plan(browser, ended))["advertisers"]
    shared = {a["advertiser_id"] for a in served if a["served_by"] == str(other)}
    alone = {a["advertiser_id"] for a in served} - shared
    linked_before = len(await world.events("advertiser.linked"))
    await end(browser, ended, keep=keep)
    linked = (await world.events("advertiser.linked"))[linked_before:]
    assert {e["data"]["advertiser_id"] for e in linked} == shared
    assert {e["data"]["connection_id"] for e in linked} == {str(other)}
    assert {a for _, a in await told(world, "advertiser.unlinked")} == shared | alone
    assert {a for _, a in await told(world, "advertiser.lost")} == alone
    assert {a for _, a in await told(world, "advertiser.erased")} == (set() if keep else alone)
    left = {a["id"] for a in (await browser.get("/v1/advertisers"))["items"]}
    assert left == (shared | alone if keep else shared)


async def test_kept_advertisers_come_back_with_their_ids_and_brands(world: AuthWorld) -> None:
    browser = await world.owner()
    first = await browser.connect()
    await world.discover()
    before = {a["id"] for a in (await browser.get("/v1/advertisers"))["items"]}
    await end(browser, first)
    again = await browser.connect()
    await world.discover()
    after = (await browser.get("/v1/advertisers"))["items"]
    assert again != first
    assert {a["id"] for a in after if str(again) in a["connection_ids"]} == before


async def test_erased_advertisers_come_back_as_new_ones(world: AuthWorld) -> None:
    browser = await world.owner()
    first = await browser.connect()
    await world.discover()
    before = {a["id"] for a in (await browser.get("/v1/advertisers"))["items"]}
    await end(browser, first, keep=False)
    await browser.connect()
    await world.discover()
    assert before.isdisjoint({a["id"] for a in (await browser.get("/v1/advertisers"))["items"]})


async def test_disconnecting_twice_at_once_is_one_end(world: AuthWorld) -> None:
    browser = await world.owner()
    connection_id = await browser.connect()
    await world.discover()
    await asyncio.gather(end(browser, connection_id), end(browser, connection_id))
    await end(browser, connection_id)
    assert len(await world.events("connection.revoked")) == 1
    unlinked = [a for _, a in await told(world, "advertiser.unlinked")]
    assert len(unlinked) == len(set(unlinked))


async def test_an_ended_connection_stays_ended(world: AuthWorld) -> None:
    browser = await world.owner()
    connection_id = await browser.connect()
    opened = await browser.call("POST", f"/v1/connections/{connection_id}/reauthorizations")
    back = await browser.decide(opened.json()["authorize_url"])
    await end(browser, connection_id)
    assert await browser.come_back(back) == "error=state_invalid"
    for path in ("reauthorizations", "discoveries"):
        response = await browser.call("POST", f"/v1/connections/{connection_id}/{path}")
        assert response.status_code == 409
    shown = await browser.get(f"/v1/connections/{connection_id}")
    assert (shown["status"], shown["health"]) == ("revoked", None)


async def test_token_refresher_away_is_waited_out(world: AuthWorld) -> None:
    browser = await world.owner()
    connection_id = await browser.connect()
    world.refresher.down = 3
    await end(browser, connection_id)
    assert await job(world).tick()
    assert (await plan(browser, connection_id))["error_code"] == "database_unavailable"
    for _ in range(4):
        world.clock.forward(minutes=1)
        await job(world).tick()
    assert world.refresher.grants == {}
    await settle(world)
    shown = await plan(browser, connection_id)
    assert (shown["state"], shown["error_code"]) == ("ended", None)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("deletion", [1, 2])
async def test_a_crash_during_a_deletion_is_made_up_for(
    world: AuthWorld, when: str, deletion: int
) -> None:
    browser = await world.owner()
    connection_id = await browser.connect()
    await end(browser, connection_id)
    if deletion == 2:
        await job(world).tick()
        world.clock.forward(seconds=DELETE_AGAIN_AFTER.total_seconds())
    reached = asyncio.Event()

    async def hang(request: httpx.Request) -> None:
        reached.set()
        await never(request)

    setattr(world.refresher_wire, when, hang)
    dying = asyncio.create_task(job(world).tick())
    await reached.wait()
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    await world.crash()
    assert not await job(world).tick(), "the lease still stands"
    world.clock.forward(seconds=LEASE.total_seconds() + 1)
    await settle(world)
    assert (await plan(browser, connection_id))["state"] == "ended"
    assert world.refresher.grants == {}


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_grant_that_lands_after_the_end_is_deleted_too(world: AuthWorld, when: str) -> None:
    browser = await world.owner()
    opened = await browser.open_consent()
    connection_id = UUID(opened["connection_id"])
    back = await browser.decide(opened["authorize_url"])
    gate, reached = asyncio.Event(), asyncio.Event()

    async def stall(request: httpx.Request) -> None:
        if request.method == "PUT":
            reached.set()
            await gate.wait()

    setattr(world.refresher_wire, when, stall)
    waiting = asyncio.create_task(browser.come_back(back))
    await reached.wait()
    await end(browser, connection_id)
    assert await job(world).tick()
    gate.set()
    assert await waiting == "error=state_invalid"
    world.refresher_wire.open()
    await settle(world)
    assert world.refresher.grants == {}
    assert (await browser.get(f"/v1/connections/{connection_id}"))["status"] == "revoked"
    assert await world.events("connection.authorized") == []
    assert await world.rows("select * from handover") == []


async def test_a_look_under_way_changes_nothing_any_more(world: AuthWorld) -> None:
    browser = await world.owner()
    connection_id = await browser.connect()
    gate, reached = asyncio.Event(), asyncio.Event()

    async def stall(request: httpx.Request) -> None:
        if "/dsp/advertisers" in request.url.path:
            reached.set()
            await gate.wait()

    world.amazon.after = stall
    looking = asyncio.create_task(world.discover())
    await reached.wait()
    await end(browser, connection_id)
    gate.set()
    await looking
    assert await world.rows("select * from advertiser_connection") == []
    assert await world.events("advertiser.linked") == []


async def test_late_news_of_its_credential_does_not_wake_an_ended_connection(
    world: AuthWorld,
) -> None:
    browser = await world.owner()
    connection_id = await browser.connect()
    await world.discover()
    await end(browser, connection_id)
    (row,) = await world.rows("select organization_id, credential_state from connection")
    async with world.db.tx(Scope.organization(row["organization_id"])) as tx:
        await note_refresh(tx, row["organization_id"], connection_id, world.clock())
        await note_recovery(tx, row["organization_id"], connection_id, world.clock())
    assert await world.rows("select * from discovery where state = 'pending'") == []


async def test_a_transaction_that_fails_leaves_the_connection_whole(world: AuthWorld) -> None:
    browser = await world.owner()
    connection_id = await browser.connect()
    await world.discover()
    links = await world.rows("select * from advertiser_connection")
    async with world.db.tx(SYSTEM) as tx:
        await tx.execute("alter table disconnection rename to disconnection_away")
    path = f"/v1/connections/{connection_id}?keep_history=false"
    assert (await browser.call("DELETE", path)).status_code == 500
    assert await world.rows("select * from advertiser_connection") == links
    assert (await browser.get(f"/v1/connections/{connection_id}"))["status"] == "active"
    assert await world.events("connection.revoked", "advertiser.lost", "advertiser.erased") == []


async def test_who_may_only_read_or_sees_some_brands_cannot_disconnect(world: AuthWorld) -> None:
    browser = await world.owner()
    connection_id = await browser.connect()
    (row,) = await world.rows("select organization_id from connection")
    await world.member(row["organization_id"], "vera@contoso.example", "viewer")
    viewer = await world.sign_in("vera@contoso.example")
    path = f"/v1/connections/{connection_id}"
    for method, where in (
        ("DELETE", f"{path}?keep_history=true"),
        ("GET", f"{path}/disconnection"),
    ):
        assert (await viewer.call(method, where)).status_code == 403
    assert (await browser.call("DELETE", path)).status_code == 422, "the choice must be made"


async def test_a_connection_that_was_never_consented_to_is_forgotten_after_its_end(
    world: AuthWorld,
) -> None:
    browser = await world.owner()
    opened = await browser.open_consent()
    await end(browser, UUID(opened["connection_id"]))
    await settle(world)
    world.clock.forward(days=8)
    await Housekeeping(world.db, world.clock).tick()
    assert await world.rows("select * from connection") == []
