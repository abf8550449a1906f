"""`leadline simulate`: how fresh numbers stay for so many brands when Amazon is unkind.

The plan, the lanes and the turns are the service's own; Amazon is a model: few creations a minute, a
share of them answered 429, reports that take long. Time is virtual; the same seed gives the same table.
"""

import argparse
import heapq
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from dsp_ingest.report_types import REPORT_TYPES, ReportType

from .domain import Known, Local, Policy
from .lanes import LANES, Lane, order_of
from .slices import Piece, decide

_ZONES = ("America/Los_Angeles", "America/New_York", "Europe/London", "Europe/Berlin", "Asia/Tokyo")
_START = datetime(2026, 3, 2, tzinfo=UTC)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Api:
    """An unkind Amazon. Latency is log-normal around `latency_minutes`."""

    creates_per_minute: float = 10
    throttled: float = 0.2
    retry_after_seconds: float = 30
    latency_minutes: float = 15


@dataclass
class Work:
    """A report that waits to be asked for; `turn` order among equals is first come."""

    brand: int
    kind: ReportType
    piece: Piece
    planned_at: datetime


@dataclass
class Outcome:
    """Per lane, minutes from due to landed; requests per advertiser, type and day at most."""

    waits: dict[Lane, list[float]] = field(default_factory=lambda: {lane: [] for lane in LANES})
    creates: int = 0
    throttled: int = 0
    most_requests: int = 0
    left: int = 0


class Simulation:
    """Brands with one advertiser and every report type each, known up to yesterday at the start."""

    def __init__(self, brands: int, api: Api, policy: Policy, seed: int) -> None:
        self._api, self._policy = api, policy
        self._random = random.Random(seed)  # noqa: S311 - a model, not a secret
        self._zones = [ZoneInfo(_ZONES[n % len(_ZONES)]) for n in range(brands)]
        self._known: dict[tuple[int, str], dict[date, datetime]] = {}
        self._spent: dict[tuple[int, str, date], int] = {}
        self._busy: dict[tuple[int, str], int] = {}
        self._queue: dict[Lane, dict[int, list[Work]]] = {lane: {} for lane in LANES}
        self._turns: dict[tuple[Lane, int], int] = {}
        self._turn = 0
        self._events: list[tuple[datetime, int, int | Work]] = []
        self._number = 0
        self.outcome = Outcome()
        for brand in range(brands):
            self._know(brand)
            self._at(_START + timedelta(seconds=3600 * brand / brands), brand)

    def _know(self, brand: int) -> None:
        """Half of the brands have a long history, the others are new."""
        if brand % 2:
            return
        today = Local(self._zones[brand], _START).today
        for name in REPORT_TYPES:
            days = {today - n * _DAY: _START - 8 * timedelta(hours=1) for n in range(1, 61)}
            self._known[brand, name] = days

    def _at(self, moment: datetime, what: int | Work) -> None:
        self._number += 1
        heapq.heappush(self._events, (moment, self._number, what))

    def run(self, days: int) -> Outcome:
        """Creations are paced; looks and landings happen in between."""
        now, end = _START, _START + days * _DAY
        while now < end:
            while self._events and self._events[0][0] <= now:
                moment, _, what = heapq.heappop(self._events)
                self._look(moment, what) if isinstance(what, int) else self._land(moment, what)
            now += timedelta(seconds=self._create(now))
        self.outcome.left = sum(len(w) for lane in self._queue.values() for w in lane.values())
        return self.outcome

    def _look(self, now: datetime, brand: int) -> None:
        here = Local(self._zones[brand], now)
        for kind in REPORT_TYPES.values():
            key = (brand, kind.name)
            if self._busy.get(key):
                continue
            day = (*key, here.today)
            used = self._spent.get(day, 0)
            known = Known(self._known.get(key, {}))
            pieces = decide(kind, here, known, self._policy, used)
            for piece in pieces:
                work = Work(brand, kind, piece, now)
                self._queue[piece.lane].setdefault(brand, []).append(work)
            self._busy[key] = len(pieces)
            self._spent[day] = used + len(pieces)
            self.outcome.most_requests = max(self.outcome.most_requests, self._spent[day])
        self._at(now + self._policy.interval * self._random.uniform(0.9, 1.1), brand)

    def _create(self, now: datetime) -> float:
        """One creation, if something waits; seconds until the next may be tried."""
        pause = 60 / self._api.creates_per_minute
        waiting: list[Lane] = [lane for lane in LANES if any(self._queue[lane].values())]
        if not waiting:
            return pause
        self.outcome.creates += 1
        if self._random.random() < self._api.throttled:
            self.outcome.throttled += 1
            return max(pause, self._api.retry_after_seconds)
        takes = self._random.lognormvariate(0, 0.8) * self._api.latency_minutes
        self._at(now + timedelta(minutes=takes), self._claim(waiting))
        return pause

    def _claim(self, waiting: Sequence[Lane]) -> Work:
        """The lane whose place it is, in it the brand whose turn was longest ago."""
        lane = order_of(self._turn, waiting)[0]
        brands = [brand for brand, works in self._queue[lane].items() if works]
        brand = min(brands, key=lambda b: self._turns.get((lane, b), -1))
        self._turns[lane, brand] = self._turn
        self._turn += 1
        return self._queue[lane][brand].pop(0)

    def _land(self, now: datetime, work: Work) -> None:
        key, piece = (work.brand, work.kind.name), work.piece
        covered = self._known.setdefault(key, {})
        covered |= {piece.start + n * _DAY: now for n in range(piece.days)}
        self._busy[key] -= 1
        due_at = max(piece.due_at, _START)
        self.outcome.waits[piece.lane].append((now - due_at).total_seconds() / 60)


def table(brands: int, days: int, outcome: Outcome) -> str:
    """What a person reads."""
    lines = [
        (
            f"{brands} brands x {len(REPORT_TYPES)} report types, {days} days: {outcome.creates} requests, "
            f"{outcome.throttled} throttled, at most {outcome.most_requests} per advertiser, type and day, "
            f"{outcome.left} waiting at the end"
        ),
        "",
        f"{'lane':<12}{'reports':>9}{'median':>10}{'95 %':>10}{'worst':>10}   from due to landed",
    ]
    for lane, waits in outcome.waits.items():
        if waits:
            ranked = sorted(waits)
            marks = (ranked[len(ranked) // 2], ranked[int(len(ranked) * 0.95)], ranked[-1])
            lines.append(f"{lane:<12}{len(ranked):>9}" + "".join(f"{_span(m):>10}" for m in marks))
    return "\n".join(lines)


def _span(minutes: float) -> str:
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.1f} h"


def main(argv: Sequence[str] | None = None) -> int:
    """Prints the table."""
    parser = argparse.ArgumentParser(prog="leadline simulate", description=__doc__)
    parser.add_argument("--brands", type=int, default=50)
    parser.add_argument("--days", type=int, default=3)
    parser.add_argument("--requests-per-day", type=int, default=2)
    parser.add_argument("--creates-per-minute", type=float, default=10)
    parser.add_argument("--throttled", type=float, default=0.2, help="share of 429 answers")
    parser.add_argument("--retry-after", type=float, default=30, help="seconds a 429 asks for")
    parser.add_argument("--latency", type=float, default=15, help="minutes a report takes")
    parser.add_argument("--seed", type=int, default=1)
    said = parser.parse_args(argv)
    if not (1 <= said.brands <= 1000 and 1 <= said.days <= 60):
        parser.error("1 to 1000 brands, 1 to 60 days")
    if not (0 <= said.throttled < 1 and said.creates_per_minute > 0 and said.requests_per_day > 0):
        parser.error("a share of 429 below 1, and rates above 0")
    api = Api(said.creates_per_minute, said.throttled, said.retry_after, said.latency)
    policy = Policy(requests_per_day=said.requests_per_day)
    outcome = Simulation(said.brands, api, policy, said.seed).run(said.days)
    sys.stdout.write(table(said.brands, said.days, outcome) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
