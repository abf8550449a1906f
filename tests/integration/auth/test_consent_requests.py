"""Magic links: a client's Amazon admin consents without an account, once, in the browser that clicked."""

import asyncio
from typing import Any

import pytest
from infra.auth_world import PUBLIC_URL, AuthWorld
from infra.consent_visitor import DONE, Visitor, ask, changes, listed, token_of


@pytest.fixture(autouse=True)
def impatient(world: AuthWorld) -> None:
    """Retries do not wait."""

    async def at_once(_seconds: float) -> None:
        return

    object.__setattr__(world.deps.consents.handovers, "sleep", at_once)


async def test_a_visitor_sees_who_asks_for_what_and_until_when(world: AuthWorld) -> None:
    browser = await world.owner()
    request = await ask(browser)
    assert request["link"].startswith(f"{PUBLIC_URL}/amazon-consent/?token=")
    offer = (await Visitor(world).offer(token_of(request))).json()
    assert offer["organization_name"] == "Contoso Agency"
    assert offer["requester"] == "owner@contoso.example"
    assert (offer["region"], offer["note"]) == ("EU", "For the Q4 report")
    assert (offer["state"], offer["read_only"]) == ("open", True)
    assert offer["scopes"]
    assert offer["expires_at"] == request["expires_at"]
    assert not {"link", "id", "connection_id", "recipient_email"} & set(offer)


async def test_the_consent_becomes_a_connection_of_the_organization(world: AuthWorld) -> None:
    browser = await world.owner()
    request = await ask(browser)
    assert await Visitor(world).consent(token_of(request)) == DONE
    (connection,) = (await browser.get("/v1/connections"))["items"]
    assert (connection["status"], connection["label"]) == ("active", "Northwind seat")
    assert (connection["region"], connection["amazon_user_name"]) == ("EU", "Morgan Vale")
    (row,) = await world.rows("select created_by from connection")
    (owner,) = await world.rows("select id from app_user")
    assert row["created_by"] == owner["id"]
    (seen,) = await listed(browser)
    assert (seen["state"], seen["link"]) == ("completed", None)
    assert seen["connection_id"] == connection["id"]
    assert await changes(world) == ["created", "opened", "completed"]


async def test_the_token_is_not_in_the_database_nor_on_the_bus(world: AuthWorld) -> None:
    browser = await world.owner()
    request = await ask(browser, recipient_email="admin@northwind.example")
    token = token_of(request)
    visitor = Visitor(world)
    await visitor.open(token)
    everything = ""
    for row in await world.rows("select to_jsonb(r)::text as t from consent_request r"):
        everything += row["t"]
    for row in await world.rows("select to_jsonb(s)::text as t from consent_state s"):
        everything += row["t"]
    for row in await world.rows("select payload as t from outbox"):
        everything += row["t"]
    assert token not in everything
    assert visitor.cookie not in everything


async def test_a_link_works_once(world: AuthWorld) -> None:
    browser = await world.owner()
    token = token_of(await ask(browser))
    assert await Visitor(world).consent(token) == DONE
    again = await Visitor(world).open(token)
    assert (again.status_code, again.json()["code"]) == (409, "link_over")
    assert (await Visitor(world).offer(token)).json()["state"] == "completed"
    assert len((await browser.get("/v1/connections"))["items"]) == 1


async def test_of_two_browsers_at_once_one_consents(world: AuthWorld) -> None:
    browser = await world.owner()
    token = token_of(await ask(browser))
    visitors = [Visitor(world), Visitor(world)]
    backs: list[dict[str, str]] = []
    for visitor in visitors:
        opened = (await visitor.open(token)).json()
        backs.append(await visitor.decide(opened["authorize_url"]))
    landed = await asyncio.gather(
        *(v.return_with(back) for v, back in zip(visitors, backs, strict=True))
    )
    assert sorted(landed) == [DONE, "/amazon-consent/?error=link_used"]
    assert len((await browser.get("/v1/connections"))["items"]) == 1
    assert world.refresher.puts == 1


async def test_an_answer_brought_by_another_browser_is_refused(world: AuthWorld) -> None:
    browser = await world.owner()
    token = token_of(await ask(browser))
    victim, attacker = Visitor(world), Visitor(world)
    opened = (await attacker.open(token)).json()
    back = await attacker.decide(opened["authorize_url"])
    assert await victim.return_with(back) == "/amazon-consent/?error=session_mismatch"
    assert await attacker.return_with(back) == "/amazon-consent/?error=state_invalid"
    await victim.open(token)
    other = (await attacker.open(token)).json()
    back = await attacker.decide(other["authorize_url"])
    assert await victim.return_with(back) == "/amazon-consent/?error=session_mismatch"
    assert world.refresher.puts == 0
    assert (await browser.get("/v1/connections"))["items"] == []


async def test_a_signed_in_admin_cannot_be_made_to_finish_somebody_elses_link(
    world: AuthWorld,
) -> None:
    browser = await world.owner()
    stranger = await world.owner("owner@fabrikam.example")
    opened = (await Visitor(world).open(token_of(await ask(stranger)))).json()
    back = await browser.decide(opened["authorize_url"])
    response = await browser.call("GET", "/v1/connections/callback", params=back)
    assert response.headers["location"].endswith("error=session_mismatch")
    assert world.refresher.puts == 0


async def test_the_link_of_a_session_is_not_opened_by_a_cookie(world: AuthWorld) -> None:
    browser = await world.owner()
    visitor = Visitor(world)
    await visitor.open(token_of(await ask(browser)))
    back = await browser.decide((await browser.open_consent())["authorize_url"])
    assert (await visitor.return_with(back)).startswith("/connections/?error=session_mismatch")
    assert world.refresher.puts == 0


async def test_a_refusal_at_amazon_leaves_the_link_good(world: AuthWorld) -> None:
    browser = await world.owner()
    token = token_of(await ask(browser))
    visitor = Visitor(world)
    assert await visitor.consent(token, decision="cancel") == "/amazon-consent/?error=access_denied"
    (seen,) = await listed(browser)
    assert (seen["state"], seen["error_code"]) == ("open", "access_denied")
    assert await visitor.consent(token) == DONE
    assert await changes(world) == ["created", "opened", "failed", "opened", "completed"]


async def test_a_link_ends_after_its_days(world: AuthWorld) -> None:
    browser = await world.owner()
    token = token_of(await ask(browser, life_days=1))
    world.clock.forward(days=1)
    assert (await Visitor(world).offer(token)).json()["state"] == "expired"
    assert (await Visitor(world).open(token)).json()["code"] == "link_over"


async def test_a_page_at_amazon_does_not_outlive_its_link(world: AuthWorld) -> None:
    browser = await world.owner()
    token = token_of(await ask(browser, life_days=1))
    world.clock.forward(minutes=24 * 60 - 1)
    visitor = Visitor(world)
    opened = (await visitor.open(token)).json()
    back = await visitor.decide(opened["authorize_url"])
    world.clock.forward(minutes=1)
    assert await visitor.return_with(back) == "/amazon-consent/?error=state_expired"
    assert world.refresher.puts == 0


async def test_a_revoked_link_and_its_open_pages_are_dead(world: AuthWorld) -> None:
    browser = await world.owner()
    request = await ask(browser)
    visitor, token = Visitor(world), token_of(request)
    opened = (await visitor.open(token)).json()
    back = await visitor.decide(opened["authorize_url"])
    for _ in range(2):
        gone = await browser.call("DELETE", f"/v1/consent-requests/{request['id']}")
        assert gone.status_code == 204
    assert await visitor.return_with(back) == "/amazon-consent/?error=state_invalid"
    assert (await visitor.offer(token)).json()["state"] == "revoked"
    assert (await visitor.open(token)).status_code == 409
    assert (await changes(world)).count("revoked") == 1


@pytest.mark.parametrize("token", ["", "x", "A" * 43, "\x00", "é" * 100, "../../etc", "x" * 5000])
async def test_a_made_up_token_tells_nothing(world: AuthWorld, token: str) -> None:
    await ask(await world.owner())
    for response in (await Visitor(world).offer(token), await Visitor(world).open(token)):
        assert response.status_code in {404, 422}
        assert "Contoso" not in response.text


async def test_visitors_are_counted_per_address(world: AuthWorld) -> None:
    limit = world.deps.settings.consent_links_per_ip
    visitor = Visitor(world, ip="203.0.113.99")
    answers = [await visitor.offer("A" * 43) for _ in range(limit)]
    assert {answer.status_code for answer in answers} == {404}
    while (
        refused := await visitor.offer("A" * 43)
    ).status_code == 404:  # a slow machine earns a few
        answers.append(refused)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) >= 1
    assert (await Visitor(world).offer("A" * 43)).status_code == 404


async def test_the_letter_goes_to_the_recipient_and_again_on_request(world: AuthWorld) -> None:
    browser = await world.owner()
    request = await ask(browser, recipient_email=" Admin@Northwind.example ")
    path = f"/v1/consent-requests/{request['id']}/letters"
    assert (await browser.call("POST", path)).status_code == 202
    letters = [
        world.deps.pepper.unseal(row["sealed"])
        for row in await world.rows("select sealed from letter where kind = 'consent_request'")
    ]
    assert [letter["to"] for letter in letters] == ["admin@northwind.example"] * 2
    assert all(request["link"] in letter["text"] for letter in letters)
    assert all("Contoso Agency" in letter["text"] for letter in letters)
    for _ in range(8):
        assert (await browser.call("POST", path)).status_code == 202
    assert (await browser.call("POST", path)).json()["code"] == "enough_letters"


async def test_without_a_recipient_there_is_a_link_to_copy_and_no_letter(world: AuthWorld) -> None:
    browser = await world.owner()
    request = await ask(browser)
    assert (await listed(browser))[0]["link"] == request["link"]
    assert await world.rows("select * from letter where kind = 'consent_request'") == []
    response = await browser.call("POST", f"/v1/consent-requests/{request['id']}/letters")
    assert response.json()["code"] == "no_recipient"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"region": "MARS"},
        {"region": "EU", "connection_id": "00000000-0000-0000-0000-000000000001"},
        {"region": "EU", "life_days": 0},
        {"region": "EU", "life_days": 31},
        {"region": "EU", "note": "x" * 301},
        {"region": "EU", "note": "a\x00b"},
        {"region": "EU", "recipient_email": "nobody"},
        {"region": "EU", "recipient_email": "a@b\r\nBcc: c@d"},
        {"region": "EU", "surprise": True},
    ],
)
async def test_bad_requests_are_refused(world: AuthWorld, body: dict[str, Any]) -> None:
    browser = await world.owner()
    response = await browser.call("POST", "/v1/consent-requests", json=body)
    assert response.status_code == 422, response.text


async def test_a_link_renews_a_connection_that_is_there(world: AuthWorld) -> None:
    browser = await world.owner()
    connection_id = await browser.connect("NA")
    body = {"connection_id": str(connection_id)}
    response = await browser.call("POST", "/v1/consent-requests", json=body)
    request = response.json()
    assert (request["reauthorizes"], request["region"]) == (True, "NA")
    assert await Visitor(world).consent(token_of(request)) == DONE
    (connection,) = (await browser.get("/v1/connections"))["items"]
    assert connection["id"] == str(connection_id)
    assert len(await world.events("connection.reauthorized")) == 1


async def test_another_amazon_user_through_a_link_is_held_for_the_requester(
    world: AuthWorld,
) -> None:
    browser = await world.owner()
    connection_id = await browser.connect("NA")
    body = {"connection_id": str(connection_id)}
    request = (await browser.call("POST", "/v1/consent-requests", json=body)).json()
    landed = await Visitor(world).consent(token_of(request), user="robin")
    assert landed == "/amazon-consent/?error=replacement_held"
    (connection,) = (await browser.get("/v1/connections"))["items"]
    assert connection["replacement"]["amazon_user_name"] == "Robin Achterberg"
    assert (await listed(browser))[0]["state"] == "consenting"
    path = f"/v1/connections/{connection_id}/replacement"
    assert (await browser.call("PUT", path, json={"accept": True})).status_code == 200
    await world.hand_over()
    assert (await listed(browser))[0]["state"] == "completed"
