"""Buckets in a real Valkey, in the test's time: shared, learned, never beyond the budget."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncGenerator

import pytest
from dsp_ingest.quota import domain
from dsp_ingest.quota.domain import Budgets, Outcome
from dsp_ingest.quota.local import LocalQuota
from dsp_ingest.quota.shared_quota import ALONE, SharedQuota
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from infra.quotas import BUDGETS, PER_MINUTE, SHARE, Fleet, Grant, Time, call, fleet
from redis.asyncio import Redis
from shared.ratelimit import connect

TERMS = BUDGETS["report_create"]
STEPS = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.sampled_from("abc"),
        st.sampled_from([0.0, 0.0, 0.01, 0.5, 3.0, 31.0, 400.0]),
        st.sampled_from(["served", "served", "throttled", "failed"]),
        st.sampled_from([None, 0.0, 1.0, 90.0]),
    ),
    min_size=1,
    max_size=80,
)
MANY = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
async def gone() -> AsyncGenerator[Redis]:
    client = connect("redis://127.0.0.1:1/0")
    yield client
    await client.aclose()


@MANY
@given(steps=STEPS)
async def test_valkey_decides_as_the_decisions_in_python_do(
    redis_url: str, steps: list[tuple[int, str, float, Outcome, float | None]]
) -> None:
    async with fleet(redis_url, 1) as shared:
        twin = LocalQuota(BUDGETS, shared.time)
        for _, account, pause, outcome, wait in steps:
            shared.time.forward(pause)
            decision, other = await shared.take(account), await twin.take(call(account))
            assert (decision.why, decision.seconds) == (
                other.why,
                pytest.approx(other.seconds, abs=1e-4),
            )
            if not decision.admitted:
                continue
            told = await shared.replicas[0].settle(call(account), outcome, wait)
            said = await twin.settle(call(account), outcome, wait)
            assert (told.left, told.rate) == (said.left, pytest.approx(said.rate))
            assert told.blocked_seconds == pytest.approx(said.blocked_seconds, abs=1e-4)


@MANY
@given(steps=STEPS, burst=st.integers(1, 90))
async def test_four_replicas_never_pass_the_budget_in_any_window(
    redis_url: str, steps: list[tuple[int, str, float, Outcome, float | None]], burst: int
) -> None:
    async with fleet(redis_url) as shared:
        for replica, account, pause, outcome, wait in steps:
            shared.time.forward(pause)
            names = [account] * burst if pause else [account]
            decisions = await asyncio.gather(
                *(shared.take(name, replica + i) for i, name in enumerate(names))
            )
            if decisions[0].admitted:
                await shared.replicas[replica].settle(call(account), outcome, wait)
        shared.passed(TERMS.region)
        for account in "abc":
            shared.passed(TERMS.account, account)


async def test_callers_at_once_over_four_replicas_share_one_burst(redis_url: str) -> None:
    async with fleet(redis_url) as shared:
        decisions = await asyncio.gather(*(shared.take(f"a{i % 3}", i) for i in range(200)))
        assert sum(decision.admitted for decision in decisions) == TERMS.region.burst
        assert {each.why for each in decisions} == {"", "bucket"}


async def test_a_refused_caller_is_let_through_when_it_was_told_to_come_back(
    redis_url: str,
) -> None:
    async with fleet(redis_url) as shared:
        while (decision := await shared.take("a")).admitted:
            pass
        shared.time.forward(decision.seconds)
        assert (await shared.take("a")).admitted


@pytest.mark.parametrize(("wait", "seconds"), [(None, 5.0), (0.0, 0.5), (90.0, 90.0)])
async def test_a_429_holds_its_account_for_every_replica_and_no_other_account(
    redis_url: str, wait: float | None, seconds: float
) -> None:
    async with fleet(redis_url) as shared:
        for account in "abcde":
            assert (await shared.take(account)).admitted
        await shared.replicas[0].settle(call("a"), "throttled", wait)
        held = await shared.take("a", 1)
        assert held.seconds == pytest.approx(max(seconds, 60 / (PER_MINUTE * SHARE / 2)), abs=0.6)
        assert held.why == ("blocked" if wait != 0 else "bucket")
        for replica, account in enumerate("bcde"):
            assert (await shared.take(account, replica)).admitted
        standing = await shared.replicas[2].standing("client", "NA", "report_create")
        assert (standing.rate, standing.blocked_seconds) == (PER_MINUTE, 0)


async def test_429s_of_several_accounts_slow_the_region_once_per_window(redis_url: str) -> None:
    async with fleet(redis_url) as shared:
        for account in "abcd":
            assert (await shared.take(account)).admitted
        rates: list[float] = []
        for account in "abcd":
            told = await shared.replicas[0].settle(call(account), "throttled", 10)
            rates.append(told.rate)
        assert rates == [PER_MINUTE, PER_MINUTE / 2, PER_MINUTE / 2, PER_MINUTE / 2]
        assert (await shared.take("unseen", 3)).why == "blocked"
        other = await shared.replicas[1].take(call("unseen", region="EU"))
        assert other.admitted


async def test_the_rate_never_falls_under_its_floor(redis_url: str) -> None:
    async with fleet(redis_url) as shared:
        for _ in range(20):
            shared.time.forward(domain.WINDOW)
            for account in "ab":
                await shared.replicas[0].settle(call(account), "throttled", 0)
        standing = await shared.replicas[0].standing("client", "NA", "report_create")
        assert standing.rate == TERMS.region.floor


async def _work(shared: Fleet, grant: Grant, seconds: float, accounts: int = 12) -> Counter[str]:
    """Every account always has something to ask; who is held asks again when told."""
    dice, served = random.Random(5), Counter[str]()  # noqa: S311
    due = {f"a{number}": shared.time.seconds for number in range(accounts)}
    end = shared.time.seconds + seconds
    while (next_at := min(due.values())) < end:
        shared.time.forward(max(0.0, next_at - shared.time.seconds))
        account = min(due, key=lambda name: due[name])
        replica = dice.randrange(4)
        decision = await shared.take(account, replica)
        due[account] = shared.time.seconds + max(0.05, decision.seconds) + dice.random()
        if decision.admitted:
            fine = grant.ask()
            served[account] += fine
            outcome: Outcome = "served" if fine else "throttled"
            await shared.replicas[replica].settle(call(account), outcome)
    return served


async def _rate(shared: Fleet) -> float:
    return (await shared.replicas[0].standing("client", "NA", "report_create")).rate


async def test_a_cut_of_nine_tenths_is_found_in_minutes_and_so_is_its_end(redis_url: str) -> None:
    async with fleet(redis_url) as shared:
        grant = Grant(shared.time, 2 * PER_MINUTE, tokens=PER_MINUTE / 2)
        await _work(shared, grant, 120)
        assert grant.refused == 0
        grant.per_minute = PER_MINUTE / 10
        await _work(shared, grant, 5 * domain.WINDOW)
        assert await _rate(shared) <= 2 * grant.per_minute
        grant.asked = grant.refused = 0
        served = await _work(shared, grant, 900)
        assert grant.refused <= 0.3 * grant.asked
        assert sum(served.values()) >= 0.4 * grant.per_minute * 15
        assert min(served.values()) > 0
        assert len(served) == 12
        grant.per_minute = 2 * PER_MINUTE
        await _work(shared, grant, 42 * domain.WINDOW)
        assert await _rate(shared) == PER_MINUTE
        shared.passed(TERMS.region)


async def test_one_account_that_is_always_throttled_costs_the_others_nothing(
    redis_url: str,
) -> None:
    async with fleet(redis_url) as shared:
        for _ in range(60):
            shared.time.forward(5)
            for number in range(8):
                account = f"a{number}"
                decision = await shared.take(account, number)
                if account == "a0":
                    if decision.admitted:
                        await shared.replicas[0].settle(call(account), "throttled")
                    continue
                assert decision.admitted
                await shared.replicas[0].settle(call(account), "served")
        assert await _rate(shared) == PER_MINUTE
        assert sum(account == "a0" for _, account in shared.admitted) < 30


async def test_five_failures_open_a_host_and_one_probe_at_a_time_closes_it(
    redis_url: str,
) -> None:
    async with fleet(redis_url) as shared:
        for number in range(domain.TRIPS_AFTER):
            assert (await shared.take(f"a{number}")).admitted
            await shared.replicas[0].settle(call(f"a{number}"), "failed")
        held = await shared.take("x", 1)
        assert (held.why, held.seconds) == ("host", domain.FIRST_PAUSE)
        assert (await shared.replicas[0].take(call("x", region="EU"))).admitted
        shared.time.forward(domain.FIRST_PAUSE)
        probes = await asyncio.gather(*(shared.take(f"p{i}", i) for i in range(8)))
        assert sum(each.admitted for each in probes) == 1
        await shared.replicas[0].settle(call("p0"), "failed")
        assert (await shared.take("x", 2)).seconds == 2 * domain.FIRST_PAUSE
        shared.time.forward(2 * domain.FIRST_PAUSE)
        assert (await shared.take("x", 3)).admitted
        await shared.replicas[3].settle(call("x"), "served")
        assert all([(await shared.take(f"y{i}", i)).admitted for i in range(8)])


async def test_a_probe_that_never_comes_back_is_followed_by_another(redis_url: str) -> None:
    async with fleet(redis_url) as shared:
        for _ in range(domain.TRIPS_AFTER):
            await shared.replicas[0].settle(call(), "failed")
        shared.time.forward(domain.FIRST_PAUSE)
        assert (await shared.take("a")).admitted
        assert not (await shared.take("b")).admitted
        shared.time.forward(domain.PROBE_SECONDS)
        assert (await shared.take("c")).admitted


async def test_without_valkey_a_process_goes_on_slower_and_never_unlimited(gone: Redis) -> None:
    time = Time()
    quota = SharedQuota(gone, "test", BUDGETS, clock=time)
    fleet_of_one = Fleet(time, [quota])
    assert (await fleet_of_one.take("a")).why == "bucket"
    for _ in range(20):
        time.forward(30)
        for number in range(30):
            if (await fleet_of_one.take(f"a{number}")).admitted:
                await quota.settle(call(f"a{number}"), "served")
    fleet_of_one.passed(TERMS.region.share(ALONE))
    assert len(fleet_of_one.admitted) >= 20


async def test_without_an_injected_clock_the_time_of_valkey_counts(redis_url: str) -> None:
    client = connect(redis_url)
    quota = SharedQuota(client, f"test:{id(client)}", BUDGETS)
    assert (await quota.take(call())).admitted
    await quota.settle(call(), "throttled", 3600)
    held = await quota.take(call())
    assert held.why == "blocked"
    assert 3500 < held.seconds <= 3600
    await client.aclose()


async def test_a_lower_budget_in_the_settings_counts_at_once(redis_url: str) -> None:
    async with fleet(redis_url, 1) as shared:
        assert (await shared.take("a")).admitted
        client = connect(redis_url)
        low: Budgets = {family: domain.budget_of(6, SHARE) for family in BUDGETS}
        prefix = shared.replicas[0]._prefix  # type: ignore[attr-defined]
        narrower = SharedQuota(client, prefix, low, clock=shared.time)
        assert (await narrower.standing("client", "NA", "report_create")).rate == 6
        taken = [(await narrower.take(call(f"b{i}"))).admitted for i in range(5)]
        assert sum(taken) == 1
        await client.aclose()
