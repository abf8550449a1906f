"""Magic links when things go wrong: ended connections, crashes, hostile answers, strangers."""

import asyncio
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import pytest
from auth.connections.domain import LEASE
from infra.auth_world import AuthWorld, never
from infra.consent_visitor import DONE, NAMES, Visitor, ask, listed, token_of


@pytest.fixture(autouse=True)
def impatient(world: AuthWorld) -> None:
    """Retries do not wait."""

    async def at_once(_seconds: float) -> None:
        return

    object.__setattr__(world.deps.consents.handovers, "sleep", at_once)


async def test_a_connection_that_ends_takes_its_links_along(world: AuthWorld) -> None:
    browser = await world.owner()
    connection_id = await browser.connect("NA")
    body = {"connection_id": str(connection_id)}
    request = (await browser.call("POST", "/v1/consent-requests", json=body)).json()
    visitor, token = Visitor(world), token_of(request)
    opened = (await visitor.open(token)).json()
    back = await visitor.decide(opened["authorize_url"])
    await browser.call("DELETE", f"/v1/connections/{connection_id}?keep_history=true")
    assert await visitor.return_with(back) == "/amazon-consent/?error=state_invalid"
    assert (await visitor.offer(token)).json()["state"] == "revoked"


@pytest.mark.parametrize("wire", ["amazon", "refresher_wire"])
@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_crash_while_the_consent_is_carried_leaves_no_link_stuck(
    world: AuthWorld, wire: str, when: str
) -> None:
    browser = await world.owner()
    token = token_of(await ask(browser))
    visitor = Visitor(world)
    opened = (await visitor.open(token)).json()
    back = await visitor.decide(opened["authorize_url"])
    reached = asyncio.Event()

    async def hang(request: httpx.Request) -> None:
        reached.set()
        await never(request)

    setattr(getattr(world, wire), when, hang)
    waiting = asyncio.create_task(visitor.return_with(back))
    await reached.wait()
    await world.crash()
    await asyncio.gather(waiting, return_exceptions=True)
    assert (await listed(browser))[0]["state"] == "consenting"
    assert (await Visitor(world).open(token)).status_code == 409
    world.clock.forward(seconds=LEASE.total_seconds() + 1)
    await world.hand_over()
    lost = (wire, when) == ("amazon", "after")
    (seen,) = await listed(browser)
    assert (seen["state"], seen["error_code"]) == (
        ("open", "code_rejected") if lost else ("completed", None)
    )
    if lost:
        assert await Visitor(world).consent(token) == DONE
    connections = (await browser.get("/v1/connections"))["items"]
    assert [c["status"] for c in connections] == ["active"]
    assert len(await world.events("connection.authorized")) == 1


async def test_a_hand_over_that_runs_out_gives_the_link_back(world: AuthWorld) -> None:
    browser = await world.owner()
    token = token_of(await ask(browser))
    world.refresher.down = 1000
    landed = await Visitor(world).consent(token)
    assert landed == "/amazon-consent/?error=token_service_unavailable"
    assert (await listed(browser))[0]["state"] == "consenting"
    world.clock.forward(minutes=20)
    await world.hand_over()
    assert (await listed(browser))[0]["state"] == "open"
    world.refresher.down = 0
    assert await Visitor(world).consent(token) == DONE


@pytest.mark.parametrize(
    "extra",
    [
        {"redirect_uri": "https://evil.example/"},
        {"next": "//evil.example"},
        {"state": "https://evil.example"},
        {"error": "https://evil.example/?x=1"},
        {"error": "access_denied\r\nLocation: https://evil.example"},
        {"code": "\r\nSet-Cookie: x=y"},
    ],
)
async def test_the_callback_leads_nowhere_but_to_our_pages(
    world: AuthWorld, extra: dict[str, str]
) -> None:
    browser = await world.owner()
    visitor = Visitor(world)
    opened = (await visitor.open(token_of(await ask(browser)))).json()
    back = await visitor.decide(opened["authorize_url"])
    landed = await visitor.return_with({**back, **extra})
    parts = urlsplit(landed)
    assert (parts.netloc, parts.path) == ("", "/amazon-consent/")
    assert "evil" not in landed


async def test_another_organization_sees_and_touches_nothing(world: AuthWorld) -> None:
    browser = await world.owner()
    request = await ask(browser, recipient_email="admin@northwind.example")
    connection_id = await browser.connect("NA")
    stranger = await world.owner("owner@fabrikam.example")
    assert await listed(stranger) == []
    path = f"/v1/consent-requests/{request['id']}"
    for method, where in (("DELETE", path), ("POST", f"{path}/letters")):
        response = await stranger.call(method, where)
        assert (response.status_code, response.json()["code"]) == (404, "consent_request_not_found")
    body = {"connection_id": str(connection_id)}
    assert (await stranger.call("POST", "/v1/consent-requests", json=body)).status_code == 404


async def test_only_who_manages_connections_of_every_brand_may_ask(world: AuthWorld) -> None:
    await world.owner()
    (row,) = await world.rows("select id from organization")
    organization_id: UUID = row["id"]
    await world.member(organization_id, "vera@contoso.example", "viewer")
    viewer = await world.sign_in("vera@contoso.example")
    for method in ("GET", "POST"):
        response = await viewer.call(method, "/v1/consent-requests", json=NAMES)
        assert response.status_code == 403
