"""Asking somebody in: once, for a while, by who may, and for that address only."""

import asyncio

import pytest
from infra.auth_world import PASSWORD, AuthWorld, Browser
from infra.people import (
    ADMIN,
    OWNER,
    VIEWER,
    Grants,
    accept,
    add_brand,
    code_of,
    invite,
    invited,
    joined,
    regrant,
    token_of,
    user_id_of,
)
from shared.ids import new_id

ANA = "ana@contoso.example"
INVALID = (404, "invitation_invalid")


async def offer(browser: Browser, link: str):
    return await browser.call("GET", f"/v1/invitations/offer?token={token_of(link)}")


async def test_somebody_new_accepts_and_signs_in(world: AuthWorld) -> None:
    owner = await world.owner()
    brand = await add_brand(owner, "Mine")
    grants: Grants = [{"role": "client", "brand_ids": [brand]}]
    sent = await invited(owner, " Ana@Contoso.Example", grants)
    assert (sent["invitation"]["email"], sent["invitation"]["state"]) == (ANA, "pending")
    shown = (await offer(Browser(world), sent["link"])).json()
    assert (shown["organization"], shown["inviter_email"]) == (
        "Contoso Agency",
        "owner@contoso.example",
    )
    assert (shown["roles"], shown["every_brand"], shown["way"]) == (["client"], False, "new_user")
    assert (await accept(Browser(world), sent["link"])).status_code == 201
    session = await (await world.sign_in(ANA)).get("/v1/session")
    assert (session["user"]["name"], session["brand_ids"]) == ("Ana Lima", [brand])
    assert (await owner.get("/v1/invitations"))["items"] == []


async def test_no_token_is_stored_or_listed(world: AuthWorld) -> None:
    owner = await world.owner()
    token = token_of((await invited(owner, ANA))["link"])
    stored = str(await world.rows("select * from invitation"))
    stored += str(await world.rows("select * from idempotency_key"))
    assert token not in stored + str(await owner.get("/v1/invitations"))


async def test_an_invitation_works_once(world: AuthWorld) -> None:
    owner = await world.owner()
    link = (await invited(owner, ANA))["link"]
    assert (await accept(Browser(world), link)).status_code == 201
    assert code_of(await accept(Browser(world), link, password="another long secret")) == INVALID
    assert code_of(await offer(Browser(world), link)) == INVALID
    assert await world.sign_in(ANA)


async def test_of_two_at_once_one_accepts(world: AuthWorld) -> None:
    owner = await world.owner()
    link = (await invited(owner, ANA))["link"]
    answers = await asyncio.gather(*(accept(Browser(world), link) for _ in range(4)))
    assert sorted(a.status_code for a in answers) == [201, 404, 404, 404]
    assert len(await world.rows("select * from app_user where email = $1", ANA)) == 1


async def test_an_invitation_ends_after_a_week_and_can_be_sent_again(world: AuthWorld) -> None:
    owner = await world.owner()
    sent = await invited(owner, ANA)
    world.clock.forward(days=7)
    assert code_of(await accept(Browser(world), sent["link"])) == INVALID
    owner = await world.sign_in("owner@contoso.example")
    (listed,) = (await owner.get("/v1/invitations"))["items"]
    assert listed["state"] == "expired"
    again = await owner.call("POST", f"/v1/invitations/{listed['id']}/letters")
    assert again.status_code == 201, again.text
    assert code_of(await accept(Browser(world), sent["link"])) == INVALID, "the old link is dead"
    assert (await accept(Browser(world), again.json()["link"])).status_code == 201


async def test_a_withdrawn_invitation_is_worth_nothing(world: AuthWorld) -> None:
    owner = await world.owner()
    sent = await invited(owner, ANA)
    path = f"/v1/invitations/{sent['invitation']['id']}"
    assert (await owner.call("DELETE", path)).status_code == 204
    assert code_of(await accept(Browser(world), sent["link"])) == INVALID
    assert code_of(await owner.call("DELETE", path)) == (404, "invitation_not_found")
    assert code_of(await owner.call("POST", f"{path}/letters")) == (404, "invitation_not_found")
    assert (await invite(owner, ANA)).status_code == 201


async def test_an_address_is_invited_once_at_a_time(world: AuthWorld) -> None:
    owner = await world.owner()
    answers = await asyncio.gather(*(invite(owner, ANA) for _ in range(3)))
    assert sorted(a.status_code for a in answers) == [201, 409, 409]
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"invitation_open"}
    taken = await invite(owner, "Owner@Contoso.example")
    assert code_of(taken) == (409, "already_member")
    assert code_of(await invite(owner, "not an address")) == (422, "email_invalid")


async def test_who_is_signed_in_joins_a_second_organization(world: AuthWorld) -> None:
    owner, other = await world.owner(), await world.owner("owner@fabrikam.example")
    ana = await joined(world, owner, ANA)
    link = (await invited(other, ANA, ADMIN))["link"]
    assert (await offer(Browser(world), link)).json()["way"] == "sign_in"
    assert code_of(await accept(Browser(world), link)) == (409, "sign_in_first")
    body = {"token": token_of(link)}
    response = await ana.call("POST", "/v1/invitations/acceptances", json=body)
    assert response.status_code == 201, response.text
    assert len((await ana.get("/v1/session"))["organizations"]) == 2
    assert (await ana.get("/v1/session"))["role"] == "viewer", "they are where they were"


async def test_an_invitation_is_for_its_address_only(world: AuthWorld) -> None:
    owner, other = await world.owner(), await world.owner("owner@fabrikam.example")
    ben = await joined(world, owner, "ben@contoso.example")
    link = (await invited(other, ANA))["link"]
    body = {"token": token_of(link)}
    refused = await ben.call("POST", "/v1/invitations/acceptances", json=body)
    assert code_of(refused) == (403, "invitation_for_another")
    assert (await offer(Browser(world), link)).status_code == 200, "and it still holds"


async def test_nobody_offers_what_they_do_not_hold(world: AuthWorld) -> None:
    owner = await world.owner()
    brand = await add_brand(owner, "Mine")
    admin = await joined(world, owner, "admin@contoso.example", ADMIN)
    limited = await joined(
        world, owner, "limited@contoso.example", [{"role": "admin", "brand_ids": [brand]}]
    )
    viewer = await joined(world, owner, "viewer@contoso.example")
    refused = [
        await invite(admin, ANA, OWNER),
        await invite(limited, ANA, VIEWER),
        await invite(viewer, ANA, [{"role": "client", "brand_ids": [brand]}]),
    ]
    assert [code_of(r) for r in refused] == [
        (403, "beyond_own_rights"),
        (403, "beyond_own_rights"),
        (403, "permission_missing"),
    ]


async def test_an_offer_falls_with_the_rights_of_who_made_it(world: AuthWorld) -> None:
    owner = await world.owner()
    admin = await joined(world, owner, "admin@contoso.example", ADMIN)
    link = (await invited(admin, ANA, ADMIN))["link"]
    await regrant(owner, await user_id_of(admin), VIEWER)
    assert code_of(await accept(Browser(world), link)) == INVALID
    assert await world.rows("select * from app_user where email = $1", ANA) == []
    (listed,) = (await owner.get("/v1/invitations"))["items"]
    again = await owner.call("POST", f"/v1/invitations/{listed['id']}/letters")
    assert again.json()["invitation"]["invited_by"]["user_id"] == await user_id_of(owner)
    assert (await accept(Browser(world), again.json()["link"])).status_code == 201


@pytest.mark.parametrize(
    ("name", "password", "code"),
    [
        ("", PASSWORD, "name_invalid"),
        ("Ana", "short", "password_invalid"),
        ("Ana", "", "password_invalid"),
    ],
)
async def test_somebody_new_needs_a_name_and_a_password(
    world: AuthWorld, name: str, password: str, code: str
) -> None:
    owner = await world.owner()
    link = (await invited(owner, ANA))["link"]
    refused = await accept(Browser(world), link, name=name, password=password)
    assert code_of(refused) == (422, code)
    assert (await offer(Browser(world), link)).status_code == 200


async def test_who_was_removed_from_everywhere_can_be_invited_again(world: AuthWorld) -> None:
    owner = await world.owner()
    ana = await joined(world, owner, ANA)
    user_id = await user_id_of(ana)
    await owner.call("DELETE", f"/v1/members/{user_id}")
    link = (await invited(owner, ANA))["link"]
    new = "quite another passphrase"
    assert (await accept(Browser(world), link, password=new)).status_code == 201
    again = await world.sign_in(ANA, new)
    assert await user_id_of(again) == user_id


async def test_a_crash_before_the_commit_leaves_the_invitation_open(
    world: AuthWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = await world.owner()
    link = (await invited(owner, ANA))["link"]

    async def crash(*_args: object) -> bool:
        raise RuntimeError("killed")

    with monkeypatch.context() as patched:
        patched.setattr("auth.invitations.queries.accept", crash)
        with pytest.raises(RuntimeError):
            await accept(Browser(world), link)
    assert await world.rows("select * from app_user where email = $1", ANA) == []
    assert (await accept(Browser(world), link)).status_code == 201


async def test_a_member_limited_to_brands_sees_invitations_to_these(world: AuthWorld) -> None:
    owner = await world.owner()
    mine, other = await add_brand(owner, "Mine"), await add_brand(owner, "Other")
    limited = await joined(
        world, owner, "limited@contoso.example", [{"role": "admin", "brand_ids": [mine]}]
    )
    both: Grants = [{"role": "client", "brand_ids": [mine, other]}]
    shared = await invited(owner, "both@contoso.example", both)
    foreign = await invited(owner, "o@contoso.example", [{"role": "client", "brand_ids": [other]}])
    (listed,) = (await limited.get("/v1/invitations"))["items"]
    assert (listed["email"], listed["grants"][0]["brand_ids"]) == ("both@contoso.example", [mine])
    for sent, refusal in (
        (shared, (403, "beyond_own_rights")),
        (foreign, (404, "invitation_not_found")),
    ):
        path = f"/v1/invitations/{sent['invitation']['id']}"
        assert code_of(await limited.call("DELETE", path)) == refusal
        assert code_of(await limited.call("POST", f"{path}/letters")) == refusal


async def test_a_stranger_reaches_no_invitation(world: AuthWorld) -> None:
    owner = await world.owner()
    sent = await invited(owner, ANA)
    stranger = await world.owner("owner@fabrikam.example")
    path = f"/v1/invitations/{sent['invitation']['id']}"
    for method, where in (("DELETE", path), ("POST", f"{path}/letters")):
        assert code_of(await stranger.call(method, where)) == (404, "invitation_not_found")
    assert (await stranger.get("/v1/invitations"))["items"] == []
    unknown = await offer(Browser(world), f"http://x/?token={new_id()}")
    assert code_of(unknown) == INVALID


async def test_a_token_of_clerk_counts_for_nothing_where_clerk_is_not_in_use(
    world: AuthWorld,
) -> None:
    link = (await invited(await world.owner(), ANA))["link"]
    body = {"token": token_of(link), "clerk_token": "e30.e30.e30"}
    answer = await Browser(world).call("POST", "/v1/invitations/acceptances", json=body)
    assert code_of(answer) == (404, "identity_provider_disabled")
