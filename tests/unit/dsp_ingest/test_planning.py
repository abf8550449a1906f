"""What to pull: legal spans, the advertiser's own days, progress that never lies."""

from datetime import UTC, date, datetime, timedelta

import pytest
from dsp_ingest.syncs.domain import (
    MAX_SPAN_DAYS,
    Plan,
    Slice,
    Window,
    local_today,
    plan_fresh,
    plan_full,
    plan_next,
    progress_of,
)
from hypothesis import given
from hypothesis import strategies as st

TODAY = date(2026, 3, 16)
WINDOW = Window(history_days=30, fresh_days=3)


@pytest.mark.parametrize(
    ("zone", "now", "today"),
    [
        ("America/Los_Angeles", datetime(2026, 3, 16, 6, 59, tzinfo=UTC), date(2026, 3, 15)),
        ("America/Los_Angeles", datetime(2026, 3, 16, 7, 0, tzinfo=UTC), date(2026, 3, 16)),
        ("America/Los_Angeles", datetime(2026, 3, 7, 7, 59, tzinfo=UTC), date(2026, 3, 6)),
        ("Asia/Tokyo", datetime(2026, 3, 16, 15, 0, tzinfo=UTC), date(2026, 3, 17)),
        ("Nowhere/Land", datetime(2026, 3, 16, 23, 59, tzinfo=UTC), date(2026, 3, 16)),
        ("../etc/passwd", datetime(2026, 3, 16, 23, 59, tzinfo=UTC), date(2026, 3, 16)),
        ("", datetime(2026, 3, 16, 23, 59, tzinfo=UTC), date(2026, 3, 16)),
    ],
)
def test_today_is_the_advertisers_today(zone: str, now: datetime, today: date) -> None:
    assert local_today(zone, now) == today


def test_the_window_is_thirty_days_and_today_with_the_fresh_days_first() -> None:
    plan = plan_full(TODAY, WINDOW)
    assert plan == Plan(
        (
            Slice(date(2026, 3, 13), TODAY),
            Slice(date(2026, 2, 14), date(2026, 3, 12)),
        )
    )
    assert (plan.start, plan.end) == (TODAY - timedelta(days=30), TODAY)


def test_in_between_only_the_fresh_days_are_pulled() -> None:
    assert plan_fresh(TODAY, WINDOW) == Plan((Slice(date(2026, 3, 13), TODAY),))
    assert plan_next(TODAY, TODAY, WINDOW) == plan_fresh(TODAY, WINDOW)
    for synced in (None, TODAY - timedelta(days=1)):
        assert plan_next(TODAY, synced, WINDOW) == plan_full(TODAY, WINDOW)


@given(
    history=st.integers(1, 94),
    fresh=st.integers(0, 30),
    slice_days=st.integers(1, MAX_SPAN_DAYS),
)
def test_any_window_is_covered_once_in_spans_amazon_allows(
    history: int, fresh: int, slice_days: int
) -> None:
    plan = plan_full(TODAY, Window(history, min(fresh, history), slice_days))
    days = [
        piece.start + timedelta(days=n)
        for piece in plan.slices
        for n in range((piece.end - piece.start).days + 1)
    ]
    assert sorted(days) == [TODAY - timedelta(days=n) for n in range(history, -1, -1)]
    assert all((piece.end - piece.start).days + 1 <= MAX_SPAN_DAYS for piece in plan.slices)
    assert [piece.end for piece in plan.slices] == sorted(
        (piece.end for piece in plan.slices), reverse=True
    )


@pytest.mark.parametrize(
    ("states", "done", "stage"),
    [
        (["planned", "planned"], 0, "waiting"),
        (["requesting", "planned"], 0, "waiting"),
        (["requested", "planned"], 0, "requested"),
        (["processing", "downloading"], 0, "downloading"),
        (["landed", "planned"], 1, "waiting"),
        (["landed", "rejected"], 2, "landed"),
        (["failed", "landed"], 2, "landed"),
    ],
)
def test_progress_names_the_furthest_open_stage(states: list[str], done: int, stage: str) -> None:
    progress = progress_of(states)
    assert (progress.slices_total, progress.slices_done, progress.stage) == (2, done, stage)
    assert progress.finished is (done == 2)


def test_each_step_of_a_report_moves_the_bar_forward() -> None:
    steps = ("planned", "requesting", "requested", "processing", "downloading", "landed")
    fractions = [progress_of([state]).fraction for state in steps]
    assert fractions == sorted(set(fractions))
    assert (fractions[0], fractions[-1]) == (0.0, 1.0)
