"""Backfills: ordered, watched, rested and ended by a person; pulled by the plan."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from shared.db import Tx
from shared.errors import Conflict, NotFound
from shared.ids import new_id

from dsp_ingest.report_types import report_type
from dsp_ingest.syncs import queries as syncs

from . import backfill_queries, queries
from .backfills import USUAL_TURNAROUND, Backfill, TypeProgress, eta, missing_days
from .domain import Known, Order, earliest, local
from .service import Planner, find_advertiser, known_of, note_brand


@dataclass(frozen=True, slots=True)
class Seen:
    """A backfill with how far it is; `eta`: when its last day will have landed."""

    backfill: Backfill
    advertiser_name: str
    progress: Sequence[TypeProgress]
    eta: datetime | None


async def order(
    tx: Tx,
    whose: tuple[UUID, Sequence[UUID] | None, UUID],
    names: Sequence[str] | None,
    start: date | None,
    planner: Planner,
    now: datetime,
) -> UUID:
    """A backfill for the organization's (and caller's brands') advertiser. Raises Conflict when it has
    one under way, or when nothing is missing."""
    advertiser = await find_advertiser(tx, *whose)
    here = local(advertiser.timezone, now)
    known = await known_of(tx, advertiser.organization_id, advertiser.advertiser_id)
    end = here.today - timedelta(days=1)
    missing: dict[str, tuple[date, ...]] = {}
    for name in dict.fromkeys(names or planner.types):
        oldest = earliest(report_type(name), here.today)
        first = max(oldest, start or oldest)
        covered = known.get(name, Known()).as_of
        missing[name] = missing_days(report_type(name), first, end, covered)
    wanted = {name: days for name, days in missing.items() if days}
    if not wanted:
        raise Conflict("Every day Amazon still gives is here.", code="nothing_missing")
    first = min(min(days) for days in wanted.values())
    owner = (advertiser.organization_id, advertiser.advertiser_id)
    backfill = Backfill(new_id(), *owner, first, end, wanted, "running", now, None)
    if not await backfill_queries.insert(tx, backfill):
        raise Conflict("The advertiser has a backfill under way.", code="backfill_running")
    note_brand(tx, advertiser.brand_id, ("backfill", backfill.backfill_id))
    await syncs.set_next_sync(tx, advertiser.advertiser_id, now)
    return backfill.backfill_id


async def views(
    tx: Tx,
    organization_id: UUID,
    brand_ids: Sequence[UUID] | None,
    planner: Planner,
    now: datetime,
    backfill_id: UUID | None = None,
) -> list[Seen]:
    """Backfills, the newest first, with progress and the end in sight."""
    rows = await backfill_queries.list_newest(tx, organization_id, brand_ids, backfill_id)
    return [
        await _view(tx, backfill, row["advertiser_name"], row["timezone"], planner, now)
        for backfill, row in rows
    ]


async def view(
    tx: Tx,
    organization_id: UUID,
    brand_ids: Sequence[UUID] | None,
    planner: Planner,
    now: datetime,
    backfill_id: UUID,
) -> Seen:
    """One of them. Raises NotFound."""
    found = await views(tx, organization_id, brand_ids, planner, now, backfill_id)
    if not found:
        raise NotFound("There is no such backfill.", code="backfill_not_found")
    return found[0]


async def _view(
    tx: Tx, backfill: Backfill, name: str, timezone: str, planner: Planner, now: datetime
) -> Seen:
    whose = (backfill.organization_id, backfill.advertiser_id)
    known = await known_of(tx, *whose)
    covered = {kind: known[kind].as_of for kind in backfill.missing if kind in known}
    progress = backfill.progress(covered, local(timezone, now).today)
    end = None
    if backfill.state == "running":
        end = await _end(tx, backfill, timezone, known, progress, planner, now)
    return Seen(backfill, name, progress, end)


async def _end(
    tx: Tx,
    backfill: Backfill,
    timezone: str,
    known: dict[str, Known],
    progress: Sequence[TypeProgress],
    planner: Planner,
    now: datetime,
) -> datetime | None:
    """When the slowest type will be done, by the plan and the time reports took here."""
    whose = (backfill.organization_id, backfill.advertiser_id)
    here = local(timezone, now)
    spent = await queries.spent(tx, *whose, here.midnight)
    measured = await queries.turnaround_seconds(tx, *whose)
    given = Order(backfill.from_date, backfill.created_at)
    ends = [
        eta(
            report_type(kind.report_type),
            here,
            known.get(kind.report_type, Known(order=given)),
            planner.policy,
            spent.get((kind.report_type, "planned"), 0),
            USUAL_TURNAROUND if measured is None else measured,
        )
        for kind in progress
        if kind.left
    ]
    return max((end for end in ends if end is not None), default=None)


async def change(
    tx: Tx,
    organization_id: UUID,
    brand_ids: Sequence[UUID] | None,
    backfill_id: UUID,
    state: str,
    now: datetime,
) -> None:
    """Rests it, lets it go on, or cancels it; reports that are on their way still land. Raises NotFound
    and, when it has ended, Conflict."""
    found = await backfill_queries.list_newest(tx, organization_id, brand_ids, backfill_id)
    if not found:
        raise NotFound("There is no such backfill.", code="backfill_not_found")
    note_brand(tx, found[0][1]["brand_id"], ("backfill", backfill_id))
    if not await backfill_queries.set_state(tx, organization_id, backfill_id, state, now):
        raise Conflict("The backfill has ended.", code="backfill_ended")
    if state == "running":
        await syncs.set_next_sync(tx, found[0][0].advertiser_id, now)
