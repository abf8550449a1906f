"""What auth listens to: the life of credentials, as token-refresher tells it."""

from shared.consumers import on
from shared.db import Tx
from shared.events import (
    ActionRecorded,
    CredentialReauthRequired,
    CredentialRecovered,
    CredentialRefreshed,
    CredentialRefreshFailed,
    Event,
)

from .audit.chaining import receive
from .connections.service import note_credential, note_recovery, note_refresh


async def credential_refreshed(tx: Tx, event: Event[CredentialRefreshed]) -> None:
    data = event.data
    await note_refresh(tx, event.tenantid, data.connection_id, data.refreshed_at)


async def credential_refresh_failed(tx: Tx, event: Event[CredentialRefreshFailed]) -> None:
    await note_credential(tx, event.tenantid, event.data.connection_id, event.data.state)


async def credential_reauth_required(tx: Tx, event: Event[CredentialReauthRequired]) -> None:
    await note_credential(tx, event.tenantid, event.data.connection_id, "reauth_required")


async def credential_recovered(tx: Tx, event: Event[CredentialRecovered]) -> None:
    await note_recovery(tx, event.tenantid, event.data.connection_id, event.time)


HANDLERS = (
    on(ActionRecorded, receive),
    on(CredentialRefreshed, credential_refreshed),
    on(CredentialRefreshFailed, credential_refresh_failed),
    on(CredentialReauthRequired, credential_reauth_required),
    on(CredentialRecovered, credential_recovered),
)
