"""What a connection is seen to see: managers cut off at fifty, view-only seats, AMC accounts, history."""

from typing import Any
from uuid import UUID

import httpx
import pytest
from amazon_ads import RetryPolicy
from infra.auth_world import AMAZON, AuthWorld, Browser


@pytest.fixture(autouse=True)
def impatient(world: AuthWorld) -> None:
    object.__setattr__(world.deps.discoverer.amazon, "retry", RetryPolicy(2, 0.0, 0.0))


async def command(world: AuthWorld, method: str, path: str, body: dict[str, Any]) -> None:
    transport = httpx.ASGITransport(world.sandbox)
    async with httpx.AsyncClient(transport=transport, base_url=AMAZON) as control:
        (await control.request(method, f"/_sandbox{path}", json=body)).raise_for_status()


async def look(world: AuthWorld, browser: Browser, connection_id: UUID) -> None:
    world.clock.forward(seconds=1)
    answer = await browser.call("POST", f"/v1/connections/{connection_id}/discoveries")
    assert answer.status_code == 202
    await world.discover()


async def seen(browser: Browser, connection_id: UUID, kind: str) -> list[dict[str, Any]]:
    items = (await browser.get(f"/v1/connections/{connection_id}/sightings"))["items"]
    return [item for item in items if item["kind"] == kind]


async def looks(browser: Browser, connection_id: UUID) -> list[dict[str, Any]]:
    return (await browser.get(f"/v1/connections/{connection_id}/discoveries"))["items"]


def advertiser_ids(world: AuthWorld, user: str) -> list[str]:
    return sorted(world.sandbox.state.deps.world.tree.users[user].advertiser_ids)


async def test_everything_a_user_sees_is_kept_with_its_access_level(world: AuthWorld) -> None:
    browser = await world.owner()
    connection_id = await browser.connect(user="robin")
    await world.discover()
    tree = world.sandbox.state.deps.world.tree
    robin = tree.users["robin"]
    seats = await seen(browser, connection_id, "seat")
    assert {s["amazon_id"] for s in seats} == robin.profile_ids
    assert {s["access"] for s in seats} == {"view"}
    amc = await seen(browser, connection_id, "amc_account")
    assert {(a["amazon_id"], a["region"]) for a in amc} == {
        (a.account_id, a.market.region.upper())
        for a in tree.amc_accounts
        if a.account_id in robin.amc_account_ids
    }
    (latest,) = await looks(browser, connection_id)
    assert (latest["advertisers"], latest["amc_accounts"]) == (len(robin.advertiser_ids), len(amc))


async def test_an_editor_serves_with_edit_access(world: AuthWorld) -> None:
    browser = await world.owner()
    connection_id = await browser.connect(user="morgan")
    await world.discover()
    assert {s["access"] for s in await seen(browser, connection_id, "seat")} == {"edit"}
    assert {s["access"] for s in await seen(browser, connection_id, "advertiser")} == {"edit"}
    assert len(await seen(browser, connection_id, "manager")) == 3
    assert await seen(browser, connection_id, "profile")


async def test_advertisers_below_a_manager_only_are_found_and_linked(world: AuthWorld) -> None:
    browser = await world.owner()
    connection_id = await browser.connect(user="alex")
    await world.discover()
    items = (await browser.get("/v1/advertisers"))["items"]
    assert sorted(i["amazon_advertiser_id"] for i in items) == advertiser_ids(world, "alex")
    assert all(i["currency"] and i["timezone"] and i["served"] for i in items)
    linked = await world.events("advertiser.linked")
    assert {e["data"]["profile_id"] for e in linked} == {""}
    managers = {m["amazon_id"] for m in await seen(browser, connection_id, "manager")}
    below = await seen(browser, connection_id, "advertiser")
    assert {a["parent_id"] for a in below} == managers


async def test_a_managers_list_does_not_rename_what_a_seat_shows(world: AuthWorld) -> None:
    browser = await world.owner()
    await browser.connect(user="alex")
    await world.discover()
    world.clock.forward(seconds=1)
    await browser.connect(user="morgan")
    await world.discover()
    before = await world.rows("select name, timezone, entity_id from advertiser order by id")
    first = (await browser.get("/v1/connections"))["items"][0]
    told = len(await world.events("advertiser.linked"))
    await look(world, browser, UUID(first["id"]))
    assert (
        await world.rows("select name, timezone, entity_id from advertiser order by id") == before
    )
    assert len(await world.events("advertiser.linked")) == told


async def test_a_manager_cut_off_at_fifty_is_told_and_loses_nothing(world: AuthWorld) -> None:
    browser = await world.owner()
    connection_id = await browser.connect(user="alex")
    await world.discover()
    await command(world, "PUT", "/managers", {"extra_links": 60})
    await look(world, browser, connection_id)
    managers = await seen(browser, connection_id, "manager")
    assert {(m["complete"], m["linked"]) for m in managers} == {(False, 50)}
    assert await world.events("advertiser.unlinked", "advertiser.lost") == []
    kept = await seen(browser, connection_id, "advertiser")
    assert sorted(a["amazon_id"] for a in kept) == advertiser_ids(world, "alex")


async def test_a_client_in_the_beta_reads_large_managers_to_the_end(world: AuthWorld) -> None:
    await command(world, "PUT", "/managers", {"extra_links": 260, "account_links": True})
    browser = await world.owner()
    connection_id = await browser.connect(user="alex")
    await world.discover()
    managers = await seen(browser, connection_id, "manager")
    assert all(m["complete"] and m["linked"] >= 260 for m in managers)
    found = await seen(browser, connection_id, "advertiser")
    assert sorted(a["amazon_id"] for a in found) == advertiser_ids(world, "alex")


async def test_managers_and_amc_closed_to_a_user_do_not_end_the_look(world: AuthWorld) -> None:
    browser = await world.owner()
    connection_id = await browser.connect(user="morgan")
    await world.discover()
    before = await browser.get(f"/v1/connections/{connection_id}/sightings")
    await world.fault(
        {"match": "GET /managerAccounts", "kind": "401"},
        {"match": "GET /amc/accounts", "kind": "401"},
    )
    await look(world, browser, connection_id)
    latest = (await looks(browser, connection_id))[0]
    assert (latest["state"], latest["lost"], latest["gained"]) == ("done", 0, 0)
    assert await browser.get(f"/v1/connections/{connection_id}/sightings") == before


async def test_any_two_looks_can_be_held_against_each_other(world: AuthWorld) -> None:
    browser = await world.owner()
    connection_id = await browser.connect(user="morgan")
    await world.discover()
    one, two, *_ = advertiser_ids(world, "morgan")
    await command(world, "PUT", "/users/morgan/advertisers", {"hidden": [one, two]})
    await look(world, browser, connection_id)
    await command(world, "PUT", "/users/morgan/advertisers", {"hidden": [two]})
    await look(world, browser, connection_id)
    third, second, first = await looks(browser, connection_id)
    assert [(x["gained"], x["lost"]) for x in (third, second)] == [(1, 0), (0, 2)]
    base = f"/v1/connections/{connection_id}/discoveries"

    async def changed(look_id: str, since: str = "") -> tuple[list[str], list[str]]:
        found = await browser.get(f"{base}/{look_id}/changes{since and '?since=' + since}")
        return tuple(sorted(x["amazon_id"] for x in found[side]) for side in ("gained", "lost"))  # pyright: ignore[reportReturnType]

    assert await changed(second["id"]) == ([], [one, two])
    assert await changed(third["id"]) == ([one], [])
    assert await changed(third["id"], first["id"]) == ([], [two])
    assert await changed(first["id"], third["id"]) == ([two], [])
    everything = await browser.get(f"{base}/{first['id']}/changes")
    assert everything["since_id"] is None
    assert len(everything["gained"]) == first["gained"]


async def test_a_look_that_is_not_there_has_no_changes(world: AuthWorld) -> None:
    browser = await world.owner()
    connection_id = await browser.connect(user="sam")
    await world.discover()
    base = f"/v1/connections/{connection_id}/discoveries"
    answer = await browser.call("GET", f"{base}/{connection_id}/changes")
    assert (answer.status_code, answer.json()["code"]) == (404, "discovery_not_found")
    (only,) = await looks(browser, connection_id)
    answer = await browser.call("GET", f"{base}/{only['id']}/changes?since={connection_id}")
    assert answer.status_code == 404


async def test_a_failed_look_declares_nothing_lost(world: AuthWorld) -> None:
    browser = await world.owner()
    connection_id = await browser.connect(user="morgan")
    await world.discover()
    hidden = {"hidden": advertiser_ids(world, "morgan")}
    await command(world, "PUT", "/users/morgan/advertisers", hidden)
    await world.fault({"match": "GET /dsp/advertisers", "kind": "500"})
    await look(world, browser, connection_id)
    assert await world.events("advertiser.unlinked", "advertiser.lost") == []
    assert len(await seen(browser, connection_id, "advertiser")) == len(hidden["hidden"])


async def test_suggestions_name_brands_and_change_nothing(world: AuthWorld) -> None:
    browser = await world.owner()
    await browser.connect(user="morgan")
    await world.discover()
    items = (await browser.get("/v1/advertisers/suggestions"))["items"]
    named = {a["advertiser_id"]: s["brand_name"] for s in items for a in s["advertisers"]}
    tree = world.sandbox.state.deps.world.tree
    advertisers = (await browser.get("/v1/advertisers"))["items"]
    assert set(named) == {a["id"] for a in advertisers}
    assert all(a["brand_id"] is None for a in advertisers)
    true = {i: tree.advertisers[i].brand.key for i in tree.advertisers}
    brands = {named[a["id"]]: true[a["amazon_advertiser_id"]] for a in advertisers}
    assert len(brands) == len(set(brands.values())) == len(tree.brands)
