"""The organization itself: its name, its owner, and going on in another one."""

import asyncio

from infra.auth_world import PASSWORD, AuthWorld, Browser
from infra.people import ADMIN, OWNER, code_of, invited, joined, token_of, user_id_of
from shared.ids import new_id

ANA = "ana@contoso.example"


async def of_two(world: AuthWorld) -> tuple[Browser, str]:
    """Ana, a viewer of Contoso and an admin of Fabrikam, signed in to Contoso; Fabrikam's id."""
    owner, other = await world.owner(), await world.owner("owner@fabrikam.example")
    ana = await joined(world, owner, ANA)
    link = (await invited(other, ANA, ADMIN))["link"]
    body = {"token": token_of(link)}
    accepted = await ana.call("POST", "/v1/invitations/acceptances", json=body)
    return ana, accepted.json()["organization_id"]


async def test_the_name_changes_for_everybody(world: AuthWorld) -> None:
    owner = await world.owner()
    response = await owner.call("PATCH", "/v1/organization", json={"name": " Contoso  Media "})
    assert response.json()["name"] == "Contoso Media"
    ana = await joined(world, owner, ANA)
    assert (await ana.get("/v1/organization"))["name"] == "Contoso Media"
    assert (await ana.get("/v1/session"))["organization"]["name"] == "Contoso Media"
    refused = await ana.call("PATCH", "/v1/organization", json={"name": "Mine"})
    assert code_of(refused) == (403, "permission_missing")
    empty = await owner.call("PATCH", "/v1/organization", json={"name": " "})
    assert code_of(empty) == (422, "name_invalid")


async def test_switching_goes_on_under_another_session(world: AuthWorld) -> None:
    ana, fabrikam = await of_two(world)
    old, before = ana.token, await ana.get("/v1/session")
    body = {"organization_id": fabrikam}
    response = await ana.call("PUT", "/v1/session/organization", json=body)
    assert response.status_code == 200, response.text
    ana.token = response.cookies["leadline_session"]
    after = await ana.get("/v1/session")
    assert (after["organization"]["id"], after["role"]) == (fabrikam, "admin")
    assert after["csrf_token"] != before["csrf_token"]
    assert len(after["organizations"]) == 2
    left = Browser(world)
    left.token = old
    assert (await left.resolve()).status_code == 401
    assert len(await world.events("session.revoked")) == 1


async def test_switching_does_not_prolong_a_session(world: AuthWorld) -> None:
    ana, fabrikam = await of_two(world)
    world.clock.forward(hours=6)
    response = await ana.call("PUT", "/v1/session/organization", json={"organization_id": fabrikam})
    assert response.status_code == 200
    rows = await world.rows("select distinct expires_at from session where user_agent = 'test'")
    ends = {row["expires_at"] for row in rows}
    assert max(ends) < world.clock() + world.deps.settings.session_max


async def test_nobody_switches_to_where_they_do_not_belong(world: AuthWorld) -> None:
    owner = await world.owner()
    other = await world.owner("owner@fabrikam.example")
    foreign = (await other.get("/v1/session"))["organization"]["id"]
    for organization_id in (foreign, str(new_id())):
        body = {"organization_id": organization_id}
        refused = await owner.call("PUT", "/v1/session/organization", json=body)
        assert code_of(refused) == (404, "organization_not_found")
    assert (await owner.resolve()).status_code == 200


async def test_an_owner_hands_over_with_their_password(world: AuthWorld) -> None:
    owner = await world.owner()
    ana = await joined(world, owner, ANA)
    body = {"user_id": await user_id_of(ana), "password": PASSWORD}
    for wrong in ("", "not the password"):
        refused = await owner.call(
            "PUT", "/v1/organization/owner", json={**body, "password": wrong}
        )
        assert code_of(refused) == (422, "password_wrong")
    response = await owner.call("PUT", "/v1/organization/owner", json=body)
    assert response.status_code == 204, response.text
    assert (await ana.get("/v1/session"))["role"] == "owner"
    assert (await owner.get("/v1/session"))["role"] == "admin"
    again = await owner.call("PUT", "/v1/organization/owner", json=body)
    assert code_of(again) == (403, "permission_missing")


async def test_ownership_goes_to_another_member_only(world: AuthWorld) -> None:
    owner = await world.owner()
    stranger = await world.owner("owner@fabrikam.example")
    me = await user_id_of(owner)
    for user_id, refusal in (
        (me, (422, "owner_already")),
        (await user_id_of(stranger), (404, "member_not_found")),
    ):
        body = {"user_id": user_id, "password": PASSWORD}
        refused = await owner.call("PUT", "/v1/organization/owner", json=body)
        assert code_of(refused) == refusal


async def test_two_transfers_at_once_leave_one_owner(world: AuthWorld) -> None:
    owner = await world.owner()
    people = [await joined(world, owner, f"p{n}@contoso.example") for n in range(2)]
    bodies = [{"user_id": await user_id_of(p), "password": PASSWORD} for p in people]
    answers = await asyncio.gather(
        *(owner.call("PUT", "/v1/organization/owner", json=body) for body in bodies)
    )
    assert sorted(a.status_code for a in answers) == [204, 403]
    roles = [(await b.get("/v1/session"))["role"] for b in (owner, *people)]
    assert sorted(roles) == ["admin", "owner", "viewer"]


async def test_a_second_owner_can_step_in(world: AuthWorld) -> None:
    owner = await world.owner()
    second = await joined(world, owner, ANA, OWNER)
    body = {"user_id": await user_id_of(second), "password": PASSWORD}
    assert (await owner.call("PUT", "/v1/organization/owner", json=body)).status_code == 204
    assert (await owner.get("/v1/session"))["role"] == "admin"
