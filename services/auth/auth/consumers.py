"""What auth listens to: the life of credentials, as token-refresher tells it."""

from shared.consumers import on
from shared.db import Tx
from shared.events import (
    ActionRecorded,
    CredentialReauthRequired,
    CredentialRecovered,
    CredentialRefreshed,
    CredentialRefreshFailed,
    CredentialResumed,
    CredentialSuspended,
    Event,
    InstanceDiscovered,
    InstanceLost,
)

from .audit.chaining import receive
from .connections.service import note_credential, note_recovery, note_refresh
from .succession import amc_queries as amc
from .succession.service import follow_credential


async def credential_refreshed(tx: Tx, event: Event[CredentialRefreshed]) -> None:
    data = event.data
    await note_refresh(tx, event.tenantid, data.connection_id, data.refreshed_at)
    await follow_credential(tx, event.tenantid, data.connection_id, event.time)


async def credential_refresh_failed(tx: Tx, event: Event[CredentialRefreshFailed]) -> None:
    await note_credential(tx, event.tenantid, event.data.connection_id, event.data.state)
    await follow_credential(tx, event.tenantid, event.data.connection_id, event.time)


async def credential_reauth_required(tx: Tx, event: Event[CredentialReauthRequired]) -> None:
    await note_credential(tx, event.tenantid, event.data.connection_id, "reauth_required")
    await follow_credential(tx, event.tenantid, event.data.connection_id, event.time)


async def credential_suspended(tx: Tx, event: Event[CredentialSuspended]) -> None:
    """A person stopped its use: others take over."""
    await note_credential(tx, event.tenantid, event.data.connection_id, "suspended")
    await follow_credential(tx, event.tenantid, event.data.connection_id, event.time)


async def credential_resumed(tx: Tx, event: Event[CredentialResumed]) -> None:
    """Allowed again; whether it works is told by the refresh that follows."""
    await note_credential(tx, event.tenantid, event.data.connection_id, "retrying")
    await follow_credential(tx, event.tenantid, event.data.connection_id, event.time)


async def credential_recovered(tx: Tx, event: Event[CredentialRecovered]) -> None:
    await note_recovery(tx, event.tenantid, event.data.connection_id, event.time)
    await follow_credential(tx, event.tenantid, event.data.connection_id, event.time)


async def instance_discovered(tx: Tx, event: Event[InstanceDiscovered]) -> None:
    await amc.put_link(tx, event.tenantid, event.data, event.time)


async def instance_lost(tx: Tx, event: Event[InstanceLost]) -> None:
    data = event.data
    await amc.lose_link(tx, event.tenantid, data.connection_id, data.instance_id, event.time)


HANDLERS = (
    on(ActionRecorded, receive),
    on(CredentialRefreshed, credential_refreshed),
    on(CredentialRefreshFailed, credential_refresh_failed),
    on(CredentialReauthRequired, credential_reauth_required),
    on(CredentialRecovered, credential_recovered),
    on(CredentialSuspended, credential_suspended),
    on(CredentialResumed, credential_resumed),
    on(InstanceDiscovered, instance_discovered),
    on(InstanceLost, instance_lost),
)
