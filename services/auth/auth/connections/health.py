"""The health of a grant: one number, and the reasons for it in words. Pure; time is an argument.

It starts at 100; each reason takes points off. The words never hold numbers of accounts: whoever may
see a connection may read them, whichever brands they see.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

Level = Literal["good", "watch", "poor", "dead"]

GOOD_FROM, WATCH_FROM = 80, 50
WARN_DAYS = (30, 14, 7, 1)
OLD_CONSENT = timedelta(days=365)
TOKEN_LATE = timedelta(minutes=75)
TOKEN_LOST = timedelta(hours=3)
LOOK_LATE = timedelta(hours=50)


@dataclass(frozen=True, slots=True)
class ConsentRule:
    """Consents given on or after `since` end `life` after they were given; Amazon tells nobody, so the
    date is reckoned. `life` zero: consents do not end."""

    life: timedelta
    since: date

    def expires_at(self, consented_at: datetime | None) -> datetime | None:
        if consented_at is None or not self.life:
            return None
        return (
            None if consented_at.astimezone(UTC).date() < self.since else consented_at + self.life
        )


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a connection. `visible_before`: the most advertisers that an earlier look saw;
    `failed_looks`: discoveries that failed since one succeeded."""

    credential_state: str
    consented_at: datetime
    consent_expires_at: datetime | None
    refreshed_at: datetime | None
    visible_now: int
    visible_before: int
    looked_at: datetime | None
    failed_looks: int


@dataclass(frozen=True, slots=True)
class Reason:
    """One part of the score: the points it takes off, and why, in words for people."""

    code: str
    points: int
    text: str


@dataclass(frozen=True, slots=True)
class Health:
    """`score` 0 to 100; the gravest reason first."""

    score: int
    level: Level
    reasons: tuple[Reason, ...]


def assess(facts: Facts, now: datetime) -> Health:
    """The health of an active connection's grant."""
    found = (
        _credential(facts),
        _expiry(facts, now),
        _age(facts, now),
        _refresh(facts, now),
        _accounts(facts),
        _looks(facts, now),
    )
    reasons = sorted((r for r in found if r is not None), key=lambda r: (-r.points, r.code))
    score = max(0, 100 - sum(r.points for r in reasons))
    return Health(score, _level(score), tuple(reasons))


def warning_due(expires_at: datetime, warned_days: int | None, now: datetime) -> int | None:
    """The warning (30, 14, 7 or 1 days before) to give now: the nearest that was not given yet; None
    when there is none, or the consent has ended."""
    if now >= expires_at:
        return None
    due = [days for days in WARN_DAYS if expires_at - now <= timedelta(days=days)]
    if not due or (warned_days is not None and warned_days <= min(due)):
        return None
    return min(due)


def _level(score: int) -> Level:
    if score >= GOOD_FROM:
        return "good"
    if score >= WATCH_FROM:
        return "watch"
    return "poor" if score > 0 else "dead"


_CREDENTIAL = {
    "retrying": (15, "Amazon's token service does not answer; Leadline keeps trying."),
    "client_misconfigured": (40, "Amazon refuses this installation's client."),
    "suspended": (60, "Its token is suspended."),
    "reauth_required": (100, "Amazon no longer accepts the consent; it must be given again."),
}


def _credential(facts: Facts) -> Reason | None:
    found = _CREDENTIAL.get(facts.credential_state)
    return None if found is None else Reason(f"credential_{facts.credential_state}", *found)


def _expiry(facts: Facts, now: datetime) -> Reason | None:
    if facts.consent_expires_at is None:
        return None
    left = facts.consent_expires_at - now
    if left <= timedelta(0):
        return Reason("consent_ended", 80, "The consent has reached its end at Amazon.")
    for days, points in ((1, 60), (7, 40), (14, 25), (30, 10)):
        if left <= timedelta(days=days):
            text = f"The consent ends at Amazon within {days} day{'s' if days > 1 else ''}."
            return Reason("consent_ends_soon", points, text)
    return None


def _age(facts: Facts, now: datetime) -> Reason | None:
    """Only where no end is known: a dated end says more."""
    if facts.consent_expires_at is not None or now - facts.consented_at < OLD_CONSENT:
        return None
    return Reason("consent_old", 5, "The consent is more than a year old.")


def _refresh(facts: Facts, now: datetime) -> Reason | None:
    if facts.refreshed_at is None:
        return None
    age = now - facts.refreshed_at
    if age >= TOKEN_LOST:
        return Reason("token_not_refreshed", 40, "Its token has not been refreshed for hours.")
    if age >= TOKEN_LATE:
        return Reason("token_late", 15, "Its token was due for a refresh some minutes ago.")
    return None


def _accounts(facts: Facts) -> Reason | None:
    if facts.looked_at is None:
        return None
    if facts.visible_now == 0:
        if facts.visible_before:
            return Reason("sees_nothing_now", 50, "It sees no advertiser any more.")
        return Reason("sees_nothing", 25, "It sees no advertiser.")
    lost = facts.visible_before - facts.visible_now
    if lost <= 0:
        return None
    points = 10 + round(20 * lost / facts.visible_before)
    return Reason("sees_fewer", points, "It sees fewer advertisers than before.")


def _looks(facts: Facts, now: datetime) -> Reason | None:
    if facts.failed_looks:
        points = min(10 * facts.failed_looks, 30)
        return Reason("looks_failed", points, "The latest look at its accounts failed.")
    if facts.looked_at is not None and now - facts.looked_at > LOOK_LATE:
        return Reason("looks_late", 10, "Its accounts have not been looked at for two days.")
    return None
