"""Consenting again to a connection that is there: what stays, and who is asked when it is another user."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx
import pytest
from auth.connections.domain import HELD_LIFE, LEASE
from infra.auth_world import AuthWorld, Browser, never
from shared.db import SYSTEM

PROFILE = "/user/profile"
Decide = Callable[[bool], Awaitable[httpx.Response]]


@pytest.fixture(autouse=True)
def impatient(world: AuthWorld) -> None:
    """Retries do not wait."""

    async def at_once(_seconds: float) -> None:
        return

    object.__setattr__(world.deps.consents.handovers, "sleep", at_once)


async def shown(browser: Browser, connection_id: UUID) -> dict[str, Any]:
    return await browser.get(f"/v1/connections/{connection_id}")


async def reopen(browser: Browser, connection_id: UUID) -> dict[str, Any]:
    path = f"/v1/connections/{connection_id}/reauthorizations"
    response = await browser.call("POST", path)
    assert response.status_code == 201, response.text
    return response.json()


async def reauthorize(browser: Browser, connection_id: UUID, user: str = "morgan") -> str:
    opened = await reopen(browser, connection_id)
    assert opened["connection_id"] == str(connection_id)
    return await browser.come_back(await browser.decide(opened["authorize_url"], user=user))


async def decide(browser: Browser, connection_id: UUID, *, accept: bool) -> httpx.Response:
    path = f"/v1/connections/{connection_id}/replacement"
    return await browser.call("PUT", path, json={"accept": accept})


async def without_profile(world: AuthWorld) -> None:
    """Login with Amazon does not tell who consented."""
    await world.fault({"match": f"GET {PROFILE}", "kind": "503"})


async def advertisers(browser: Browser) -> list[tuple[str, str | None, list[str]]]:
    items = (await browser.get("/v1/advertisers"))["items"]
    return [(a["id"], a["brand_id"], a["connection_ids"]) for a in items]


async def test_the_connection_its_links_and_its_brands_stay(world: AuthWorld) -> None:
    browser = await world.owner()
    connection_id = await browser.connect()
    await world.discover()
    first = (await advertisers(browser))[0][0]
    brand = {"mappings": [{"advertiser_id": first, "new_brand_name": "Northwind"}]}
    assert (await browser.call("PUT", "/v1/advertisers/brands", json=brand)).status_code == 200
    before = await advertisers(browser)
    old = world.refresher.grants[connection_id]["refresh_token"]
    world.clock.forward(hours=2)
    assert await reauthorize(browser, connection_id) == f"connected={connection_id}"
    await world.discover()
    assert await advertisers(browser) == before
    assert world.refresher.grants[connection_id]["refresh_token"] != old
    assert len((await browser.get("/v1/connections"))["items"]) == 1
    (event,) = await world.events("connection.reauthorized")
    assert event["data"]["connection_id"] == str(connection_id)
    assert event["data"]["amazon_user_name"] == "Morgan Vale"
    assert await world.events("connection.revoked", "advertiser.unlinked") == []


async def test_until_the_consent_arrives_the_connection_stays_active(world: AuthWorld) -> None:
    browser = await world.owner()
    connection_id = await browser.connect()
    opened = await reopen(browser, connection_id)
    assert (await shown(browser, connection_id))["status"] == "active"
    back = await browser.decide(opened["authorize_url"], decision="cancel")
    assert await browser.come_back(back) == "error=access_denied"
    seen = await shown(browser, connection_id)
    assert (seen["status"], seen["error_code"]) == ("active", "access_denied")
    (told,) = await world.events("connection.updated")
    assert told["data"]["change"] == "consent_failed"


async def test_a_dead_credential_recovers(world: AuthWorld) -> None:
    browser = await world.owner()
    connection_id = await browser.connect()
    async with world.db.tx(SYSTEM) as tx:
        await tx.execute("update connection set credential_state = 'reauth_required'")
    assert (await shown(browser, connection_id))["health"]["level"] == "dead"
    await reauthorize(browser, connection_id)
    seen = await shown(browser, connection_id)
    assert (seen["credential_state"], seen["health"]["score"]) == ("healthy", 100)


async def test_another_amazon_user_is_asked_about_first(world: AuthWorld) -> None:
    browser = await world.owner()
    connection_id = await browser.connect(user="morgan")
    before = dict(world.refresher.grants[connection_id])
    assert await reauthorize(browser, connection_id, "robin") == "error=replacement_held"
    seen = await shown(browser, connection_id)
    assert seen["replacement"]["amazon_user_name"] == "Robin Achterberg"
    assert seen["replacement"]["reason"] == "other_user"
    assert (seen["amazon_user_name"], seen["status"]) == ("Morgan Vale", "active")
    world.clock.forward(minutes=5)
    await world.hand_over()
    assert world.refresher.grants[connection_id] == before
    (told,) = await world.events("connection.updated")
    assert told["data"]["change"] == "consent_held"


async def test_an_accepted_replacement_takes_the_connection_over(world: AuthWorld) -> None:
    browser = await world.owner()
    connection_id = await browser.connect(user="morgan")
    await reauthorize(browser, connection_id, "robin")
    response = await decide(browser, connection_id, accept=True)
    assert response.status_code == 200
    assert response.json()["handing_over"] is True
    await world.hand_over()
    seen = await shown(browser, connection_id)
    assert (seen["amazon_user_name"], seen["replacement"]) == ("Robin Achterberg", None)
    assert (seen["error_code"], seen["handing_over"]) == (None, False)
    assert len(await world.events("connection.reauthorized")) == 1
    assert (await decide(browser, connection_id, accept=True)).status_code == 409


async def test_a_declined_replacement_changes_nothing(world: AuthWorld) -> None:
    browser = await world.owner()
    connection_id = await browser.connect(user="morgan")
    before = dict(world.refresher.grants[connection_id])
    await reauthorize(browser, connection_id, "robin")
    seen = (await decide(browser, connection_id, accept=False)).json()
    assert (seen["replacement"], seen["error_code"]) == (None, None)
    assert seen["amazon_user_name"] == "Morgan Vale"
    assert await world.rows("select * from handover") == []
    world.clock.forward(minutes=5)
    await world.hand_over()
    assert world.refresher.grants[connection_id] == before


async def test_a_replacement_that_nobody_decides_about_runs_out(world: AuthWorld) -> None:
    browser = await world.owner()
    connection_id = await browser.connect(user="morgan")
    await reauthorize(browser, connection_id, "robin")
    world.clock.forward(seconds=HELD_LIFE.total_seconds())
    assert (await decide(browser, connection_id, accept=True)).status_code == 409
    await world.hand_over()
    seen = await shown(browser, connection_id)
    assert (seen["replacement"], seen["error_code"]) == (None, "replacement_declined")
    assert (seen["status"], seen["amazon_user_name"]) == ("active", "Morgan Vale")


async def test_without_names_somebody_who_reaches_none_of_the_seats_is_held(
    world: AuthWorld,
) -> None:
    browser = await world.owner()
    connection_id = await browser.connect(user="morgan")
    await world.discover()
    await without_profile(world)
    assert await reauthorize(browser, connection_id, "sam") == "error=replacement_held"
    seen = await shown(browser, connection_id)
    assert seen["replacement"]["reason"] == "other_accounts"
    assert seen["replacement"]["amazon_user_name"] == ""


async def test_without_names_somebody_who_reaches_the_seats_is_let_through(
    world: AuthWorld,
) -> None:
    browser = await world.owner()
    connection_id = await browser.connect(user="morgan")
    await world.discover()
    await without_profile(world)
    assert await reauthorize(browser, connection_id) == f"connected={connection_id}"
    assert (await shown(browser, connection_id))["amazon_user_name"] == ""


@pytest.mark.parametrize("kind", ["503", "malformed", "timeout"])
async def test_a_grant_is_not_lost_for_want_of_a_name(world: AuthWorld, kind: str) -> None:
    if kind == "timeout":

        async def cut(request: httpx.Request) -> None:
            if request.url.path.endswith(PROFILE):
                raise httpx.ReadTimeout("no answer")

        world.amazon.after = cut
    elif kind == "malformed":

        async def refuse(request: httpx.Request) -> None:
            if request.url.path.endswith(PROFILE):
                raise httpx.RemoteProtocolError("rubbish")

        world.amazon.after = refuse
    else:
        await without_profile(world)
    browser = await world.owner()
    connection_id = await browser.connect()
    assert (await shown(browser, connection_id))["status"] == "active"


@pytest.mark.parametrize(
    ("path", "when"),
    [
        (PROFILE, "before"),
        (PROFILE, "after"),
        ("/v2/profiles", "before"),
        ("/internal/credentials", "before"),
        ("/internal/credentials", "after"),
    ],
)
async def test_a_crash_at_any_step_loses_neither_connection_nor_grant(
    world: AuthWorld, path: str, when: str
) -> None:
    browser = await world.owner()
    connection_id = await browser.connect()
    await world.discover()
    async with world.db.tx(SYSTEM) as tx:
        await tx.execute("update connection set amazon_user_id = ''")
    opened = await reopen(browser, connection_id)
    back = await browser.decide(opened["authorize_url"])
    reached = asyncio.Event()

    async def hang(request: httpx.Request) -> None:
        if path in request.url.path:
            reached.set()
            await never(request)

    setattr(world.amazon, when, hang)
    setattr(world.refresher_wire, when, hang)
    waiting = asyncio.create_task(browser.come_back(back))
    await reached.wait()
    await world.crash()
    await asyncio.gather(waiting, return_exceptions=True)
    assert (await shown(browser, connection_id))["status"] == "active"
    world.clock.forward(seconds=LEASE.total_seconds() + 1)
    await world.hand_over()
    seen = await shown(browser, connection_id)
    assert (seen["status"], seen["error_code"], seen["handing_over"]) == ("active", None, False)
    assert len(await world.events("connection.reauthorized")) == 1
    assert list(world.refresher.grants) == [connection_id]
    assert await world.rows("select * from handover") == []


async def test_two_browsers_may_re_authorise_at_once_and_the_later_one_counts(
    world: AuthWorld,
) -> None:
    browser = await world.owner()
    other = await world.sign_in("owner@contoso.example")
    connection_id = await browser.connect()
    first, second = await reopen(browser, connection_id), await reopen(other, connection_id)
    backs = [
        await browser.decide(first["authorize_url"]),
        await other.decide(second["authorize_url"]),
    ]
    landed = await asyncio.gather(browser.come_back(backs[0]), other.come_back(backs[1]))
    await world.hand_over()
    assert set(landed) <= {f"connected={connection_id}", "error=state_invalid"}
    seen = await shown(browser, connection_id)
    assert (seen["status"], seen["error_code"]) == ("active", None)
    assert len((await browser.get("/v1/connections"))["items"]) == 1


async def test_somebody_elses_connection_is_not_there(world: AuthWorld) -> None:
    browser = await world.owner()
    connection_id = await browser.connect()
    stranger = await world.owner("owner@fabrikam.example")
    path = f"/v1/connections/{connection_id}"
    calls: list[tuple[str, str, Any]] = [
        ("POST", f"{path}/reauthorizations", None),
        ("PATCH", path, {"label": "Stolen"}),
        ("DELETE", f"{path}?keep_history=false", None),
        ("GET", f"{path}/disconnection", None),
        ("PUT", f"{path}/replacement", {"accept": True}),
    ]
    for method, where, body in calls:
        response = await stranger.call(method, where, json=body)
        assert (response.status_code, response.json()["code"]) == (404, "connection_not_found")
    assert (await shown(browser, connection_id))["status"] == "active"


async def test_a_connection_can_be_renamed(world: AuthWorld) -> None:
    browser = await world.owner()
    connection_id = await browser.connect()
    path = f"/v1/connections/{connection_id}"
    for _ in range(2):
        response = await browser.call("PATCH", path, json={"label": "  Agency  seat "})
        assert response.json()["label"] == "Agency seat"
    assert len(await world.events("connection.updated")) == 1
    for bad in ("", "x" * 101, "a\x07b", None):
        assert (await browser.call("PATCH", path, json={"label": bad})).status_code == 422


async def test_one_user_may_have_several_connections_and_an_advertiser_too(
    world: AuthWorld,
) -> None:
    browser = await world.owner()
    first, second = await browser.connect("NA"), await browser.connect("EU")
    third = await browser.connect("NA", user="robin")
    await world.discover()
    seen = await advertisers(browser)
    assert {first, second, third} == {UUID(c) for _, _, ids in seen for c in ids}
    assert max(len(ids) for _, _, ids in seen) == 3


async def test_a_stranger_is_not_told_which_connection_an_answer_was_for(world: AuthWorld) -> None:
    browser = await world.owner()
    stranger = await world.owner("owner@fabrikam.example")
    connection_id = await browser.connect()
    where: list[str] = []
    for who in (stranger, browser):
        opened = await reopen(browser, connection_id)
        back = await browser.decide(opened["authorize_url"], decision="cancel")
        response = await who.call("GET", "/v1/connections/callback", params=back)
        where.append(response.headers["location"].partition("?")[2])
    assert where == [
        "error=session_mismatch",
        f"error=access_denied&connection={connection_id}",
    ]
