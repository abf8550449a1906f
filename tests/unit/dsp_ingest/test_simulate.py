"""What `simulate` predicts: the same each time, within every budget, and nobody starves."""

from datetime import timedelta

import pytest
from dsp_ingest.planning.domain import Policy
from dsp_ingest.planning.simulate import Api, Outcome, Simulation, main, table

KIND = Api(creates_per_minute=30, throttled=0.05, latency_minutes=5)


def simulated(brands: int = 12, api: Api = KIND, days: int = 2, seed: int = 1) -> Outcome:
    return Simulation(brands, api, Policy(), seed).run(days)


def ranked(outcome: Outcome, share: float) -> float:
    waits = sorted(outcome.waits["fresh"])
    return waits[int(len(waits) * share)]


def test_the_same_seed_gives_the_same_table() -> None:
    assert table(12, 2, simulated()) == table(12, 2, simulated())
    assert table(12, 2, simulated()) != table(12, 2, simulated(seed=2))


def test_no_advertiser_is_asked_for_more_than_its_budget_however_unkind_amazon_is() -> None:
    unkind = Api(creates_per_minute=2, throttled=0.6, retry_after_seconds=60, latency_minutes=60)
    assert simulated(api=unkind).most_requests <= Policy().requests_per_day
    assert 0 < simulated().most_requests <= Policy().requests_per_day


def test_a_quota_cut_by_nine_tenths_keeps_fresh_days_ahead_of_old_ones() -> None:
    """A tenth of the quota: what is fresh waits a little, what is old pays for it."""
    whole = Api(creates_per_minute=20, throttled=0, latency_minutes=5)
    cut = Api(creates_per_minute=2, throttled=0, latency_minutes=5)
    rich, poor = simulated(api=whole, days=3), simulated(api=cut, days=3)
    assert len(poor.waits["fresh"]) >= 0.8 * len(rich.waits["fresh"])
    assert ranked(poor, 0.5) <= ranked(rich, 0.5) + timedelta(hours=6) / timedelta(minutes=1)


@pytest.mark.parametrize("wrong", [["--brands", "0"], ["--throttled", "1"], ["--days", "99"]])
def test_what_makes_no_sense_is_refused(wrong: list[str]) -> None:
    with pytest.raises(SystemExit):
        main(wrong)


def test_it_prints_a_line_per_lane(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--brands", "3", "--days", "1"]) == 0
    told = capsys.readouterr().out
    assert "3 brands x 8 report types" in told
    assert "fresh" in told
