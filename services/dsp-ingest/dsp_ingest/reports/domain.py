"""The life of a report, as decisions. Pure: time and jitter are arguments.

    planned ─► requesting ─► requested ─► processing ─► downloading ─► landed
                   ▲  │           │            │             │
                   │  └─► failed ◄┴────────────┴─────────────┤
                   └──────────── recreated ──────────────────┴─► rejected

`requesting` is committed before Amazon is asked: after a crash nobody knows whether it was, and asking
again is safe, because Amazon answers an equal request with the id of the first (425).
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

State = Literal[
    "planned", "requesting", "requested", "processing", "downloading",
    "landed", "rejected", "failed",
]  # fmt: skip

Kind = Literal[
    "waiting",      # a shared cooldown is running: not our turn, no attempt was made
    "throttled",    # Amazon said 429
    "unavailable",  # nothing wrong with the request: try later
    "paused",       # nobody can help but a person: consent again, connect
    "denied",       # Amazon refuses this account to this connection
    "refused",      # Amazon refuses the request itself
    "mismatch",     # a duplicate was named that answers another question, or one given up before
    "gone",         # Amazon no longer knows the report
    "failed",       # Amazon could not generate the report
    "stuck",        # Amazon has not generated the report in time
    "expired",      # the download address no longer works
    "truncated",    # fewer bytes than promised
    "broken",       # the file is not what was asked for
]  # fmt: skip

_GONE_ATTEMPTS: Final = 3
_REFUSED_ATTEMPTS: Final = 3
"""A request may be refused for a moment: at midnight our today can be Amazon's tomorrow."""


@dataclass(frozen=True, slots=True)
class Report:
    """The durable state. `attempts` counts failures since the last success."""

    report_id: UUID
    organization_id: UUID
    advertiser_id: UUID
    sync_id: UUID
    report_type: str
    start_date: date
    end_date: date
    state: State
    next_attempt_at: datetime
    connection_id: UUID | None
    amazon_report_id: str | None
    abandoned_report_ids: tuple[str, ...]
    requested_at: datetime | None
    attempts: int
    broken_files: int
    recreations: int
    error_code: str | None
    detail: str | None
    raw_uri: str | None


@dataclass(frozen=True, slots=True)
class Limits:
    """Patience, from settings; seconds."""

    poll_min_seconds: float
    poll_max_seconds: float
    backoff_base_seconds: float
    backoff_max_seconds: float
    paused_retry_seconds: float
    stuck_report_seconds: float
    max_broken_files: int
    max_download_attempts: int
    max_recreations: int
    max_denials: int


@dataclass(frozen=True, slots=True)
class Requested:
    """Amazon has our request under this id; `adopted` when it was an equal, earlier one."""

    amazon_report_id: str
    adopted: bool


@dataclass(frozen=True, slots=True)
class Observed:
    """Amazon's status of the report."""

    status: Literal["PENDING", "PROCESSING", "COMPLETED"]


@dataclass(frozen=True, slots=True)
class Drift:
    """What a file has beyond, or otherwise than, what was asked; in Amazon's names. `unknown`: columns
    nobody asked for; `types`: column → what its values were where a whole or plain number was expected."""

    unknown: tuple[str, ...] = ()
    types: tuple[tuple[str, str], ...] = ()

    def told(self) -> dict[str, Any]:
        """As it is kept and shown; empty when there was none."""
        found = {"unknown_columns": list(self.unknown), "changed_types": dict(self.types)}
        return {name: value for name, value in found.items() if value}


NO_DRIFT: Final = Drift()


@dataclass(frozen=True, slots=True)
class File:
    """A normalised slice in object storage; money totals in micros of `currency`. The file it was made
    from stays at `raw_uri`, with what nobody asked for in it (`drift`)."""

    uri: str
    sha256: str
    byte_count: int
    row_count: int
    totals: dict[str, int]
    currency: str
    as_of: datetime
    raw_uri: str
    drift: Drift = NO_DRIFT


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong. `retry_after`: seconds the other side asked for."""

    kind: Kind
    code: str
    detail: str
    retry_after: float | None = None
    raw_uri: str | None = None


Result = Requested | Observed | File | Problem


def advance(report: Report, result: Result, now: datetime, draw: float, limits: Limits) -> Report:
    """The report after `result`. `draw` is uniform in 0..1."""
    match result:
        case Problem():
            return after_problem(report, result, now, draw, limits)
        case Requested():
            return replace(
                _well(report, "requested", now + _seconds(limits.poll_min_seconds)),
                amazon_report_id=result.amazon_report_id,
                requested_at=now,
            )
        case Observed():
            return _after_look(report, result.status, now, draw, limits)
        case File():
            return _well(report, "landed", now)


def _after_look(report: Report, status: str, now: datetime, draw: float, limits: Limits) -> Report:
    if status == "COMPLETED":
        return _well(report, "downloading", now)
    pause = poll_pause(report.requested_at or now, now, draw, limits)
    state: State = "processing" if status == "PROCESSING" else "requested"
    return _well(report, state, now + _seconds(pause))


def _well(report: Report, state: State, at: datetime) -> Report:
    return replace(
        report, state=state, next_attempt_at=at, attempts=0, error_code=None, detail=None
    )


def poll_pause(requested_at: datetime, now: datetime, draw: float, limits: Limits) -> float:
    """A fifth of the time waited so far, within the limits, ±10 %."""
    waited = (now - requested_at).total_seconds()
    pause = min(max(waited / 5, limits.poll_min_seconds), limits.poll_max_seconds)
    return pause * (0.9 + 0.2 * draw)


def is_stuck(report: Report, status: str, now: datetime, limits: Limits) -> bool:
    """Whether to give a report up. Those that never end stay PENDING and can be cancelled; one that
    is PROCESSING cannot, and gets twice the time."""
    if status == "COMPLETED":
        return False
    waited = (now - (report.requested_at or now)).total_seconds()
    patience = limits.stuck_report_seconds * (2 if status == "PROCESSING" else 1)
    return waited > patience


def backoff(attempts: int, draw: float, limits: Limits) -> float:
    """Exponential with full jitter, never under half a second: for failure number `attempts`."""
    ceiling = min(limits.backoff_max_seconds, limits.backoff_base_seconds * 2 ** min(attempts, 30))
    return max(0.5, draw * ceiling)


def after_problem(
    report: Report, problem: Problem, now: datetime, draw: float, limits: Limits
) -> Report:
    """The report after a problem: later, from the start, or not at all."""
    report = replace(report, error_code=problem.code, detail=problem.detail)
    if problem.kind == "waiting":
        return replace(report, next_attempt_at=now + _seconds((problem.retry_after or 1) + draw))
    if problem.kind == "paused":
        return replace(report, next_attempt_at=now + _seconds(limits.paused_retry_seconds))
    report = _counted(report, problem)
    ended = _ending(report, problem.kind, limits)
    if ended is not None:
        return replace(report, state=ended, next_attempt_at=now, raw_uri=problem.raw_uri)
    pause = backoff(report.attempts, draw, limits)
    if problem.retry_after is not None:
        pause = problem.retry_after + draw * limits.backoff_base_seconds
    later = replace(report, next_attempt_at=now + _seconds(pause))
    return _recreated(later) if _starts_over(report, problem.kind, limits) else later


def _counted(report: Report, problem: Problem) -> Report:
    broken = report.broken_files + (problem.kind == "broken")
    return replace(report, attempts=report.attempts + 1, broken_files=broken)


def _starts_over(report: Report, kind: Kind, limits: Limits) -> bool:
    match kind:
        case "failed" | "stuck":
            return True
        case "gone":
            return report.attempts >= _GONE_ATTEMPTS
        case "expired":
            return report.attempts >= limits.max_download_attempts
        case _:
            return False


def _ending(report: Report, kind: Kind, limits: Limits) -> State | None:
    """The final state this problem leads to, if any."""
    if _starts_over(report, kind, limits):
        return "failed" if report.recreations >= limits.max_recreations else None
    match kind:
        case "refused" if report.attempts >= _REFUSED_ATTEMPTS:
            return "failed"
        case "denied" | "mismatch" if report.attempts >= limits.max_denials:
            return "failed"
        case "broken" if report.broken_files >= limits.max_broken_files:
            return "rejected"
        case "truncated" if report.attempts >= limits.max_download_attempts:
            return "rejected"
        case _:
            return None


def _recreated(report: Report) -> Report:
    """Back to the start; the given-up id is remembered, lest it be adopted unfinished again."""
    given_up = (report.amazon_report_id,) if report.amazon_report_id else ()
    return replace(
        report,
        state="requesting",
        amazon_report_id=None,
        requested_at=None,
        attempts=0,
        recreations=report.recreations + 1,
        abandoned_report_ids=(*report.abandoned_report_ids, *given_up),
    )


def rejects(report: Report, kind: Kind, limits: Limits) -> bool:
    """Whether this problem will end in rejection: then the raw file is kept."""
    counted = _counted(report, Problem(kind, "", ""))
    return _ending(counted, kind, limits) == "rejected"


def _seconds(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)
