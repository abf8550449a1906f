"""Hand-outs from memory: never too short, never another's, gone when the token is."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from uuid import UUID

import pytest
from infra.credentials import Replica, World, refused
from shared.consumers import deliver
from shared.db import Db, Scope
from shared.errors import Conflict, NotFound
from shared.events import ConnectionRevoked
from shared.events.envelope import make_event
from token_refresher.consumers import handlers
from token_refresher.token_cache import Kept, TokenCache

BELIEVE = timedelta(seconds=5)


async def remembered(world: World, *, minutes: int = 30) -> tuple[Replica, UUID]:
    """A replica that handed a token out just now, and can hand it out without its database."""
    replica = await world.replica(believe=BELIEVE)
    connection_id = await world.grant(replica.db)
    world.clock.forward(minutes=minutes)
    await replica.handout.get(world.ask(connection_id))
    return replica, connection_id


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[Scope]:
    """The scopes of every read transaction from now on."""
    seen: list[Scope] = []
    read = Db.read

    def note(self: Db, scope: Scope) -> object:
        seen.append(scope)
        return read(self, scope)

    monkeypatch.setattr(Db, "read", note)
    return seen


async def test_the_second_hand_out_asks_nobody(world: World, reads: list[Scope]) -> None:
    replica, connection_id = await remembered(world)
    before = len(reads)
    world.clock.forward(seconds=4)
    token = await replica.handout.get(world.ask(connection_id))
    assert (token.token, token.remaining_seconds) == ("Atza|first-0", 1796)
    assert len(reads) == before
    world.clock.forward(seconds=1)
    await replica.handout.get(world.ask(connection_id))
    assert len(reads) == before + 1


async def test_memory_never_gives_less_than_was_asked_for(world: World) -> None:
    replica, connection_id = await remembered(world, minutes=54)
    ask = world.ask(connection_id, min_remaining=timedelta(seconds=358))
    world.clock.forward(seconds=3)
    token = await replica.handout.get(ask)
    assert (token.token, token.remaining_seconds) == ("Atza|minted-1", 3600)


async def test_another_organization_gets_nothing_from_memory(
    world: World, other_organization_id: UUID
) -> None:
    replica, connection_id = await remembered(world)
    with pytest.raises(NotFound):
        await replica.handout.get(world.ask(connection_id, organization_id=other_organization_id))


async def test_a_refused_token_leaves_memory(world: World) -> None:
    replica, connection_id = await remembered(world)
    digest = hashlib.sha256(b"Atza|first-0").hexdigest()
    token = await replica.handout.get(world.ask(connection_id, refused_sha256=digest))
    assert token.token == "Atza|minted-1"
    assert (await replica.handout.get(world.ask(connection_id))).token == "Atza|minted-1"


async def test_a_refresh_replaces_what_is_remembered(world: World) -> None:
    replica, connection_id = await remembered(world)
    await replica.refresher.refresh(await world.claim(replica, connection_id))
    assert (await replica.handout.get(world.ask(connection_id))).token == "Atza|minted-1"


async def test_a_dead_grant_is_not_served_from_memory(world: World) -> None:
    replica, connection_id = await remembered(world)
    world.amazon.script = [refused("invalid_grant"), refused("invalid_grant")]
    await replica.refresher.refresh(await world.claim(replica, connection_id))
    with pytest.raises(Conflict):
        await replica.handout.get(world.ask(connection_id))


async def test_a_revocation_empties_memory_however_often_it_is_told(world: World) -> None:
    replica, connection_id = await remembered(world)
    revoked = ConnectionRevoked(connection_id=connection_id, reason="user")
    event = make_event(revoked, world.organization_id)
    event = event.model_copy(update={"time": world.clock()})
    subscriptions = handlers(replica.handout.forget)
    for expected in ("handled", "duplicate"):
        assert await deliver(replica.db, subscriptions, event) == expected
    with pytest.raises(NotFound):
        await replica.handout.get(world.ask(connection_id))


async def test_memory_has_a_bound_and_drops_the_oldest(world: World) -> None:
    cache, now = TokenCache(BELIEVE, capacity=2), world.clock()
    ids = [UUID(int=n) for n in range(3)]
    for connection_id in ids:
        kept = Kept(world.organization_id, "Atza|x", "", now + timedelta(hours=1), now)
        cache.keep(connection_id, kept)
    have = [cache.get(i, world.organization_id, now, timedelta(0)) is not None for i in ids]
    assert have == [False, True, True]


def test_what_is_remembered_shows_no_token(world: World) -> None:
    kept = Kept(world.organization_id, "Atza|secret", "digest", world.clock(), world.clock())
    assert "secret" not in repr(kept)
    assert "digest'" not in repr(kept)
