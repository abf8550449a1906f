"""When to look again, and what a failure means."""

from datetime import UTC, datetime, timedelta

import pytest
from amazon_ads.errors import Forbidden, RateLimited
from amc_runner.clients import failure_of
from amc_runner.domain import Failure, next_attempt, status_of, worst
from hypothesis import given
from hypothesis import strategies as st
from shared.errors import Conflict, Unavailable

NOW = datetime(2026, 3, 1, tzinfo=UTC)
EVERY = timedelta(hours=6)
SOON = Failure("unavailable", "x", retryable=True)
NEVER = Failure("forbidden", "x", retryable=False)


@given(attempts=st.integers(0, 10_000), draw=st.floats(0, 1))
def test_a_passing_failure_is_tried_again_within_the_hour(attempts: int, draw: float) -> None:
    delay = (next_attempt(SOON, attempts, NOW, every=EVERY, draw=draw) - NOW).total_seconds()
    assert 7.5 <= delay <= 3600


def test_delays_double() -> None:
    delays = [next_attempt(SOON, n, NOW, every=EVERY, draw=1) - NOW for n in (1, 2, 3, 9, 10)]
    assert [d.total_seconds() for d in delays] == [15, 30, 60, 3600, 3600]


@given(draw=st.floats(0, 1))
def test_retry_after_is_never_undercut(draw: float) -> None:
    failure = Failure("rate_limited", "x", retryable=True, retry_after_seconds=600)
    assert next_attempt(failure, 1, NOW, every=EVERY, draw=draw) >= NOW + timedelta(seconds=600)


@pytest.mark.parametrize("failure", [None, NEVER])
def test_success_and_lasting_failures_wait_for_the_usual_interval(failure: Failure | None) -> None:
    assert next_attempt(failure, 1, NOW, every=EVERY, draw=0.5) == NOW + EVERY


def test_of_several_failures_the_one_that_passes_is_shown_first() -> None:
    assert worst([NEVER, SOON]) is SOON
    assert worst([]) is None


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [("COMPLETED", "ready"), ("SUCCEEDED", "ready"), ("IN_PROGRESS", "creating"),
     ("FAILED", "failed"), ("ARCHIVED", "archived"), ("", "unknown")],
)  # fmt: skip
def test_statuses_have_our_names(theirs: str, ours: str) -> None:
    assert status_of(theirs) == ours


def test_failures_of_both_sides_keep_their_names() -> None:
    assert failure_of(RateLimited("slow", retry_after=7)) == Failure(
        "rate_limited", "slow", True, 7
    )
    assert failure_of(Forbidden("no"), "A: ") == Failure("forbidden", "A: no", False)
    dead = failure_of(Conflict("consent", code="reauth_required"))
    assert (dead.code, dead.retryable) == ("reauth_required", False)
    assert failure_of(Unavailable("x", retry_after_seconds=3)).retry_after_seconds == 3
