"""Few legal reports for what is needed, within the budget. Pure.

A report covers days between two needed ones as well (that only makes their numbers younger), but never
a final day, nor one beyond what Amazon keeps.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import reduce

from dsp_ingest.report_types import ReportType

from .domain import (
    FIRST_TYPE,
    Known,
    Local,
    Need,
    Policy,
    Reason,
    Unit,
    demand,
    earliest,
    is_final,
    units,
)
from .lanes import LANES, Lane, lane_of


@dataclass(frozen=True, slots=True)
class Piece:
    """One report to ask for: its days, its most urgent reason, and since when it is due."""

    start: date
    end: date
    reason: Reason
    lane: Lane
    due_at: datetime

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1


def decide(
    kind: ReportType, here: Local, known: Known, policy: Policy, used: int, intraday: int = 0
) -> tuple[Piece, ...]:
    """What to ask for now, newest first; `used`, `intraday`: requests of this advertiser's day so far, by
    the budget they came from.

    Until the morning's checkpoints are due, what they will cost is not spent on anything else.
    """
    left = policy.requests_per_day - used
    needs = _due(demand(kind, here, known, policy), here.now)
    if intraday >= policy.intraday_per_day:
        needs = [need for need in needs if need.reason != "intraday"]
    if not needs:
        return ()
    if not known.as_of:
        return _first_pull(kind, needs, here, known, policy, left)
    if here.now < here.morning:
        then = replace(here, now=here.morning)
        coming = _due(demand(kind, then, known, policy), then.now)
        left -= len(cover(kind, coming, then, known, policy))
    return _with_today(cover(kind, needs, here, known, policy), needs[0], left, here.today)


def _with_today(pieces: Sequence[Piece], newest: Need, left: int, today: date) -> tuple[Piece, ...]:
    """Today's numbers ride along with a report that is asked for anyway; else they have a report of their
    own from their own allowance."""
    if newest.reason != "intraday":
        return choose(pieces, left, today)
    if pieces[0].reason == "intraday":
        return (pieces[0], *choose(pieces[1:], left, today))
    chosen = choose(pieces, left, today)
    carried = any(piece.end == today for piece in chosen)
    return chosen if carried else (_piece([newest]), *chosen)


def _due(needs: Iterable[Need], now: datetime) -> list[Need]:
    return [need for need in needs if need.due_at <= now]


def _first_pull(
    kind: ReportType, needs: Sequence[Need], here: Local, known: Known, policy: Policy, left: int
) -> tuple[Piece, ...]:
    """At once, whatever the hour. The first type is in the fresh lane (somebody waits for the first
    dashboard), the others stand back; its newest days come in a report of their own, if the budget has
    two."""
    first = kind.name == FIRST_TYPE
    head = here.today - timedelta(days=policy.head_days) if first and left > 1 else None
    pieces = choose(cover(kind, needs, here, known, policy, head), left, here.today)
    lane: Lane = "fresh" if first else "backfill"
    return tuple(replace(piece, lane=lane, due_at=here.now) for piece in pieces)


def whole_window(kind: ReportType, here: Local, policy: Policy) -> tuple[Piece, ...]:
    """What a person gets who asks for an advertiser now: the whole history window, final or not."""
    last = here.today if kind.name == FIRST_TYPE else here.today - timedelta(days=1)
    first = max(here.today - timedelta(days=policy.history_days), earliest(kind, here.today))
    needs = [Need(unit, here.now, "interactive") for unit in units(kind, first, last)]
    head = here.today - timedelta(days=policy.head_days)
    return cover(kind, needs, here, Known(), policy, head if kind.name == FIRST_TYPE else None)


def cover(
    kind: ReportType,
    needs: Sequence[Need],
    here: Local,
    known: Known,
    policy: Policy,
    head: date | None = None,
) -> tuple[Piece, ...]:
    """The fewest reports that hold every need (newest first in, newest first out). Days from `head`
    on are kept apart from older ones."""
    if kind.time_unit == "SUMMARY":
        return tuple(_piece([need]) for need in needs)
    span = min(kind.span_days, policy.span_days)

    def joins(newest: Need, last: Need, need: Need) -> bool:
        if (newest.unit.end - need.unit.start).days >= span:
            return False
        if head is not None and need.unit.start < head <= newest.unit.end:
            return False
        between = range(1, (last.unit.start - need.unit.start).days)
        days = (need.unit.start + timedelta(days=n) for n in between)
        return not any(is_final(kind, Unit(day, day), here, known, policy) for day in days)

    def add(groups: list[list[Need]], need: Need) -> list[list[Need]]:
        if groups and joins(groups[-1][0], groups[-1][-1], need):
            groups[-1].append(need)
        else:
            groups.append([need])
        return groups

    start: list[list[Need]] = []
    return tuple(_piece(group) for group in reduce(add, needs, start))


def _piece(needs: Sequence[Need]) -> Piece:
    urgent = min(needs, key=_urgency)
    return Piece(
        start=needs[-1].unit.start,
        end=needs[0].unit.end,
        reason=urgent.reason,
        lane=lane_of(urgent.reason),
        due_at=min(need.due_at for need in needs),
    )


def _urgency(need: Need) -> tuple[int, bool, int]:
    lane = LANES.index(lane_of(need.reason))
    return lane, need.reason == "intraday", -need.unit.end.toordinal()


def choose(pieces: Sequence[Piece], budget: int, today: date) -> tuple[Piece, ...]:
    """What the budget is for when it is short: the newest days first, but the last request goes to
    what has waited longest, so that nothing old waits for ever. A single request alternates by day."""
    if budget <= 0:
        return ()
    if len(pieces) <= budget:
        return tuple(pieces)
    if budget == 1 and today.toordinal() % 2 == 0:
        return (pieces[0],)
    newest = list(pieces[: budget - 1])
    longest = min(pieces[budget - 1 :], key=lambda piece: (piece.due_at, -piece.end.toordinal()))
    return (*newest, longest)
