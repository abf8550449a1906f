"""One-time codes: turned on with one, spent once, counted; recovery codes; no session in between."""

import asyncio
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from infra.auth_world import PASSWORD, AuthWorld, Browser, build_world
from infra.postbox import Postbox
from pydantic import SecretStr
from pyotp.totp import TOTP

EMAIL = "owner@contoso.example"
PATH = "/v1/user/second-factor"


@dataclass
class Phone:
    """An authenticator app: shows the code of the world's time."""

    world: AuthWorld
    secret: str
    recovery_codes: list[str]

    def code(self) -> str:
        return TOTP(self.secret).at(self.world.clock())

    def next_code(self) -> str:
        """Half a minute later."""
        self.world.clock.forward(seconds=30)
        return self.code()


async def enrol(browser: Browser) -> Phone:
    begun = await browser.call("POST", PATH, json={"password": PASSWORD})
    assert begun.status_code == 201, begun.text
    phone = Phone(browser.world, begun.json()["secret"], [])
    answer = await browser.call("PUT", PATH, json={"code": phone.code()})
    assert answer.status_code == 200, answer.text
    phone.recovery_codes = answer.json()["recovery_codes"]
    return phone


async def challenge(browser: Browser, password: str = PASSWORD) -> str:
    body = {"email": EMAIL, "password": password}
    answer = await browser.call("POST", "/v1/session", json=body)
    assert answer.status_code == 200, answer.text
    assert "set-cookie" not in answer.headers
    assert set(answer.json()) == {"second_factor_required", "challenge", "expires_at"}
    return answer.json()["challenge"]


async def finish(browser: Browser, token: str, **code: str) -> httpx.Response:
    body = {"challenge": token, **code}
    answer = await browser.call("POST", "/v1/session/second-factor", json=body)
    if answer.status_code == 200:
        browser.token = answer.cookies["leadline_session"]
    return answer


async def test_signing_in_takes_two_steps_once_it_is_on(world: AuthWorld, postbox: Postbox) -> None:
    here, there = await world.owner(), await world.sign_in(EMAIL)
    phone = await enrol(here)
    assert ((await here.resolve()).status_code, (await there.resolve()).status_code) == (200, 401)
    assert (await here.get("/v1/session"))["second_factor"] is True
    assert await postbox.subjects(EMAIL) == ["Your second factor is on"]
    browser = Browser(world)
    answer = await finish(browser, await challenge(browser), code=phone.next_code())
    assert answer.status_code == 200
    assert (await browser.get("/v1/session"))["user"]["email"] == EMAIL


async def test_an_unconfirmed_factor_asks_for_nothing(world: AuthWorld) -> None:
    browser = await world.owner()
    begun = (await browser.call("POST", PATH, json={"password": PASSWORD})).json()
    assert begun["otpauth_uri"].startswith("otpauth://totp/Leadline:owner%40contoso.example?")
    await world.sign_in(EMAIL)
    assert (await browser.get(PATH)) == {"enabled_at": None, "recovery_codes_left": 0}
    wrong = await browser.call("PUT", PATH, json={"code": "000000"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "code_wrong")


async def test_a_code_is_taken_once_whoever_comes_first(world: AuthWorld) -> None:
    phone = await enrol(await world.owner())
    browsers = [Browser(world) for _ in range(3)]
    tokens = [await challenge(browser) for browser in browsers]
    code = phone.next_code()
    pairs = zip(browsers, tokens, strict=True)
    answers = await asyncio.gather(*(finish(browser, token, code=code) for browser, token in pairs))
    assert sorted(answer.status_code for answer in answers) == [200, 422, 422]


async def test_the_code_that_turned_it_on_signs_nobody_in(world: AuthWorld) -> None:
    phone = await enrol(await world.owner())
    browser = Browser(world)
    answer = await finish(browser, await challenge(browser), code=phone.code())
    assert answer.json()["code"] == "code_wrong"


async def test_a_challenge_is_no_session_works_once_and_expires(world: AuthWorld) -> None:
    phone = await enrol(await world.owner())
    browser = Browser(world)
    token = await challenge(browser)
    thief = Browser(world)
    thief.token = token
    assert (await thief.resolve()).status_code == 401
    assert (await finish(browser, token, code="123 45")).json()["code"] == "code_wrong"
    assert (await finish(browser, token, code=phone.next_code())).status_code == 200
    used = await finish(Browser(world), token, code=phone.next_code())
    assert (used.status_code, used.json()["code"]) == (401, "challenge_invalid")
    late = await challenge(browser)
    world.clock.forward(minutes=5)
    assert (await finish(browser, late, code=phone.code())).json()["code"] == "challenge_invalid"


async def test_each_step_ends_the_session_the_browser_had(world: AuthWorld) -> None:
    """A session that somebody planted before the sign-in is worth nothing after it."""
    await world.organization(EMAIL)
    browser = await world.sign_in(EMAIL)
    planted = Browser(world)
    planted.token = browser.token
    phone = await enrol(browser)
    answer = await finish(browser, await challenge(browser), code=phone.next_code())
    assert answer.status_code == 200
    assert browser.token != planted.token
    assert (await planted.resolve()).status_code == 401
    ids = {row["id"] for row in await world.rows("select id from session")}
    assert len(ids) == 2


async def test_a_recovery_code_works_once_and_is_told(world: AuthWorld, postbox: Postbox) -> None:
    browser = await world.owner()
    phone = await enrol(browser)
    assert len(set(phone.recovery_codes)) == 10
    code = phone.recovery_codes[3]
    other = Browser(world)
    shown = code.upper().replace("-", " ")
    assert (await finish(other, await challenge(other), recovery_code=shown)).status_code == 200
    again = await finish(other, await challenge(other), recovery_code=code)
    assert again.json()["code"] == "code_wrong"
    assert (await other.get(PATH))["recovery_codes_left"] == 9
    words = {letter["subject"]: letter["text"] for letter in await postbox.letters(EMAIL)}
    assert "9 are left" in words["A recovery code was used"]


async def test_codes_are_counted_and_a_password_change_voids_challenges(world: AuthWorld) -> None:
    browser = await world.owner()
    phone = await enrol(browser)
    guesser = Browser(world, ip="198.51.100.4")
    token = await challenge(guesser)
    answers = [await finish(guesser, token, code="000000") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
    assert answers[-1].json()["code"] == "code_throttled"
    right = await finish(Browser(world), token, code=phone.next_code())
    assert right.status_code == 429


async def test_without_valkey_codes_are_counted_all_the_same(world: AuthWorld) -> None:
    await enrol(await world.owner())
    away = {"redis_url": SecretStr("redis://127.0.0.1:1/0")}
    without = build_world(world.deps.settings.model_copy(update=away), world.db)
    without.clock.now = world.clock.now
    browser = Browser(without)
    token = await challenge(browser)
    answers = [await finish(browser, token, code="000000") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
    await without.close()


async def test_a_new_password_voids_a_challenge(world: AuthWorld) -> None:
    browser = await world.owner()
    phone = await enrol(browser)
    token = await challenge(Browser(world))
    body = {"current": PASSWORD, "new": "seven herons on a wire"}
    assert (await browser.call("PUT", "/v1/user/password", json=body)).status_code == 204
    answer = await finish(Browser(world), token, code=phone.next_code())
    assert answer.json()["code"] == "challenge_invalid"


async def test_turning_it_off_needs_password_and_code(world: AuthWorld, postbox: Postbox) -> None:
    browser = await world.owner()
    phone = await enrol(browser)
    removal = f"{PATH}/removal"
    code = phone.next_code()
    refused = await browser.call("POST", removal, json={"password": "wrong", "code": code})
    assert refused.json()["code"] == "password_wrong"
    refused = await browser.call("POST", removal, json={"password": PASSWORD})
    assert refused.json()["code"] == "code_wrong"
    done = await browser.call("POST", removal, json={"password": PASSWORD, "code": code})
    assert done.status_code == 204
    assert await world.rows("select * from recovery_code") == []
    assert (await postbox.subjects(EMAIL))[0] == "Your second factor is off"
    await world.sign_in(EMAIL)


async def test_new_recovery_codes_replace_the_old_ones(world: AuthWorld, postbox: Postbox) -> None:
    browser = await world.owner()
    phone = await enrol(browser)
    body = {"password": PASSWORD, "recovery_code": phone.recovery_codes[0]}
    answer = await browser.call("POST", f"{PATH}/recovery-codes", json=body)
    assert answer.status_code == 200
    assert not set(answer.json()["recovery_codes"]) & set(phone.recovery_codes)
    old = await finish(browser, await challenge(browser), recovery_code=phone.recovery_codes[1])
    assert old.json()["code"] == "code_wrong"


@pytest.mark.parametrize("body", [{"password": "wrong"}, {"password": ""}, {}])
async def test_beginning_needs_the_password(world: AuthWorld, body: dict[str, Any]) -> None:
    browser = await world.owner()
    answer = await browser.call("POST", PATH, json=body)
    assert answer.status_code == 422
    assert await world.rows("select * from second_factor") == []


async def test_it_cannot_be_begun_again_while_it_is_on(world: AuthWorld) -> None:
    browser = await world.owner()
    await enrol(browser)
    answer = await browser.call("POST", PATH, json={"password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (409, "second_factor_on")


async def test_neither_secret_nor_code_is_stored_in_the_open(world: AuthWorld) -> None:
    phone = await enrol(await world.owner())
    stored = str(await world.rows("select * from second_factor"))
    stored += str(await world.rows("select * from recovery_code"))
    assert phone.secret not in stored
    assert not any(code in stored for code in phone.recovery_codes)


@pytest.mark.parametrize("kind", ["code", "recovery_code"])
async def test_guesses_are_counted_over_challenges_addresses_and_kinds(
    world: AuthWorld, kind: str
) -> None:
    """Who knows the password has as many challenges as they like, and not more guesses."""
    phone = await enrol(await world.owner())
    guess = {"code": "000000", "recovery_code": "aaaaa-aaaaa"}[kind]
    statuses: list[int] = []
    for attempt in range(6):
        browser = Browser(world, ip=f"198.51.100.{attempt}")
        statuses.append(
            (await finish(browser, await challenge(browser), **{kind: guess})).status_code
        )
    assert statuses == [422] * 5 + [429]
    other = Browser(world, ip="198.51.100.77")
    for right in ({"code": phone.next_code()}, {"recovery_code": phone.recovery_codes[0]}):
        assert (await finish(other, await challenge(other), **right)).status_code == 429
