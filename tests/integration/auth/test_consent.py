"""From Connect to an active connection: what may go wrong at each step, and what must not be lost."""

import asyncio
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from auth.jobs import Housekeeping
from auth.pepper import Pepper
from infra.auth_world import AuthWorld, Browser
from shared.db import SYSTEM

pytestmark = pytest.mark.usefixtures("impatient")


async def connection(browser: Browser, connection_id: object) -> dict[str, object]:
    return await browser.get(f"/v1/connections/{connection_id}")


async def secrets_left(world: AuthWorld) -> int:
    return len(await world.rows("select * from handover"))


async def test_the_consent_page_is_asked_for_with_state_and_pkce(world: AuthWorld) -> None:
    browser = await world.owner()
    opened = await browser.open_consent("EU")
    query = parse_qs(urlsplit(opened["authorize_url"]).query)
    assert urlsplit(opened["authorize_url"]).path == "/eu/ap/oa"
    assert query["code_challenge_method"] == ["S256"]
    assert query["redirect_uri"] == ["http://127.0.0.1:8750/v1/connections/callback"]
    (state,) = query["state"]
    (row,) = await world.rows("select * from consent_state")
    assert state not in str(row)
    assert row["state_hash"] == world.deps.pepper.state_hash(state)


async def test_a_consent_makes_the_connection_active_and_hands_the_grant_over(
    world: AuthWorld,
) -> None:
    browser = await world.owner()
    connection_id = await browser.connect("NA")
    shown = await connection(browser, connection_id)
    assert (shown["status"], shown["error_code"], shown["label"]) == ("active", None, "Amazon NA")
    assert shown["consented_at"] is not None
    grant = world.refresher.grants[connection_id]
    assert grant["refresh_token"].startswith("Atzr|")
    assert 0 < grant["expires_in"] <= 3600
    (event,) = await world.events("connection.authorized")
    assert event["data"]["connection_id"] == str(connection_id)
    assert event["data"]["scopes"] == ["advertising::campaign_management", "profile"]
    assert event["data"]["amazon_user_name"] == shown["amazon_user_name"] == "Morgan Vale"
    assert await secrets_left(world) == 0


async def test_no_token_of_amazon_is_written_in_clear(world: AuthWorld) -> None:
    browser = await world.owner()
    world.refresher.down = 100
    opened = await browser.open_consent()
    await browser.come_back(await browser.decide(opened["authorize_url"]))
    assert await secrets_left(world) == 1
    everything = ""
    for row in await world.rows("select to_jsonb(h)::text as t from handover h"):
        everything += row["t"]
    for row in await world.rows("select payload as t from outbox"):
        everything += row["t"]
    assert "Atz" not in everything
    assert b"Atz".hex() not in everything
    sealed = (await world.rows("select sealed from handover"))[0]["sealed"]
    assert world.deps.pepper.unseal(sealed)["refresh_token"].startswith("Atzr|")


async def test_refusing_at_amazon_is_told(world: AuthWorld) -> None:
    browser = await world.owner()
    opened = await browser.open_consent()
    back = await browser.decide(opened["authorize_url"], decision="cancel")
    assert await browser.come_back(back) == "error=access_denied"
    shown = await connection(browser, opened["connection_id"])
    assert (shown["status"], shown["error_code"]) == ("pending", "access_denied")


@pytest.mark.parametrize(
    ("error", "told"),
    [("temporarily_unavailable", "amazon_unavailable"), ("invalid_scope", "code_rejected")],
)
async def test_other_errors_of_amazons_page_are_told(
    world: AuthWorld, error: str, told: str
) -> None:
    browser = await world.owner()
    back = await browser.decide((await browser.open_consent())["authorize_url"], decision="no")
    assert await browser.come_back({**back, "error": error}) == f"error={told}"


@pytest.mark.parametrize("state", ["", "made-up", "\x00", "é" * 500])
async def test_an_unknown_state_is_refused(world: AuthWorld, state: str) -> None:
    browser = await world.owner()
    opened = await browser.open_consent()
    back = await browser.decide(opened["authorize_url"])
    assert await browser.come_back({**back, "state": state}) == "error=state_invalid"
    assert world.refresher.puts == 0
    assert await browser.come_back(back) == f"connected={opened['connection_id']}"


async def test_a_state_works_once(world: AuthWorld) -> None:
    browser = await world.owner()
    opened = await browser.open_consent()
    back = await browser.decide(opened["authorize_url"])
    both = await asyncio.gather(browser.come_back(back), browser.come_back(back))
    assert sorted(both) == [f"connected={opened['connection_id']}", "error=state_invalid"]
    assert await browser.come_back(back) == "error=state_invalid"
    assert world.refresher.puts == 1
    assert len(await world.events("connection.authorized")) == 1


async def test_a_state_expires_after_ten_minutes(world: AuthWorld) -> None:
    browser = await world.owner()
    back = await browser.decide((await browser.open_consent())["authorize_url"])
    world.clock.forward(minutes=10)
    assert await browser.come_back(back) == "error=state_expired"
    assert await browser.come_back(back) == "error=state_invalid"


async def test_a_replayed_code_under_a_new_state_is_refused(world: AuthWorld) -> None:
    browser = await world.owner()
    first = await browser.decide((await browser.open_consent())["authorize_url"])
    await browser.come_back(first)
    opened = await browser.open_consent()
    second = await browser.decide(opened["authorize_url"])
    landed = await browser.come_back({**second, "code": first["code"]})
    assert landed == "error=code_rejected"
    assert (await connection(browser, opened["connection_id"]))["status"] == "pending"
    assert world.refresher.puts == 1
    assert await secrets_left(world) == 0


async def test_a_callback_without_code_or_error_is_refused(world: AuthWorld) -> None:
    browser = await world.owner()
    back = await browser.decide((await browser.open_consent())["authorize_url"])
    assert await browser.come_back({"state": back["state"]}) == "error=code_rejected"


async def test_another_session_cannot_finish_the_consent(world: AuthWorld) -> None:
    browser = await world.owner()
    other_tab = await world.sign_in("owner@contoso.example")
    back = await browser.decide((await browser.open_consent())["authorize_url"])
    assert await other_tab.come_back(back) == "error=session_mismatch"
    assert await browser.come_back(back) == "error=state_invalid", "a presented state is used up"
    assert world.refresher.puts == 0


async def test_somebody_of_another_organization_cannot_finish_it(world: AuthWorld) -> None:
    browser = await world.owner()
    stranger = await world.owner("owner@fabrikam.example")
    back = await browser.decide((await browser.open_consent())["authorize_url"])
    assert await stranger.come_back(back) == "error=session_mismatch"


async def test_nobody_signed_in_cannot_finish_it(world: AuthWorld) -> None:
    browser = await world.owner()
    back = await browser.decide((await browser.open_consent())["authorize_url"])
    assert await Browser(world).come_back(back) == "error=session_mismatch"


async def test_losing_the_permission_meanwhile_ends_the_consent(world: AuthWorld) -> None:
    browser = await world.owner()
    back = await browser.decide((await browser.open_consent())["authorize_url"])
    async with world.db.tx(SYSTEM) as tx:
        await tx.execute("update role_grant set role = 'viewer'")
    assert await browser.come_back(back) == "error=session_mismatch"


async def test_a_short_outage_of_amazon_is_waited_out(
    world: AuthWorld, impatient: list[float]
) -> None:
    await world.fault({"match": "POST /auth/o2/token", "kind": "503", "count": 2})
    browser = await world.owner()
    await browser.connect()
    assert impatient == [0.25, 0.5]


async def test_a_long_outage_of_amazon_is_told_and_survived(world: AuthWorld) -> None:
    await world.fault({"match": "POST /auth/o2/token", "kind": "503"})
    browser = await world.owner()
    opened = await browser.open_consent()
    back = await browser.decide(opened["authorize_url"])
    assert await browser.come_back(back) == "error=amazon_unavailable"
    shown = await connection(browser, opened["connection_id"])
    assert (shown["status"], shown["error_code"]) == ("pending", "amazon_unavailable")
    await world.fault()
    world.clock.forward(seconds=11)
    await world.hand_over()
    shown = await connection(browser, opened["connection_id"])
    assert (shown["status"], shown["error_code"]) == ("active", None)


async def test_a_short_outage_of_token_refresher_is_waited_out(world: AuthWorld) -> None:
    world.refresher.down = 3
    browser = await world.owner()
    connection_id = await browser.connect()
    assert connection_id in world.refresher.grants


async def test_a_grant_outlives_a_long_outage_of_token_refresher(world: AuthWorld) -> None:
    world.refresher.down = 1000
    browser = await world.owner()
    opened = await browser.open_consent()
    back = await browser.decide(opened["authorize_url"])
    assert await browser.come_back(back) == "error=token_service_unavailable"
    shown = await connection(browser, opened["connection_id"])
    assert (shown["status"], shown["error_code"]) == ("pending", "token_service_unavailable")
    world.clock.forward(minutes=8)
    await world.hand_over()
    assert (await connection(browser, opened["connection_id"]))["status"] == "pending"
    world.refresher.down = 0
    world.clock.forward(minutes=1)
    await world.hand_over()
    assert (await connection(browser, opened["connection_id"]))["status"] == "active"
    assert world.refresher.grants[UUID(opened["connection_id"])]["expires_in"] <= 3060


async def test_a_grant_that_cannot_be_handed_over_is_forgotten(world: AuthWorld) -> None:
    world.refresher.down = 1000
    browser = await world.owner()
    opened = await browser.open_consent()
    await browser.come_back(await browser.decide(opened["authorize_url"]))
    world.clock.forward(minutes=15)
    await world.hand_over()
    assert await secrets_left(world) == 0
    shown = await connection(browser, opened["connection_id"])
    assert (shown["status"], shown["error_code"]) == ("pending", "token_service_unavailable")


async def test_consenting_again_uses_the_same_connection_and_the_newer_grant(
    world: AuthWorld,
) -> None:
    world.refresher.down = 1000
    browser = await world.owner()
    first = await browser.open_consent()
    await browser.come_back(await browser.decide(first["authorize_url"], user="sam"))
    world.refresher.down = 0
    again = await browser.connect(user="morgan")
    assert str(again) == first["connection_id"]
    world.clock.forward(minutes=1)
    await world.hand_over()
    assert world.refresher.puts == 1
    assert len(await world.events("connection.authorized", "connection.reauthorized")) == 1
    assert len((await browser.get("/v1/connections"))["items"]) == 1


async def test_a_changed_pepper_ends_the_handover_without_a_crash_loop(world: AuthWorld) -> None:
    world.refresher.down = 1000
    browser = await world.owner()
    opened = await browser.open_consent()
    await browser.come_back(await browser.decide(opened["authorize_url"]))
    async with world.db.tx(SYSTEM) as tx:
        await tx.execute("update handover set sealed = $1", Pepper("q" * 32).seal({"code": "x"}))
    world.clock.forward(seconds=11)
    await world.hand_over()
    assert await secrets_left(world) == 0
    assert (await connection(browser, opened["connection_id"]))["error_code"] == "code_rejected"


async def test_opening_the_page_again_replaces_the_page_before(world: AuthWorld) -> None:
    browser = await world.owner()
    first = await browser.open_consent()
    second = await browser.open_consent()
    assert first["connection_id"] == second["connection_id"]
    stale = await browser.decide(first["authorize_url"])
    assert await browser.come_back(stale) == "error=state_invalid"
    fresh = await browser.decide(second["authorize_url"])
    assert await browser.come_back(fresh) == f"connected={second['connection_id']}"


async def test_two_regions_and_two_people_have_connections_of_their_own(world: AuthWorld) -> None:
    browser = await world.owner()
    other = await world.sign_in("owner@contoso.example")
    ids = {
        (await browser.open_consent("NA"))["connection_id"],
        (await browser.open_consent("EU"))["connection_id"],
        (await other.open_consent("NA"))["connection_id"],
    }
    assert len(ids) == 3


@pytest.mark.parametrize(
    "body",
    [
        {"region": "MARS"},
        {},
        {"region": "NA", "label": "x" * 400},
        {"region": "NA", "label": "a\x00b"},
        {"region": "NA", "surprise": 1},
    ],
)
async def test_bad_requests_to_connect_are_refused(
    world: AuthWorld, body: dict[str, object]
) -> None:
    browser = await world.owner()
    response = await browser.call("POST", "/v1/connections", json=body)
    assert response.status_code == 422
    assert response.json()["code"] in {"validation_failed", "name_invalid"}


async def test_consents_that_nobody_finishes_are_forgotten(world: AuthWorld) -> None:
    browser = await world.owner()
    kept = await browser.connect("EU")
    await browser.open_consent("NA")
    world.clock.forward(days=8)
    await Housekeeping(world.db, world.clock).tick()
    assert [r["id"] for r in await world.rows("select id from connection")] == [kept]
    assert await world.rows("select * from consent_state") == []
