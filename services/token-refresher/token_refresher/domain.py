"""Decisions about credentials. Pure: time and chance are arguments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal
from uuid import UUID

from shared.keyring import Sealed

State = Literal["healthy", "retrying", "reauth_required", "client_misconfigured", "suspended"]
Owner = Literal["leadline", "operator", "user"]
Action = Literal["give", "refresh", "wait", "reconnect", "suspended", "unavailable"]

EARLIEST = timedelta(minutes=15)
JITTER = timedelta(minutes=5)
LATEST = timedelta(minutes=5)
GRACE = timedelta(minutes=1)
SHORT_LIFE = timedelta(minutes=30)
SHORTEST_PAUSE = timedelta(seconds=30)

USABLE = timedelta(seconds=30)
JUST_REFRESHED = timedelta(seconds=60)
TOO_YOUNG_TO_BLAME = timedelta(seconds=10)

FIRST_PAUSE: Mapping[State, timedelta] = MappingProxyType(
    {"retrying": timedelta(seconds=5), "client_misconfigured": timedelta(minutes=1)}
)
LONGEST_PAUSE = timedelta(minutes=5)
LONGEST_RETRY_AFTER = timedelta(minutes=15)

KEY_MISSING = "encryption_key_missing"


@dataclass(frozen=True, slots=True)
class Advice:
    """Who has to act on a state, and what to do."""

    owner: Owner
    next_action: str


ADVICE: Mapping[State, Advice] = MappingProxyType(
    {
        "healthy": Advice("leadline", "Nothing to do."),
        "retrying": Advice("leadline", "Nothing to do: Leadline keeps trying."),
        "reauth_required": Advice("user", "Reconnect this Amazon account."),
        "client_misconfigured": Advice("operator", "Check LWA_CLIENT_ID and LWA_CLIENT_SECRET."),
        "suspended": Advice("user", "Resume this connection when it may be used again."),
    }
)
RESTORE_KEY = Advice("operator", "Restore the missing key in TOKEN_ENCRYPTION_KEYS.")


def advise(state: State, code: str | None) -> Advice:
    """Who has to act on a credential in this state, whose last error was `code`."""
    if state == "client_misconfigured" and code == KEY_MISSING:
        return RESTORE_KEY
    return ADVICE[state]


@dataclass(frozen=True, slots=True)
class Grant:
    """What Amazon gives: tokens in clear and the access token's life in seconds. Never logged."""

    refresh_token: str
    access_token: str
    expires_in: int

    def __repr__(self) -> str:
        return f"Grant(expires_in={self.expires_in})"


@dataclass(frozen=True, slots=True)
class Answer:
    """A grant, and the refresh token that brought it. Never logged."""

    grant: Grant = field(repr=False)
    used: str = field(repr=False)

    @property
    def rotated(self) -> bool:
        """Amazon gave another refresh token than it was asked with."""
        return self.grant.refresh_token != self.used


@dataclass(frozen=True, slots=True)
class Credential:
    """A row of `credential`, without its lease token.

    `spare`: the other refresh token of a pair, while it is not sure which of the two Amazon takes.
    """

    connection_id: UUID
    organization_id: UUID
    region: str
    state: State
    refresh: Sealed
    access: Sealed
    grant_sha256: str
    version: int
    expires_at: datetime
    refreshed_at: datetime
    next_refresh_at: datetime
    attempts: int
    last_error_code: str | None
    lease_until: datetime | None
    due_at: datetime
    due_counted: bool = False
    spare: Sealed | None = None
    suspended_at: datetime | None = None
    suspension_reason: str | None = None

    def leased(self, now: datetime) -> bool:
        return self.lease_until is not None and self.lease_until > now


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to refresh one credential until `until`; the row carries the same `token`.

    `probes`: the open breakers that this one call tries on behalf of all credentials.
    """

    token: UUID
    until: datetime
    credential: Credential
    probes: tuple[str, ...] = ()


class RefreshFailed(Exception):
    """A refresh that brought no token: the state it leads to, Amazon's code, its Retry-After."""

    def __init__(self, state: State, code: str, retry_after: timedelta | None = None) -> None:
        super().__init__(code)
        self.state: State = state
        self.code = code
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do with a request for an access token; `retry_at` when a refusal is temporary."""

    action: Action
    retry_at: datetime | None = None


def next_refresh_at(now: datetime, expires_at: datetime, chance: float) -> datetime:
    """15 to 10 minutes before the end; for short lives as early as leaves 5 minutes where possible.

    `chance` is in [0, 1): replicas and connections do not refresh all at once.
    """
    life = max(expires_at - now, timedelta(0))
    if life > SHORT_LIFE:
        return expires_at - EARLIEST + JITTER * chance
    pause = min(life / 2, life - LATEST) * (1 - 0.2 * chance)
    return now + max(pause, min(SHORTEST_PAUSE, life / 2))


def next_attempt_at(
    now: datetime, state: State, attempts: int, retry_after: timedelta | None, chance: float
) -> datetime:
    """After the `attempts`-th failure in a row: exponential, jittered, never before Retry-After."""
    first = FIRST_PAUSE.get(state, LONGEST_PAUSE)
    pause = min(first * 2 ** min(attempts - 1, 16), LONGEST_PAUSE) * (0.5 + 0.5 * chance)
    if retry_after is not None:
        pause = max(pause, min(retry_after, LONGEST_RETRY_AFTER))
    return now + pause


def is_late(credential: Credential, now: datetime) -> bool:
    """True when a refresh begins inside of the last five minutes, or after the end.

    One that was planned for so late (a life of minutes, a resumed connection) has a minute from its time.
    """
    return now > max(credential.expires_at - LATEST, credential.due_at + GRACE)


_STOPPED: Mapping[State, Action] = MappingProxyType(
    {"reauth_required": "reconnect", "suspended": "suspended"}
)


def decide_hand_out(
    credential: Credential, now: datetime, *, min_remaining: timedelta, refused: bool
) -> Decision:
    """`refused`: Amazon answered 401 to exactly the token that is stored."""
    if (stopped := _STOPPED.get(credential.state)) is not None:
        return Decision(stopped)
    usable = is_usable(credential, now, refused=refused)
    fresh = now - credential.refreshed_at < JUST_REFRESHED
    if usable and (fresh or credential.expires_at - now >= min_remaining):
        return Decision("give")
    if credential.leased(now):
        return Decision("wait", credential.lease_until)
    if credential.state != "healthy" and credential.next_refresh_at > now:
        return Decision("give") if usable else Decision("unavailable", credential.next_refresh_at)
    if refused and now - credential.refreshed_at < TOO_YOUNG_TO_BLAME:
        return Decision("unavailable", credential.refreshed_at + TOO_YOUNG_TO_BLAME)
    return Decision("refresh")


def is_usable(credential: Credential, now: datetime, *, refused: bool) -> bool:
    return not refused and credential.expires_at - now >= USABLE
