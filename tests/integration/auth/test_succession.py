"""Who serves an advertiser, through credentials that fall, links that go and people who choose."""

import asyncio
from datetime import date, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from amazon_ads import RetryPolicy
from auth.advertisers.service import announce
from auth.connections.health import ConsentRule
from auth.consumers import HANDLERS
from auth.succession import service
from auth.succession.domain import PATIENCE, PROBATION, REVIEW_EVERY, STAY
from auth.succession.jobs import Reviews
from infra.auth_world import AuthWorld, Browser
from shared.consumers import deliver
from shared.events import (
    CredentialReauthRequired,
    CredentialRecovered,
    CredentialRefreshed,
    CredentialRefreshFailed,
    CredentialSuspended,
    Event,
    EventData,
    InstanceDiscovered,
    InstanceLost,
)
from shared.ids import new_id

RULE = ConsentRule(timedelta(days=365), date(2026, 6, 30))


@pytest.fixture(autouse=True)
def impatient(world: AuthWorld) -> None:
    object.__setattr__(world.deps.discoverer.amazon, "retry", RetryPolicy(2, 0.0, 0.0))


class Pair:
    """An organization with two Amazon users: morgan sees everything, robin a third of it."""

    def __init__(self, world: AuthWorld, browser: Browser, first: UUID, second: UUID) -> None:
        self.world, self.browser, self.first, self.second = world, browser, first, second

    async def hear(self, data: EventData) -> Event[Any]:
        event = Event[type(data)](
            id=new_id(),
            source="tests",
            type=data.TYPE,
            subject=data.subject,
            time=self.world.clock(),
            tenantid=self.organization_id,
            data=data,
        )
        assert await deliver(self.world.db, HANDLERS, event) == "handled"
        return event

    async def fall(self, connection_id: UUID) -> Event[Any]:
        data = CredentialReauthRequired(connection_id=connection_id, error_code="invalid_grant")
        return await self.hear(data)

    async def recover(self, connection_id: UUID) -> None:
        expires_at = self.world.clock() + timedelta(hours=1)
        await self.hear(CredentialRecovered(connection_id=connection_id, expires_at=expires_at))

    async def stumble(self, connection_id: UUID) -> None:
        data = CredentialRefreshFailed(
            connection_id=connection_id,
            state="retrying",
            error_code="unavailable",
            attempts=1,
            expires_at=None,
            next_attempt_at=None,
        )
        await self.hear(data)

    async def review(self) -> None:
        reviews = Reviews(self.world.db, self.world.clock, RULE)
        while await reviews.tick():
            pass

    async def shared(self) -> list[dict[str, Any]]:
        """Advertisers that both see."""
        both = {str(self.first), str(self.second)}
        items = (await self.browser.get("/v1/advertisers"))["items"]
        return [item for item in items if set(item["connection_ids"]) == both]

    async def serving(self) -> set[tuple[UUID | None, bool]]:
        """Who serves what both see."""
        return {(UUID(i["serving_connection_id"]), i["served"]) for i in await self.shared()}

    @property
    def organization_id(self) -> UUID:
        return self._organization_id

    async def learn(self) -> None:
        session = await self.browser.get("/v1/session")
        self._organization_id = UUID(session["organization"]["id"])


@pytest.fixture
async def pair(world: AuthWorld) -> Pair:
    browser = await world.owner()
    first = await browser.connect(user="morgan")
    await world.discover()
    world.clock.forward(seconds=1)
    second = await browser.connect(user="robin")
    await world.discover()
    world.clock.forward(hours=2)
    built = Pair(world, browser, first, second)
    await built.learn()
    assert await built.shared()
    return built


async def test_the_first_to_see_an_advertiser_serves_it(pair: Pair) -> None:
    assert await pair.serving() == {(pair.first, True)}
    one = (await pair.shared())[0]
    assert (one["grants"], one["serving_cause"], one["pinned"]) == (2, "first_seen", False)


async def test_a_dead_credential_hands_over_in_the_same_transaction(pair: Pair) -> None:
    before = len(await pair.world.events("advertiser.linked"))
    event = await pair.fall(pair.first)
    assert await pair.serving() == {(pair.second, True)}
    told = (await pair.world.events("advertiser.linked"))[before:]
    shared = {i["id"] for i in await pair.shared()}
    moved = [e["data"] for e in told if e["data"]["advertiser_id"] in shared]
    assert {d["advertiser_id"] for d in moved} == shared
    assert len(moved) == len(shared)
    assert {d["connection_id"] for d in moved} == {str(pair.second)}
    assert {d["serving_connection_id"] for d in moved} == {str(pair.second)}
    alone = [e["data"] for e in told if e["data"]["advertiser_id"] not in shared]
    assert {(d["serving_connection_id"], d["served"]) for d in alone} == {(str(pair.first), False)}
    assert await deliver(pair.world.db, HANDLERS, event) == "duplicate"
    assert len(await pair.world.events("advertiser.linked")) == before + len(told)


async def test_what_only_the_dead_one_sees_keeps_its_name_and_is_unserved(pair: Pair) -> None:
    await pair.fall(pair.first)
    items = (await pair.browser.get("/v1/advertisers"))["items"]
    alone = [i for i in items if i["connection_ids"] == [str(pair.first)]]
    assert alone
    assert {(i["serving_connection_id"], i["served"], i["grants"]) for i in alone} == {
        (str(pair.first), False, 0)
    }
    await pair.recover(pair.first)
    items = (await pair.browser.get("/v1/advertisers"))["items"]
    assert all(i["served"] for i in items)


async def test_a_recovered_grant_does_not_come_back_and_one_left_alone_does(pair: Pair) -> None:
    await pair.fall(pair.first)
    await pair.recover(pair.first)
    assert await pair.serving() == {(pair.second, True)}
    pair.world.clock.forward(seconds=(PROBATION + STAY).total_seconds())
    await pair.review()
    assert await pair.serving() == {(pair.second, True)}
    await pair.fall(pair.second)
    assert await pair.serving() == {(pair.first, True)}


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_falls_in_any_order_end_with_the_one_that_works(
    pair: Pair, order: tuple[int, ...]
) -> None:
    steps = [
        lambda: pair.fall(pair.first),
        lambda: pair.recover(pair.first),
        lambda: pair.fall(pair.second),
    ]
    for index in order:
        await steps[index]()
        pair.world.clock.forward(seconds=1)
    first_works = order.index(1) > order.index(0)
    expected = (pair.first, True) if first_works else None
    if expected:
        assert await pair.serving() == {expected}
    else:
        assert {served for _, served in await pair.serving()} == {False}


async def test_an_outage_is_waited_out_before_anybody_moves(pair: Pair) -> None:
    await pair.stumble(pair.first)
    assert await pair.serving() == {(pair.first, True)}
    pair.world.clock.forward(seconds=PATIENCE.total_seconds() - 1)
    await pair.review()
    assert await pair.serving() == {(pair.first, True)}
    pair.world.clock.forward(seconds=1)
    await pair.review()
    assert await pair.serving() == {(pair.second, True)}


async def test_a_refresh_that_comes_in_time_ends_the_wait(pair: Pair) -> None:
    await pair.stumble(pair.first)
    now = pair.world.clock()
    refreshed = CredentialRefreshed(
        connection_id=pair.first,
        expires_at=now + timedelta(hours=1),
        refreshed_at=now,
        next_refresh_at=now,
    )
    await pair.hear(refreshed)
    pair.world.clock.forward(seconds=(PATIENCE + REVIEW_EVERY).total_seconds())
    await pair.review()
    assert await pair.serving() == {(pair.first, True)}


async def test_a_suspended_grant_is_passed_over(pair: Pair) -> None:
    await pair.hear(CredentialSuspended(connection_id=pair.first, reason="holiday"))
    assert await pair.serving() == {(pair.second, True)}


async def test_a_failover_that_dies_half_way_leaves_nothing_and_is_done_whole_later(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = len(await pair.world.events("advertiser.linked"))
    seen: list[set[tuple[UUID | None, bool]]] = []

    async def die_once(*args: Any) -> None:
        monkeypatch.setattr(service, "announce", announce)
        seen.append(await pair.serving())
        await announce(*args)
        raise RuntimeError("died")

    monkeypatch.setattr(service, "announce", die_once)
    await pair.fall(pair.first)
    assert seen == [{(pair.first, True)}], "nobody saw the half of it"
    assert await pair.serving() == {(pair.second, True)}
    told = [e["data"] for e in await pair.world.events("advertiser.linked")][before:]
    assert len(told) == len({d["advertiser_id"] for d in told})


async def test_both_falling_at_once_leave_nobody_and_no_deadlock(pair: Pair) -> None:
    await asyncio.gather(pair.fall(pair.first), pair.fall(pair.second), pair.review())
    assert {served for _, served in await pair.serving()} == {False}


async def test_a_pin_is_followed_explained_and_taken_back(pair: Pair) -> None:
    one = (await pair.shared())[0]
    path = f"/v1/advertisers/{one['id']}/serving"
    body = {"connection_id": str(pair.second)}
    answer = await pair.browser.call("PUT", f"{path}/pin", json=body)
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert shown["connection_id"] == shown["pinned_connection_id"] == str(pair.second)
    assert (shown["cause"], shown["previous_connection_id"]) == ("pinned", str(pair.first))
    best, other = shown["candidates"]
    assert {"pinned", "serving_now"} <= {r["code"] for r in best["reasons"]}
    assert {"oldest_link", "edit_access"} <= {r["code"] for r in other["reasons"]}
    unpinned = await pair.browser.call("PUT", f"{path}/pin", json={"connection_id": None})
    assert unpinned.json()["pinned_connection_id"] is None
    assert unpinned.json()["connection_id"] == str(pair.second)
    assert await pair.browser.get(path) == unpinned.json()


@pytest.mark.parametrize("body", [{}, {"connection_id": "x"}, {"connection_id": None, "y": 1}])
async def test_a_pin_of_another_shape_is_refused(pair: Pair, body: dict[str, object]) -> None:
    one = (await pair.shared())[0]
    answer = await pair.browser.call("PUT", f"/v1/advertisers/{one['id']}/serving/pin", json=body)
    assert answer.status_code == 422


async def test_a_connection_that_does_not_see_it_cannot_be_pinned(pair: Pair) -> None:
    items = (await pair.browser.get("/v1/advertisers"))["items"]
    alone = next(i for i in items if i["connection_ids"] == [str(pair.first)])
    path = f"/v1/advertisers/{alone['id']}/serving/pin"
    answer = await pair.browser.call("PUT", path, json={"connection_id": str(pair.second)})
    assert (answer.status_code, answer.json()["code"]) == (422, "connection_not_linked")
    unknown = f"/v1/advertisers/{new_id()}/serving"
    assert (await pair.browser.call("GET", unknown)).status_code == 404


async def test_a_departure_tells_what_goes_on_and_what_goes_dark(pair: Pair) -> None:
    path = f"/v1/connections/departures?connection_id={pair.first}"
    shown = await pair.browser.get(path)
    successors = {a["advertiser_id"]: a["successor"] for a in shown["advertisers"]}
    shared = {i["id"] for i in await pair.shared()}
    assert {a for a, s in successors.items() if s == str(pair.second)} == shared
    assert shown["dark_advertisers"] == len(successors) - len(shared) > 0
    await pair.fall(pair.second)
    shown = await pair.browser.get(path)
    assert shown["dark_advertisers"] == len(successors)


async def test_everybody_a_member_connected_leaves_together(pair: Pair) -> None:
    user_id = (await pair.browser.get("/v1/session"))["user"]["id"]
    shown = await pair.browser.get(f"/v1/connections/departures?user_id={user_id}")
    assert shown["connection_ids"] == [str(pair.first), str(pair.second)]
    assert shown["dark_advertisers"] == len(shown["advertisers"])
    shown = await pair.browser.get(f"/v1/connections/departures?amazon_user_of={pair.second}")
    assert shown["connection_ids"] == [str(pair.second)]
    assert shown["dark_advertisers"] == 0


async def test_a_departure_of_nobody_or_a_stranger_is_refused(pair: Pair) -> None:
    unclear = await pair.browser.call("GET", "/v1/connections/departures")
    assert (unclear.status_code, unclear.json()["code"]) == (422, "departure_unclear")
    path = f"/v1/connections/departures?connection_id={new_id()}"
    assert (await pair.browser.call("GET", path)).status_code == 404


def instance(connection_id: UUID, instance_id: UUID) -> InstanceDiscovered:
    return InstanceDiscovered(
        instance_id=instance_id,
        amazon_instance_id="amcabc",
        name="Contoso",
        account_id="ENTITY1",
        account_name="AMC US",
        marketplace_id="ATVPDKIKX0DER",
        connection_id=connection_id,
        status="ready",
    )


async def test_amc_instances_are_part_of_a_departure(pair: Pair) -> None:
    both, alone = new_id(), new_id()
    for connection_id, instance_id in (
        (pair.first, both),
        (pair.second, both),
        (pair.first, alone),
    ):
        await pair.hear(instance(connection_id, instance_id))
    path = f"/v1/connections/departures?connection_id={pair.first}"
    shown = {i["instance_id"]: i["successor"] for i in (await pair.browser.get(path))["instances"]}
    assert shown == {str(both): str(pair.second), str(alone): None}
    pair.world.clock.forward(seconds=1)
    await pair.hear(InstanceLost(instance_id=both, connection_id=pair.second))
    assert (await pair.browser.get(path))["dark_instances"] == 2


async def test_a_member_limited_to_a_brand_is_told_of_its_advertisers_only(pair: Pair) -> None:
    one = (await pair.shared())[0]
    mapping = {"advertiser_id": one["id"], "new_brand_name": "Contoso"}
    answer = await pair.browser.call("PUT", "/v1/advertisers/brands", json={"mappings": [mapping]})
    brand_id = UUID(answer.json()["items"][0]["brand_id"])
    await pair.hear(instance(pair.first, new_id()))
    await pair.world.member(pair.organization_id, "ana@contoso.example", "analyst", [brand_id])
    ana = await pair.world.sign_in("ana@contoso.example")
    shown = await ana.get(f"/v1/connections/departures?connection_id={pair.first}")
    assert [a["advertiser_id"] for a in shown["advertisers"]] == [one["id"]]
    assert shown["instances"] == []
    other = (await pair.shared())[-1]["id"] if len(await pair.shared()) > 1 else None
    items = (await pair.browser.get("/v1/advertisers"))["items"]
    hidden = other or next(i["id"] for i in items if i["id"] != one["id"])
    assert (await ana.call("GET", f"/v1/advertisers/{hidden}/serving")).status_code == 404
    sightings = (await ana.get(f"/v1/connections/{pair.first}/sightings"))["items"]
    assert [s["advertiser_id"] for s in sightings] == [one["id"]]
    looks = (await ana.get(f"/v1/connections/{pair.first}/discoveries"))["items"]
    assert [(look["gained"], look["advertisers"]) for look in looks] == [(1, None)]
