"""Whom Clerk knows and who belongs nowhere here takes an invitation up with Clerk's token."""

from typing import Any

import httpx
import pytest
from infra.auth_world import PUBLIC_URL, AuthWorld, Browser
from infra.clerk import ClerkWorld
from infra.people import accept, code_of, invited, token_of

NORA = "nora@example.com"


async def invitation(clerk: ClerkWorld, email: str = NORA) -> str:
    """The link of an invitation into an organization that Clerk does not know of."""
    user = await clerk.person("ada@contoso.example", first="Ada")
    await clerk.place("Contoso Agency", user)
    assert set(await clerk.deliver()) == {204}
    return (await invited(await clerk.sign_in(user), email))["link"]


async def newcomer(clerk: ClerkWorld, email: str = NORA, *, verified: bool = True) -> str:
    """Somebody who has an account at Clerk and no organization; their session at Clerk."""
    user = await clerk.person(email, first="Nora", verified=verified)
    assert set(await clerk.deliver()) == {204}
    return await clerk.session(user)


async def take(world: AuthWorld, link: str, clerk_token: str, **more: Any) -> httpx.Response:
    body = {"token": token_of(link), "clerk_token": clerk_token, **more}
    return await Browser(world).call("POST", "/v1/invitations/acceptances", json=body)


async def test_the_person_of_the_token_joins_and_signs_in(clerk: ClerkWorld) -> None:
    link, session = await invitation(clerk), await newcomer(clerk)
    answer = await take(clerk.auth, link, await clerk.token(session))
    assert (answer.status_code, answer.json()["organization"]) == (201, "Contoso Agency")
    assert "set-cookie" not in answer.headers
    browser = Browser(clerk.auth)
    entered = (await clerk.exchange(browser, await clerk.token(session))).json()
    assert (entered["user"]["email"], entered["role"]) == (NORA, "viewer")
    assert entered["organization"]["name"] == "Contoso Agency"


async def test_an_invitation_to_another_address_is_not_theirs(clerk: ClerkWorld) -> None:
    link, session = await invitation(clerk, "ana@example.com"), await newcomer(clerk)
    answer = await take(clerk.auth, link, await clerk.token(session))
    assert code_of(answer) == (403, "invitation_for_another")
    assert NORA not in (await clerk.members())["Contoso Agency"]


async def test_an_address_that_clerk_has_not_verified_takes_nothing_up(clerk: ClerkWorld) -> None:
    link, session = await invitation(clerk), await newcomer(clerk, verified=False)
    answer = await take(clerk.auth, link, await clerk.token(session))
    assert code_of(answer) == (403, "invitation_for_another")


async def test_an_invitation_is_taken_up_once(clerk: ClerkWorld) -> None:
    link, session = await invitation(clerk), await newcomer(clerk)
    assert (await take(clerk.auth, link, await clerk.token(session))).status_code == 201
    answer = await take(clerk.auth, link, await clerk.token(session))
    assert code_of(answer) == (404, "invitation_invalid")


@pytest.mark.parametrize(
    ("azp", "claims", "refusal"),
    [
        ("https://evil.example", {}, (401, "clerk_token_invalid")),
        (PUBLIC_URL, {"iss": "https://other.clerk.accounts.dev"}, (401, "clerk_token_invalid")),
        (PUBLIC_URL, {"exp": 1}, (401, "clerk_token_invalid")),
        (PUBLIC_URL, {"sts": "pending"}, (401, "clerk_session_pending")),
        (PUBLIC_URL, {"act": {"sub": "user_support"}}, (403, "clerk_impersonation")),
        (PUBLIC_URL, {"sub": "user_unheard_of"}, (503, "clerk_user_pending")),
    ],
)
async def test_a_token_that_signs_nobody_in_takes_nothing_up(
    clerk: ClerkWorld, azp: str, claims: dict[str, Any], refusal: tuple[int, str]
) -> None:
    link, session = await invitation(clerk), await newcomer(clerk)
    answer = await take(clerk.auth, link, await clerk.token(session, azp, **claims))
    assert code_of(answer) == refusal
    assert NORA not in (await clerk.members())["Contoso Agency"]


async def test_a_token_of_an_ended_session_takes_nothing_up(clerk: ClerkWorld) -> None:
    link, session = await invitation(clerk), await newcomer(clerk)
    token = await clerk.token(session)
    await clerk.control("DELETE", f"/sessions/{session}")
    await clerk.deliver()
    assert code_of(await take(clerk.auth, link, token)) == (401, "clerk_session_ended")


async def test_nobody_chooses_a_password_where_clerk_keeps_the_accounts(clerk: ClerkWorld) -> None:
    link = await invitation(clerk)
    assert code_of(await accept(Browser(clerk.auth), link)) == (409, "sign_in_first")


async def test_clerk_tells_the_audit_log_who_came_and_who_went(clerk: ClerkWorld) -> None:
    user = await clerk.person("ada@contoso.example")
    place = await clerk.place("Contoso Agency", user)
    other = await clerk.person("bo@contoso.example")
    membership = await clerk.join(other, place)
    await clerk.deliver()
    await clerk.sign_in(user)
    await clerk.control("DELETE", f"/memberships/{membership}")
    await clerk.deliver(copies=2)
    told = [e["data"] for e in await clerk.auth.events("action.recorded")]
    assert [t["action"] for t in told] == [
        "member.changed", "member.changed", "session.started", "member.removed",
    ]  # fmt: skip
    assert {t["actor_kind"] for t in told if t["action"] != "session.started"} == {"service"}
