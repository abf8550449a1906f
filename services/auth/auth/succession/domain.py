"""Succession: which connection an advertiser is pulled through, and why. Pure; time is an argument.

The rule, in the order in which its parts count:

1. a grant that works before one that does not (one whose token could not be refreshed for `PATIENCE`
   does not work, whatever the reason);
2. a steady grant before one on probation: who fell and recovered waits, the longer the more often;
3. the grant a person pinned;
4. a grant in fair health before one in poor health;
5. the grant that serves now;
6. an access level of edit before view (view is enough to pull; edit is rarely taken away in passing);
7. the oldest link.

A grant that works is left for a better one not sooner than `STAY` after the last change, except by a pin.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

PATIENCE = timedelta(minutes=10)
PROBATION, LONGEST_PROBATION = timedelta(minutes=30), timedelta(hours=24)
FORGET_FALLS_AFTER = timedelta(hours=24)
STAY = timedelta(hours=1)
REVIEW_EVERY = timedelta(minutes=10)

UNFIT = ("reauth_required", "suspended", "client_misconfigured")
Cause = Literal[
    "first_seen",
    "credential_failed",
    "connection_ended",
    "access_lost",
    "pinned",
    "better_grant",
    "recovered",
    "nobody_left",
]
Part = Literal[
    "connection_ended",
    "credential_unfit",
    "credential_failing",
    "on_probation",
    "pinned",
    "poor_health",
    "serving_now",
    "edit_access",
    "view_access",
    "oldest_link",
]


@dataclass(frozen=True, slots=True)
class Standing:
    """How steady a grant has been. `falls`: how often it stopped working of late."""

    credential_state: str = "unknown"
    failing_since: datetime | None = None
    falls: int = 0
    fallen_at: datetime | None = None
    recovered_at: datetime | None = None

    @property
    def fallen(self) -> bool:
        return self.credential_state in UNFIT

    @property
    def probation(self) -> timedelta:
        """How long a recovered grant waits: doubled with each fall."""
        doubled: timedelta = PROBATION * 2 ** min(max(self.falls - 1, 0), 10)
        return min(doubled, LONGEST_PROBATION)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A connection linked to the advertiser, with all that it is ranked by."""

    connection_id: UUID
    active: bool
    credential_state: str
    failing_since: datetime | None
    recovered_at: datetime | None
    probation: timedelta
    level: str
    access: str
    linked_at: datetime


@dataclass(frozen=True, slots=True)
class Serving:
    """What is so now. `connection_id` stays named when it no longer works (`served` is false)."""

    connection_id: UUID | None
    served: bool
    since: datetime
    pinned_connection_id: UUID | None = None
    pinned_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """Who serves from now on, and why that changed."""

    connection_id: UUID | None
    served: bool
    cause: Cause


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate in its place, with the parts of the rule that put it there."""

    candidate: Candidate
    usable: bool
    parts: tuple[Part, ...]


def follow(standing: Standing, credential_state: str, at: datetime) -> Standing:
    """The standing after the credential's state is told again; the same state changes nothing."""
    if credential_state == standing.credential_state:
        return standing
    told = replace(standing, credential_state=credential_state)
    if credential_state in UNFIT:
        return replace(_fall(told, standing, at), failing_since=None)
    if credential_state == "retrying":
        return replace(told, failing_since=at)
    stumbled = standing.failing_since is not None and at - standing.failing_since >= PATIENCE
    if stumbled and not standing.fallen:
        told = _fall(told, standing, at)
    recovered = at if standing.fallen or stumbled else standing.recovered_at
    return replace(told, failing_since=None, recovered_at=recovered)


def _fall(told: Standing, before: Standing, at: datetime) -> Standing:
    """Counts a fall, from anew when the one before is long ago; one unfit state after another is one."""
    if before.fallen:
        return told
    recent = before.fallen_at is not None and at - before.fallen_at <= FORGET_FALLS_AFTER
    return replace(told, falls=before.falls + 1 if recent else 1, fallen_at=at)


def usable(candidate: Candidate, now: datetime) -> bool:
    """Whether data can be pulled through it, as far as is known."""
    if not candidate.active or candidate.credential_state in UNFIT:
        return False
    return not _failing(candidate, now)


def rank(
    candidates: Iterable[Candidate], serving: Serving | None, now: datetime
) -> tuple[Ranked, ...]:
    """Best first."""
    key = _Key(serving, now)
    ordered = sorted(candidates, key=lambda c: (key.above(c), c.linked_at, c.connection_id))
    oldest = min(ordered, key=lambda c: (c.linked_at, c.connection_id), default=None)
    return tuple(Ranked(c, usable(c, now), key.parts(c, oldest=c is oldest)) for c in ordered)


def choose(
    candidates: Sequence[Candidate], serving: Serving | None, now: datetime
) -> Choice | None:
    """Who serves from now on; None when nothing changes."""
    ranked = rank(candidates, serving, now)
    best = ranked[0] if ranked else None
    if serving is None:
        return None if best is None else _first(best)
    held = next((r for r in ranked if r.candidate.connection_id == serving.connection_id), None)
    if best is None or not best.usable:
        return _nobody(serving, held or best)
    if held is not None and held.usable and (best is held or _stays(serving, best, now)):
        return None if serving.served else Choice(serving.connection_id, True, "recovered")
    return Choice(best.candidate.connection_id, True, _cause(serving, held, best))


def review_at(candidates: Iterable[Candidate], now: datetime) -> datetime:
    """The next moment at which time alone may change a choice, at most `REVIEW_EVERY` from now."""
    moments = [now + REVIEW_EVERY]
    for candidate in candidates:
        if candidate.failing_since is not None:
            moments.append(candidate.failing_since + PATIENCE)
        if candidate.recovered_at is not None:
            moments.append(candidate.recovered_at + candidate.probation)
    return min(moment for moment in moments if moment > now)


@dataclass(frozen=True, slots=True)
class _Key:
    serving: Serving | None
    now: datetime

    def above(self, c: Candidate) -> tuple[bool, ...]:
        """False sorts first: each part is a reason to stand behind."""
        return (
            not usable(c, self.now),
            self._on_probation(c),
            not self._pinned(c),
            _poor(c),
            not self._serves(c),
            c.access != "edit",
        )

    def parts(self, c: Candidate, *, oldest: bool) -> tuple[Part, ...]:
        found: list[tuple[bool, Part]] = [
            (not c.active, "connection_ended"),
            (c.credential_state in UNFIT, "credential_unfit"),
            (_failing(c, self.now), "credential_failing"),
            (self._on_probation(c), "on_probation"),
            (self._pinned(c), "pinned"),
            (_poor(c), "poor_health"),
            (self._serves(c), "serving_now"),
            (c.access == "edit", "edit_access"),
            (c.access != "edit", "view_access"),
            (oldest, "oldest_link"),
        ]
        return tuple(part for holds, part in found if holds)

    def _pinned(self, c: Candidate) -> bool:
        return self.serving is not None and self.serving.pinned_connection_id == c.connection_id

    def _serves(self, c: Candidate) -> bool:
        return self.serving is not None and self.serving.connection_id == c.connection_id

    def _on_probation(self, c: Candidate) -> bool:
        """Not where a person pinned it after it recovered."""
        if c.recovered_at is None or self.now >= c.recovered_at + c.probation:
            return False
        pinned_at = self.serving and self.serving.pinned_at
        return not (self._pinned(c) and pinned_at is not None and pinned_at >= c.recovered_at)


def _failing(candidate: Candidate, now: datetime) -> bool:
    return (
        candidate.failing_since is not None
        and candidate.credential_state == "retrying"
        and now - candidate.failing_since >= PATIENCE
    )


def _poor(candidate: Candidate) -> bool:
    return candidate.level in ("poor", "dead")


def _stays(serving: Serving, best: Ranked, now: datetime) -> bool:
    """What works is left for something better only after a while, or because a person wants it."""
    pinned = best.candidate.connection_id == serving.pinned_connection_id
    fresh_pin = pinned and serving.pinned_at is not None and serving.pinned_at >= serving.since
    return not fresh_pin and now - serving.since < STAY


def _first(best: Ranked) -> Choice:
    return Choice(best.candidate.connection_id, best.usable, "first_seen")


def _nobody(serving: Serving, last: Ranked | None) -> Choice | None:
    """The last one stays named while it is linked, then whoever else is."""
    keeps = None if last is None else last.candidate.connection_id
    if not serving.served and keeps == serving.connection_id:
        return None
    return Choice(keeps, False, "nobody_left")


def _cause(serving: Serving, held: Ranked | None, best: Ranked) -> Cause:
    if held is None:
        return "access_lost" if serving.served else "recovered"
    if not held.usable:
        if not serving.served:
            return "recovered"
        return "credential_failed" if held.candidate.active else "connection_ended"
    pinned = best.candidate.connection_id == serving.pinned_connection_id
    return "pinned" if pinned else "better_grant"
