"""Events of the token-refresher. Never a token, only its life."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from .envelope import EventData

CredentialState = Literal[
    "healthy", "retrying", "reauth_required", "client_misconfigured", "suspended"
]


class _Credential(EventData):
    TOPIC = "token-refresher.credential.v1"
    KEY = "connection_id"

    connection_id: UUID


class CredentialRefreshed(_Credential):
    """A new access token is in place until `expires_at`."""

    TYPE = "credential.refreshed"

    expires_at: datetime
    refreshed_at: datetime
    next_refresh_at: datetime


class CredentialRefreshFailed(_Credential):
    """A refresh failed; the old token lives until `expires_at`."""

    TYPE = "credential.refresh_failed"

    state: CredentialState
    error_code: str
    attempts: int
    expires_at: datetime | None
    next_attempt_at: datetime | None


class CredentialReauthRequired(_Credential):
    """Amazon no longer honours the grant: a person must consent again."""

    TYPE = "credential.reauth_required"

    error_code: str


class CredentialRecovered(_Credential):
    """Refreshes work again after a failure."""

    TYPE = "credential.recovered"

    expires_at: datetime


class CredentialSuspended(_Credential):
    """A person stopped the use of this connection: no refresh, no token handed out, until resumed."""

    TYPE = "credential.suspended"

    reason: str


class CredentialResumed(_Credential):
    """A person allowed its use again; it is refreshed at once, and credential.recovered follows."""

    TYPE = "credential.resumed"
