"""A Clerk session token becomes a session here, bound to Clerk's, and nothing else does."""

import httpx
import pytest
from infra.auth_world import PASSWORD, PUBLIC_URL, Browser
from infra.clerk import FRONTEND_API, ClerkWorld

AGENCY = "Contoso Agency"


async def one_admin(clerk: ClerkWorld) -> str:
    """An organization with one admin, told and applied; the admin's Clerk id."""
    user = await clerk.person("ada@contoso.example", first="Ada")
    await clerk.place(AGENCY, user)
    assert set(await clerk.deliver()) == {204}
    return user


async def test_a_token_becomes_a_session_of_the_same_person(clerk: ClerkWorld) -> None:
    browser = await clerk.sign_in(await one_admin(clerk))
    session = await browser.get("/v1/session")
    assert session["user"]["email"] == "ada@contoso.example"
    assert session["user"]["name"] == "Ada Person"
    assert session["organization"]["name"] == AGENCY
    assert session["role"] == "owner"


async def test_the_page_is_told_where_to_sign_in(clerk: ClerkWorld) -> None:
    assert await Browser(clerk.auth).get("/v1/identity") == {
        "provider": "clerk",
        "sign_up": "invitation",
        "mail": False,
        "clerk": {
            "publishable_key": "pk_test_c2FuZGJveA",
            "frontend_api_url": FRONTEND_API,
            "script_url": f"{FRONTEND_API}/npm/@clerk/clerk-js@6/dist/clerk.browser.js",
        },
    }


async def test_signing_in_again_makes_another_session_and_ends_the_one_before(
    clerk: ClerkWorld,
) -> None:
    user = await one_admin(clerk)
    browser = await clerk.sign_in(user)
    before = browser.token
    response = await clerk.exchange(browser, await clerk.token(await clerk.session(user)))
    assert response.status_code == 200
    assert browser.token != before
    assert len(await clerk.live_sessions()) == 1


async def test_passwords_do_not_sign_anybody_in(clerk: ClerkWorld) -> None:
    await clerk.auth.organization("owner@contoso.example")
    response = await Browser(clerk.auth).sign_in("owner@contoso.example", PASSWORD)
    assert (response.status_code, response.json()["code"]) == (404, "identity_provider_disabled")


@pytest.mark.parametrize(
    ("claims", "azp", "failed"),
    [
        ({"iss": "https://other.clerk.accounts.dev"}, PUBLIC_URL, "iss"),
        ({"aud": "leadline"}, PUBLIC_URL, "aud"),
        ({}, "https://evil.example", "azp"),
        ({}, "", "azp"),
        ({"exp": 1}, PUBLIC_URL, "exp"),
        ({"nbf": 99_999_999_999}, PUBLIC_URL, "nbf"),
    ],
)
async def test_tokens_for_others_are_refused(
    clerk: ClerkWorld, claims: dict[str, object], azp: str, failed: str
) -> None:
    session = await clerk.session(await one_admin(clerk))
    response = await clerk.exchange(Browser(clerk.auth), await clerk.token(session, azp, **claims))
    assert (response.status_code, response.json()["code"]) == (401, "clerk_token_invalid")
    assert response.json()["failed"] == failed
    assert "set-cookie" not in response.headers


async def test_an_unfinished_sign_in_at_clerk_is_none_here(clerk: ClerkWorld) -> None:
    session = await clerk.session(await one_admin(clerk))
    response = await clerk.exchange(Browser(clerk.auth), await clerk.token(session, sts="pending"))
    assert (response.status_code, response.json()["code"]) == (401, "clerk_session_pending")


async def test_who_acts_as_the_user_at_clerk_does_not_get_in(clerk: ClerkWorld) -> None:
    session = await clerk.session(await one_admin(clerk))
    token = await clerk.token(session, act={"sub": "user_support"})
    response = await clerk.exchange(Browser(clerk.auth), token)
    assert (response.status_code, response.json()["code"]) == (403, "clerk_impersonation")


async def test_a_token_of_the_first_version_is_understood(clerk: ClerkWorld) -> None:
    user = await one_admin(clerk)
    organization = (await clerk.control("GET", ""))["organizations"][-1]["id"]
    token = await clerk.token(
        await clerk.session(user), o=None, v=None, org_id=organization, org_role="org:admin"
    )
    assert (await clerk.exchange(Browser(clerk.auth), token)).status_code == 200


async def test_the_active_organization_is_the_one_signed_in_to(clerk: ClerkWorld) -> None:
    user = await one_admin(clerk)
    second = await clerk.place("Fabrikam", user)
    await clerk.deliver()
    session = await clerk.session(user)
    token = await clerk.token(session, o={"id": second, "rol": "admin", "slg": "fabrikam"})
    browser = Browser(clerk.auth)
    assert (await clerk.exchange(browser, token)).json()["organization"]["name"] == "Fabrikam"
    assert len((await browser.get("/v1/session"))["organizations"]) == 2


async def test_before_the_webhooks_arrive_the_answer_is_to_try_again(clerk: ClerkWorld) -> None:
    user = await clerk.person("ada@contoso.example")
    await clerk.place(AGENCY, user)
    session = await clerk.session(user)
    response = await clerk.exchange(Browser(clerk.auth), await clerk.token(session))
    assert (response.status_code, response.json()["code"]) == (503, "clerk_user_pending")
    assert response.json()["retryable"]
    await clerk.deliver()
    response = await clerk.exchange(Browser(clerk.auth), await clerk.token(session))
    assert response.status_code == 200


async def test_a_person_without_an_organization_is_told_so(clerk: ClerkWorld) -> None:
    user = await clerk.person("nora@example.com")
    await clerk.deliver()
    session = await clerk.session(user)
    response = await clerk.exchange(Browser(clerk.auth), await clerk.token(session))
    assert (response.status_code, response.json()["code"]) == (403, "clerk_organization_required")


async def test_a_role_that_is_not_mapped_holds_nothing(clerk: ClerkWorld) -> None:
    await one_admin(clerk)
    place = (await clerk.control("GET", ""))["organizations"][-1]["id"]
    user = await clerk.person("bill@contoso.example", (place, "org:billing"))
    await clerk.deliver()
    response = await clerk.exchange(
        Browser(clerk.auth), await clerk.token(await clerk.session(user))
    )
    assert (response.status_code, response.json()["code"]) == (403, "clerk_role_unmapped")


@pytest.mark.parametrize("how", ["revoke at Clerk", "delete the user", "delete the membership"])
async def test_the_session_ends_with_what_it_stands_on(clerk: ClerkWorld, how: str) -> None:
    user = await one_admin(clerk)
    browser = await clerk.sign_in(user)
    world = await clerk.control("GET", "")
    path = {
        "revoke at Clerk": f"/sessions/{world['sessions'][-1]['id']}",
        "delete the user": f"/users/{user}",
        "delete the membership": f"/memberships/{world['memberships'][-1]['id']}",
    }[how]
    await clerk.control("DELETE", path)
    assert (await browser.resolve()).status_code == 200
    assert set(await clerk.deliver(copies=2)) == {204}
    assert (await browser.resolve()).status_code == 401
    told = await clerk.auth.events("session.revoked")
    assert len(told) == 1


async def test_a_token_of_an_ended_session_is_worth_nothing(clerk: ClerkWorld) -> None:
    session = await clerk.session(await one_admin(clerk))
    token = await clerk.token(session)
    await clerk.control("DELETE", f"/sessions/{session}")
    await clerk.deliver()
    response = await clerk.exchange(Browser(clerk.auth), token)
    assert (response.status_code, response.json()["code"]) == (401, "clerk_session_ended")


async def test_who_was_signed_out_here_has_to_sign_in_at_clerk_again(clerk: ClerkWorld) -> None:
    user = await one_admin(clerk)
    session = await clerk.session(user)
    browser = Browser(clerk.auth)
    assert (await clerk.exchange(browser, await clerk.token(session))).status_code == 200
    assert (await clerk.exchange(browser, await clerk.token(session))).status_code == 200
    assert (await browser.call("DELETE", "/v1/session")).status_code == 204
    response = await clerk.exchange(browser, await clerk.token(session))
    assert (response.status_code, response.json()["code"]) == (401, "clerk_session_ended")
    await clerk.sign_in(user)


async def test_keys_rotate_without_anybody_noticing(clerk: ClerkWorld) -> None:
    user = await one_admin(clerk)
    old = await clerk.token(await clerk.session(user))
    assert (await clerk.exchange(Browser(clerk.auth), old)).status_code == 200
    clerk.auth.clock.forward(minutes=1)
    await clerk.control("POST", "/keys/rotate")
    new = await clerk.token(await clerk.session(user), exp=99_999_999_999)
    assert (await clerk.exchange(Browser(clerk.auth), new)).status_code == 200
    fetches = clerk.auth.amazon.calls.count("GET /clerk/.well-known/jwks.json")
    assert fetches == 2


async def test_while_clerk_is_away_known_keys_work_and_unknown_ones_are_retried(
    clerk: ClerkWorld,
) -> None:
    user = await one_admin(clerk)
    session = await clerk.session(user)
    known = await clerk.token(session, exp=99_999_999_999)
    assert (await clerk.exchange(Browser(clerk.auth), known)).status_code == 200
    await clerk.control("POST", "/keys/rotate")
    unknown = await clerk.token(session, exp=99_999_999_999)

    async def away(request: httpx.Request) -> None:
        raise httpx.ConnectError("Clerk is away", request=request)

    clerk.auth.amazon.before = away
    clerk.auth.clock.forward(minutes=5)
    response = await clerk.exchange(Browser(clerk.auth), unknown)
    assert (response.status_code, response.json()["code"]) == (503, "clerk_keys_unavailable")
    assert response.json()["retryable"]
    assert (await clerk.exchange(Browser(clerk.auth), known)).status_code == 200
    clerk.auth.clock.forward(hours=2)
    response = await clerk.exchange(Browser(clerk.auth), known)
    assert response.json()["code"] == "clerk_keys_unavailable"


@pytest.mark.parametrize(
    "token", ["", "x", "a.b.c", "a.b", f"e30.e30.{'x' * 5000}", "é.é.é", 7, None, ["a.b.c"]]
)
async def test_bad_input_is_a_problem_not_a_crash(clerk: ClerkWorld, token: object) -> None:
    response = await Browser(clerk.auth).call("POST", "/v1/session/clerk", json={"token": token})
    assert response.status_code in {401, 422}
    assert response.headers["content-type"] == "application/problem+json"
