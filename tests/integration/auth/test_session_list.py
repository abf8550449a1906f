"""Where somebody is signed in, and ending that: their own devices, and those of members."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from infra.auth_world import AuthWorld, Browser
from shared.db import SYSTEM

EMAIL = "owner@contoso.example"


async def test_every_live_session_is_listed_with_the_current_one_marked(world: AuthWorld) -> None:
    first = await world.owner()
    began = world.clock()
    world.clock.forward(minutes=5)
    second = await world.sign_in(EMAIL)
    items = (await second.get("/v1/sessions"))["items"]
    assert [item["current"] for item in items] == [True, False]
    assert items[1]["organization"]["name"] == "Contoso Agency"
    assert (items[1]["ip"], items[1]["device"]["kind"]) == (first.ip, "unknown")
    assert datetime.fromisoformat(items[1]["signed_in_at"]) == began
    assert datetime.fromisoformat(items[1]["expires_at"]) == began + timedelta(hours=12)
    assert first.token is not None
    assert first.token not in str(items)


async def test_ended_sessions_are_not_listed(world: AuthWorld) -> None:
    first = await world.owner()
    await first.call("DELETE", "/v1/session")
    await world.sign_in(EMAIL)
    world.clock.forward(hours=12)
    third = await world.sign_in(EMAIL)
    assert len((await third.get("/v1/sessions"))["items"]) == 1


async def test_one_device_is_signed_out_at_once(world: AuthWorld) -> None:
    first = await world.owner()
    second = await world.sign_in(EMAIL)
    other = next(i for i in (await second.get("/v1/sessions"))["items"] if not i["current"])
    path = f"/v1/sessions/{other['id']}"
    assert (await second.call("DELETE", path)).status_code == 204
    assert (await first.resolve()).status_code == 401
    assert (await second.resolve()).status_code == 200
    assert (await second.call("DELETE", path)).json()["code"] == "session_not_found"
    [event] = await world.events("session.revoked")
    assert event["subject"] == other["id"]


async def test_all_others_are_signed_out_and_this_one_stays(world: AuthWorld) -> None:
    browsers = [await world.owner(), *[await world.sign_in(EMAIL) for _ in range(3)]]
    for _twice in range(2):
        assert (await browsers[1].call("DELETE", "/v1/sessions")).status_code == 204
    assert [(await b.resolve()).status_code for b in browsers] == [401, 200, 401, 401]
    assert len(await world.events("session.revoked")) == 3


async def test_sessions_of_others_are_neither_seen_nor_ended(world: AuthWorld) -> None:
    owner = await world.owner()
    organization = UUID((await owner.get("/v1/session"))["organization"]["id"])
    await world.member(organization, "ana@contoso.example", "admin")
    ana = await world.sign_in("ana@contoso.example")
    [own] = (await owner.get("/v1/sessions"))["items"]
    for session_id in (own["id"], uuid4()):
        answer = await ana.call("DELETE", f"/v1/sessions/{session_id}")
        assert (answer.status_code, answer.json()["code"]) == (404, "session_not_found")
    await ana.call("DELETE", "/v1/sessions")
    assert (await owner.resolve()).status_code == 200


async def test_who_manages_members_signs_one_out_everywhere(world: AuthWorld) -> None:
    owner = await world.owner()
    organization = UUID((await owner.get("/v1/session"))["organization"]["id"])
    user_id = await world.member(organization, "ana@contoso.example", "analyst")
    members = [await world.sign_in("ana@contoso.example") for _ in range(2)]
    path = f"/v1/members/{user_id}/sessions"
    for _twice in range(2):
        assert (await owner.call("DELETE", path)).status_code == 204
    assert [(await m.resolve()).status_code for m in members] == [401, 401]
    assert (await owner.resolve()).status_code == 200
    assert (await world.sign_in("ana@contoso.example")).token, "they can sign in again"
    assert len(await world.events("session.revoked")) == 2


async def test_sessions_of_stronger_members_and_strangers_stay(world: AuthWorld) -> None:
    owner = await world.owner()
    organization = UUID((await owner.get("/v1/session"))["organization"]["id"])
    owner_id = (await owner.get("/v1/session"))["user"]["id"]
    await world.member(organization, "ana@contoso.example", "admin")
    await world.member(organization, "vic@contoso.example", "viewer")
    admin, viewer = [await world.sign_in(f"{n}@contoso.example") for n in ("ana", "vic")]
    stranger = await world.owner("owner@fabrikam.example")
    path = f"/v1/members/{owner_id}/sessions"
    refused = [await who.call("DELETE", path) for who in (admin, viewer, stranger)]
    assert [answer.status_code for answer in refused] == [403, 403, 404]
    assert (await owner.resolve()).status_code == 200


async def test_a_member_stays_signed_in_elsewhere(world: AuthWorld) -> None:
    owner = await world.owner()
    organization = UUID((await owner.get("/v1/session"))["organization"]["id"])
    user_id = await world.member(organization, "ana@contoso.example", "analyst")
    elsewhere = await world.organization("owner@fabrikam.example", "Fabrikam")
    here, there = [await world.sign_in("ana@contoso.example") for _ in range(2)]
    async with world.db.tx(SYSTEM) as tx:
        await tx.execute(
            "insert into membership values ($1, $2, $3)", elsewhere, user_id, world.clock()
        )
        await tx.execute(
            "update session set organization_id = $1 where user_id = $2 and id = $3",
            elsewhere, user_id, (await there.actor()).session_id,
        )  # fmt: skip
    names = {s["organization"]["name"] for s in (await here.get("/v1/sessions"))["items"]}
    assert names == {"Contoso Agency", "Fabrikam"}
    assert (await owner.call("DELETE", f"/v1/members/{user_id}/sessions")).status_code == 204
    assert [(await b.resolve()).status_code for b in (here, there)] == [401, 200]


async def test_nobody_without_a_session_sees_any(world: AuthWorld) -> None:
    for method in ("GET", "DELETE"):
        assert (await Browser(world).call(method, "/v1/sessions")).status_code == 401
