"""Another address: the new mailbox and the person who asked make it theirs, and nobody else."""

import asyncio
from uuid import UUID

import httpx
import pytest
from infra.auth_world import PASSWORD, AuthWorld, Browser
from infra.people import code_of
from infra.postbox import Postbox

OLD, NEW = "owner@contoso.example", "ana@fabrikam.example"
PATH = "/v1/user/email"


async def ask(browser: Browser, email: str = NEW, password: str = PASSWORD) -> httpx.Response:
    return await browser.call("POST", PATH, json={"email": email, "password": password})


async def confirm(browser: Browser, token: str) -> httpx.Response:
    return await browser.call("PUT", PATH, json={"token": token})


async def asked(browser: Browser, postbox: Postbox, email: str = NEW) -> str:
    """The token that arrived at the new address."""
    assert (await ask(browser, email)).status_code == 202
    return await postbox.token(email)


async def colleague(world: AuthWorld, owner: Browser, email: str) -> Browser:
    """Somebody else of the organization, signed in."""
    organization = (await owner.get("/v1/session"))["organization"]["id"]
    await world.member(UUID(organization), email, "viewer")
    return await world.sign_in(email)


async def test_the_new_address_signs_in_once_its_letter_was_opened(
    world: AuthWorld, postbox: Postbox
) -> None:
    browser = await world.owner(OLD)
    assert (await ask(browser, " Ana@Fabrikam.example ")).status_code == 202
    token = await postbox.token(NEW)
    assert (await browser.get("/v1/user"))["email"] == OLD, "asking alone changes nothing"
    assert (await Browser(world).sign_in(NEW)).status_code == 401
    confirmed = await confirm(browser, token)
    assert (confirmed.status_code, confirmed.json()["email"]) == (200, NEW)
    assert (await browser.get("/v1/session"))["user"]["email"] == NEW
    assert (await Browser(world).sign_in(OLD)).status_code == 401
    await world.sign_in(NEW)
    assert len(await world.events("member.updated")) == 2


async def test_the_old_address_hears_of_both_steps(world: AuthWorld, postbox: Postbox) -> None:
    browser = await world.owner(OLD)
    await confirm(browser, await asked(browser, postbox))
    assert await postbox.subjects(OLD) == [
        "Your Leadline address was changed",
        "Another address for your Leadline account?",
    ]
    assert all(NEW in letter["text"] for letter in await postbox.letters(OLD))


async def test_a_link_works_once_even_for_two_at_once(world: AuthWorld, postbox: Postbox) -> None:
    browser = await world.owner(OLD)
    token = await asked(browser, postbox)
    answers = await asyncio.gather(*(confirm(browser, token) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 422, 422]
    assert code_of(await confirm(browser, token)) == (422, "link_invalid")


async def test_a_newer_request_voids_the_letter_before(world: AuthWorld, postbox: Postbox) -> None:
    browser = await world.owner(OLD)
    first = await asked(browser, postbox)
    second = await asked(browser, postbox, "b@fabrikam.example")
    assert code_of(await confirm(browser, first)) == (422, "link_invalid")
    assert (await confirm(browser, second)).json()["email"] == "b@fabrikam.example"


async def test_a_link_expires_after_a_day(world: AuthWorld, postbox: Postbox) -> None:
    token = await asked(await world.owner(OLD), postbox)
    world.clock.forward(hours=24)
    later = await world.sign_in(OLD)
    assert code_of(await confirm(later, token)) == (422, "link_expired")


async def test_whoever_else_opens_the_letter_gets_nothing(
    world: AuthWorld, postbox: Postbox
) -> None:
    owner = await world.owner(OLD)
    other = await colleague(world, owner, "other@contoso.example")
    token = await asked(owner, postbox)
    assert code_of(await confirm(other, token)) == (403, "link_for_another")
    assert code_of(await confirm(Browser(world), token)) == (401, "sign_in_required")
    assert (await confirm(owner, token)).status_code == 200, "it was not used up"


async def test_an_address_in_use_is_told_to_its_mailbox_alone(
    world: AuthWorld, postbox: Postbox
) -> None:
    owner = await world.owner(OLD)
    await colleague(world, owner, NEW)
    free, taken = await ask(owner, "free@fabrikam.example"), await ask(owner, NEW)
    assert (free.status_code, free.content) == (taken.status_code, taken.content) == (202, b"null")
    told = [letter["text"] for letter in await postbox.letters(OLD)]
    assert any("free@fabrikam.example" in text for text in told), told
    letter = (await postbox.letters(NEW))[0]
    assert letter["subject"] == "You have a Leadline account already"
    assert "token=" not in letter["text"]


async def test_an_address_taken_meanwhile_is_not_taken_twice(
    world: AuthWorld, postbox: Postbox
) -> None:
    owner = await world.owner(OLD)
    token = await asked(owner, postbox)
    await colleague(world, owner, NEW)
    assert code_of(await confirm(owner, token)) == (409, "email_taken")
    assert (await owner.get("/v1/user"))["email"] == OLD


async def test_of_two_who_confirm_one_address_one_gets_it(
    world: AuthWorld, postbox: Postbox
) -> None:
    owner = await world.owner(OLD)
    other = await colleague(world, owner, "other@contoso.example")
    mine = await asked(owner, postbox)
    theirs = await asked(other, postbox)
    answers = await asyncio.gather(confirm(owner, mine), confirm(other, theirs))
    assert sorted(answer.status_code for answer in answers) == [200, 409]


@pytest.mark.parametrize("link", ["reset", "change"])
async def test_links_of_before_lead_nowhere(world: AuthWorld, postbox: Postbox, link: str) -> None:
    """A reset asked for at the old address after a change, a change asked for before a new password."""
    browser = await world.owner(OLD)
    await Browser(world).call("POST", "/v1/password-resets", json={"email": OLD})
    reset = await postbox.token(OLD)
    token = await asked(browser, postbox)
    new = {"token": reset, "password": "seven herons on a wire"}
    if link == "reset":
        assert (await confirm(browser, token)).status_code == 200
        answer = await Browser(world).call("PUT", "/v1/password-resets", json=new)
    else:
        assert (await Browser(world).call("PUT", "/v1/password-resets", json=new)).is_success
        again = await world.sign_in(OLD, new["password"])
        answer = await confirm(again, token)
    assert code_of(answer) == (422, "link_invalid")


async def test_a_borrowed_session_changes_no_address(world: AuthWorld, postbox: Postbox) -> None:
    browser = await world.owner(OLD)
    assert code_of(await ask(browser, password="not it")) == (422, "password_wrong")
    assert await postbox.letters() == []
    for _ in range(world.deps.settings.code_attempts_per_user - 1):
        assert (await ask(browser, password="not it")).status_code == 422
    answer = await ask(browser, password="not it")
    assert code_of(answer) == (429, "code_throttled")
    assert "retry-after" in answer.headers


async def test_what_cannot_be_an_address_is_refused(world: AuthWorld) -> None:
    browser = await world.owner(OLD)
    assert code_of(await ask(browser, "nobody")) == (422, "email_invalid")
    assert code_of(await ask(browser, " OWNER@contoso.example")) == (422, "email_unchanged")
    assert code_of(await confirm(browser, "invented")) == (422, "link_invalid")


async def test_letters_to_one_address_are_limited(world: AuthWorld, postbox: Postbox) -> None:
    browser = await world.owner(OLD)
    limit = world.deps.settings.letters_per_email
    answers = [(await ask(browser)).status_code for _ in range(limit + 1)]
    assert answers == [202] * limit + [429]
    assert len(await postbox.letters(NEW)) == limit


async def test_a_crash_before_the_commit_leaves_the_link_good(
    world: AuthWorld, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = await world.owner(OLD)
    token = await asked(browser, postbox)

    async def dies(*_: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patched:
        patched.setattr("auth.email_changes.service.announce", dies)
        with pytest.raises(RuntimeError):
            await confirm(browser, token)
    assert (await browser.get("/v1/user"))["email"] == OLD
    assert (await confirm(browser, token)).status_code == 200


async def test_neither_token_nor_letter_lies_in_the_open(
    world: AuthWorld, postbox: Postbox
) -> None:
    token = await asked(await world.owner(OLD), postbox)
    [row] = await world.rows("select * from email_change")
    assert token not in str(dict(row))
    assert token.encode() not in bytes(row["token_hash"])
