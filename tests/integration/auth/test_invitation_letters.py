"""Where letters are sent: the letter's link shows that the address is theirs, the copied one does not."""

import re
from typing import Any

import pytest
from infra.auth_world import AuthWorld, Browser, build_world
from infra.people import accept, code_of, invited, token_of
from pydantic import SecretStr

ANA = "ana@contoso.example"


@pytest.fixture
async def mailing(world: AuthWorld) -> Any:
    """The same database under a service that sends letters (they wait: nothing carries them here)."""
    smtp = {"smtp_url": SecretStr("smtp://127.0.0.1:1?tls=none"), "mail_from": "l@contoso.example"}
    built = build_world(world.deps.settings.model_copy(update=smtp), world.db)
    yield built
    await built.close()


async def letters(world: AuthWorld) -> list[dict[str, Any]]:
    rows = await world.rows("select sealed from letter order by created_at")
    return [world.deps.pepper.unseal(row["sealed"]) for row in rows]


def link_in(letter: dict[str, Any]) -> str:
    (link,) = re.findall(r"https?://\S+/invitation/\?token=\S+", letter["text"])
    return link


async def test_the_letters_link_lets_somebody_new_in_and_the_copied_one_does_not(
    mailing: AuthWorld,
) -> None:
    owner = await mailing.owner()
    sent = await invited(owner, ANA)
    (letter,) = [each for each in await letters(mailing) if each["kind"] == "invitation"]
    assert sent["letter_sent"]
    assert letter["to"] == ANA
    assert link_in(letter) != sent["link"]
    assert code_of(await accept(Browser(mailing), sent["link"])) == (403, "letter_needed")
    assert (await accept(Browser(mailing), link_in(letter))).status_code == 201
    assert code_of(await accept(Browser(mailing), sent["link"])) == (404, "invitation_invalid")


async def test_the_copied_link_does_not_tell_whether_the_address_has_a_user(
    mailing: AuthWorld,
) -> None:
    owner = await mailing.owner()
    await mailing.owner(ANA)
    ways: list[str] = []
    for email in (ANA, "nobody@contoso.example"):
        token = token_of((await invited(owner, email))["link"])
        ways.append((await owner.get(f"/v1/invitations/offer?token={token}"))["way"])
    assert ways == ["letter", "letter"]


async def test_a_letter_sent_again_replaces_the_first(mailing: AuthWorld) -> None:
    owner = await mailing.owner()
    sent = await invited(owner, ANA)
    path = f"/v1/invitations/{sent['invitation']['id']}/letters"
    mailing.clock.forward(minutes=1)
    assert (await owner.call("POST", path)).status_code == 201
    first, second = [x for x in await letters(mailing) if x["kind"] == "invitation"]
    assert code_of(await accept(Browser(mailing), link_in(first))) == (404, "invitation_invalid")
    assert (await accept(Browser(mailing), link_in(second))).status_code == 201
