"""Consents: what came back from Amazon and what to make of it. Pure; time is an argument."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

ConsentError = Literal[
    "access_denied",
    "state_invalid",
    "state_expired",
    "session_mismatch",
    "code_rejected",
    "token_service_unavailable",
    "amazon_unavailable",
    "connection_ended",
    "replacement_held",
    "replacement_declined",
    "link_invalid",
    "link_used",
]
HeldReason = Literal["other_user", "other_accounts"]

STATE_LIFE = timedelta(minutes=10)
CODE_LIFE = timedelta(minutes=5)
GRANT_LIFE = timedelta(minutes=15)
HELD_LIFE = timedelta(minutes=30)
LEASE = timedelta(seconds=60)
RETRY_AFTER = timedelta(seconds=10)
ABANDONED_AFTER = timedelta(days=7)

Seats = frozenset[tuple[str, str]]
MANAGE = "connection:manage"
_TEMPORARY = frozenset({"server_error", "temporarily_unavailable"})


@dataclass(frozen=True, slots=True)
class Answer:
    """The query of Amazon's redirect back: `code`, or `error` (OAuth 2.0 section 4.1.2.1)."""

    state: str
    code: str = field(default="", repr=False)
    error: str = ""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whose browser brought the answer; without a session all is empty but perhaps `browser`, what
    the cookie of a magic link holds."""

    organization_id: UUID | None = None
    session_id: UUID | None = None
    permissions: frozenset[str] = frozenset()
    browser: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class OpenConsent:
    """The row that a `state` stood for: of a session and its connection, or of a magic link
    (`consent_request_id`) and the browser that opened it; its connection may be yet to be made."""

    organization_id: UUID
    expires_at: datetime
    connection_id: UUID | None = None
    session_id: UUID | None = None
    consent_request_id: UUID | None = None
    browser_hash: bytes | None = None


@dataclass(frozen=True, slots=True)
class AmazonUser:
    """Who consented, as Login with Amazon's profile tells; empty where it did not."""

    id: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Before:
    """What a connection was before a consent arrives: whose it is, and the seats it reaches (region
    and profile id)."""

    status: str
    user: AmazonUser
    seats: Seats

    @property
    def regions(self) -> set[str]:
        return {region for region, _ in self.seats}

    def asks_for_seats(self, now: AmazonUser) -> bool:
        """Whether the names cannot tell if it is the same user, but the seats may."""
        return self.status == "active" and bool(self.seats) and not (self.user.id and now.id)


@dataclass(frozen=True, slots=True)
class Handover:
    """A code or grant on its way to token-refresher, held by whoever has the lease token."""

    connection_id: UUID
    organization_id: UUID
    region: str
    stage: Literal["code", "grant", "held"]
    secret: dict[str, Any] = field(repr=False)
    lease_token: UUID
    consent_id: UUID
    user: AmazonUser = AmazonUser()
    approved: bool = False
    consent_request_id: UUID | None = None

    @property
    def link(self) -> tuple[UUID, UUID] | None:
        """Organization and id of the magic link through which the consent came."""
        if self.consent_request_id is None:
            return None
        return self.organization_id, self.consent_request_id


def judge(
    consent: OpenConsent | None,
    answer: Answer,
    visitor: Visitor,
    now: datetime,
    browser_hash: bytes = b"",
) -> ConsentError | None:
    """Why the answer is not accepted, None when its code may be redeemed. `browser_hash`: of what the
    visitor's magic-link cookie holds."""
    if consent is None:
        return "state_invalid"
    if now >= consent.expires_at:
        return "state_expired"
    if not (_same_browser(consent, browser_hash) or _same_session(consent, visitor)):
        return "session_mismatch"
    if answer.error:
        return _refusal(answer.error)
    return None if answer.code else "code_rejected"


def held_reason(before: Before, now: AmazonUser, seats: Seats | None) -> HeldReason | None:
    """Why a new grant must not replace the one before without being asked: another Amazon user, or
    (where Login with Amazon does not tell both) one who reaches none of the seats. `seats` None: could
    not be read, which proves nothing."""
    if before.status != "active":
        return None
    if before.user.id and now.id:
        return None if before.user.id == now.id else "other_user"
    if before.seats and seats is not None and not before.seats & seats:
        return "other_accounts"
    return None


def _same_browser(consent: OpenConsent, browser_hash: bytes) -> bool:
    """The browser in which the magic link was opened."""
    expected = consent.browser_hash
    return expected is not None and hmac.compare_digest(expected, browser_hash)


def _same_session(consent: OpenConsent, visitor: Visitor) -> bool:
    """The session that opened the consent page, still allowed to."""
    return (
        consent.session_id is not None
        and visitor.session_id == consent.session_id
        and visitor.organization_id == consent.organization_id
        and MANAGE in visitor.permissions
    )


def _refusal(error: str) -> ConsentError:
    if error == "access_denied":
        return "access_denied"
    return "amazon_unavailable" if error in _TEMPORARY else "code_rejected"


def default_label(region: str) -> str:
    """What a connection is called until somebody names it."""
    return f"Amazon {region}"
