"""What Clerk's users, organizations and memberships become here."""

from uuid import UUID

import pytest
from infra.auth_world import Browser
from infra.clerk import ClerkWorld
from shared.db import SYSTEM

ADA, BEN = "ada@contoso.example", "ben@contoso.example"


async def two(clerk: ClerkWorld) -> tuple[str, str, str]:
    """Ada founded Contoso, Ben is a member; (organization, Ada, Ben) at Clerk."""
    ada = await clerk.person(ADA)
    place = await clerk.place("Contoso", ada)
    ben = await clerk.person(BEN, (place, "org:member"))
    await clerk.deliver()
    return place, ada, ben


async def membership(clerk: ClerkWorld, user: str) -> str:
    found = (await clerk.control("GET", ""))["memberships"]
    return next(m["id"] for m in found if m["public_user_data"]["user_id"] == user)


async def test_the_founder_is_owner_and_roles_follow_clerk(clerk: ClerkWorld) -> None:
    _, _, ben = await two(clerk)
    assert await clerk.members() == {"Contoso": {ADA: "owner", BEN: "viewer"}}
    await clerk.control("PATCH", f"/memberships/{await membership(clerk, ben)}", role="org:admin")
    await clerk.deliver()
    assert await clerk.members() == {"Contoso": {ADA: "owner", BEN: "admin"}}


async def test_the_longest_admin_takes_over_when_the_owner_leaves(clerk: ClerkWorld) -> None:
    place, ada, ben = await two(clerk)
    await clerk.person("cleo@contoso.example", (place, "org:admin"))
    await clerk.control("PATCH", f"/memberships/{await membership(clerk, ben)}", role="org:admin")
    await clerk.control("DELETE", f"/memberships/{await membership(clerk, ada)}")
    await clerk.deliver()
    assert await clerk.members() == {"Contoso": {BEN: "admin", "cleo@contoso.example": "owner"}}


async def test_what_was_granted_here_stays_until_clerk_changes_the_role(clerk: ClerkWorld) -> None:
    place, ada, ben = await two(clerk)
    owner = await clerk.sign_in(ada)
    grants = {"grants": [{"role": "analyst", "brand_ids": None}]}
    answer = await owner.call("PATCH", f"/v1/members/{await id_of(clerk, BEN)}", json=grants)
    assert answer.status_code == 204, answer.text
    await clerk.control("PATCH", f"/organizations/{place}", name="Contoso Group")
    await clerk.deliver()
    assert await clerk.members() == {"Contoso Group": {ADA: "owner", BEN: "analyst"}}
    await clerk.control("PATCH", f"/memberships/{await membership(clerk, ben)}", role="org:admin")
    await clerk.deliver()
    assert (await clerk.members())["Contoso Group"][BEN] == "admin"


async def test_an_ownership_handed_over_here_stays(clerk: ClerkWorld) -> None:
    place, ada, ben = await two(clerk)
    await clerk.control("PATCH", f"/memberships/{await membership(clerk, ben)}", role="org:admin")
    await clerk.deliver()
    owner = await clerk.sign_in(ada)
    answer = await owner.call(
        "PUT", "/v1/organization/owner", json={"user_id": str(await id_of(clerk, BEN))}
    )
    assert answer.status_code in {200, 204}, answer.text
    await clerk.control("PATCH", f"/organizations/{place}", name="Contoso Group")
    await clerk.deliver()
    assert await clerk.members() == {"Contoso Group": {ADA: "admin", BEN: "owner"}}


async def test_who_was_removed_here_does_not_come_back_by_a_repeated_fact(
    clerk: ClerkWorld,
) -> None:
    _, ada, ben = await two(clerk)
    owner = await clerk.sign_in(ada)
    answer = await owner.call("DELETE", f"/v1/members/{await id_of(clerk, BEN)}")
    assert answer.status_code == 204, answer.text
    await clerk.control("POST", "/webhooks/replay")
    await clerk.deliver()
    assert (await clerk.members())["Contoso"] == {ADA: "owner"}
    response = await clerk.exchange(
        Browser(clerk.auth), await clerk.token(await clerk.session(ben))
    )
    assert (response.status_code, response.json()["code"]) == (403, "not_a_member")


async def test_a_deleted_organization_loses_its_people_and_keeps_its_data(
    clerk: ClerkWorld,
) -> None:
    place, ada, _ = await two(clerk)
    browser = await clerk.sign_in(ada)
    brand = await browser.call("POST", "/v1/brands", json={"name": "Adventure Works"})
    assert brand.status_code == 201
    await clerk.control("DELETE", f"/organizations/{place}")
    await clerk.deliver(order="reversed", copies=2)
    assert await clerk.members() == {"Contoso": {}}
    assert len(await clerk.auth.rows("select * from brand")) == 1
    assert (await browser.resolve()).status_code == 401


async def test_a_user_from_before_the_switch_keeps_their_organization(clerk: ClerkWorld) -> None:
    organization = await clerk.auth.organization(ADA, "Tailspin")
    user = await clerk.person(ADA)
    await clerk.deliver()
    browser = await clerk.sign_in(user)
    assert (await browser.get("/v1/session"))["organization"]["id"] == str(organization)


async def test_an_address_that_clerk_has_not_verified_is_nobodys(clerk: ClerkWorld) -> None:
    await clerk.auth.organization(ADA, "Tailspin")
    user = await clerk.person(ADA, verified=False)
    await clerk.deliver()
    session = await clerk.session(user)
    response = await clerk.exchange(Browser(clerk.auth), await clerk.token(session))
    assert (response.status_code, response.json()["code"]) == (403, "clerk_organization_required")
    assert await clerk.members() == {"Tailspin": {ADA: "owner"}}


async def test_every_change_is_told_to_those_who_remember_sessions(clerk: ClerkWorld) -> None:
    _, _, ben = await two(clerk)
    await clerk.control("DELETE", f"/memberships/{await membership(clerk, ben)}")
    await clerk.deliver(copies=2)
    events = await clerk.auth.events("member.updated", "member.removed")
    told = [(event["type"], event["data"]["user_id"]) for event in events]
    assert len([one for one in told if one[0] == "member.updated"]) == 2
    assert [one[1] for one in told if one[0] == "member.removed"] == [str(await id_of(clerk, BEN))]


@pytest.mark.parametrize("name", ["Zoë “Z” O'Neil", "x" * 300, "  ", "\u202eevil\x07", "=1+1"])
async def test_names_are_kept_as_far_as_they_can_be_shown(clerk: ClerkWorld, name: str) -> None:
    user = await clerk.person(ADA, first=name)
    await clerk.place(name, user)
    assert set(await clerk.deliver()) == {204}
    rows = await clerk.auth.rows(
        "select name from app_user union all select name from organization"
    )
    assert all(1 <= len(row["name"]) <= 120 and row["name"].isprintable() for row in rows)


async def id_of(clerk: ClerkWorld, email: str) -> UUID:
    async with clerk.auth.db.read(SYSTEM) as tx:
        return await tx.fetchval("select id from app_user where email = $1", email)
