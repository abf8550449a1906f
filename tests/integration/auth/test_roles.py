"""Roles made of named permissions, and the catalogue of these."""

import pytest
from infra.auth_world import AuthWorld
from infra.people import (
    ADMIN,
    add_brand,
    add_role,
    code_of,
    invited,
    joined,
    regrant,
    user_id_of,
)
from shared.ids import new_id
from shared.permissions import DESCRIPTIONS


async def test_a_role_is_made_listed_changed_and_deleted(world: AuthWorld) -> None:
    owner = await world.owner()
    role = await add_role(owner, "  Report   reader ", "report:read")
    items = (await owner.get("/v1/roles"))["items"]
    assert [r["name"] for r in items[:5]] == ["owner", "admin", "analyst", "viewer", "client"]
    assert (items[0]["members"], items[0]["built_in"]) == (1, True)
    assert (items[5]["id"], items[5]["name"]) == (role, "Report reader")
    body = {"name": "Reader", "permissions": ["sync:read", "report:read", "sync:read"]}
    changed = await owner.call("PUT", f"/v1/roles/{role}", json=body)
    assert changed.json()["permissions"] == ["report:read", "sync:read"]
    assert (await owner.call("DELETE", f"/v1/roles/{role}")).status_code == 204
    assert len((await owner.get("/v1/roles"))["items"]) == 5
    types = [e["type"] for e in await world.events() if e["type"].startswith("role.")]
    assert types == ["role.created", "role.updated", "role.deleted"]


async def test_a_changed_role_is_in_force_at_once_for_who_holds_it(world: AuthWorld) -> None:
    owner = await world.owner()
    role = await add_role(owner, "Reader", "report:read")
    brand = await add_brand(owner, "Mine")
    ana = await joined(
        world, owner, "ana@contoso.example", [{"role_id": role, "brand_ids": [brand]}]
    )
    before = len(await world.events("member.updated"))
    body = {"name": "Reader", "permissions": ["report:read", "sync:read"]}
    await owner.call("PUT", f"/v1/roles/{role}", json=body)
    session = await ana.get("/v1/session")
    assert session["permissions"] == ["report:read", "sync:read"]
    assert session["role"] == "Reader"
    told = (await world.events("member.updated"))[before:]
    assert [e["data"]["user_id"] for e in told] == [await user_id_of(ana)]
    await owner.call("PUT", f"/v1/roles/{role}", json=body)
    assert len(await world.events("member.updated")) == before + 1, "the same again says nothing"


async def test_a_role_in_use_stays_and_says_who_holds_it(world: AuthWorld) -> None:
    owner = await world.owner()
    role = await add_role(owner, "Reader", "report:read")
    ana = await joined(world, owner, "ana@contoso.example", [{"role_id": role}])
    invitation = await invited(owner, "ben@contoso.example", [{"role_id": role}])
    refused = await owner.call("DELETE", f"/v1/roles/{role}")
    assert code_of(refused) == (409, "role_in_use")
    assert refused.json()["members"] == ["ana@contoso.example"]
    assert refused.json()["invited"] == ["ben@contoso.example"]
    await regrant(owner, await user_id_of(ana), [{"role": "viewer"}])
    await owner.call("DELETE", f"/v1/invitations/{invitation['invitation']['id']}")
    assert (await owner.call("DELETE", f"/v1/roles/{role}")).status_code == 204


@pytest.mark.parametrize(
    ("permissions", "code"),
    [
        ([], "validation_failed"),
        (["report:write"], "permission_unknown"),
        (["organization:transfer"], "permission_owner_only"),
    ],
)
async def test_what_no_role_may_hold_is_refused(
    world: AuthWorld, permissions: list[str], code: str
) -> None:
    owner = await world.owner()
    body = {"name": "Odd", "permissions": permissions}
    assert code_of(await owner.call("POST", "/v1/roles", json=body)) == (422, code)


async def test_names_are_taken_once_and_built_in_ones_for_good(world: AuthWorld) -> None:
    owner = await world.owner()
    role = await add_role(owner, "Reader", "report:read")
    other = await add_role(owner, "Other", "report:read")
    for name in ("reader", "Admin", "OWNER"):
        body = {"name": name, "permissions": ["report:read"]}
        assert code_of(await owner.call("POST", "/v1/roles", json=body)) == (409, "role_name_taken")
        renamed = await owner.call("PUT", f"/v1/roles/{other}", json=body)
        assert code_of(renamed) == (409, "role_name_taken")
    body = {"name": "READER", "permissions": ["report:read"]}
    assert (await owner.call("PUT", f"/v1/roles/{role}", json=body)).json()["name"] == "READER"


async def test_nobody_makes_or_changes_a_role_beyond_their_own(world: AuthWorld) -> None:
    owner = await world.owner()
    maker = await add_role(owner, "Maker", "role:manage", "member:read", "report:read")
    strong = await add_role(owner, "Strong", "connection:manage")
    ana = await joined(world, owner, "ana@contoso.example", [{"role_id": maker}])
    raised = {"name": "Maker", "permissions": ["role:manage", "member:read", "api_key:manage"]}
    weak = {"name": "Strong", "permissions": ["report:read"]}
    refused = [
        await ana.call("PUT", f"/v1/roles/{maker}", json=raised),
        await ana.call("POST", "/v1/roles", json={**raised, "name": "New"}),
        await ana.call("PUT", f"/v1/roles/{strong}", json=weak),
        await ana.call("DELETE", f"/v1/roles/{strong}"),
    ]
    assert [code_of(r) for r in refused] == [(403, "beyond_own_rights")] * 4
    body = {"name": "Reader", "permissions": ["report:read"]}
    assert (await ana.call("POST", "/v1/roles", json=body)).status_code == 201


async def test_who_sees_some_brands_makes_no_roles(world: AuthWorld) -> None:
    owner = await world.owner()
    brand = await add_brand(owner, "Mine")
    admin = await joined(
        world, owner, "admin@contoso.example", [{"role": "admin", "brand_ids": [brand]}]
    )
    body = {"name": "Reader", "permissions": ["report:read"]}
    assert code_of(await admin.call("POST", "/v1/roles", json=body))[0] == 403


async def test_another_organizations_role_is_not_found(world: AuthWorld) -> None:
    owner = await world.owner()
    role = await add_role(owner, "Reader", "report:read")
    stranger = await world.owner("owner@fabrikam.example")
    body = {"name": "Mine", "permissions": ["report:read"]}
    for response in (
        await stranger.call("PUT", f"/v1/roles/{role}", json=body),
        await stranger.call("DELETE", f"/v1/roles/{role}"),
        await stranger.call("DELETE", f"/v1/roles/{new_id()}"),
        await regrant(stranger, await user_id_of(stranger), [{"role_id": role}]),
    ):
        assert code_of(response) == (404, "role_not_found")
    assert len((await stranger.get("/v1/roles"))["items"]) == 5


async def test_a_role_sent_twice_is_one(world: AuthWorld) -> None:
    owner = await world.owner()
    body = b'{"name":"Reader","permissions":["report:read"]}'
    headers = {"Idempotency-Key": "k1", "Content-Type": "application/json"}
    answers = [await owner.call_raw("POST", "/v1/roles", body, headers) for _ in range(2)]
    assert [a.status_code for a in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()


async def test_the_catalogue_names_roles_to_who_may_see_members(world: AuthWorld) -> None:
    owner = await world.owner()
    await add_role(owner, "Contoso people", "report:read")
    listed = {p["name"]: p for p in (await owner.get("/v1/permissions"))["items"]}
    assert set(listed) == set(DESCRIPTIONS)
    assert all(p["description"] for p in listed.values())
    assert listed["organization:transfer"]["roles"] == ["owner"]
    assert listed["organization:transfer"]["owner_only"]
    assert listed["report:read"]["roles"][-1] == "Contoso people"
    guest = await joined(world, owner, "guest@contoso.example", [{"role": "client"}])
    assert "Contoso people" not in str(await guest.get("/v1/permissions"))


async def test_an_admin_may_do_all_but_what_is_the_owners(world: AuthWorld) -> None:
    owner = await world.owner()
    admin = await joined(world, owner, "admin@contoso.example", ADMIN)
    assert (await admin.call("GET", "/v1/roles")).status_code == 200
    assert await add_role(admin, "Reader", "report:read")
    body = {"user_id": await user_id_of(admin)}
    refused = await admin.call("PUT", "/v1/organization/owner", json=body)
    assert code_of(refused) == (403, "permission_missing")
