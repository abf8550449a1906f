"""When no refresh goes out at all: a breaker per token host, and one for our own client. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from .domain import KEY_MISSING, LONGEST_RETRY_AFTER, RefreshFailed, State

CLIENT = "client"
REGIONS = ("NA", "EU", "FE")

HOST_FAILURES = 5
CLIENT_FAILURES = 3
FIRST_PROBE = {CLIENT: timedelta(minutes=1)}
LONGEST_PROBE = {CLIENT: timedelta(minutes=5)}
FIRST_HOST_PROBE = timedelta(seconds=5)
LONGEST_HOST_PROBE = timedelta(seconds=30)

HOST_DOWN = "token_host_unavailable"


class CallsHeld(Exception):
    """A breaker is open: no call before `until`; `state` is that of the credentials it holds up."""

    def __init__(self, state: State, code: str, until: datetime) -> None:
        super().__init__(code)
        self.state: State = state
        self.code = code
        self.until = until


@dataclass(frozen=True, slots=True)
class Breaker:
    """A row of `token_gate`: closed (calls go out) while `opened_at` is None."""

    name: str
    opened_at: datetime | None = None
    probe_at: datetime | None = None
    probes: int = 0
    cause: str | None = None

    @property
    def open(self) -> bool:
        return self.opened_at is not None

    def held(self) -> CallsHeld:
        until = self.probe_at or datetime.max.replace(tzinfo=UTC)
        if self.name == CLIENT:
            return CallsHeld("client_misconfigured", self.cause or CLIENT, until)
        return CallsHeld("retrying", HOST_DOWN, until)


@dataclass(frozen=True, slots=True)
class Passage:
    """For one region: `probes` names the open breakers that one call may try; `held` the obstacle."""

    region: str
    probes: tuple[str, ...] = ()
    held: CallsHeld | None = None

    @property
    def free(self) -> bool:
        return self.held is None


def passage(breakers: Iterable[Breaker], region: str, now: datetime) -> Passage:
    """Free when both breakers of a region are closed; one probe when all open ones are ripe for it."""
    opened = [b for b in breakers if b.open and b.name in (region, CLIENT)]
    if not opened:
        return Passage(region)
    latest = max(opened, key=lambda b: (b.name == CLIENT, b.probe_at))
    ripe = all(b.probe_at is not None and b.probe_at <= now for b in opened)
    return Passage(region, tuple(sorted(b.name for b in opened)) if ripe else (), latest.held())


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one call tells: the breakers it proves fine, and the one it speaks against."""

    fine: frozenset[str]
    suspect: str | None = None
    code: str = ""
    retry_after: timedelta | None = None


def judge(region: str, failure: RefreshFailed | None) -> Verdict:
    """A refused grant proves host and client fine; a refused client proves the host fine.

    A grant that could not be opened was not asked with, and proves nothing.
    """
    if failure is not None and failure.code == KEY_MISSING:
        return Verdict(frozenset())
    if failure is None or failure.state == "reauth_required":
        return Verdict(frozenset({region, CLIENT}))
    if failure.state == "client_misconfigured":
        return Verdict(frozenset({region}), CLIENT, failure.code)
    return Verdict(frozenset(), region, failure.code, failure.retry_after)


@dataclass(slots=True)
class Streaks:
    """Failures in a row by breaker, as one process saw them."""

    counts: dict[str, int] = field(default_factory=dict[str, int])

    def opens(self, verdict: Verdict) -> bool:
        """True when the suspect has failed often enough to open its breaker; counts anew then."""
        for name in verdict.fine:
            self.counts.pop(name, None)
        if verdict.suspect is None:
            return False
        count = self.counts.get(verdict.suspect, 0) + 1
        full = count >= _enough(verdict)
        self.counts[verdict.suspect] = 0 if full else count
        return full


def _enough(verdict: Verdict) -> int:
    """`invalid_client` leaves no doubt; other refusals may be about one grant."""
    if verdict.suspect != CLIENT:
        return HOST_FAILURES
    return 1 if verdict.code == "invalid_client" else CLIENT_FAILURES


def next_probe_at(
    name: str, now: datetime, probes: int, retry_after: timedelta | None, chance: float
) -> datetime:
    """After the opening (`probes` 0) and after each failed probe; never before Retry-After."""
    first = FIRST_PROBE.get(name, FIRST_HOST_PROBE)
    longest = LONGEST_PROBE.get(name, LONGEST_HOST_PROBE)
    pause = min(first * 2 ** min(probes, 16), longest) * (0.5 + 0.5 * chance)
    if retry_after is not None:
        pause = max(pause, min(retry_after, LONGEST_RETRY_AFTER))
    return now + pause
