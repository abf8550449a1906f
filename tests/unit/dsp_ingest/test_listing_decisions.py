"""The life of a listing: pages, kinds, problems."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from dsp_ingest.listings.domain import (
    Listing,
    Pace,
    Page,
    after_page,
    after_problem,
    begin,
    restarts,
)
from dsp_ingest.reports.domain import Kind, Limits, Problem

NOW = datetime(2026, 3, 16, 12, tzinfo=UTC)
PACE = Pace(3600, 86_400, 100)
LIMITS = Limits(2, 60, 2, 300, 900, 14_400, 3, 10, 3, 8)
LISTING_ID = UUID(int=9)
NEW = Listing(
    UUID(int=1), UUID(int=2), NOW, None, None, None, None, 0, None, None, None, 0, None, None,
    None, None,
)  # fmt: skip


def walk(listing: Listing) -> tuple[list[str], Listing]:
    """Every kind in one page."""
    kinds: list[str] = []
    while listing.kind is not None:
        kinds.append(listing.kind)
        listing = after_page(listing, Page((), None), NOW, 0.5, PACE)
    return kinds, listing


def test_the_first_listing_is_full_and_the_next_is_light_for_a_day() -> None:
    kinds, done = walk(begin(NEW, LISTING_ID, NOW, PACE))
    assert kinds == ["campaign", "ad_group", "ad", "ad_association"]
    assert (done.listed_at, done.full_listed_at) == (NOW, NOW)
    assert done.due_at == NOW + timedelta(hours=1)
    kinds, later = walk(begin(done, LISTING_ID, NOW + timedelta(hours=23), PACE))
    assert kinds == ["campaign", "ad_group"]
    assert later.full_listed_at == NOW
    assert begin(done, LISTING_ID, NOW + timedelta(hours=24), PACE).scope == "full"


def test_a_page_with_a_token_stays_at_its_kind_behind_everybody_else() -> None:
    begun = begin(NEW, LISTING_ID, NOW, PACE)
    later = NOW + timedelta(seconds=5)
    after = after_page(begun, Page((), "t"), later, 0.5, PACE)
    assert (after.kind, after.page_token, after.due_at) == ("campaign", "t", later)
    assert not restarts(begun, after)
    assert begin(after, UUID(int=10), later, PACE) == after


@pytest.mark.parametrize(
    ("kind", "retry_after", "seconds", "attempts"),
    [
        ("waiting", 7.0, 7.5, 0),
        ("throttled", 30.0, 31.0, 1),
        ("unavailable", None, 2.0, 1),
        ("paused", None, 900.0, 0),
    ],
)
def test_trouble_waits_and_keeps_the_place(
    kind: Kind, retry_after: float | None, seconds: float, attempts: int
) -> None:
    begun = replace(begin(NEW, LISTING_ID, NOW, PACE), page_token="t")
    after = after_problem(begun, Problem(kind, "c", "d", retry_after), NOW, 0.5, LIMITS, PACE)
    assert after.due_at == NOW + timedelta(seconds=seconds)
    assert (after.attempts, after.page_token, after.error_code) == (attempts, "t", "c")


def test_a_refused_page_starts_its_kind_again_and_then_gives_up_until_the_next_time() -> None:
    listing: Listing = replace(begin(NEW, LISTING_ID, NOW, PACE), page_token="t")
    later = NOW + timedelta(minutes=1)
    refused: Any = Problem("refused", "bad_request", "d")
    again = after_problem(listing, refused, later, 0.5, LIMITS, PACE)
    assert (again.page_token, again.kind, again.due_at) == (None, "campaign", later)
    assert restarts(listing, again)
    for _ in range(2):
        again = after_problem(again, refused, later, 0.5, LIMITS, PACE)
    assert again.listing_id is None
    assert again.error_code == "bad_request"
    assert again.due_at == later + timedelta(hours=1)
