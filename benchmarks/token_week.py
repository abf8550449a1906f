"""A week of 100,000 grants in memory: the refresher's own decisions, without Postgres and HTTP.

Real: `next_refresh_at`, `next_attempt_at`, `decide_hand_out`, the breakers. Stand-ins: the due-list (buckets of
one tick), leases, and Amazon, who fails as told. Time is virtual; clocks of the replicas are up to 5 s off.
"""

import random
from array import array
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from shared.keyring import Sealed
from token_refresher.breaker import (
    CLIENT,
    REGIONS,
    Breaker,
    Passage,
    Streaks,
    judge,
    next_probe_at,
    passage,
)
from token_refresher.domain import (
    Credential,
    RefreshFailed,
    State,
    decide_hand_out,
    next_attempt_at,
    next_refresh_at,
)

START = datetime(2026, 3, 1, tzinfo=UTC)
TICK = timedelta(seconds=5)
LIFE = timedelta(hours=1)
LEASE = timedelta(seconds=45)
LATENCY = timedelta(seconds=0.5)
TIMEOUT = timedelta(seconds=12)
OUTAGE = (START + timedelta(days=3, hours=12), START + timedelta(days=3, hours=12, minutes=30))
SKEWS = [timedelta(seconds=s) for s in (-5, -2, 0, 5)]
NOBODY, NOTHING = UUID(int=0), Sealed("", b"")
LONGEST_SECONDS = 7200


@dataclass(slots=True)
class Held:
    """One grant; `ends` is the true end of its token, `expires_at` what a skewed replica wrote."""

    region: str
    expires_at: datetime
    ends: datetime
    due_at: datetime
    next_at: datetime
    revoked_at: datetime
    state: State = "healthy"
    attempts: int = 0


@dataclass(slots=True)
class Figures:
    due: int = 0
    done: int = 0
    late: int = 0
    refused: int = 0
    overdue: int = 0
    calls: int = 0
    killed: int = 0
    hand_outs: int = 0
    given: int = 0
    expired_given: int = 0
    calls_in_outage: int = 0
    delays: array = field(default_factory=lambda: array("q", bytes(8 * LONGEST_SECONDS)))  # pyright: ignore[reportMissingTypeArgument]

    def p99(self) -> int:
        left = sum(self.delays) * 0.99
        for second, count in enumerate(self.delays):
            left -= count
            if left <= 0:
                return second
        return LONGEST_SECONDS


class Week:
    """`capacity`: refreshes that all replicas together manage in one tick."""

    def __init__(self, grants: int, days: int, capacity: int, seed: int = 1) -> None:
        self._chance = random.Random(seed)
        self._ticks = days * 86_400 // 5
        self._capacity = capacity
        self._buckets: list[list[int]] = [[] for _ in range(self._ticks + 1)]
        self._breakers = {name: Breaker(name) for name in (*REGIONS, CLIENT)}
        self._streaks = Streaks()
        self.figures = Figures()
        self._grants = [self._grant(number, days) for number in range(grants)]

    def run(self) -> Figures:
        waiting: list[int] = []
        for tick in range(self._ticks):
            now = START + TICK * tick
            bucket, self._buckets[tick] = self._buckets[tick], []
            waiting = self._tick(now, waiting + bucket if waiting else bucket)
            self._hand_out(now)
        end = START + TICK * self._ticks
        lost = (g for g in self._grants if g.state != "reauth_required")
        self.figures.overdue = sum(g.due_at < end - timedelta(minutes=10) for g in lost)
        return self.figures

    def _grant(self, number: int, days: int) -> Held:
        """Consents are spread over the hour; one in a thousand is revoked some time."""
        chance = self._chance
        end = START + LIFE * (0.3 + 0.7 * chance.random())
        due = next_refresh_at(START, end, chance.random())
        region = chance.choices(REGIONS, (6, 3, 1))[0]
        gone = START + timedelta(days=chance.random() * days)
        never = START + timedelta(days=days + 1)
        self._plan(number, due)
        return Held(region, end, end, due, due, gone if number % 1000 == 0 else never)

    def _plan(self, number: int, at: datetime) -> None:
        index = -((START - at) // TICK)
        if index < self._ticks:
            self._buckets[index].append(number)

    def _tick(self, now: datetime, ready: list[int]) -> list[int]:
        """What is left for the next tick: over capacity, or behind an open breaker."""
        room, left = self._capacity, list[int]()
        shut = any(b.open for b in self._breakers.values())
        for number in ready:
            probes: tuple[str, ...] = ()
            if shut:
                way = self._way(self._grants[number], now)
                if way.held is not None and not way.probes:
                    self._hold(self._grants[number])
                    left.append(number)
                    continue
                probes = self._take(way, now)
            if room == 0:
                left.append(number)
                continue
            room -= 1
            self._refresh(number, now, probes)
            shut = any(b.open for b in self._breakers.values())
        return left

    def _way(self, grant: Held, now: datetime) -> Passage:
        return passage(self._breakers.values(), grant.region, now)

    def _hold(self, grant: Held) -> None:
        if grant.state == "healthy":
            grant.state = "retrying"

    def _take(self, way: Passage, now: datetime) -> tuple[str, ...]:
        for name in way.probes:
            old = self._breakers[name]
            self._breakers[name] = replace(old, probe_at=now + LEASE, probes=old.probes + 1)
        return way.probes

    def _refresh(self, number: int, now: datetime, probes: tuple[str, ...]) -> None:
        grant, dice, figures = self._grants[number], self._chance.random(), self.figures
        if dice < 0.0005:  # the replica dies in the middle: its lease has to end first
            figures.killed += 1
            self._plan(number, now + LEASE)
            return
        figures.calls += 1
        failure, took = self._answer(grant, now, self._chance.random())
        if failure is not None or probes:
            self._note(grant.region, failure, probes, now)
        elif self._streaks.counts:
            self._streaks.opens(judge(grant.region, None))
        seen = now + self._chance.choice(SKEWS)
        if failure is None:
            self._done(number, grant, now, seen)
        else:
            self._failed(number, grant, failure, now + took, seen + took)

    def _answer(
        self, grant: Held, now: datetime, dice: float
    ) -> tuple[RefreshFailed | None, timedelta]:
        if OUTAGE[0] <= now < OUTAGE[1] and grant.region == "NA":
            self.figures.calls_in_outage += 1
            return RefreshFailed("retrying", "unavailable"), LATENCY
        if now >= grant.revoked_at:
            return RefreshFailed("reauth_required", "invalid_grant"), LATENCY
        if dice < 0.01:
            wait = timedelta(seconds=10) if dice < 0.005 else None
            return RefreshFailed("retrying", "rate_limited", wait), LATENCY
        if dice < 0.02:
            return RefreshFailed("retrying", "unavailable"), LATENCY
        if dice < 0.025:
            return RefreshFailed("retrying", "timeout"), TIMEOUT
        return None, LATENCY

    def _note(
        self, region: str, failure: RefreshFailed | None, probes: tuple[str, ...], now: datetime
    ) -> None:
        verdict = judge(region, failure)
        opens = self._streaks.opens(verdict)
        for name in probes:
            old = self._breakers[name]
            if name in verdict.fine:
                self._breakers[name] = Breaker(name)
            elif name == verdict.suspect:
                at = next_probe_at(name, now, old.probes, verdict.retry_after, 0.5)
                self._breakers[name] = replace(old, probe_at=at)
        suspect = verdict.suspect
        if opens and suspect and not self._breakers[suspect].open:
            at = next_probe_at(suspect, now, 0, verdict.retry_after, 0.5)
            self._breakers[suspect] = Breaker(suspect, now, at, 0, verdict.code)

    def _done(self, number: int, grant: Held, now: datetime, seen: datetime) -> None:
        figures, done_at = self.figures, now + LATENCY
        figures.due += 1
        figures.done += 1
        figures.late += now > grant.ends - timedelta(minutes=5)
        if not (grant.region == "NA" and grant.due_at <= OUTAGE[1] and done_at >= OUTAGE[0]):
            delay = max(0, (done_at - grant.due_at).total_seconds())
            figures.delays[min(int(delay) + 1, LONGEST_SECONDS - 1)] += 1
        grant.ends, grant.expires_at = done_at + LIFE, seen + LIFE
        grant.state, grant.attempts = "healthy", 0
        grant.due_at = grant.next_at = next_refresh_at(
            seen, grant.expires_at, self._chance.random()
        )
        self._plan(number, grant.next_at)

    def _failed(
        self, number: int, grant: Held, failure: RefreshFailed, now: datetime, seen: datetime
    ) -> None:
        grant.state = failure.state
        if failure.state == "reauth_required":
            self.figures.due += 1
            self.figures.refused += 1
            return
        grant.attempts += 1
        chance = self._chance.random()
        after = failure.retry_after
        in_a_row = 1 if self._breakers[grant.region].open else grant.attempts
        grant.next_at = next_attempt_at(seen, failure.state, in_a_row, after, chance)
        self._plan(number, max(grant.next_at, now))

    def _hand_out(self, now: datetime) -> None:
        """Two callers a tick, each of any grant, by a replica whose clock is off."""
        for grant in self._chance.choices(self._grants, k=2):
            seen = now + self._chance.choice(SKEWS)
            decision = decide_hand_out(
                _as_credential(grant), seen, min_remaining=timedelta(minutes=5), refused=False
            )
            self.figures.hand_outs += 1
            if decision.action == "give":
                self.figures.given += 1
                self.figures.expired_given += grant.ends <= now


def _as_credential(grant: Held) -> Credential:
    return Credential(
        connection_id=NOBODY,
        organization_id=NOBODY,
        region=grant.region,
        state=grant.state,
        refresh=NOTHING,
        access=NOTHING,
        grant_sha256="",
        version=1,
        expires_at=grant.expires_at,
        refreshed_at=grant.expires_at - LIFE,
        next_refresh_at=grant.next_at,
        attempts=grant.attempts,
        last_error_code=None,
        lease_until=None,
        due_at=grant.due_at,
    )
