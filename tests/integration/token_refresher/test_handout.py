from __future__ import annotations

import asyncio
import hashlib
from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest
from cryptography.fernet import Fernet
from infra.credentials import World, facts, refused
from shared.errors import Conflict, NotFound, Unavailable
from shared.keyring import KeyRing


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


async def test_a_good_token_is_given_without_asking_amazon(world: World) -> None:
    replica = await world.replica()
    connection_id = await world.grant(replica.db)
    world.clock.forward(minutes=30)
    token = await replica.handout.get(world.ask(connection_id))
    assert (token.token, token.remaining_seconds) == ("Atza|first-0", 1800)
    assert world.amazon.asked == []


async def test_1000_callers_over_four_replicas_are_one_call_to_amazon(world: World) -> None:
    replicas = [await world.replica() for _ in range(4)]
    connection_id = await world.grant(replicas[0].db)
    world.clock.forward(minutes=58)
    release = asyncio.Event()

    async def hold() -> None:
        await release.wait()

    world.amazon.before_answer = hold
    callers = [
        asyncio.create_task(replicas[n % 4].handout.get(world.ask(connection_id)))
        for n in range(1_000)
    ]
    async with asyncio.timeout(60):
        while not world.amazon.asked:
            await asyncio.sleep(0)
        release.set()
        tokens = await asyncio.gather(*callers)
    assert {token.token for token in tokens} == {"Atza|minted-1"}
    assert len(world.amazon.asked) == 1
    assert await facts(replicas[0].db) == ["credential.refreshed"] * 2


async def test_a_caller_that_goes_away_does_not_stop_the_refresh(world: World) -> None:
    replica = await world.replica()
    connection_id = await world.grant(replica.db)
    world.clock.forward(minutes=58)
    asked, release = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        asked.set()
        await release.wait()

    world.amazon.before_answer = hold
    impatient = asyncio.create_task(replica.handout.get(world.ask(connection_id)))
    await asked.wait()
    patient = asyncio.create_task(replica.handout.get(world.ask(connection_id)))
    impatient.cancel()
    release.set()
    assert (await patient).token == "Atza|minted-1"
    assert len(world.amazon.asked) == 1
    await replica.handout.stop()


async def test_while_amazon_fails_the_old_token_is_given_as_long_as_it_lives(
    world: World,
) -> None:
    replica = await world.replica()
    connection_id = await world.grant(replica.db)
    world.clock.forward(minutes=57)
    world.amazon.script = [httpx.Response(503, headers={"Retry-After": "600"})]
    ask = world.ask(connection_id)
    for _ in range(2):
        token = await replica.handout.get(ask)
        assert (token.token, token.remaining_seconds) == ("Atza|first-0", 180)
    world.clock.forward(minutes=4)
    with pytest.raises(Unavailable) as error:
        await replica.handout.get(ask)
    assert error.value.code == "credential_retrying"
    assert error.value.retry_after_seconds == 360
    assert len(world.amazon.asked) == 1
    world.clock.forward(minutes=7)
    assert (await replica.handout.get(ask)).token == "Atza|minted-2"


async def test_a_revoked_consent_is_a_conflict_that_names_the_remedy(world: World) -> None:
    replica = await world.replica()
    connection_id = await world.grant(replica.db)
    world.clock.forward(minutes=58)
    world.amazon.script = [refused("invalid_grant"), refused("invalid_grant")]
    for _ in range(2):
        with pytest.raises(Conflict) as error:
            await replica.handout.get(world.ask(connection_id))
        assert error.value.code == "reauth_required"
        assert "Reconnect" in error.value.hint
    assert len(world.amazon.asked) == 2


async def test_a_refused_token_is_replaced_once_for_all_its_users(world: World) -> None:
    replica = await world.replica()
    connection_id = await world.grant(replica.db)
    world.clock.forward(minutes=5)
    ask = world.ask(connection_id, refused_sha256=digest("Atza|first-0"))
    assert (await replica.handout.get(ask)).token == "Atza|minted-1"
    # a second user of the refused token gets the one that is there
    assert (await replica.handout.get(ask)).token == "Atza|minted-1"
    assert len(world.amazon.asked) == 1


async def test_a_token_refused_right_after_its_birth_does_not_hammer_amazon(world: World) -> None:
    replica = await world.replica()
    connection_id = await world.grant(replica.db)
    with pytest.raises(Unavailable) as error:
        await replica.handout.get(world.ask(connection_id, refused_sha256=digest("Atza|first-0")))
    assert error.value.retry_after_seconds == 10
    assert world.amazon.asked == []


async def test_asking_for_longer_than_tokens_live_does_not_refresh_each_time(world: World) -> None:
    replica = await world.replica()
    connection_id = await world.grant(replica.db)
    world.clock.forward(minutes=5)
    ask = world.ask(connection_id, min_remaining=timedelta(hours=1))
    for _ in range(5):
        await replica.handout.get(ask)
        world.clock.forward(seconds=5)
    assert len(world.amazon.asked) == 1


async def test_a_dead_holders_lease_is_waited_for_and_then_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead, alive = await world.replica(), await world.replica()
    connection_id = await world.grant(dead.db)
    world.clock.forward(minutes=61)
    await world.claim(dead, connection_id)
    waits: list[float] = []

    async def note(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(alive.handout, "_sleep", note)
    with pytest.raises(Unavailable) as error:
        await alive.handout.get(world.ask(connection_id))
    assert error.value.code == "credential_refreshing"
    assert sum(waits) == pytest.approx(5.0)
    world.clock.forward(seconds=46)
    assert (await alive.handout.get(world.ask(connection_id))).token == "Atza|minted-1"


async def test_a_missing_key_is_said_not_shown(world: World) -> None:
    replica = await world.replica()
    connection_id = await world.grant(replica.db)
    stranger = await world.replica(keys=KeyRing.parse(f"k9:{Fernet.generate_key().decode()}"))
    with pytest.raises(Unavailable) as error:
        await stranger.handout.get(world.ask(connection_id))
    assert error.value.code == "encryption_key_missing"
    assert not error.value.retryable


@pytest.mark.parametrize("known", [True, False])
async def test_another_organization_cannot_tell_the_connection_exists(
    world: World, other_organization_id: UUID, known: bool
) -> None:
    replica = await world.replica()
    connection_id = await world.grant(replica.db) if known else uuid4()
    with pytest.raises(NotFound) as error:
        await replica.handout.get(world.ask(connection_id, organization_id=other_organization_id))
    assert error.value.code == "credential_unknown"
    assert world.amazon.asked == []
