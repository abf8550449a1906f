"""Who belongs to an organization, and who may change what of it."""

import asyncio
from uuid import UUID

import pytest
from infra.auth_world import AuthWorld, Browser
from infra.people import (
    ADMIN,
    OWNER,
    VIEWER,
    Grants,
    add_brand,
    add_role,
    code_of,
    invited,
    joined,
    regrant,
    user_id_of,
)
from shared.db import SYSTEM
from shared.ids import new_id


async def organization_of(browser: Browser) -> str:
    return (await browser.get("/v1/session"))["organization"]["id"]


async def test_the_list_tells_grants_last_seen_and_status(world: AuthWorld) -> None:
    owner = await world.owner()
    brand = await add_brand(owner, "Mine")
    grants: Grants = [{"role": "client", "brand_ids": [brand]}, {"role": "viewer"}]
    ana = await joined(world, owner, "ana@contoso.example", grants)
    await world.member(UUID(await organization_of(owner)), "new@contoso.example", "viewer")
    items = {m["email"]: m for m in (await owner.get("/v1/members"))["items"]}
    assert items["new@contoso.example"]["status"] == "never_signed_in"
    assert items["new@contoso.example"]["last_seen_at"] is None
    shown = items["ana@contoso.example"]
    assert shown["user_id"] == await user_id_of(ana)
    assert [(g["role"], g["brand_ids"]) for g in shown["grants"]] == [
        ("client", [brand]),
        ("viewer", None),
    ]
    assert (shown["status"], shown["second_factor"], shown["manageable"]) == ("active", False, True)
    assert shown["last_seen_at"] is not None


async def test_last_seen_outlives_the_session(world: AuthWorld) -> None:
    owner = await world.owner()
    ana = await joined(world, owner, "ana@contoso.example")
    world.clock.forward(hours=1)
    await ana.get("/v1/session")
    seen = world.clock().isoformat()[:19]
    async with world.db.tx(SYSTEM) as tx:
        await tx.execute("delete from session where user_id <> $1", UUID(await user_id_of(owner)))
    items = {m["email"]: m for m in (await owner.get("/v1/members"))["items"]}
    assert items["ana@contoso.example"]["last_seen_at"][:19] == seen


async def test_changed_grants_are_in_force_at_once_and_told(world: AuthWorld) -> None:
    owner = await world.owner()
    ana = await joined(world, owner, "ana@contoso.example", ADMIN)
    brand = await add_brand(owner, "Mine")
    before = len(await world.events("member.updated"))
    new: Grants = [{"role": "viewer", "brand_ids": [brand]}]
    response = await regrant(owner, await user_id_of(ana), new)
    assert response.status_code == 204, response.text
    session = await ana.get("/v1/session")
    assert (session["role"], session["brand_ids"]) == ("viewer", [brand])
    assert "member:manage" not in session["permissions"]
    (event,) = (await world.events("member.updated"))[before:]
    assert event["data"]["user_id"] == await user_id_of(ana)
    assert (await regrant(owner, await user_id_of(ana), new)).status_code == 204
    assert len(await world.events("member.updated")) == before + 1


async def test_nobody_raises_themselves_or_others_above_themselves(world: AuthWorld) -> None:
    owner = await world.owner()
    admin = await joined(world, owner, "admin@contoso.example", ADMIN)
    me, boss = await user_id_of(admin), await user_id_of(owner)
    ana = await user_id_of(await joined(world, owner, "ana@contoso.example"))
    for user_id, grants in ((me, OWNER), (ana, OWNER), (boss, VIEWER)):
        response = await regrant(admin, user_id, grants)
        assert code_of(response) == (403, "beyond_own_rights")
    assert (await regrant(admin, ana, ADMIN)).status_code == 204


async def test_who_manages_members_gives_only_what_they_hold(world: AuthWorld) -> None:
    owner = await world.owner()
    brand = await add_brand(owner, "Mine")
    role = await add_role(owner, "People", "member:read", "member:manage")
    grants: Grants = [{"role_id": role}, {"role": "viewer", "brand_ids": [brand]}]
    helper = await joined(world, owner, "helper@contoso.example", grants)
    ana = await user_id_of(await joined(world, owner, "ana@contoso.example", [{"role_id": role}]))
    response = await regrant(helper, ana, VIEWER)
    assert code_of(response) == (403, "beyond_own_rights"), "they see one brand only"
    within: Grants = [{"role": "viewer", "brand_ids": [brand]}]
    assert (await regrant(helper, ana, within)).status_code == 204
    assert code_of(await regrant(helper, await user_id_of(helper), VIEWER))[0] == 403


async def test_somebody_limited_to_brands_manages_within_these(world: AuthWorld) -> None:
    owner = await world.owner()
    mine, other = await add_brand(owner, "Mine"), await add_brand(owner, "Other")
    limited = await joined(
        world, owner, "limited@contoso.example", [{"role": "admin", "brand_ids": [mine]}]
    )
    guest: Grants = [{"role": "client", "brand_ids": [mine]}]
    ana = await joined(world, limited, "ana@contoso.example", guest)
    foreign = await joined(
        world, owner, "foreign@contoso.example", [{"role": "client", "brand_ids": [other]}]
    )
    both = await joined(
        world, owner, "both@contoso.example", [{"role": "client", "brand_ids": [mine, other]}]
    )
    shown = {m["email"]: m for m in (await limited.get("/v1/members"))["items"]}
    assert "foreign@contoso.example" not in shown
    assert shown["both@contoso.example"]["grants"][0]["brand_ids"] == [mine]
    manageable = {email for email, m in shown.items() if m["manageable"]}
    assert manageable == {"limited@contoso.example", "ana@contoso.example"}
    refused = [
        await regrant(limited, await user_id_of(ana), VIEWER),
        await regrant(limited, await user_id_of(both), guest),
        await regrant(limited, await user_id_of(foreign), guest),
        await regrant(limited, await user_id_of(ana), [{"role": "client", "brand_ids": [other]}]),
        await limited.call("DELETE", f"/v1/members/{await user_id_of(owner)}"),
    ]
    assert [r.status_code for r in refused] == [403, 403, 404, 404, 403]


@pytest.mark.parametrize(
    "grants",
    [
        [],
        [{}],
        [{"role": "emperor"}],
        [{"role": "viewer", "role_id": str(new_id())}],
        [{"role": "viewer", "brand_ids": []}],
        [{"role": "owner", "brand_ids": [str(new_id())]}],
    ],
)
async def test_broken_grants_are_refused(world: AuthWorld, grants: Grants) -> None:
    owner = await world.owner()
    response = await regrant(owner, await user_id_of(owner), grants)
    assert code_of(response) == (422, "validation_failed")


async def test_roles_and_brands_of_nobody_are_not_found(world: AuthWorld) -> None:
    owner = await world.owner()
    ana = await user_id_of(await joined(world, owner, "ana@contoso.example"))
    unknown = str(new_id())
    assert code_of(await regrant(owner, ana, [{"role_id": unknown}])) == (404, "role_not_found")
    brands: Grants = [{"role": "viewer", "brand_ids": [unknown]}]
    assert code_of(await regrant(owner, ana, brands)) == (404, "brand_not_found")
    assert code_of(await regrant(owner, unknown, VIEWER)) == (404, "member_not_found")


async def test_the_last_owner_stays(world: AuthWorld) -> None:
    owner = await world.owner()
    me = await user_id_of(owner)
    ana = await joined(world, owner, "ana@contoso.example", ADMIN)
    assert code_of(await regrant(owner, me, ADMIN)) == (409, "last_owner")
    removed = await owner.call("DELETE", f"/v1/members/{me}?heir_id={await user_id_of(ana)}")
    assert code_of(removed) == (409, "last_owner")


@pytest.mark.parametrize("_round", range(3))
async def test_two_owners_cannot_demote_each_other(world: AuthWorld, _round: int) -> None:
    one = await world.owner()
    two = await joined(world, one, "two@contoso.example", OWNER)
    ids = [await user_id_of(one), await user_id_of(two)]
    answers = await asyncio.gather(regrant(one, ids[1], ADMIN), regrant(two, ids[0], ADMIN))
    assert sorted(a.status_code for a in answers) == [204, 403]
    roles = [(await b.get("/v1/session"))["role"] for b in (one, two)]
    assert sorted(roles) == ["admin", "owner"]


async def test_two_owners_cannot_both_step_down(world: AuthWorld) -> None:
    one = await world.owner()
    two = await joined(world, one, "two@contoso.example", OWNER)
    answers = await asyncio.gather(
        regrant(one, await user_id_of(one), ADMIN), regrant(two, await user_id_of(two), ADMIN)
    )
    assert sorted(a.status_code for a in answers) == [204, 409]


async def test_a_removal_is_told_beforehand_and_then_done(world: AuthWorld) -> None:
    owner = await world.owner()
    ana = await joined(world, owner, "ana@contoso.example", ADMIN)
    connection = await ana.connect()
    invitation = await invited(ana, "guest@contoso.example")
    user_id = await user_id_of(ana)
    preview = await owner.get(f"/v1/members/{user_id}/removal")
    counts = {d["kind"]: d["count"] for d in preview["dependents"]}
    assert {**counts, "connection": 1, "invitation": 1, "session": 1} == counts
    assert [h["email"] for h in preview["heirs"]] == ["owner@contoso.example"]
    assert (await ana.get("/v1/session"))["user"]["id"] == user_id, "a preview changes nothing"
    heir = await user_id_of(owner)
    response = await owner.call("DELETE", f"/v1/members/{user_id}?heir_id={heir}")
    assert response.status_code == 204, response.text
    assert (await ana.resolve()).status_code == 401
    assert len(await world.events("session.revoked")) == 1
    assert [e["data"]["user_id"] for e in await world.events("member.removed")] == [user_id]
    (row,) = await world.rows("select * from connection where id = $1", connection)
    assert (str(row["created_by"]), row["status"]) == (heir, "active")
    offer = await ana.call("GET", f"/v1/invitations/offer?token={invitation['link'][-43:]}")
    assert code_of(offer) == (404, "invitation_invalid")
    assert (await owner.get("/v1/invitations"))["items"] == []
    again = await owner.call("DELETE", f"/v1/members/{user_id}")
    assert code_of(again) == (404, "member_not_found")


async def test_without_an_heir_the_remover_answers_for_connections(world: AuthWorld) -> None:
    owner = await world.owner()
    ana = await joined(world, owner, "ana@contoso.example", ADMIN)
    connection = await ana.connect()
    await owner.call("DELETE", f"/v1/members/{await user_id_of(ana)}")
    (row,) = await world.rows("select created_by from connection where id = $1", connection)
    assert str(row["created_by"]) == await user_id_of(owner)


async def test_an_heir_is_somebody_who_stays(world: AuthWorld) -> None:
    owner = await world.owner()
    stranger = await user_id_of(await world.owner("owner@fabrikam.example"))
    ana = await user_id_of(await joined(world, owner, "ana@contoso.example", OWNER))
    me = await user_id_of(owner)
    for path, refusal in (
        (f"/v1/members/{ana}?heir_id={ana}", (422, "heir_needed")),
        (f"/v1/members/{me}", (422, "heir_needed")),
        (f"/v1/members/{ana}?heir_id={stranger}", (404, "member_not_found")),
    ):
        assert code_of(await owner.call("DELETE", path)) == refusal
    assert len((await owner.get("/v1/members"))["items"]) == 2


async def test_who_was_removed_signs_in_where_they_still_belong(world: AuthWorld) -> None:
    owner = await world.owner()
    other = await world.owner("owner@fabrikam.example")
    ana = await joined(world, owner, "ana@contoso.example")
    link = (await invited(other, "ana@contoso.example"))["link"]
    body = {"token": link[-43:]}
    assert (await ana.call("POST", "/v1/invitations/acceptances", json=body)).status_code == 201
    await owner.call("DELETE", f"/v1/members/{await user_id_of(ana)}")
    again = await world.sign_in("ana@contoso.example")
    organizations = (await again.get("/v1/session"))["organizations"]
    assert [o["id"] for o in organizations] == [await organization_of(other)]


async def test_a_stranger_finds_no_member(world: AuthWorld) -> None:
    owner = await world.owner()
    ana = await user_id_of(await joined(world, owner, "ana@contoso.example"))
    stranger = await world.owner("owner@fabrikam.example")
    answers = [
        await regrant(stranger, ana, VIEWER),
        await stranger.call("GET", f"/v1/members/{ana}/removal"),
        await stranger.call("DELETE", f"/v1/members/{ana}"),
    ]
    assert [code_of(a) for a in answers] == [(404, "member_not_found")] * 3
    assert len((await stranger.get("/v1/members"))["items"]) == 1
