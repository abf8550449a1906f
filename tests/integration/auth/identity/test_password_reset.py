"""A forgotten or changed password: links that work once, sessions that end, nothing told to strangers."""

import asyncio
from typing import Any

import httpx
import pytest
from infra.auth_world import PASSWORD, AuthWorld, Browser
from infra.postbox import Postbox

EMAIL = "owner@contoso.example"
NEW = "seven herons on a wire"
PATH = "/v1/password-resets"


async def ask(world: AuthWorld, email: str = EMAIL, ip: str = "203.0.113.7") -> httpx.Response:
    return await Browser(world, ip).call("POST", PATH, json={"email": email})


async def redeem(world: AuthWorld, token: str, password: str = NEW) -> httpx.Response:
    body = {"token": token, "password": password}
    return await Browser(world).call("PUT", PATH, json=body)


async def change(browser: Browser, current: str = PASSWORD, new: str = NEW) -> httpx.Response:
    body = {"current": current, "new": new}
    return await browser.call("PUT", "/v1/user/password", json=body)


async def test_a_reset_sets_the_password_ends_every_session_and_is_told(
    world: AuthWorld, postbox: Postbox
) -> None:
    browsers = [await world.owner(), await world.sign_in(EMAIL)]
    assert (await ask(world, " Owner@Contoso.example ")).status_code == 202
    assert (await redeem(world, await postbox.token(EMAIL))).status_code == 204
    assert [(await browser.resolve()).status_code for browser in browsers] == [401, 401]
    assert len(await world.events("session.revoked")) == 2
    assert (await Browser(world).sign_in(EMAIL, PASSWORD)).status_code == 401
    await world.sign_in(EMAIL, NEW)
    assert (await postbox.subjects(EMAIL))[0] == "Your Leadline password was changed"


async def test_a_link_works_once_even_for_two_at_once(world: AuthWorld, postbox: Postbox) -> None:
    await world.organization(EMAIL)
    await ask(world)
    token = await postbox.token(EMAIL)
    passwords = [f"{NEW} {number}" for number in ("one", "two", "three")]
    answers = await asyncio.gather(*(redeem(world, token, password) for password in passwords))
    assert sorted(answer.status_code for answer in answers) == [204, 422, 422]
    (won,) = [p for p, answer in zip(passwords, answers, strict=True) if answer.status_code == 204]
    await world.sign_in(EMAIL, won)
    assert (await redeem(world, token)).json()["code"] == "link_invalid"


async def test_a_used_link_closes_those_before_it(world: AuthWorld, postbox: Postbox) -> None:
    await world.organization(EMAIL)
    await ask(world)
    first = await postbox.token(EMAIL)
    await ask(world)
    second = await postbox.token(EMAIL)
    assert (await redeem(world, second)).status_code == 204
    assert (await redeem(world, first)).json()["code"] == "link_invalid"


async def test_a_link_expires_after_an_hour(world: AuthWorld, postbox: Postbox) -> None:
    await world.organization(EMAIL)
    await ask(world)
    token = await postbox.token(EMAIL)
    world.clock.forward(hours=1)
    answer = await redeem(world, token)
    assert (answer.status_code, answer.json()["code"]) == (422, "link_expired")


async def test_a_weak_password_leaves_the_link_good(world: AuthWorld, postbox: Postbox) -> None:
    await world.organization(EMAIL)
    await ask(world)
    token = await postbox.token(EMAIL)
    assert (await redeem(world, token, "password12345")).json()["code"] == "password_weak"
    assert (await redeem(world, token)).status_code == 204


@pytest.mark.parametrize("token", ["x", "A" * 43, "ü"])
async def test_an_invented_token_is_refused_without_hashing(
    world: AuthWorld, token: str, work: Any
) -> None:
    answer = await redeem(world, token)
    assert (answer.status_code, answer.json()["code"]) == (422, "link_invalid")
    assert not {name for name in work.take() if name.startswith("argon2")}


async def test_asking_tells_nothing_by_answer_or_work(
    world: AuthWorld, postbox: Postbox, work: Any
) -> None:
    await world.organization(EMAIL)
    costs: list[Any] = []
    for email in (EMAIL, "nobody@contoso.example"):
        work.take()
        answer = await ask(world, email)
        costs.append((work.take(), answer.status_code, answer.content))
    assert costs[0] == costs[1]
    assert await postbox.subjects(EMAIL) == ["Choose a new Leadline password"]
    assert await postbox.letters("nobody@contoso.example") == []
    assert await world.rows("select * from letter") == []


async def test_letters_are_limited_per_address_and_source(world: AuthWorld) -> None:
    answers = [await ask(world, ip=f"198.51.100.{n}") for n in range(6)]
    assert [answer.status_code for answer in answers] == [202] * 5 + [429]
    answers = [await ask(world, f"p{n}@contoso.example", "192.0.2.9") for n in range(31)]
    assert [answer.status_code for answer in answers] == [202] * 30 + [429]
    assert answers[-1].json()["code"] == "letters_throttled"


async def test_a_changed_password_keeps_this_session_and_ends_the_others(
    world: AuthWorld, postbox: Postbox
) -> None:
    here, there = await world.owner(), await world.sign_in(EMAIL)
    assert (await change(here)).status_code == 204
    assert ((await here.resolve()).status_code, (await there.resolve()).status_code) == (200, 401)
    await world.sign_in(EMAIL, NEW)
    assert await postbox.subjects(EMAIL) == ["Your Leadline password was changed"]


async def test_a_change_needs_the_current_password_and_few_guesses(world: AuthWorld) -> None:
    browser = await world.owner()
    answers = [await change(browser, "not the password") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
    assert [answers[0].json()["code"], answers[5].json()["code"]] == [
        "password_wrong",
        "code_throttled",
    ]
    world.clock.forward(minutes=5)
    assert (await browser.resolve()).status_code == 200


async def test_of_two_changes_at_once_one_wins(world: AuthWorld) -> None:
    browser = await world.owner()
    answers = await asyncio.gather(change(browser), change(browser, new=f"{NEW} two"))
    assert sorted(answer.status_code for answer in answers) in ([204, 409], [204, 422])


async def test_a_link_does_not_outlive_a_change(world: AuthWorld, postbox: Postbox) -> None:
    browser = await world.owner()
    await ask(world)
    token = await postbox.token(EMAIL)
    assert (await change(browser)).status_code == 204
    assert (await redeem(world, token)).json()["code"] == "link_invalid"
