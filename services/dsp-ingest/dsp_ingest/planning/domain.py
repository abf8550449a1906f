"""What is needed of an advertiser's report type, when and why. Pure; days are the advertiser's own.

A day is pulled at checkpoints: at 10:00 of the advertiser's morning 1, 3, 7, 14, 28 and 42 days after it.
A pull serves every checkpoint that lies before its numbers were made; a day whose numbers are younger
than its last checkpoint is final and never asked for again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from dsp_ingest.report_types import ReportType

Reason = Literal["interactive", "gap", "intraday", "fresh", "settle", "restate", "backfill"]

FIRST_TYPE: Final = "dspCampaign"
"""The dashboard's numbers: the only type that is pulled for today, and first of all."""
MORNING: Final = time(10)
"""When a checkpoint falls due: Amazon has the whole of the day before by then."""
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Policy:
    """How much is wanted and how much may be spent; from settings."""

    interval: timedelta = timedelta(hours=1)
    settle_ages: tuple[int, ...] = (3, 7, 14)
    restate_ages: tuple[int, ...] = (28, 42)
    history_days: int = 30
    head_days: int = 3
    span_days: int = 31
    requests_per_day: int = 2
    intraday_per_day: int = 0

    @property
    def today_pause(self) -> timedelta:
        """Between two pulls of today's numbers: an allowance of its own lasts for the whole day; without
        one, what the checkpoints leave over is spent in the evening."""
        return max(self.interval, _DAY / (self.intraday_per_day or 3))

    @property
    def today_reason(self) -> Reason:
        return "intraday" if self.intraday_per_day else "fresh"

    @property
    def ages(self) -> tuple[int, ...]:
        """Every checkpoint, in days after the day."""
        return (1, *self.settle_ages, *self.restate_ages)

    def reason_at(self, age: int) -> Reason:
        if age == 1:
            return "fresh"
        return "settle" if age in self.settle_ages else "restate"


@dataclass(frozen=True, slots=True)
class Order:
    """A person's wish for history: every day since `start` that was never pulled."""

    start: date
    ordered_at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """What there is of a report type of an advertiser. `as_of`: when the newest numbers of a day were made;
    `gaps`: days somebody found missing, and when they said so."""

    as_of: Mapping[date, datetime] = field(default_factory=dict[date, datetime])
    gaps: Mapping[date, datetime] = field(default_factory=dict[date, datetime])
    order: Order | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """The days that can only be pulled together: one, or a calendar week of a summary."""

    start: date
    end: date

    @property
    def days(self) -> tuple[date, ...]:
        return tuple(self.start + n * _DAY for n in range((self.end - self.start).days + 1))


@dataclass(frozen=True, slots=True)
class Need:
    """A unit that is to be pulled from `due_at` on."""

    unit: Unit
    due_at: datetime
    reason: Reason


@dataclass(frozen=True, slots=True)
class Local:
    """A moment where the advertiser is."""

    zone: ZoneInfo
    now: datetime

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    @property
    def midnight(self) -> datetime:
        """When the advertiser's day began."""
        return self.at(self.today, time())

    @property
    def morning(self) -> datetime:
        """When today's checkpoints fall due."""
        return self.at(self.today, MORNING)

    def at(self, day: date, hour: time) -> datetime:
        return datetime.combine(day, hour, self.zone).astimezone(UTC)

    def age(self, day: date, moment: datetime) -> int:
        """The oldest checkpoint of `day` that lies at or before `moment`, in days after it."""
        there = moment.astimezone(self.zone)
        return (there.date() - day).days - (there.time() < MORNING)

    def checkpoint(self, day: date, age: int) -> datetime:
        return self.at(day + age * _DAY, MORNING)


def local(timezone: str, now: datetime) -> Local:
    """UTC for a zone nobody knows."""
    try:
        return Local(ZoneInfo(timezone), now)
    except (KeyError, ValueError, OSError):
        return Local(ZoneInfo("UTC"), now)


def earliest(kind: ReportType, today: date) -> date:
    """The oldest day Amazon still gives; one day inside its limit, for its midnight is not ours."""
    return today - timedelta(days=kind.retention_days - 1)


def units(kind: ReportType, start: date, end: date) -> list[Unit]:
    """Newest first: single days; for a summary whole weeks, Monday to Sunday, that lie within. Weeks
    never overlap, so that the sums of a summary are never counted twice."""
    if kind.time_unit == "DAILY":
        return [Unit(end - n * _DAY, end - n * _DAY) for n in range((end - start).days + 1)]
    last = end - timedelta(days=(end.weekday() + 1) % 7)
    found: list[Unit] = []
    while last - 6 * _DAY >= start:
        found.append(Unit(last - 6 * _DAY, last))
        last -= 7 * _DAY
    return found


def demand(kind: ReportType, here: Local, known: Known, policy: Policy) -> list[Need]:
    """Every need of the type, due or to come, the newest days first."""
    first = earliest(kind, here.today)
    found = (need_of(kind, unit, here, known, policy) for unit in units(kind, first, here.today))
    return [need for need in found if need is not None]


def need_of(kind: ReportType, unit: Unit, here: Local, known: Known, policy: Policy) -> Need | None:
    """Why and from when on the unit is to be pulled; None: never (again)."""
    as_of = _as_of(unit, known)
    asked = [known.gaps[day] for day in unit.days if day in known.gaps]
    if asked and (as_of is None or as_of < max(asked)):
        return Need(unit, max(asked), "gap")
    if as_of is None:
        return _first_need(kind, unit, here, known, policy)
    reached = here.age(unit.end, as_of)
    missed = [age for age in policy.ages if age > reached]
    if not missed:
        return None
    if _is_today(kind, unit, here):
        return Need(unit, as_of + policy.today_pause, policy.today_reason)
    due_at = here.checkpoint(unit.end, missed[0])
    passed = [age for age in missed if age <= here.age(unit.end, here.now)]
    return Need(unit, due_at, policy.reason_at((passed or missed)[-1 if passed else 0]))


def is_final(kind: ReportType, unit: Unit, here: Local, known: Known, policy: Policy) -> bool:
    """Whether it was pulled after its last checkpoint and nobody misses it."""
    pulled = _as_of(unit, known) is not None
    return pulled and need_of(kind, unit, here, known, policy) is None


def _as_of(unit: Unit, known: Known) -> datetime | None:
    """Of the day known worst; None when one was never pulled."""
    moments = [known.as_of.get(day) for day in unit.days]
    pulled = [moment for moment in moments if moment is not None]
    return min(pulled) if len(pulled) == len(moments) else None


def _is_today(kind: ReportType, unit: Unit, here: Local) -> bool:
    return kind.name == FIRST_TYPE and unit.end == here.today


def _first_of_today(unit: Unit, here: Local, known: Known, policy: Policy) -> Need:
    """A new advertiser's at once; else by the intraday allowance, or with the morning's checkpoints."""
    if not known.as_of:
        return Need(unit, here.midnight, "fresh")
    first = here.midnight + policy.today_pause if policy.intraday_per_day else here.morning
    return Need(unit, first, policy.today_reason)


def _first_need(
    kind: ReportType, unit: Unit, here: Local, known: Known, policy: Policy
) -> Need | None:
    if _is_today(kind, unit, here):
        return _first_of_today(unit, here, known, policy)
    complete = here.checkpoint(unit.end, 1)
    if unit.end >= here.today - timedelta(days=policy.history_days):
        fresh = unit.end >= here.today - timedelta(days=1 + policy.head_days)
        return Need(unit, complete, "fresh" if fresh else "backfill")
    if known.order is not None and unit.start >= known.order.start:
        return Need(unit, max(complete, known.order.ordered_at), "backfill")
    return None
