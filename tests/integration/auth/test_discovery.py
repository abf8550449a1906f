"""Discovery: equal to the sandbox's world, after any crash, with the right events."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from amazon_ads import RetryPolicy
from auth.consumers import HANDLERS
from auth.discoveries.domain import LEASE, MAX_ATTEMPTS
from infra.auth_world import AuthWorld, Browser, never
from shared.consumers import deliver
from shared.events import CredentialReauthRequired, CredentialRecovered, Event, EventData
from shared.ids import new_id


@pytest.fixture(autouse=True)
def impatient(world: AuthWorld) -> None:
    object.__setattr__(world.deps.discoverer.amazon, "retry", RetryPolicy(2, 0.0, 0.0))


def expected(world: AuthWorld, user: str) -> list[dict[str, Any]]:
    tree = world.sandbox.state.deps.world.tree
    seen = [tree.advertisers[a] for a in sorted(tree.users[user].advertiser_ids)]
    return [
        {
            "amazon_advertiser_id": a.advertiser_id,
            "name": a.name,
            "currency": a.currency,
            "country": {"UK": "GB"}.get(a.market.country, a.market.country),
            "timezone": a.timezone,
            "region": a.market.region.upper(),
            "entity_id": a.seat.entity_id,
        }
        for a in seen
    ]


async def found(browser: Browser) -> list[dict[str, Any]]:
    items = (await browser.get("/v1/advertisers"))["items"]
    told = (
        "amazon_advertiser_id",
        "name",
        "currency",
        "country",
        "timezone",
        "region",
        "entity_id",
    )
    plain = [{name: item[name] for name in told} for item in items]
    return sorted(plain, key=lambda item: item["amazon_advertiser_id"])


async def discovery(browser: Browser, connection_id: UUID) -> dict[str, Any]:
    return (await browser.get(f"/v1/connections/{connection_id}"))["discovery"]


async def facts(world: AuthWorld) -> list[dict[str, Any]]:
    """Every event but that somebody acted."""
    return [e for e in await world.events() if e["type"] != "action.recorded"]


def take_away(world: AuthWorld, user: str, *, keep: int) -> Any:
    """Amazon no longer shows the user more than `keep` of their advertisers."""
    users = world.sandbox.state.deps.world.tree.users
    before = users[user].advertiser_ids
    object.__setattr__(users[user], "advertiser_ids", frozenset(sorted(before)[:keep]))
    return before


@pytest.mark.parametrize("user", ["morgan", "robin", "sam"])
async def test_discovery_equals_what_amazon_shows_the_user(world: AuthWorld, user: str) -> None:
    browser = await world.owner()
    connection_id = await browser.connect("EU", user=user)
    await world.discover()
    assert await found(browser) == expected(world, user)
    shown = await discovery(browser, connection_id)
    seats = {a["entity_id"] for a in expected(world, user)}
    assert (shown["state"], shown["error_code"]) == ("done", None)
    assert shown["advertisers"] == len(expected(world, user))
    assert shown["profiles"] >= len(seats)
    linked = await world.events("advertiser.linked")
    assert len(linked) == len(expected(world, user))
    assert all(e["data"]["connection_id"] == str(connection_id) for e in linked)
    assert all(e["data"]["profile_id"] for e in linked)


async def test_seats_longer_than_a_page_are_read_to_the_end(
    world: AuthWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("amazon_ads.accounts.PAGE_SIZE", 1)
    defaults = {"page_size": 1}
    monkeypatch.setattr("amazon_ads.accounts.iterate_advertisers.__kwdefaults__", defaults)
    browser = await world.owner()
    await browser.connect()
    await world.discover()
    assert await found(browser) == expected(world, "morgan")


async def test_looking_again_changes_nothing_and_says_nothing(world: AuthWorld) -> None:
    browser = await world.owner()
    connection_id = await browser.connect()
    await world.discover()
    before = await facts(world)
    response = await browser.call("POST", f"/v1/connections/{connection_id}/discoveries")
    assert response.status_code == 202
    assert response.json()["discovery"]["state"] == "pending"
    world.clock.forward(seconds=1)
    await world.discover()
    assert (await discovery(browser, connection_id))["state"] == "done"
    assert await facts(world) == before


async def test_asking_twice_is_one_discovery(world: AuthWorld) -> None:
    browser = await world.owner()
    connection_id = await browser.connect()
    path = f"/v1/connections/{connection_id}/discoveries"
    answers = await asyncio.gather(*(browser.call("POST", path) for _ in range(3)))
    assert [a.status_code for a in answers] == [202] * 3
    assert len(await world.rows("select * from discovery")) == 1


async def test_a_pending_connection_cannot_be_discovered(world: AuthWorld) -> None:
    browser = await world.owner()
    opened = await browser.open_consent()
    path = f"/v1/connections/{opened['connection_id']}/discoveries"
    response = await browser.call("POST", path)
    assert (response.status_code, response.json()["code"]) == (409, "connection_not_active")


async def test_a_changed_advertiser_is_announced_with_its_full_state(world: AuthWorld) -> None:
    browser = await world.owner()
    connection_id = await browser.connect()
    await world.discover()
    advertiser = next(iter(world.sandbox.state.deps.world.tree.advertisers.values()))
    object.__setattr__(advertiser, "name", "Renamed at Amazon")
    await browser.call("POST", f"/v1/connections/{connection_id}/discoveries")
    await world.discover()
    event = (await world.events("advertiser.linked"))[-1]
    assert event["data"]["name"] == "Renamed at Amazon"
    assert event["data"]["amazon_advertiser_id"] == advertiser.advertiser_id
    assert len(await world.events("advertiser.linked")) == len(expected(world, "morgan")) + 1


async def test_advertisers_that_vanish_are_unlinked_and_lost_and_come_back(
    world: AuthWorld,
) -> None:
    browser = await world.owner()
    connection_id = await browser.connect()
    path = f"/v1/connections/{connection_id}/discoveries"
    await world.discover()
    before = take_away(world, "morgan", keep=2)
    await browser.call("POST", path)
    await world.discover()
    types = Counter(e["type"] for e in await world.events())
    gone = len(before) - 2
    assert (types["advertiser.unlinked"], types["advertiser.lost"]) == (gone, gone)
    items = (await browser.get(f"/v1/advertisers?connection_id={connection_id}"))["items"]
    assert len(items) == 2
    users = world.sandbox.state.deps.world.tree.users
    object.__setattr__(users["morgan"], "advertiser_ids", before)
    await browser.call("POST", path)
    await world.discover()
    types = Counter(e["type"] for e in await world.events())
    assert types["advertiser.recovered"] == gone
    assert types["advertiser.linked"] == len(before) + gone
    assert len(await world.rows("select * from advertiser")) == len(before)


async def test_an_advertiser_another_connection_sees_is_unlinked_but_not_lost(
    world: AuthWorld,
) -> None:
    browser = await world.owner()
    first = await browser.connect(user="morgan")
    await world.discover()
    world.clock.forward(seconds=1)
    second = await browser.connect(user="robin")
    await world.discover()
    shared_ids = {a["amazon_advertiser_id"] for a in expected(world, "robin")}
    items = (await browser.get("/v1/advertisers"))["items"]
    both = [i for i in items if i["connection_ids"] == [str(first), str(second)]]
    assert {i["amazon_advertiser_id"] for i in both} == shared_ids
    take_away(world, "morgan", keep=0)
    await browser.call("POST", f"/v1/connections/{first}/discoveries")
    await world.discover()
    lost = {e["data"]["advertiser_id"] for e in await world.events("advertiser.lost")}
    kept = {i["id"] for i in both}
    assert lost.isdisjoint(kept)
    handed = [e["data"] for e in await world.events("advertiser.linked")][-len(kept) :]
    assert {d["connection_id"] for d in handed} == {str(second)}
    assert {d["advertiser_id"] for d in handed} == kept


async def test_a_seat_that_amazon_refuses_to_list_keeps_its_advertisers(world: AuthWorld) -> None:
    browser = await world.owner()
    connection_id = await browser.connect()
    await world.discover()

    async def forbid(request: httpx.Request) -> None:
        if request.url.path.endswith("/dsp/advertisers"):
            request.headers["Amazon-Advertising-API-Scope"] = vendor

    profiles = world.sandbox.state.deps.world.tree.profiles
    vendor = next(p.profile_id for p in profiles if p.kind == "vendor")
    world.amazon.before = forbid
    await browser.call("POST", f"/v1/connections/{connection_id}/discoveries")
    await world.discover()
    assert await world.events("advertiser.unlinked", "advertiser.lost") == []
    assert await found(browser) == expected(world, "morgan")


CALLS = [
    ("refresher_wire", "POST", "/access-token"),
    ("amazon", "GET", "/na/v2/profiles"),
    ("amazon", "GET", "/na/dsp/advertisers"),
    ("amazon", "GET", "/eu/v2/profiles"),
    ("amazon", "GET", "/fe/dsp/advertisers"),
]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("wire", "method", "path"), CALLS)
async def test_a_crash_during_any_call_is_made_up_for(
    world: AuthWorld, wire: str, method: str, path: str, when: str
) -> None:
    browser = await world.owner()
    connection_id = await browser.connect()
    reached = asyncio.Event()

    async def hang(request: httpx.Request) -> None:
        if request.method == method and request.url.path.endswith(path):
            reached.set()
            await never(request)

    setattr(getattr(world, wire), when, hang)
    assert await world.deps.discoverer.tick()
    await reached.wait()
    await world.crash()
    assert not await world.deps.discoverer.tick(), "the lease still stands"
    world.clock.forward(seconds=LEASE.total_seconds() + 1)
    await world.discover()
    assert await found(browser) == expected(world, "morgan")
    assert (await discovery(browser, connection_id))["state"] == "done"
    linked = [e["data"]["advertiser_id"] for e in await world.events("advertiser.linked")]
    assert len(linked) == len(set(linked)) == len(expected(world, "morgan"))
    shown = await discovery(browser, connection_id)
    assert shown["advertisers"] == len(expected(world, "morgan"))


async def test_a_holder_that_lost_its_lease_applies_nothing(world: AuthWorld) -> None:
    browser = await world.owner()
    await browser.connect()
    gate, reached = asyncio.Event(), asyncio.Event()

    async def stall(request: httpx.Request) -> None:
        if request.url.path.startswith("/na/dsp") and not reached.is_set():
            reached.set()
            await gate.wait()

    world.amazon.after = stall
    await world.deps.discoverer.tick()
    await reached.wait()
    world.clock.forward(seconds=LEASE.total_seconds() + 1)
    await world.deps.discoverer.tick()
    while len(world.deps.discoverer.workers.lease_tokens) > 1:
        await asyncio.sleep(0.001)
    events = await world.events()
    gate.set()
    await world.deps.discoverer.workers.idle()
    assert await world.events() == events
    assert await found(browser) == expected(world, "morgan")


async def test_a_renewed_lease_is_not_taken(world: AuthWorld) -> None:
    browser = await world.owner()
    await browser.connect()
    world.amazon.before = never
    await world.deps.discoverer.tick()
    for _ in range(5):
        world.clock.forward(seconds=LEASE.total_seconds() - 5)
        await world.deps.discoverer.renew()
        assert not await world.deps.discoverer.tick()


@pytest.mark.parametrize("kind", ["429", "429_no_retry_after", "500", "503", "drop", "malformed"])
async def test_failures_of_amazon_are_retried_later(world: AuthWorld, kind: str) -> None:
    browser = await world.owner()
    connection_id = await browser.connect()
    await world.fault({"match": "GET /eu/", "kind": kind})
    await world.discover()
    shown = await discovery(browser, connection_id)
    assert shown["state"] == "pending"
    assert shown["error_code"].startswith("amazon_")
    await world.fault()
    world.clock.forward(minutes=2)
    await world.discover()
    assert await found(browser) == expected(world, "morgan")
    shown = await discovery(browser, connection_id)
    assert (shown["state"], shown["error_code"]) == ("done", None)
    assert shown["advertisers"] == len(expected(world, "morgan"))


async def test_enough_failures_end_the_discovery_until_somebody_asks(world: AuthWorld) -> None:
    browser = await world.owner()
    connection_id = await browser.connect()
    world.refresher.down = 10_000
    for _ in range(MAX_ATTEMPTS):
        await world.discover()
        world.clock.forward(hours=1)
    shown = await discovery(browser, connection_id)
    assert (shown["state"], shown["error_code"]) == ("failed", "database_unavailable")
    world.refresher.down = 0
    await browser.call("POST", f"/v1/connections/{connection_id}/discoveries")
    await world.discover()
    assert (await discovery(browser, connection_id))["state"] == "done"


async def test_connections_are_looked_at_again_every_day(world: AuthWorld) -> None:
    browser = await world.owner()
    connection_id = await browser.connect()
    await world.discover()
    world.clock.forward(hours=23)
    assert not await world.deps.discoverer.schedule()
    world.clock.forward(hours=1)
    assert await world.deps.discoverer.schedule()
    assert not await world.deps.discoverer.schedule()
    path = f"/v1/connections/{connection_id}"
    actor_session = await world.sign_in("owner@contoso.example")
    assert (await actor_session.get(path))["discovery"]["state"] == "pending"


def event_of(world: AuthWorld, data: EventData, organization_id: UUID) -> Event[Any]:
    return Event[type(data)](
        id=new_id(),
        source="token-refresher",
        type=data.TYPE,
        subject=data.subject,
        time=world.clock(),
        tenantid=organization_id,
        data=data,
    )


async def test_a_lost_and_recovered_credential_delivered_twice_is_shown_once(
    world: AuthWorld,
) -> None:
    browser = await world.owner()
    organization_id = UUID((await browser.get("/v1/session"))["organization"]["id"])
    connection_id = await browser.connect()
    world.refresher.reauth = True
    await world.discover()
    assert (await discovery(browser, connection_id))["error_code"] == "reauth_required"
    lost = CredentialReauthRequired(connection_id=connection_id, error_code="invalid_grant")
    event = event_of(world, lost, organization_id)
    outcomes = [await deliver(world.db, HANDLERS, event) for _ in range(2)]
    assert outcomes == ["handled", "duplicate"]
    path = f"/v1/connections/{connection_id}"
    assert (await browser.get(path))["credential_state"] == "reauth_required"
    world.refresher.reauth = False
    world.clock.forward(minutes=1)
    back = CredentialRecovered(
        connection_id=connection_id, expires_at=world.clock() + timedelta(hours=1)
    )
    event = event_of(world, back, organization_id)
    assert [await deliver(world.db, HANDLERS, event) for _ in range(2)] == ["handled", "duplicate"]
    assert (await browser.get(path))["credential_state"] == "healthy"
    assert len(await world.rows("select * from discovery")) == 2
    await world.discover()
    assert await found(browser) == expected(world, "morgan")


async def test_an_event_of_another_tenant_changes_nothing(world: AuthWorld) -> None:
    browser = await world.owner()
    connection_id = await browser.connect()
    lost = CredentialReauthRequired(connection_id=connection_id, error_code="invalid_grant")
    assert await deliver(world.db, HANDLERS, event_of(world, lost, new_id())) == "handled"
    shown = await browser.get(f"/v1/connections/{connection_id}")
    assert shown["credential_state"] == "healthy"
