"""What a landed slice is, when it may be loaded and what is wrong with it. Pure; time is an argument."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from reporting.fact_types import FactType
from reporting.measures import MICROS_SUFFIX

MAX_DAYS: Final = 800
FIRST_PAUSE: Final = timedelta(seconds=2)
LONGEST_PAUSE: Final = timedelta(minutes=10)


class SliceRejected(Exception):
    """The file or its announcement is wrong and stays wrong: trying again cannot help.

    `code` is one of parquet_unreadable, parquet_schema, rows_mismatch, totals_mismatch,
    day_range, day_outside_slice, mixed_currency.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class Load:
    """A claimed slice: one report's file for one advertiser and the days `start`..`end` (inclusive)."""

    report_id: UUID
    organization_id: UUID
    advertiser_id: UUID
    kind: FactType
    start_date: date
    end_date: date
    uri: str
    sha256: str
    row_count: int
    totals: Mapping[str, int]
    currency: str
    as_of: datetime
    attempts: int
    lease_token: UUID

    @property
    def days(self) -> list[date]:
        """Every day of the slice, also those without a row; the last one of a summary."""
        if self.kind.summary:
            return [self.end_date]
        span = (self.end_date - self.start_date).days
        return [self.start_date + timedelta(days=n) for n in range(span + 1)]


@dataclass(frozen=True)
class DayVersion:
    """A report that told a day, and when Amazon generated it."""

    date: date
    as_of: datetime
    report_id: UUID


@dataclass(frozen=True)
class Source:
    """A file loaded before, and the days whose facts come from it."""

    report_id: UUID
    uri: str
    sha256: str
    currency: str
    days: tuple[date, ...]


@dataclass(frozen=True)
class Days:
    """The days of a slice. `newest`: it is the newest report of them. `ahead`: of these, all other
    reports are older. `behind`: another is as young or younger; the slice belongs into the past (or, where
    it is in `newest`, takes the place of one as young). `known`: the days of `ahead` with older reports."""

    newest: list[date]
    ahead: list[date]
    behind: list[date]
    known: list[date]


def place_days(load: Load, known: Iterable[DayVersion]) -> Days:
    """Equal ages are ordered by report id, so that any order of arrival ends in the same state: the days
    on which another report of the same age goes before are in none of the lists."""
    others: dict[date, list[tuple[datetime, UUID]]] = {}
    for version in known:
        others.setdefault(version.date, []).append((version.as_of, version.report_id))
    mine = (load.as_of, load.report_id)
    days = Days([], [], [], [])
    for day in load.days:
        theirs = others.get(day, [])
        if any(as_of == load.as_of and (as_of, by) > mine for as_of, by in theirs):
            continue
        if all(other < mine for other in theirs):
            days.newest.append(day)
        if all(as_of < load.as_of for as_of, _ in theirs):
            days.ahead.append(day)
            days.known.extend([day] if theirs else [])
        else:
            days.behind.append(day)
    return days


def reconcile(load: Load, rows: int, sums: Mapping[str, int]) -> None:
    """Compare what was read with what dsp-ingest counted; raises SliceRejected on any difference.

    Announced totals may name money with or without the `_micros` ending; unknown names are ignored.
    """
    if rows != load.row_count:
        raise SliceRejected("rows_mismatch", f"{rows} rows read, {load.row_count} announced")
    wrong = [
        f"{measure}: {sums[measure]} read, {announced} announced"
        for measure in load.kind.measures
        if (announced := _announced(load.totals, measure)) not in (None, sums[measure])
    ]
    if wrong:
        raise SliceRejected("totals_mismatch", "; ".join(wrong))


def check_range(load: Load) -> None:
    """The slice's days are in order and not absurdly many; raises SliceRejected."""
    if not 0 <= (load.end_date - load.start_date).days < MAX_DAYS:
        raise SliceRejected("day_range", f"{load.start_date}..{load.end_date} is no slice")


def check_days(load: Load, days: Sequence[date]) -> None:
    """Every row's day lies in the slice; raises SliceRejected."""
    outside = [day for day in days if not load.start_date <= day <= load.end_date]
    if outside:
        raise SliceRejected(
            "day_outside_slice",
            f"{min(outside)} is outside {load.start_date}..{load.end_date}",
        )


def next_attempt_at(now: datetime, attempts: int) -> datetime:
    """Exponential pauses after `attempts` failures: 2 s, 4 s, … at most 10 minutes."""
    return now + min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(attempts - 1, 16))


def _announced(totals: Mapping[str, int], measure: str) -> int | None:
    return totals.get(measure, totals.get(measure.removesuffix(MICROS_SUFFIX)))
