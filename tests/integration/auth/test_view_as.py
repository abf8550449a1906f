"""Looking at everything as another member does: read-only, for minutes, never more than one's own."""

from typing import Any

import httpx
import pytest
from infra.auth_world import AuthWorld, Browser
from infra.operations import Operation, operations
from infra.people import (
    ADMIN,
    VIEWER,
    Grants,
    add_brand,
    add_role,
    code_of,
    joined,
    regrant,
    user_id_of,
)
from shared.ids import new_id

ANA = "ana@contoso.example"


async def view(browser: Browser, user_id: str, **more: Any) -> httpx.Response:
    body = {"user_id": user_id, "reason": "A question of theirs", **more}
    response = await browser.call("POST", "/v1/session/view-as", json=body)
    if response.status_code == 201:
        browser.token = response.cookies["leadline_session"]
    return response


async def test_the_session_sees_what_the_member_sees_and_changes_nothing(world: AuthWorld) -> None:
    owner = await world.owner()
    mine = await add_brand(owner, "Mine")
    await add_brand(owner, "Other")
    ana = await joined(world, owner, ANA, [{"role": "admin", "brand_ids": [mine]}])
    me = (await owner.get("/v1/session"))["user"]
    old = owner.token
    started = await view(owner, await user_id_of(ana))
    assert started.status_code == 201, started.text
    session = await owner.get("/v1/session")
    assert session["user"]["email"] == session["viewing_as"]["email"] == ANA
    assert session["impersonator"] == me
    assert session["brand_ids"] == [mine]
    assert all(name.endswith(":read") for name in session["permissions"])
    assert [b["id"] for b in (await owner.get("/v1/brands"))["items"]] == [mine]
    actor = await owner.actor()
    assert (actor.subject, actor.impersonator) == (await user_id_of(ana), me["id"])
    before = Browser(world)
    before.token = old
    assert (await before.resolve()).status_code == 401, "the token was changed"


async def test_ending_the_view_gives_the_own_rights_back(world: AuthWorld) -> None:
    owner = await world.owner()
    ana = await joined(world, owner, ANA)
    await view(owner, await user_id_of(ana))
    response = await owner.call("DELETE", "/v1/session/view-as")
    assert response.status_code == 204
    owner.token = response.cookies["leadline_session"]
    session = await owner.get("/v1/session")
    assert (session["role"], session["viewing_as"], session["impersonator"]) == (
        "owner",
        None,
        None,
    )
    (row,) = await world.rows("select * from view_as")
    assert (row["reason"], row["ended_at"]) == ("A question of theirs", world.clock())


async def test_a_view_ends_by_itself(world: AuthWorld) -> None:
    owner = await world.owner()
    ana = await user_id_of(await joined(world, owner, ANA))
    await view(owner, ana, minutes=5)
    world.clock.forward(minutes=5)
    assert (await owner.get("/v1/session"))["viewing_as"] is None
    assert (await view(owner, ana)).status_code == 201
    world.clock.forward(minutes=30)
    assert (await owner.get("/v1/session"))["role"] == "owner"
    assert code_of(await view(owner, ana, minutes=31)) == (422, "validation_failed")
    assert code_of(await view(owner, ana, reason="  ")) == (422, "name_invalid")


async def test_a_view_ends_with_the_member(world: AuthWorld) -> None:
    owner = await world.owner()
    ana = await joined(world, owner, ANA)
    ana_id, colleague = await user_id_of(ana), await world.sign_in("owner@contoso.example")
    await view(owner, ana_id)
    await colleague.call("DELETE", f"/v1/members/{ana_id}")
    session = await owner.get("/v1/session")
    assert (session["role"], session["viewing_as"]) == ("owner", None)
    (row,) = await world.rows("select ended_at from view_as")
    assert row["ended_at"] is not None


async def test_a_view_follows_the_members_rights_at_once(world: AuthWorld) -> None:
    owner = await world.owner()
    ana = await joined(world, owner, ANA, ADMIN)
    colleague = await world.sign_in("owner@contoso.example")
    await view(owner, await user_id_of(ana))
    assert "audit:read" in (await owner.get("/v1/session"))["permissions"]
    await regrant(colleague, await user_id_of(ana), VIEWER)
    assert "audit:read" not in (await owner.get("/v1/session"))["permissions"]


async def test_a_view_never_shows_more_than_the_viewers_own(world: AuthWorld) -> None:
    owner = await world.owner()
    mine = await add_brand(owner, "Mine")
    role = await add_role(owner, "Help desk", "member:read", "member:view_as", "report:read")
    limited: Grants = [{"role_id": role, "brand_ids": [mine]}]
    helper = await joined(world, owner, "helper@contoso.example", limited)
    ana = await joined(world, owner, ANA, ADMIN)
    assert (await view(helper, await user_id_of(ana))).status_code == 201
    session = await helper.get("/v1/session")
    assert session["permissions"] == ["member:read", "report:read"]
    assert session["brand_ids"] == [mine]


async def test_who_may_not_be_viewed(world: AuthWorld) -> None:
    owner = await world.owner()
    mine, other = await add_brand(owner, "Mine"), await add_brand(owner, "Other")
    admin = await joined(world, owner, "admin@contoso.example", ADMIN)
    limited = await joined(
        world, owner, "limited@contoso.example", [{"role": "admin", "brand_ids": [mine]}]
    )
    foreign = await joined(
        world, owner, "foreign@contoso.example", [{"role": "client", "brand_ids": [other]}]
    )
    stranger = await world.owner("owner@fabrikam.example")
    assert code_of(await view(admin, await user_id_of(owner))) == (403, "view_as_owner")
    assert code_of(await view(admin, await user_id_of(admin))) == (422, "view_as_self")
    for browser, target in ((limited, foreign), (owner, stranger), (stranger, foreign)):
        refused = await view(browser, await user_id_of(target))
        assert code_of(refused) == (404, "member_not_found")
    viewer = await joined(world, owner, "viewer@contoso.example")
    assert code_of(await view(viewer, str(new_id()))) == (403, "permission_missing")
    assert await world.rows("select * from view_as") == []


async def test_views_do_not_nest_and_close_what_is_ones_own(world: AuthWorld) -> None:
    owner = await world.owner()
    ana = await joined(world, owner, ANA, ADMIN)
    ben = await user_id_of(await joined(world, owner, "ben@contoso.example"))
    await view(owner, await user_id_of(ana))
    assert code_of(await view(owner, ben)) == (403, "viewing_as")
    organization = (await owner.get("/v1/session"))["organization"]
    body = {"organization_id": organization["id"]}
    switched = await owner.call("PUT", "/v1/session/organization", json=body)
    assert code_of(switched) == (403, "viewing_as")
    assert (await owner.get("/v1/session"))["organizations"] == [organization]


def unsafe_of_auth() -> list[Operation]:
    """Public operations of this service that change something, but for what a view may do."""
    let_through = {"stopViewing", "signOut"}
    return [
        operation
        for operation in operations()
        if operation.unsafe
        and operation.path.split("/")[2] in AUTH_NOUNS
        and operation.id not in let_through
        and not operation.public
    ]


AUTH_NOUNS = {
    "session", "sessions", "members", "roles", "invitations", "organization", "brands",
    "connections", "advertisers", "user", "api-keys", "audit",
}  # fmt: skip


@pytest.mark.parametrize("operation", unsafe_of_auth(), ids=lambda o: o.id)
async def test_the_service_refuses_every_change_while_viewing(
    world: AuthWorld, operation: Operation
) -> None:
    """The second wall; the gateway's, in front of all services, is tried in tests/integration/gateway."""
    owner = await world.owner()
    ana = await joined(world, owner, ANA, [{"role": "owner"}])
    await view(owner, await user_id_of(ana))
    path = operation.path
    for name in {p["name"] for p in operation.parameters if p["in"] == "path"}:
        path = path.replace(f"{{{name}}}", str(new_id()))
    response = await owner.call(operation.method, path, json={})
    assert response.status_code in {403, 422}, response.text
    if response.status_code == 422:
        assert response.json()["code"] == "validation_failed"
