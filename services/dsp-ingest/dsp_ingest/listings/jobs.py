"""Ticks of listings: claim → call → apply."""

import logging
from collections.abc import Sequence

from shared.db import SYSTEM
from shared.metrics import counter

from dsp_ingest.deps import Deps
from dsp_ingest.quota import service as quota
from dsp_ingest.quota.spending import spending
from dsp_ingest.reports.domain import Problem

from . import queries, service
from .domain import Page
from .service import Work

log = logging.getLogger(__name__)
PAGES = counter("dsp_listing_pages_total", "Steps of listings", ["kind", "outcome"])


async def claim(deps: Deps) -> Work | None:
    async with deps.db.tx(SYSTEM) as tx:
        return await service.claim(tx, deps.clock(), deps.pace)


async def carry_out(deps: Deps, work: Work) -> None:
    """One page, then its record."""
    with spending() as spent:
        result = await _perform(deps, work)
    async with deps.db.tx(SYSTEM) as tx:
        now, limits = deps.clock(), deps.tools.limits
        kept = await service.apply(tx, work, result, now, deps.draw(), limits, deps.pace)
        if work.cause is not None:
            await quota.record(tx, work.cause, spent, now)
    PAGES.labels(kind=work.listing.kind, outcome=_outcome(result) if kept else "lease_lost").inc()


async def _perform(deps: Deps, work: Work) -> Page | Problem:
    try:
        return await service.perform(work, deps.tools.amazon, deps.pace)
    except Exception as error:
        log.exception("a page failed in a way nobody thought of")
        return Problem("unavailable", "internal_error", type(error).__name__)


def _outcome(result: Page | Problem) -> str:
    return result.kind if isinstance(result, Problem) else "taken"


async def list_one(deps: Deps) -> bool:
    """One page of the listing that has waited longest; False when none is due."""
    work = await claim(deps)
    if work is None:
        return False
    await carry_out(deps, work)
    return True


async def release(deps: Deps, works: Sequence[Work]) -> None:
    """Gives unfinished listings back."""
    async with deps.db.tx(SYSTEM) as tx:
        await queries.release(tx, [work.lease_token for work in works])
