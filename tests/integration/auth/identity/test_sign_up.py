"""Signing up: a letter, a link that works once with the right password, and nothing told to strangers."""

import asyncio
from typing import Any

import httpx
import pytest
from infra.auth_world import PASSWORD, AuthWorld, Browser
from infra.postbox import Postbox

EMAIL = "ana@contoso.example"
GOOD = "a quiet lake at dawn"


def asked(email: str = EMAIL, **changed: Any) -> dict[str, Any]:
    body = {"email": email, "password": GOOD, "name": "Ana", "organization_name": "Contoso"}
    return {**body, **changed}


async def sign_up(world: AuthWorld, email: str = EMAIL, **changed: Any) -> httpx.Response:
    return await Browser(world).call("POST", "/v1/users", json=asked(email, **changed))


async def verify(browser: Browser, token: str, password: str = GOOD) -> httpx.Response:
    body = {"token": token, "password": password}
    answer = await browser.call("POST", "/v1/users/verification", json=body)
    if answer.status_code == 200:
        browser.token = answer.cookies["leadline_session"]
    return answer


async def test_a_verified_address_owns_a_new_organization(
    world: AuthWorld, postbox: Postbox
) -> None:
    assert (await sign_up(world, " Ana@Contoso.example ")).status_code == 202
    assert await world.rows("select * from app_user") == []
    browser = Browser(world)
    answer = await verify(browser, await postbox.token(EMAIL))
    assert answer.status_code == 200
    session = await browser.get("/v1/session")
    assert session["user"]["email"] == EMAIL
    assert session["user"]["name"] == "Ana"
    assert session["organization"]["name"] == "Contoso"
    assert (session["role"], session["second_factor"]) == ("owner", False)
    await world.sign_in(EMAIL, GOOD)


async def test_nobody_signs_in_before_their_address_is_verified(
    world: AuthWorld, postbox: Postbox
) -> None:
    await sign_up(world)
    answer = await Browser(world).sign_in(EMAIL, GOOD)
    assert (answer.status_code, answer.json()["code"]) == (403, "email_unverified")
    answer = await Browser(world).sign_in(EMAIL, "another password")
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_credentials")


async def test_a_link_works_once(world: AuthWorld, postbox: Postbox) -> None:
    await sign_up(world)
    token = await postbox.token(EMAIL)
    assert (await verify(Browser(world), token)).status_code == 200
    again = await verify(Browser(world), token)
    assert (again.status_code, again.json()["code"]) == (422, "link_invalid")
    assert len(await world.rows("select * from organization")) == 1


async def test_a_session_planted_before_is_not_the_one_that_verifying_begins(
    world: AuthWorld, postbox: Postbox
) -> None:
    attacker = await world.owner("mallory@contoso.example")
    await sign_up(world)
    victim = Browser(world)
    victim.token = attacker.token
    answer = await verify(victim, await postbox.token(EMAIL))
    assert answer.status_code == 200
    assert victim.token != attacker.token
    assert (await victim.get("/v1/session"))["user"]["email"] == EMAIL
    assert (await attacker.resolve()).status_code == 401


async def test_of_two_uses_at_once_one_wins(world: AuthWorld, postbox: Postbox) -> None:
    await sign_up(world)
    token = await postbox.token(EMAIL)
    answers = await asyncio.gather(*(verify(Browser(world), token) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 422, 422, 422]
    assert len(await world.rows("select * from app_user")) == 1


async def test_a_link_expires_and_can_be_had_again(world: AuthWorld, postbox: Postbox) -> None:
    await sign_up(world)
    old = await postbox.token(EMAIL)
    world.clock.forward(hours=24)
    expired = await verify(Browser(world), old)
    assert (expired.status_code, expired.json()["code"]) == (422, "link_expired")
    again = await Browser(world).call(
        "POST", "/v1/users/verification/letters", json={"email": EMAIL}
    )
    assert again.status_code == 202
    new = await postbox.token(EMAIL)
    assert (await verify(Browser(world), old)).json()["code"] == "link_invalid"
    assert (await verify(Browser(world), new)).status_code == 200


async def test_a_strangers_sign_up_needs_the_strangers_password(
    world: AuthWorld, postbox: Postbox
) -> None:
    """An address taken in advance stays closed to whoever took it: its owner does not know the password."""
    await sign_up(world, password="the stranger chose this one")
    theirs = await postbox.token(EMAIL)
    await sign_up(world)
    own = await postbox.token(EMAIL)
    wrong = await verify(Browser(world), theirs)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "password_wrong")
    assert (await verify(Browser(world), own)).status_code == 200
    assert (await verify(Browser(world), theirs)).json()["code"] == "link_invalid"
    answer = await Browser(world).sign_in(EMAIL, "the stranger chose this one")
    assert answer.status_code == 401


async def test_an_address_taken_meanwhile_is_not_taken_twice(
    world: AuthWorld, postbox: Postbox
) -> None:
    await sign_up(world)
    token = await postbox.token(EMAIL)
    await world.organization(EMAIL)
    answer = await verify(Browser(world), token)
    assert (answer.status_code, answer.json()["code"]) == (409, "email_taken")


async def test_a_known_address_is_told_by_letter_alone(world: AuthWorld, postbox: Postbox) -> None:
    await world.organization(EMAIL)
    known, unknown = await sign_up(world), await sign_up(world, "new@contoso.example")
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    assert await postbox.subjects(EMAIL) == ["You have a Leadline account already"]
    assert await postbox.subjects("new@contoso.example") == ["Confirm your address for Leadline"]
    answer = await Browser(world).sign_in(EMAIL, PASSWORD)
    assert answer.status_code == 200


async def test_a_known_address_costs_the_same_work(world: AuthWorld, work: Any) -> None:
    await world.organization(EMAIL)
    work.take()
    await sign_up(world)
    known = work.take()
    await sign_up(world, "new@contoso.example")
    assert work.take() == known
    assert known["argon2 hash"] == 1


async def test_asking_for_another_letter_tells_nothing(
    world: AuthWorld, postbox: Postbox, work: Any
) -> None:
    await sign_up(world)
    costs: list[Any] = []
    for email in (EMAIL, "nobody@contoso.example"):
        work.take()
        path = "/v1/users/verification/letters"
        answer = await Browser(world).call("POST", path, json={"email": email})
        costs.append((work.take(), answer.status_code, answer.content))
    assert costs[0] == costs[1]
    assert await postbox.letters("nobody@contoso.example") == []
    assert len(await postbox.letters(EMAIL)) == 2


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"password": "short"}, "password_invalid"),
        ({"password": "password12345"}, "password_weak"),
        ({"password": "ana@contoso.example"}, "password_weak"),
        ({"password": "contosocontoso"}, "password_weak"),
        ({"email": "not an address"}, "email_invalid"),
        ({"name": " "}, "name_invalid"),
        ({"organization_name": "a\u202eb"}, "name_invalid"),
    ],
)
async def test_what_cannot_be_taken_is_told_and_leaves_nothing(
    world: AuthWorld, changed: dict[str, str], code: str
) -> None:
    answer = await sign_up(world, **{"email": EMAIL, **changed})
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert GOOD not in answer.text
    assert await world.rows("select * from sign_up") == []


async def test_letters_to_one_address_are_limited(world: AuthWorld, postbox: Postbox) -> None:
    answers = [await sign_up(world) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [202] * 5 + [429]
    assert answers[-1].json()["code"] == "letters_throttled"
    assert len(await postbox.letters(EMAIL)) == 5
    assert (await Browser(world).sign_in(EMAIL, GOOD)).json()["code"] == "email_unverified"


async def test_neither_password_token_nor_words_lie_in_the_open(
    world: AuthWorld, postbox: Postbox
) -> None:
    await sign_up(world)
    stored = str(await world.rows("select * from sign_up"))
    queued = str(await world.rows("select * from letter"))
    assert EMAIL not in queued
    token = await postbox.token(EMAIL)
    assert token not in stored + queued
    assert GOOD not in stored
    assert "$argon2id$" in stored
