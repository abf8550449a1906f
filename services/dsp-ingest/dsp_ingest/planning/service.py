"""The plan at work: looks at an advertiser, starts what is due, tells what is wanted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from shared.db import Tx
from shared.errors import Conflict, NotFound

from dsp_ingest.report_types import ReportType, report_type
from dsp_ingest.reports import queries as reports
from dsp_ingest.syncs import queries as syncs
from dsp_ingest.syncs import service as sync_service
from dsp_ingest.syncs.domain import Advertiser
from shared import audit

from . import backfill_queries, queries
from .domain import Known, Local, Need, Order, Policy, demand, local
from .lanes import URGENT
from .slices import decide, whole_window


@dataclass(frozen=True, slots=True)
class Planner:
    """What is pulled, and what may be spent on it; from settings."""

    policy: Policy
    types: tuple[str, ...]
    interactive_per_day: int

    @property
    def kinds(self) -> list[ReportType]:
        """The most wanted first."""
        return [report_type(name) for name in self.types]


@dataclass(frozen=True, slots=True)
class TypeWanted:
    """What is wanted of a type, what there is of it, and the requests left today."""

    name: str
    known: Known
    needs: Sequence[Need]
    left: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted of an advertiser, by type."""

    advertiser: Advertiser
    here: Local
    types: Sequence[TypeWanted]


async def plan_one(tx: Tx, now: datetime, planner: Planner, draw: float) -> bool:
    """Looks at one advertiser whose look is due and starts a sync for each type that needs one."""
    advertiser = await syncs.claim_due(tx, now)
    if advertiser is None:
        return False
    pause = planner.policy.interval * (0.9 + 0.2 * draw)
    await syncs.set_next_sync(tx, advertiser.advertiser_id, now + pause)
    here = local(advertiser.timezone, now)
    whose = (advertiser.organization_id, advertiser.advertiser_id)
    known = await known_of(tx, *whose)
    spent = await queries.spent(tx, *whose, here.midnight)
    busy = await syncs.list_open(tx, *whose)
    for kind in planner.kinds:
        used = (spent.get((kind.name, "planned"), 0), spent.get((kind.name, "intraday"), 0))
        pieces = decide(kind, here, known.get(kind.name, Known()), planner.policy, *used)
        for urgent in (True, False):
            group = [piece for piece in pieces if (piece.lane in URGENT) is urgent]
            if group and (kind.name, urgent) not in busy:
                await sync_service.start(tx, advertiser, kind.name, group, now)
    await _close_backfill(tx, advertiser, here, known)
    return True


async def known_of(tx: Tx, organization_id: UUID, advertiser_id: UUID) -> dict[str, Known]:
    """Report type → what there is of it."""
    as_of: dict[str, dict[date, datetime]] = {}
    for row in await queries.list_coverage(tx, organization_id, advertiser_id):
        as_of.setdefault(row["report_type"], {})[row["day"]] = row["as_of"]
    gaps: dict[str, dict[date, datetime]] = {}
    for row in await queries.list_gaps(tx, organization_id, advertiser_id):
        gaps.setdefault(row["report_type"], {})[row["day"]] = row["asked_at"]
    orders: dict[str, Order] = {}
    backfill = await backfill_queries.find_open(tx, organization_id, advertiser_id)
    if backfill is not None and backfill.state == "running":
        order = Order(backfill.from_date, backfill.created_at)
        orders = dict.fromkeys(backfill.missing, order)
    return {
        name: Known(as_of.get(name, {}), gaps.get(name, {}), orders.get(name))
        for name in {*as_of, *gaps, *orders}
    }


async def _close_backfill(
    tx: Tx, advertiser: Advertiser, here: Local, known: Mapping[str, Known]
) -> None:
    """A backfill without a missing day is complete."""
    backfill = await backfill_queries.find_open(
        tx, advertiser.organization_id, advertiser.advertiser_id
    )
    if backfill is None or backfill.state != "running":
        return
    none = dict[date, datetime]()
    covered = {n: known[n].as_of if n in known else none for n in backfill.missing}
    if all(p.left == 0 for p in backfill.progress(covered, here.today)):
        await backfill_queries.set_state(
            tx, backfill.organization_id, backfill.backfill_id, "completed", here.now
        )


def note_brand(tx: Tx, brand_id: UUID | None, target: tuple[str, UUID]) -> None:
    """For the audit log: whose it was."""
    audit.note(
        tx, target=target, brand_ids=() if brand_id is None else (brand_id,), every_brand=False
    )


async def find_advertiser(
    tx: Tx, organization_id: UUID, brand_ids: Sequence[UUID] | None, advertiser_id: UUID
) -> Advertiser:
    """The advertiser, locked. Raises NotFound, also for one of somebody else."""
    found = await syncs.lock_advertiser(tx, advertiser_id, organization_id, brand_ids)
    if found is None:
        raise NotFound("There is no such advertiser.", code="advertiser_not_found")
    return found


async def request(
    tx: Tx, advertiser: Advertiser, name: str, planner: Planner, now: datetime
) -> None:
    """A person wants the whole window of a type now. An open sync is hurried instead of doubled.
    Raises Conflict when persons have asked too often today."""
    whose = (advertiser.organization_id, advertiser.advertiser_id)
    open_sync = (await syncs.list_open(tx, *whose)).get((name, True))
    if open_sync is not None:
        await reports.hurry_sync(tx, open_sync, now)
        return
    here = local(advertiser.timezone, now)
    spent = await queries.spent(tx, *whose, here.midnight)
    pieces = whole_window(report_type(name), here, planner.policy)
    if spent.get((name, "interactive"), 0) + len(pieces) > planner.interactive_per_day:
        detail = "This advertiser was asked for by hand too often today; it goes on by itself."
        raise Conflict(detail, code="interactive_budget_spent")
    if not pieces:
        raise Conflict("Nothing of this type lies whole in the window.", code="nothing_to_pull")
    await sync_service.start(tx, advertiser, name, pieces, now)


async def plan_of(
    tx: Tx,
    organization_id: UUID,
    brand_ids: Sequence[UUID] | None,
    advertiser_id: UUID,
    planner: Planner,
    now: datetime,
) -> Wanted:
    """What is wanted of an advertiser and what is there. Raises NotFound."""
    found = await syncs.find_advertiser(tx, advertiser_id, organization_id, brand_ids)
    if found is None:
        raise NotFound("There is no such advertiser.", code="advertiser_not_found")
    note_brand(tx, found.brand_id, ("advertiser", advertiser_id))
    here = local(found.timezone, now)
    known = await known_of(tx, organization_id, advertiser_id)
    spent = await queries.spent(tx, organization_id, advertiser_id, here.midnight)
    types = [
        _type_wanted(kind, here, known.get(kind.name, Known()), planner.policy, spent)
        for kind in planner.kinds
    ]
    return Wanted(found, here, types)


def _type_wanted(
    kind: ReportType,
    here: Local,
    known: Known,
    policy: Policy,
    spent: Mapping[tuple[str, str], int],
) -> TypeWanted:
    left = policy.requests_per_day - spent.get((kind.name, "planned"), 0)
    return TypeWanted(kind.name, known, demand(kind, here, known, policy), left)


async def ask_gap(
    tx: Tx,
    organization_id: UUID,
    advertiser_id: UUID,
    name: str,
    days: Sequence[date],
    now: datetime,
) -> None:
    """For whoever finds days missing or wrong further on: they are pulled again, within the budget."""
    await queries.ask_days(tx, organization_id, advertiser_id, name, days, now)
    await syncs.hasten(tx, organization_id, advertiser_id, now)
