from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from uuid import uuid4

import pytest
from redis.asyncio import Redis
from shared.errors import Unavailable
from shared.ratelimit import RateLimiter, connect


@pytest.fixture
async def redis(redis_url: str) -> AsyncGenerator[Redis]:
    client = connect(redis_url)
    yield client
    await client.aclose()


@pytest.fixture
async def gone() -> AsyncGenerator[Redis]:
    client = connect("redis://127.0.0.1:1/0")
    yield client
    await client.aclose()


def prefix() -> str:
    return f"test:{uuid4()}"


async def test_a_burst_up_to_the_limit_passes_and_no_more(redis: Redis) -> None:
    limiter = RateLimiter(redis, prefix())
    answers = [await limiter.take("k", limit=5, window_seconds=3600) for _ in range(7)]
    assert [a.allowed for a in answers] == [True] * 5 + [False] * 2
    assert [a.remaining for a in answers[:5]] == [4, 3, 2, 1, 0]
    assert 0 < answers[-1].reset_seconds <= 720
    assert 0 < answers[0].reset_seconds <= 720


async def test_callers_at_once_over_two_clients_never_pass_the_limit(
    redis: Redis, redis_url: str
) -> None:
    second = connect(redis_url)
    name = prefix()
    limiters = [RateLimiter(redis, name), RateLimiter(second, name)]
    answers = await asyncio.gather(
        *(limiters[i % 2].take("k", limit=20, window_seconds=3600) for i in range(80))
    )
    assert sum(a.allowed for a in answers) == 20
    await second.aclose()


async def test_keys_do_not_touch_each_other(redis: Redis) -> None:
    limiter = RateLimiter(redis, prefix())
    assert (await limiter.take("a", limit=1, window_seconds=60)).allowed
    assert not (await limiter.take("a", limit=1, window_seconds=60)).allowed
    assert (await limiter.take("b", limit=1, window_seconds=60)).allowed


async def test_cost_counts_and_a_refused_call_costs_nothing(redis: Redis) -> None:
    limiter = RateLimiter(redis, prefix())
    assert (await limiter.take("k", limit=10, window_seconds=3600, cost=8)).remaining == 2
    assert not (await limiter.take("k", limit=10, window_seconds=3600, cost=3)).allowed
    assert (await limiter.take("k", limit=10, window_seconds=3600, cost=2)).allowed
    assert not (await limiter.take("k", limit=10, window_seconds=3600, cost=11)).allowed


async def test_the_window_frees_itself(redis: Redis) -> None:
    name = prefix()
    limiter = RateLimiter(redis, name)
    for _ in range(3):
        await limiter.take("k", limit=3, window_seconds=60)
    left = await redis.pttl(f"{name}:k")
    assert 0 < left <= 60_001
    await redis.set(f"{name}:k", "0")  # as if the time had passed
    assert (await limiter.take("k", limit=3, window_seconds=60)).remaining == 2


@pytest.mark.parametrize(("limit", "window"), [(0, 1.0), (1, 0.0), (1, -1.0)])
async def test_senseless_limits_are_refused(redis: Redis, limit: int, window: float) -> None:
    with pytest.raises(ValueError, match="positive"):
        await RateLimiter(redis, prefix()).take("k", limit=limit, window_seconds=window)


async def test_without_valkey_an_open_limiter_passes_and_a_closed_one_refuses(gone: Redis) -> None:
    assert (await RateLimiter(gone, "p").take("k", limit=1, window_seconds=1)).allowed
    with pytest.raises(Unavailable) as error:
        await RateLimiter(gone, "p", fail_open=False).take("k", limit=1, window_seconds=1)
    assert error.value.code == "rate_limiter_unavailable"
