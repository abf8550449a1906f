"""A listing's work: claim it, ask for one page, take in what it shows."""

from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from amazon_ads import errors
from shared.db import Tx
from shared.errors import AppError
from shared.ids import new_id

from dsp_ingest.advertisers import queries as advertisers
from dsp_ingest.entities import service as entities
from dsp_ingest.entities.service import Owner
from dsp_ingest.quota.spending import Cause
from dsp_ingest.reports import problems
from dsp_ingest.reports.clients import Amazon, Target
from dsp_ingest.reports.domain import Limits, Problem
from dsp_ingest.reports.queries import list_sources
from dsp_ingest.reports.service import hindrance_of, is_usable

from . import queries
from .clients import page_of
from .domain import Listing, Pace, Page, after_page, after_problem, begin, restarts

LEASE_SECONDS = 120.0
"""Outlasts the longest call (35 s) with the token before it."""
NOUN = "entities"


@dataclass(frozen=True, slots=True)
class Work:
    """A leased listing, begun. Without a `target` nobody can reach its advertiser."""

    listing: Listing
    lease_token: UUID
    brand_id: UUID | None
    target: Target | None
    hindrance: Problem | None

    @property
    def cause(self) -> Cause | None:
        """What its requests are for; None where none can be made."""
        if self.target is None:
            return None
        why = f"{self.listing.scope}_listing"
        organization_id = self.listing.organization_id
        return Cause(organization_id, self.brand_id, self.target.region, NOUN, why)


async def claim(tx: Tx, now: datetime, pace: Pace) -> Work | None:
    """Leases the next due listing and begins it; None when none is due."""
    lease_token = new_id()
    until = now + timedelta(seconds=LEASE_SECONDS)
    row = await queries.claim_due(tx, now, lease_token, until)
    if row is None:
        return None
    known = Listing(**{field.name: row[field.name] for field in fields(Listing)})
    listing = begin(known, new_id(), now, pace)
    if listing != known:
        await queries.save(tx, listing, lease_token, release=False)
        await queries.forget_listed(tx, listing)
    sources = await list_sources(tx, listing.advertiser_id, listing.connection_id)
    usable = next((each for each in sources if is_usable(each)), None)
    target = None if usable is None else _target(listing, row, usable)
    hindrance = None if target else hindrance_of(sources)
    return Work(listing, lease_token, row["brand_id"], target, hindrance)


def _target(listing: Listing, row: Any, source: Any) -> Target:
    return Target(
        listing.organization_id,
        row["amazon_advertiser_id"],
        row["currency"],
        source["connection_id"],
        source["region"],
    )


async def perform(work: Work, amazon: Amazon, pace: Pace) -> Page | Problem:
    """One page, outside any transaction; every failure comes back as a Problem."""
    target, listing = work.target, work.listing
    if target is None or listing.kind is None:
        return work.hindrance or hindrance_of([])
    client, account = amazon.client(target), target.amazon_advertiser_id
    try:
        return await page_of(client, account, listing.kind, listing.page_token, pace.page_rows)
    except errors.AmazonError as error:
        return problems.of_amazon(error)
    except AppError as error:
        return problems.of_service(error)


async def apply(
    tx: Tx,
    work: Work,
    result: Page | Problem,
    now: datetime,
    draw: float,
    limits: Limits,
    pace: Pace,
) -> bool:
    """Records the page, with its versions and events; False when the lease was lost meanwhile."""
    before = work.listing
    used = work.target.connection_id if work.target else before.connection_id
    if isinstance(result, Problem):
        if result.kind in ("denied", "paused") and work.target:
            await advertisers.mark_refused(tx, before.advertiser_id, work.target.connection_id, now)
        after = after_problem(before, result, now, draw, limits, pace)
    else:
        after = after_page(before, result, now, draw, pace)
    after = replace(after, connection_id=used)
    if not await queries.save(tx, after, work.lease_token, release=True):
        return False
    if isinstance(result, Page):
        await _take(tx, work, result, now)
    if restarts(before, after):
        await queries.forget_listed(tx, before)
    return True


async def _take(tx: Tx, work: Work, page: Page, now: datetime) -> None:
    listing, kind, listing_id = work.listing, work.listing.kind, work.listing.listing_id
    if kind is None or listing_id is None or listing.kind_started_at is None:
        raise ValueError("a page of no listing")
    owner = Owner(listing.organization_id, listing.advertiser_id, work.brand_id)
    await entities.take(tx, owner, kind, page.rows, now, baseline=listing.baseline)
    await queries.note_listed(tx, listing, [row.entity_id for row in page.rows])
    if page.next_token is None:
        await entities.sweep(tx, owner, kind, listing_id, listing.kind_started_at, now)
