"""Letters on their way: with what they tell or not at all, until the server took them, over any crash."""

import asyncio
from dataclasses import replace

import pytest
from auth.mail.domain import LEASE, LETTER_LIFE
from auth.mail.service import Letter, Post, post
from infra.auth_world import AuthWorld
from infra.postbox import Postbox
from shared.db import SYSTEM, Scope
from shared.mail import Undelivered

ANA = "ana@contoso.example"
LETTER = Letter(ANA, "Hello", "Words of a letter", "test")


class Crash(BaseException):
    """What kill -9 is to a tick."""


class DiesAfterSending:
    """Carries a letter away and dies before that is written down."""

    def __init__(self, inner: Post) -> None:
        self._inner = inner.mailer

    async def send(self, letter: Letter, message_id: str) -> None:
        assert self._inner is not None
        await self._inner.send(letter, message_id)
        raise Crash


class Refuses:
    def __init__(self, *, final: bool) -> None:
        self._final = final

    async def send(self, _letter: Letter, _message_id: str) -> None:
        raise Undelivered("no", final=self._final)


async def write(world: AuthWorld, letter: Letter = LETTER) -> None:
    async with world.db.tx(SYSTEM) as tx:
        await post(tx, world.deps.pepper, letter, world.clock())


async def waiting(world: AuthWorld) -> int:
    return len(await world.rows("select id from letter"))


async def test_a_letter_goes_with_its_transaction(world: AuthWorld, postbox: Postbox) -> None:
    with pytest.raises(RuntimeError):
        async with world.db.tx(SYSTEM) as tx:
            await post(tx, world.deps.pepper, LETTER, world.clock())
            raise RuntimeError
    assert await postbox.letters() == []
    await write(world)
    assert await postbox.subjects(ANA) == ["Hello"]
    assert await waiting(world) == 0


async def test_an_organizations_transaction_posts_but_reads_no_letter(
    world: AuthWorld, postbox: Postbox
) -> None:
    organization_id = await world.organization("owner@contoso.example")
    async with world.db.tx(Scope.organization(organization_id)) as tx:
        await post(tx, world.deps.pepper, LETTER, world.clock())
        assert await tx.fetch("select * from letter") == []
        assert await tx.execute("delete from letter") == "DELETE 0"
        assert await tx.execute("update letter set kind = 'x'") == "UPDATE 0"
    assert await postbox.subjects(ANA) == ["Hello"]


async def test_a_crash_after_sending_sends_again_under_the_same_id(
    world: AuthWorld, postbox: Postbox
) -> None:
    await write(world)
    dying = replace(postbox.post, mailer=DiesAfterSending(postbox.post))
    with pytest.raises(Crash):
        await dying.tick()
    assert len(await postbox.letters(ANA)) == 1
    world.clock.now += LEASE
    ids = [letter["message_id"] for letter in await postbox.letters(ANA)]
    assert len(ids) == 2
    assert len(set(ids)) == 1
    assert await waiting(world) == 0


@pytest.mark.parametrize("kind", ["503", "drop"])
async def test_a_server_that_fails_half_way_gets_the_letter_later(
    world: AuthWorld, postbox: Postbox, kind: str
) -> None:
    await write(world)
    postbox.refuse(kind, count=2)
    assert await postbox.letters(ANA) == []
    world.clock.forward(seconds=5)
    assert await postbox.letters(ANA) == []
    world.clock.forward(seconds=9)
    assert await postbox.letters(ANA) == []
    world.clock.forward(seconds=1)
    assert len(await postbox.letters(ANA)) == 1


async def test_one_refused_letter_does_not_hold_up_the_others(
    world: AuthWorld, postbox: Postbox
) -> None:
    postbox.refuse("401", count=1)
    await write(world)
    await write(world, replace(LETTER, subject="Second"))
    assert len(await postbox.letters(ANA)) == 1
    assert await waiting(world) == 0


async def test_an_address_that_cannot_be_written_to_is_given_up(
    world: AuthWorld, postbox: Postbox
) -> None:
    await write(world, replace(LETTER, to="a,b@contoso.example"))
    assert await postbox.letters() == []
    assert await waiting(world) == 0


async def test_a_letter_is_given_up_after_a_day(world: AuthWorld, postbox: Postbox) -> None:
    await write(world)
    failing = replace(postbox.post, mailer=Refuses(final=False))
    while await failing.tick():
        pass
    world.clock.now += LETTER_LIFE
    assert await postbox.letters() == []
    assert await waiting(world) == 0


async def test_two_loops_send_one_letter(world: AuthWorld, postbox: Postbox) -> None:
    await write(world)
    ticks = await asyncio.gather(*(postbox.post.tick() for _ in range(3)))
    assert sorted(ticks) == [False, False, True]
    assert len(await postbox.letters(ANA)) == 1


async def test_a_slow_loop_does_not_undo_what_a_later_one_did(
    world: AuthWorld, postbox: Postbox
) -> None:
    """The lease ended while the first was sending; the second has put the letter off."""
    await write(world)
    held, go = asyncio.Event(), asyncio.Event()

    class Slow:
        async def send(self, _letter: Letter, _message_id: str) -> None:
            held.set()
            await go.wait()

    slow = asyncio.create_task(replace(postbox.post, mailer=Slow()).tick())
    await held.wait()
    world.clock.now += LEASE
    assert await replace(postbox.post, mailer=Refuses(final=False)).tick()
    go.set()
    await slow
    assert await waiting(world) == 1


async def test_words_and_address_are_sealed(world: AuthWorld) -> None:
    await write(world)
    (row,) = await world.rows("select * from letter")
    assert ANA not in str(row)
    assert "Words" not in str(row)
    assert b"Words" not in row["sealed"]


async def test_a_letter_sealed_with_another_pepper_is_dropped(
    world: AuthWorld, postbox: Postbox
) -> None:
    async with world.db.tx(SYSTEM) as tx:
        await post(tx, type(world.deps.pepper)("o" * 32), LETTER, world.clock())
    assert await postbox.letters() == []
    assert await waiting(world) == 0


async def test_without_a_server_letters_wait(world: AuthWorld, postbox: Postbox) -> None:
    await write(world)
    assert not await replace(postbox.post, mailer=None).tick()
    assert await postbox.subjects(ANA) == ["Hello"]
