"""Calls taken from Valkey some at a time stay within the limit."""

import asyncio

from gateway.allowances import Allowances
from shared.ratelimit import Decision


class Bucket:
    """Counts like Valkey, without refilling."""

    def __init__(self, calls: int) -> None:
        self.left = calls
        self.asked = 0

    async def take(self, key: str, *, limit: int, window_seconds: float, cost: int = 1) -> Decision:
        assert (key, window_seconds, limit > 0) == ("k", 60, True)
        self.asked += 1
        await asyncio.sleep(0)
        if cost > self.left:
            return Decision(allowed=False, remaining=self.left, reset_seconds=7)
        self.left -= cost
        return Decision(allowed=True, remaining=self.left, reset_seconds=3)


class Clock:
    now = 5.0

    def __call__(self) -> float:
        return self.now


async def test_valkey_is_asked_once_for_many_calls() -> None:
    bucket = Bucket(1200)
    allowances = Allowances(bucket, Clock())
    decisions = await asyncio.gather(*(allowances.take("k", 1200) for _ in range(40)))
    assert bucket.asked == 4
    assert all(decision.allowed for decision in decisions)
    assert min(decision.remaining for decision in decisions) == 1160


async def test_every_call_of_the_limit_passes_and_not_one_more() -> None:
    allowances = Allowances(Bucket(1205), Clock())
    decisions = [await allowances.take("k", 1200) for _ in range(1300)]
    assert sum(decision.allowed for decision in decisions) == 1205
    assert decisions[-1].reset_seconds == 7


async def test_what_was_taken_is_good_for_a_second_only() -> None:
    clock, bucket = Clock(), Bucket(1200)
    allowances = Allowances(bucket, clock)
    await allowances.take("k", 1200)
    clock.now += 1.0
    await allowances.take("k", 1200)
    assert (bucket.asked, bucket.left) == (2, 1180)


async def test_a_small_limit_is_exact() -> None:
    bucket = Bucket(60)
    allowances = Allowances(bucket, Clock())
    for _ in range(3):
        await allowances.take("k", 60)
    assert (bucket.asked, bucket.left) == (3, 57)
