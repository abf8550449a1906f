"""What the plan and backfills take and give."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from dsp_ingest.schemas import ReportTypeName

from .backfill_service import Seen
from .backfills import TypeProgress
from .domain import Known, Local, Need, Reason
from .lanes import Lane, lane_of
from .service import TypeWanted, Wanted

BackfillState = Literal["running", "paused", "completed", "cancelled"]


class PlannedDays(BaseModel):
    """Days that must be pulled together, why, and from when on."""

    start_date: date
    end_date: date
    reason: Reason
    lane: Lane
    due_at: datetime
    as_of: datetime | None

    @classmethod
    def of(cls, need: Need, known: Known) -> "PlannedDays":
        pulled = [known.as_of[day] for day in need.unit.days if day in known.as_of]
        return cls(
            start_date=need.unit.start,
            end_date=need.unit.end,
            reason=need.reason,
            lane=lane_of(need.reason),
            due_at=need.due_at,
            as_of=min(pulled, default=None),
        )


class TypePlan(BaseModel):
    """What is wanted of a type. `due`: days due by reason; `next_due_at`: of those to come. What is
    covered, and since when its oldest numbers stand."""

    report_type: str
    due: dict[Reason, int]
    next_due_at: datetime | None
    requests_left: int
    first_day: date | None
    last_day: date | None
    days_covered: int
    oldest_as_of: datetime | None
    needs: list[PlannedDays]

    @classmethod
    def of(cls, here: Local, wanted: TypeWanted) -> "TypePlan":
        known, needs = wanted.known, wanted.needs
        due = [need for need in needs if need.due_at <= here.now]
        counts: dict[Reason, int] = {}
        for need in due:
            counts[need.reason] = counts.get(need.reason, 0) + len(need.unit.days)
        return cls(
            report_type=wanted.name,
            due=counts,
            next_due_at=min((n.due_at for n in needs if n.due_at > here.now), default=None),
            requests_left=max(0, wanted.left),
            first_day=min(known.as_of, default=None),
            last_day=max(known.as_of, default=None),
            days_covered=len(known.as_of),
            oldest_as_of=min(known.as_of.values(), default=None),
            needs=[PlannedDays.of(need, known) for need in needs],
        )


class SyncPlan(BaseModel):
    """What is wanted of an advertiser, now and later; days are the advertiser's own."""

    advertiser_id: UUID
    advertiser_name: str
    timezone: str
    today: date
    types: list[TypePlan]

    @classmethod
    def of(cls, wanted: Wanted) -> "SyncPlan":
        advertiser = wanted.advertiser
        return cls(
            advertiser_id=advertiser.advertiser_id,
            advertiser_name=advertiser.name,
            timezone=advertiser.timezone,
            today=wanted.here.today,
            types=[TypePlan.of(wanted.here, kind) for kind in wanted.types],
        )


class BackfillRequest(BaseModel):
    """History to pull: as far as Amazon gives it, of every type, where nothing else is said."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    advertiser_id: UUID
    report_types: list[ReportTypeName] | None = Field(default=None, min_length=1, max_length=20)
    from_date: date | None = None


class BackfillChange(BaseModel):
    """Rest, or go on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    state: Literal["running", "paused"]


class TypeBackfill(BaseModel):
    """Days of a type. `days_lost`: Amazon ceased to give them before they were pulled."""

    report_type: str
    days_total: int
    days_done: int
    days_lost: int

    @classmethod
    def of(cls, progress: TypeProgress) -> "TypeBackfill":
        return cls(
            report_type=progress.report_type,
            days_total=progress.total,
            days_done=progress.done,
            days_lost=progress.lost,
        )


class BackfillView(BaseModel):
    """An order for history. `eta`: when its last day will have landed; null while it rests."""

    id: UUID
    advertiser_id: UUID
    advertiser_name: str
    state: BackfillState
    from_date: date
    to_date: date
    days_total: int
    days_done: int
    days_lost: int
    eta: datetime | None
    created_at: datetime
    finished_at: datetime | None
    types: list[TypeBackfill]

    @classmethod
    def of(cls, seen: Seen) -> "BackfillView":
        backfill, progress = seen.backfill, seen.progress
        return cls(
            id=backfill.backfill_id,
            advertiser_id=backfill.advertiser_id,
            advertiser_name=seen.advertiser_name,
            state=backfill.state,  # pyright: ignore[reportArgumentType]
            from_date=backfill.from_date,
            to_date=backfill.to_date,
            days_total=sum(p.total for p in progress),
            days_done=sum(p.done for p in progress),
            days_lost=sum(p.lost for p in progress),
            eta=seen.eta,
            created_at=backfill.created_at,
            finished_at=backfill.finished_at,
            types=[TypeBackfill.of(p) for p in progress],
        )


class BackfillList(BaseModel):
    items: list[BackfillView]
    next_cursor: None = None
