"""A person's order for history: how far it is, and when it will be done. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from dsp_ingest.report_types import ReportType, report_type

from .domain import Known, Local, Policy, earliest, units
from .slices import decide

USUAL_TURNAROUND: Final = 600.0
"""Seconds from planned to landed while nothing was measured."""
_HORIZON: Final = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class TypeProgress:
    """Days of a type. `lost`: Amazon ceased to give them before they were pulled."""

    report_type: str
    total: int
    done: int
    lost: int

    @property
    def left(self) -> int:
        return self.total - self.done - self.lost


@dataclass(frozen=True, slots=True)
class Backfill:
    """An order. `missing`: report type → the days that were missing when it was given."""

    backfill_id: UUID
    organization_id: UUID
    advertiser_id: UUID
    from_date: date
    to_date: date
    missing: Mapping[str, tuple[date, ...]]
    state: str
    created_at: datetime
    finished_at: datetime | None

    def progress(
        self, covered: Mapping[str, Mapping[date, datetime]], today: date
    ) -> list[TypeProgress]:
        """Per type; `covered`: report type → the days there are."""
        return [
            _progress(name, days, covered.get(name, {}), today)
            for name, days in self.missing.items()
        ]


def _progress(
    name: str, days: Sequence[date], covered: Mapping[date, datetime], today: date
) -> TypeProgress:
    oldest = earliest(report_type(name), today)
    absent = [day for day in days if day not in covered]
    return TypeProgress(
        name, len(days), len(days) - len(absent), sum(day < oldest for day in absent)
    )


def missing_days(
    kind: ReportType, start: date, end: date, covered: Mapping[date, datetime]
) -> tuple[date, ...]:
    """The days that an order for `start`..`end` has to pull, in the units of the type."""
    wanted = (day for unit in units(kind, start, end) for day in unit.days)
    return tuple(day for day in wanted if day not in covered)


def eta(
    kind: ReportType, here: Local, known: Known, policy: Policy, used: int, turnaround: float
) -> datetime | None:
    """When the last ordered day will have landed: the plan itself, played forward with the time a report
    takes here (`turnaround`, measured, seconds). None: nothing is left, or no end is in sight."""
    as_of, end = dict(known.as_of), here.now + _HORIZON
    takes = max(timedelta(seconds=turnaround), timedelta(seconds=1))
    last: datetime | None = None
    while here.now < end:
        ahead = Known(as_of, known.gaps, known.order)
        if not _open_days(kind, here, ahead):
            return last
        pieces = decide(kind, here, ahead, policy, used)
        for piece in pieces:
            days = (piece.start + timedelta(days=n) for n in range(piece.days))
            as_of |= dict.fromkeys(days, here.now + takes)
            last = here.now + takes
        here, used = _next_look(here, used + len(pieces), policy)
    return None


def _open_days(kind: ReportType, here: Local, known: Known) -> bool:
    if known.order is None:
        return False
    start = max(known.order.start, earliest(kind, here.today))
    end = min(known.order.ordered_at.astimezone(here.zone).date(), here.today)
    return bool(missing_days(kind, start, end - timedelta(days=1), known.as_of))


def _next_look(here: Local, used: int, policy: Policy) -> tuple[Local, int]:
    """The plan's looks that can matter: after the morning's checkpoints, and after midnight."""
    pause = policy.interval / 2
    if here.now < here.morning:
        return Local(here.zone, here.morning + pause), used
    tomorrow = here.at(here.today + timedelta(days=1), here.midnight.astimezone(here.zone).time())
    return Local(here.zone, tomorrow + pause), 0
