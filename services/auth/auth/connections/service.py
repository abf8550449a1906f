"""Reading and renaming connections, and what is told of their consents and credentials."""

from datetime import datetime
from uuid import UUID

from shared.db import Scope, Tx
from shared.errors import Conflict, NotFound
from shared.events import ConnectionUpdated

from auth.discoveries import queries as discoveries
from auth.names import clean_name
from auth.scopes import organization_of
from shared import outbox

from . import queries
from .queries import Connection


async def show_connection(tx: Tx, scope: Scope, connection_id: UUID) -> Connection:
    """Raises NotFound, also for connections the caller may not see."""
    found = await queries.list_visible(tx, scope, connection_id)
    if not found:
        raise NotFound("There is no such connection.", code="connection_not_found")
    return found[0]


async def rename(tx: Tx, scope: Scope, connection_id: UUID, label: str) -> Connection:
    """Raises NotFound, Unprocessable (name_invalid). The same name again: no event."""
    organization_id = organization_of(scope)
    clean = clean_name(label, what="label", limit=100)
    await show_connection(tx, scope, connection_id)
    if await queries.rename(tx, organization_id, connection_id, clean):
        data = ConnectionUpdated(connection_id=connection_id, change="renamed")
        await outbox.add(tx, data, organization_id=organization_id)
    return await show_connection(tx, scope, connection_id)


async def open_connection(tx: Tx, scope: Scope, connection_id: UUID) -> Connection:
    """One that has not ended. Raises NotFound, Conflict (connection_ended)."""
    connection = await show_connection(tx, scope, connection_id)
    if connection.status == "revoked":
        raise Conflict(
            "The connection has ended.",
            code="connection_ended",
            hint="Connect the Amazon account again: its advertisers keep their brands.",
        )
    return connection


async def note_failure(tx: Tx, organization_id: UUID, connection_id: UUID, code: str) -> None:
    """A consent came to nothing (yet): shown with the connection, and told to whoever watches."""
    await queries.note_error(tx, organization_id, connection_id, code)
    data = ConnectionUpdated(connection_id=connection_id, change="consent_failed", error_code=code)
    await outbox.add(tx, data, organization_id=organization_id)


async def note_refresh(
    tx: Tx, organization_id: UUID, connection_id: UUID, refreshed_at: datetime
) -> None:
    """A new token: the credential is healthy, and how old its token is counts from here."""
    await queries.set_credential_state(tx, organization_id, connection_id, "healthy")
    await queries.note_refresh(tx, organization_id, connection_id, refreshed_at)


async def note_credential(tx: Tx, organization_id: UUID, connection_id: UUID, state: str) -> None:
    """Keeps the state that token-refresher announced."""
    await queries.set_credential_state(tx, organization_id, connection_id, state)


async def note_recovery(tx: Tx, organization_id: UUID, connection_id: UUID, now: datetime) -> None:
    """The credential works again: a discovery that failed for want of it is tried anew."""
    await queries.set_credential_state(tx, organization_id, connection_id, "healthy")
    if not await queries.is_active(tx, organization_id, connection_id):
        return
    if await discoveries.latest_failed(tx, organization_id, connection_id):
        await discoveries.enqueue(tx, organization_id, connection_id, now)
