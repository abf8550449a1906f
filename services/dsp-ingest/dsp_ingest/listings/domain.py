"""The life of an advertiser's listing, as decisions. Pure: time and jitter are arguments.

A full listing walks campaigns, ad groups, ads and their associations, a light one campaigns and ad
groups only. One step is one page: it is recorded with the token of the next one, and the listing goes
behind everybody else's, so that a large advertiser keeps no other waiting.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from dsp_ingest.entities.domain import Kind, Listed
from dsp_ingest.reports.domain import Limits, Problem, backoff

Scope = Literal["full", "light"]
KINDS: Final[dict[Scope, tuple[Kind, ...]]] = {
    "full": ("campaign", "ad_group", "ad", "ad_association"),
    "light": ("campaign", "ad_group"),
}
_REFUSALS: Final = 3
"""So often a page may be refused before the listing is given up: a token of a page ends after a while."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between listings, and rows of a page."""

    light_seconds: float
    full_seconds: float
    page_rows: int


@dataclass(frozen=True, slots=True)
class Listing:
    """The durable state. Without a `listing_id` none is under way."""

    advertiser_id: UUID
    organization_id: UUID
    due_at: datetime
    listing_id: UUID | None
    scope: Scope | None
    kind: Kind | None
    page_token: str | None
    page_count: int
    started_at: datetime | None
    kind_started_at: datetime | None
    connection_id: UUID | None
    attempts: int
    error_code: str | None
    detail: str | None
    listed_at: datetime | None
    full_listed_at: datetime | None

    @property
    def baseline(self) -> bool:
        """Whether what it shows was there all along: no full listing was finished yet."""
        return self.full_listed_at is None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; the last one has no token."""

    rows: tuple[Listed, ...]
    next_token: str | None


def begin(listing: Listing, listing_id: UUID, now: datetime, pace: Pace) -> Listing:
    """A new listing; the one under way goes on."""
    if listing.listing_id is not None:
        return listing
    scope = _scope(listing, now, pace)
    fresh = replace(listing, listing_id=listing_id, scope=scope, page_count=0, started_at=now)
    return _at_kind(fresh, KINDS[scope][0], now)


def _scope(listing: Listing, now: datetime, pace: Pace) -> Scope:
    full = listing.full_listed_at
    due = full is None or now - full >= timedelta(seconds=pace.full_seconds)
    return "full" if due else "light"


def _at_kind(listing: Listing, kind: Kind, now: datetime) -> Listing:
    return replace(listing, kind=kind, page_token=None, kind_started_at=now)


def after_page(listing: Listing, page: Page, now: datetime, draw: float, pace: Pace) -> Listing:
    """On to the next page, the next kind, or the end. `draw` is uniform in 0..1."""
    listing = replace(
        listing,
        due_at=now,
        page_count=listing.page_count + 1,
        attempts=0,
        error_code=None,
        detail=None,
    )
    if page.next_token is not None:
        return replace(listing, page_token=page.next_token)
    kinds = KINDS[listing.scope or "full"]
    left = kinds[kinds.index(listing.kind) + 1 :] if listing.kind else ()
    return _at_kind(listing, left[0], now) if left else _finished(listing, now, draw, pace)


def _finished(listing: Listing, now: datetime, draw: float, pace: Pace) -> Listing:
    full = listing.started_at if listing.scope == "full" else listing.full_listed_at
    ended = _ended(listing, now, draw, pace)
    return replace(ended, listed_at=listing.started_at, full_listed_at=full)


def _ended(listing: Listing, now: datetime, draw: float, pace: Pace) -> Listing:
    """None under way; the next one an interval later, ±10 %, so that an agency's advertisers spread out."""
    return replace(
        listing,
        listing_id=None,
        scope=None,
        kind=None,
        page_token=None,
        started_at=None,
        kind_started_at=None,
        attempts=0,
        due_at=now + timedelta(seconds=pace.light_seconds * (0.9 + 0.2 * draw)),
    )


def after_problem(
    listing: Listing, problem: Problem, now: datetime, draw: float, limits: Limits, pace: Pace
) -> Listing:
    """Later, the kind from its start, or not before the next interval."""
    listing = replace(listing, error_code=problem.code, detail=problem.detail)
    if problem.kind == "waiting":
        return _later(listing, now, (problem.retry_after or 1) + draw)
    if problem.kind == "paused":
        return _later(listing, now, limits.paused_retry_seconds)
    listing = replace(listing, attempts=listing.attempts + 1)
    if problem.kind == "refused" and listing.attempts < _REFUSALS and listing.kind:
        return replace(_at_kind(listing, listing.kind, now), due_at=now)
    most = _REFUSALS if problem.kind == "refused" else limits.max_denials
    if problem.kind in ("refused", "denied") and listing.attempts >= most:
        return _ended(listing, now, draw, pace)
    pause = backoff(listing.attempts, draw, limits)
    if problem.retry_after is not None:
        pause = problem.retry_after + draw * limits.backoff_base_seconds
    return _later(listing, now, pause)


def restarts(before: Listing, after: Listing) -> bool:
    """Whether what was shown so far of a kind no longer counts."""
    return before.kind_started_at != after.kind_started_at


def _later(listing: Listing, now: datetime, seconds: float) -> Listing:
    return replace(listing, due_at=now + timedelta(seconds=seconds))
