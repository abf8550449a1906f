"""The advertiser's own days, and progress that never lies."""

from datetime import UTC, date, datetime

import pytest
from dsp_ingest.planning.domain import local
from dsp_ingest.syncs.domain import progress_of


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
    assert local(zone, now).today == today


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
