"""What a report does next, whatever comes of a step."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args
from uuid import UUID

import pytest
from dsp_ingest.reports.domain import (
    File,
    Kind,
    Limits,
    Observed,
    Problem,
    Report,
    Requested,
    advance,
    backoff,
    is_stuck,
    poll_pause,
    rejects,
)
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 3, 16, 12, tzinfo=UTC)
LIMITS = Limits(
    poll_min_seconds=2,
    poll_max_seconds=60,
    backoff_base_seconds=2,
    backoff_max_seconds=300,
    paused_retry_seconds=900,
    stuck_report_seconds=14_400,
    max_broken_files=3,
    max_download_attempts=10,
    max_recreations=3,
    max_denials=8,
)
REPORT = Report(
    report_id=UUID(int=1),
    organization_id=UUID(int=2),
    advertiser_id=UUID(int=3),
    sync_id=UUID(int=4),
    report_type="dspCampaign",
    start_date=date(2026, 3, 13),
    end_date=date(2026, 3, 16),
    state="requesting",
    next_attempt_at=NOW,
    connection_id=None,
    amazon_report_id=None,
    abandoned_report_ids=(),
    requested_at=None,
    attempts=0,
    broken_files=0,
    recreations=0,
    error_code=None,
    detail=None,
    raw_uri=None,
)
RUNNING = replace(REPORT, state="processing", amazon_report_id="r-1", requested_at=NOW)


def problem(kind: Kind, **more: Any) -> Problem:
    return Problem(kind, f"code_{kind}", "why", **more)


def after(report: Report, result: Any, draw: float = 0.5) -> Report:
    return advance(report, result, NOW, draw, LIMITS)


def repeated(report: Report, kind: Kind, times: int) -> Report:
    for _ in range(times):
        report = after(report, problem(kind))
    return report


def test_the_straight_way() -> None:
    troubled = replace(REPORT, attempts=4, error_code="x", detail="y")
    requested = after(troubled, Requested("r-1", adopted=True))
    assert (requested.state, requested.amazon_report_id) == ("requested", "r-1")
    assert (requested.attempts, requested.error_code, requested.detail) == (0, None, None)
    assert requested.next_attempt_at == NOW + timedelta(seconds=2)
    processing = after(requested, Observed("PROCESSING"))
    assert processing.state == "processing"
    ready = after(processing, Observed("COMPLETED"))
    assert (ready.state, ready.next_attempt_at) == ("downloading", NOW)
    file = File("u", "s", 1, 1, {}, "USD", NOW, "raw")
    assert after(ready, file).state == "landed"


def test_polls_grow_rarer_with_the_wait_and_stay_in_bounds() -> None:
    def pause(seconds: float, draw: float = 0.5) -> float:
        return poll_pause(NOW - timedelta(seconds=seconds), NOW, draw, LIMITS)

    assert pause(0) == 2
    assert pause(100) == pytest.approx(20)
    assert pause(10_000) == 60
    assert pause(100, 0) == pytest.approx(18)
    assert pause(100, 1) == pytest.approx(22)


@given(attempts=st.integers(0, 10_000), draw=st.floats(0, 1))
def test_backoff_stays_between_half_a_second_and_its_limit(attempts: int, draw: float) -> None:
    assert 0.5 <= backoff(attempts, draw, LIMITS) <= 300


def test_waiting_for_others_counts_as_no_attempt() -> None:
    waited = after(RUNNING, problem("waiting", retry_after=40))
    assert waited.attempts == 0
    assert waited.next_attempt_at == NOW + timedelta(seconds=40.5)


def test_retry_after_is_honoured_and_jittered_upwards() -> None:
    later = after(RUNNING, problem("throttled", retry_after=30))
    assert later.next_attempt_at == NOW + timedelta(seconds=31)
    assert (later.state, later.attempts, later.error_code) == ("processing", 1, "code_throttled")


@pytest.mark.parametrize("kind", ["throttled", "unavailable"])
def test_what_may_pass_by_itself_is_tried_for_ever(kind: Kind) -> None:
    report = repeated(RUNNING, kind, 500)
    assert (report.state, report.attempts) == ("processing", 500)
    assert report.amazon_report_id == "r-1"


def test_a_pause_keeps_everything_and_looks_again_later() -> None:
    paused = after(RUNNING, problem("paused"))
    assert paused.next_attempt_at == NOW + timedelta(seconds=900)
    assert (paused.state, paused.attempts, paused.error_code) == ("processing", 0, "code_paused")


@pytest.mark.parametrize(
    ("kind", "tries", "state"),
    [
        ("refused", 3, "failed"),
        ("denied", 8, "failed"),
        ("mismatch", 8, "failed"),
        ("broken", 3, "rejected"),
        ("truncated", 10, "rejected"),
    ],
)
def test_what_does_not_pass_ends_after_its_tries(kind: Kind, tries: int, state: str) -> None:
    assert repeated(RUNNING, kind, tries - 1).state == "processing"
    assert repeated(RUNNING, kind, tries).state == state


@pytest.mark.parametrize(
    ("kind", "tries"), [("failed", 1), ("stuck", 1), ("gone", 3), ("expired", 10)]
)
def test_what_amazon_lost_is_asked_for_again_a_few_times(kind: Kind, tries: int) -> None:
    assert repeated(RUNNING, kind, tries - 1).amazon_report_id == "r-1"
    again = repeated(RUNNING, kind, tries)
    assert (again.state, again.amazon_report_id, again.requested_at) == ("requesting", None, None)
    assert (again.recreations, again.abandoned_report_ids) == (1, ("r-1",))
    worn = replace(RUNNING, recreations=3)
    assert repeated(worn, kind, tries).state == "failed"


def test_broken_files_are_counted_over_good_looks_in_between() -> None:
    report = after(RUNNING, problem("broken"))
    report = after(report, Observed("COMPLETED"))
    assert (report.broken_files, report.attempts) == (1, 0)


def test_the_raw_file_is_kept_exactly_when_it_ends_in_rejection() -> None:
    assert not rejects(replace(RUNNING, broken_files=1), "broken", LIMITS)
    assert rejects(replace(RUNNING, broken_files=2), "broken", LIMITS)
    assert rejects(replace(RUNNING, attempts=9), "truncated", LIMITS)
    assert not rejects(replace(RUNNING, attempts=9), "unavailable", LIMITS)
    final = after(replace(RUNNING, broken_files=2), problem("broken", raw_uri="raw"))
    assert (final.state, final.raw_uri) == ("rejected", "raw")


@pytest.mark.parametrize(
    ("status", "hours", "stuck"),
    [("PENDING", 3.9, False), ("PENDING", 4.1, True), ("PROCESSING", 7.9, False),
     ("PROCESSING", 8.1, True), ("COMPLETED", 99, False)],
)  # fmt: skip
def test_patience_with_a_report(status: str, hours: float, stuck: bool) -> None:
    assert is_stuck(RUNNING, status, NOW + timedelta(hours=hours), LIMITS) is stuck


@pytest.mark.parametrize("kind", get_args(Kind))
@given(
    attempts=st.integers(0, 1000),
    broken=st.integers(0, 5),
    recreations=st.integers(0, 5),
    draw=st.floats(0, 1),
)
def test_no_problem_ever_loses_a_report(
    kind: Kind, attempts: int, broken: int, recreations: int, draw: float
) -> None:
    report = replace(RUNNING, attempts=attempts, broken_files=broken, recreations=recreations)
    result = after(report, problem(kind), draw)
    assert result.state != "landed"
    assert result.error_code == f"code_{kind}"
    if result.state not in ("rejected", "failed"):
        assert NOW < result.next_attempt_at <= NOW + timedelta(seconds=900)
