"""The facts that others hear about credentials, in the transaction that makes them true."""

from __future__ import annotations

from datetime import datetime

from shared.db import Tx
from shared.events import (
    CredentialReauthRequired,
    CredentialRecovered,
    CredentialRefreshed,
    CredentialRefreshFailed,
    CredentialResumed,
    CredentialSuspended,
)

from shared import outbox

from .domain import Credential, RefreshFailed


async def announce_token(
    tx: Tx,
    before: Credential,
    *,
    expires_at: datetime,
    refreshed_at: datetime,
    next_refresh_at: datetime,
) -> None:
    """credential.refreshed, and credential.recovered first when it was not healthy before."""
    if before.state != "healthy":
        recovered = CredentialRecovered(connection_id=before.connection_id, expires_at=expires_at)
        await outbox.add(tx, recovered, organization_id=before.organization_id)
    refreshed = CredentialRefreshed(
        connection_id=before.connection_id,
        expires_at=expires_at,
        refreshed_at=refreshed_at,
        next_refresh_at=next_refresh_at,
    )
    await outbox.add(tx, refreshed, organization_id=before.organization_id)


async def announce_failure(
    tx: Tx, before: Credential, failure: RefreshFailed, attempts: int, next_at: datetime
) -> None:
    """credential.reauth_required, or credential.refresh_failed with the state it leads to."""
    if failure.state == "reauth_required":
        event = CredentialReauthRequired(
            connection_id=before.connection_id, error_code=failure.code
        )
    else:
        event = CredentialRefreshFailed(
            connection_id=before.connection_id,
            state=failure.state,
            error_code=failure.code,
            attempts=attempts,
            expires_at=before.expires_at,
            next_attempt_at=next_at,
        )
    await outbox.add(tx, event, organization_id=before.organization_id)


async def announce_suspension(tx: Tx, credential: Credential, reason: str) -> None:
    """credential.suspended."""
    event = CredentialSuspended(connection_id=credential.connection_id, reason=reason)
    await outbox.add(tx, event, organization_id=credential.organization_id)


async def announce_resumption(tx: Tx, credential: Credential) -> None:
    """credential.resumed; credential.recovered follows with the next token."""
    event = CredentialResumed(connection_id=credential.connection_id)
    await outbox.add(tx, event, organization_id=credential.organization_id)
