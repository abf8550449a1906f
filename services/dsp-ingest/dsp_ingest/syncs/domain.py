"""What to pull and how far it has come. Pure; days are the advertiser's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

REPORT_TYPE: Final = "dspCampaign"
MAX_SPAN_DAYS: Final = 31
"""Days of one report (Amazon Ads API, reporting v3, dspCampaign)."""

TERMINAL: Final = frozenset({"landed", "rejected", "failed"})

_WEIGHTS: Final = {"planned": 0.0, "requesting": 0.05, "requested": 0.2, "processing": 0.4, "downloading": 0.7}  # fmt: skip
_STAGES: Final = ("waiting", "requested", "processing", "downloading")
_STAGE_OF: Final = {"planned": "waiting", "requesting": "waiting"}


@dataclass(frozen=True, slots=True)
class Slice:
    """Days `start`..`end`, inclusive: one report."""

    start: date
    end: date


@dataclass(frozen=True, slots=True)
class Plan:
    """Newest slice first, so that the days people look at arrive first."""

    slices: tuple[Slice, ...]

    @property
    def start(self) -> date:
        return min(piece.start for piece in self.slices)

    @property
    def end(self) -> date:
        return max(piece.end for piece in self.slices)


@dataclass(frozen=True, slots=True)
class Window:
    """How far back a sync reaches. `slice_days` bounds the older slices."""

    history_days: int
    fresh_days: int
    slice_days: int = MAX_SPAN_DAYS


@dataclass(frozen=True, slots=True)
class Advertiser:
    """The one to pull for."""

    advertiser_id: UUID
    organization_id: UUID
    brand_id: UUID | None
    amazon_advertiser_id: str
    name: str
    currency: str
    timezone: str
    next_sync_at: datetime


@dataclass(frozen=True, slots=True)
class Progress:
    """Of all slices of a sync; `fraction` 0..1."""

    slices_total: int
    slices_done: int
    fraction: float
    stage: str

    @property
    def finished(self) -> bool:
        return self.slices_done == self.slices_total


def local_today(timezone: str, now: datetime) -> date:
    """Today where the advertiser is; UTC for a zone nobody knows."""
    try:
        zone = ZoneInfo(timezone)
    except (KeyError, ValueError, OSError):
        return now.astimezone(UTC).date()
    return now.astimezone(zone).date()


def plan_full(today: date, window: Window) -> Plan:
    """The last `history_days` and today: the fresh days first, then the rest in legal spans."""
    first = today - timedelta(days=window.history_days)
    fresh = max(first, today - timedelta(days=window.fresh_days))
    slices = [Slice(fresh, today)]
    end = fresh - timedelta(days=1)
    while end >= first:
        start = max(first, end - timedelta(days=window.slice_days - 1))
        slices.append(Slice(start, end))
        end = start - timedelta(days=1)
    return Plan(tuple(slices))


def plan_fresh(today: date, window: Window) -> Plan:
    """Only the fresh days and today."""
    return plan_full(today, Window(window.fresh_days, window.fresh_days, window.slice_days))


def plan_next(today: date, full_synced: date | None, window: Window) -> Plan:
    """The whole window once per advertiser's day (settlement and restatement), else the fresh days.

    `full_synced` is the last day of the newest completed sync over the whole window.
    """
    return plan_fresh(today, window) if full_synced == today else plan_full(today, window)


def progress_of(states: Sequence[str]) -> Progress:
    """Progress from the states of a sync's reports."""
    total = len(states)
    done = sum(state in TERMINAL for state in states)
    weight = sum(_WEIGHTS.get(state, 1.0) for state in states)
    return Progress(total, done, round(weight / total, 4) if total else 0.0, _stage(states))


def _stage(states: Sequence[str]) -> str:
    """The furthest stage among the reports still under way; landed when none is."""
    open_stages = {_STAGE_OF.get(state, state) for state in states if state not in TERMINAL}
    return max(open_stages, key=_STAGES.index) if open_stages else "landed"
