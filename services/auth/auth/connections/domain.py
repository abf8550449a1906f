"""Consents: what came back from Amazon and what to make of it. Pure; time is an argument."""

from __future__ import annotations

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
]

STATE_LIFE = timedelta(minutes=10)
CODE_LIFE = timedelta(minutes=5)
GRANT_LIFE = timedelta(minutes=15)
LEASE = timedelta(seconds=60)
RETRY_AFTER = timedelta(seconds=10)
ABANDONED_AFTER = timedelta(days=7)

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
    """Whose browser brought the answer; without a session all is empty."""

    organization_id: UUID | None = None
    session_id: UUID | None = None
    permissions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class OpenConsent:
    """The row that a `state` stood for."""

    connection_id: UUID
    organization_id: UUID
    session_id: UUID
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Handover:
    """A code or grant on its way to token-refresher, held by whoever has the lease token."""

    connection_id: UUID
    organization_id: UUID
    region: str
    stage: Literal["code", "grant"]
    secret: dict[str, Any] = field(repr=False)
    lease_token: UUID


def judge(
    consent: OpenConsent | None, answer: Answer, visitor: Visitor, now: datetime
) -> ConsentError | None:
    """Why the answer is not accepted, None when its code may be redeemed."""
    if consent is None:
        return "state_invalid"
    if now >= consent.expires_at:
        return "state_expired"
    if not _same_session(consent, visitor):
        return "session_mismatch"
    if answer.error:
        return _refusal(answer.error)
    return None if answer.code else "code_rejected"


def _same_session(consent: OpenConsent, visitor: Visitor) -> bool:
    """The session that opened the consent page, still allowed to."""
    return (
        visitor.session_id == consent.session_id
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
