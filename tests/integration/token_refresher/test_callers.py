"""Callers: a thousand at once over four replicas, and one that polls for three hours."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx
import pytest
from infra.connected import Connected
from infra.credentials import Replica, World
from shared.errors import AppError
from token_refresher.clients import LoginWithAmazon

CALLERS, REPLICAS = 1_000, 4
POLL_HOURS, STEP_SECONDS = 3, 15


async def replicas_of(connected: Connected) -> list[Replica]:
    """Processes of their own as far as a test goes: pools, clients, flights and memories."""
    made: list[Replica] = []
    for _ in range(REPLICAS):
        replica = await connected.world.replica(believe=timedelta(seconds=5))
        amazon = replica.refresher._amazon  # pyright: ignore[reportPrivateUsage]
        await amazon.stop()
        replica.refresher._amazon = same_amazon(connected)  # pyright: ignore[reportPrivateUsage]
        made.append(replica)
    return made


def same_amazon(connected: Connected) -> LoginWithAmazon:
    return connected.refresher._amazon  # pyright: ignore[reportPrivateUsage]


@pytest.mark.parametrize("expired", [False, True], ids=["near its end", "long expired"])
async def test_a_thousand_callers_over_four_replicas_are_one_call_at_amazon(
    connected: Connected, *, expired: bool
) -> None:
    replicas = await replicas_of(connected)
    await connected.forward(3 * 3600 if expired else 58 * 60)
    asked = [
        replicas[n % REPLICAS].handout.get(connected.world.ask(connected.connection_id))
        for n in range(CALLERS)
    ]
    tokens = {given.token for given in await asyncio.gather(*asked)}
    assert await connected.refreshes() == [200]
    assert len(tokens) == 1
    assert await connected.profiles(tokens.pop()) == 200


async def test_a_thousand_callers_of_a_revoked_grant_are_one_double_check(
    connected: Connected,
) -> None:
    replicas = await replicas_of(connected)
    await connected.amazon.http.post("/_sandbox/users/morgan/revoke")
    await connected.forward(58 * 60)
    asked = [
        replicas[n % REPLICAS].handout.get(connected.world.ask(connected.connection_id))
        for n in range(CALLERS)
    ]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    codes = {answer.code for answer in answers if isinstance(answer, AppError)}
    assert len([a for a in answers if isinstance(a, AppError)]) == CALLERS
    assert codes == {"reauth_required"}
    assert await connected.refreshes() == [400, 400]


FAULTS = [
    {"kind": "429", "rate": 0.1, "retry_after": 5},
    {"kind": "500", "rate": 0.1},
    {"kind": "drop", "rate": 0.05},
    {"kind": "malformed", "rate": 0.05},
]


@pytest.mark.parametrize("skew", [-5, 0, 5])
async def test_a_caller_that_polls_for_three_hours_always_has_a_live_token(
    connected: Connected, skew: int
) -> None:
    """Three calls in ten fail, and twice nothing answers for nine minutes; each token is tried at Amazon."""
    rules = [{"match": "POST /auth/o2/token", **rule} for rule in FAULTS]
    away = [{"match": "POST /auth/o2/token", "kind": "503"}]
    connected.world.clock.forward(seconds=skew)
    before: bool | None = None
    for second in range(0, POLL_HOURS * 3600, STEP_SECONDS):
        out = (second // 60) % 60 in range(46, 55)
        if out != before:
            before = out
            body = {"rules": away if out else rules}
            await connected.amazon.http.put("/_sandbox/faults", json=body)
        if second % 70:  # the loop misses a tick now and then
            await connected.refresher.tick()
        token = await connected.take()
        assert await connected.profiles(token) == 200, f"after {second} s"
        await connected.forward(STEP_SECONDS)
    assert len([s for s in await connected.refreshes() if s == 200]) >= POLL_HOURS


async def test_callers_in_an_outage_make_no_call_of_their_own(world: World) -> None:
    replicas = [await world.replica(batch=1) for _ in range(REPLICAS)]
    ids = [await world.grant(replicas[0].db, number=n) for n in range(20)]
    world.clock.forward(minutes=51)
    world.amazon.script = [httpx.Response(503) for _ in range(5)]
    await replicas[0].refresher.tick()
    world.clock.forward(minutes=-1)
    asked = [replicas[n % 4].handout.get(world.ask(ids[n % 20])) for n in range(400)]
    given = await asyncio.gather(*asked)
    assert all(token.remaining_seconds >= 540 for token in given)
    assert len(world.amazon.asked) == 5
