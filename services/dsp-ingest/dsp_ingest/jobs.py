"""Ticks: plan what is due, work on reports. Each step is claim → call → apply."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta

from shared.db import SYSTEM
from shared.metrics import counter

from .deps import Deps
from .planning import service as planning
from .quota import service as quota
from .quota.spending import spending
from .reports import queries as reports
from .reports import service
from .reports.domain import Problem, Result
from .reports.service import Work

log = logging.getLogger(__name__)

DEFECT = "internal_error"

STEPS = counter(
    "dsp_report_steps_total", "Steps of reports, by state and outcome", ["state", "outcome"]
)
LOST = counter(
    "dsp_report_leases_lost_total", "Steps whose lease was lost before they were recorded"
)


async def plan(deps: Deps) -> bool:
    """Looks at one due advertiser; True when there may be more."""
    async with deps.db.tx(SYSTEM) as tx:
        return await planning.plan_one(tx, deps.clock(), deps.planner, deps.draw())


async def work_one(deps: Deps) -> bool:
    """One step of the report whose turn it is; False when none is due."""
    work = await claim(deps)
    if work is None:
        return False
    await carry_out(deps, work)
    return True


async def claim(deps: Deps) -> Work | None:
    async with deps.db.tx(SYSTEM) as tx:
        return await service.claim(tx, deps.clock(), deps.settings.lease_seconds)


async def carry_out(deps: Deps, work: Work) -> None:
    """The outside call under a renewed lease, then its record."""
    with spending() as spent:
        result = await _perform(deps, work)
    async with deps.db.tx(SYSTEM) as tx:
        limits = deps.tools.limits
        kept = await service.apply(tx, work, result, deps.clock(), deps.draw(), limits)
        if work.cause is not None:
            await quota.record(tx, work.cause, spent, deps.clock())
    if not kept:
        LOST.inc()
    STEPS.labels(state=work.report.state, outcome=_outcome(result)).inc()


def _outcome(result: Result) -> str:
    """A label with few values: the kind of problem, a defect of ours, or done."""
    if not isinstance(result, Problem):
        return "done"
    return result.code if result.code == DEFECT else result.kind


async def _perform(deps: Deps, work: Work) -> Result:
    keeper = asyncio.create_task(_keep_lease(deps, work))
    try:
        return await service.perform(work, deps.tools)
    except Exception as error:
        log.exception("a step failed in a way nobody thought of")
        return Problem("unavailable", DEFECT, type(error).__name__)
    finally:
        keeper.cancel()
        await asyncio.gather(keeper, return_exceptions=True)


async def _keep_lease(deps: Deps, work: Work) -> None:
    """Extends the lease while the work lasts; ends when it is lost, the record then finds out."""
    seconds = deps.settings.lease_seconds
    while True:
        await asyncio.sleep(seconds / 3)
        try:
            async with deps.db.tx(SYSTEM) as tx:
                until = deps.clock() + timedelta(seconds=seconds)
                if not await reports.renew(tx, work.report.report_id, work.lease_token, until):
                    return
        except Exception as error:  # noqa: BLE001 - tried again, and the lease has slack
            log.warning("lease not renewed: %s", type(error).__name__)


async def release(deps: Deps, works: Sequence[Work]) -> None:
    """Gives unfinished reports back."""
    async with deps.db.tx(SYSTEM) as tx:
        await reports.release(tx, [work.lease_token for work in works])
