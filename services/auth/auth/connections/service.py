"""Reading connections, and what token-refresher tells about their credentials."""

from datetime import datetime
from uuid import UUID

from shared.db import Scope, Tx
from shared.errors import NotFound

from auth.discoveries import queries as discoveries

from . import queries
from .queries import Connection


async def show_connection(tx: Tx, scope: Scope, connection_id: UUID) -> Connection:
    """Raises NotFound, also for connections the caller may not see."""
    found = await queries.list_visible(tx, scope, connection_id)
    if not found:
        raise NotFound("There is no such connection.", code="connection_not_found")
    return found[0]


async def note_credential(tx: Tx, organization_id: UUID, connection_id: UUID, state: str) -> None:
    """Keeps the state that token-refresher announced."""
    await queries.set_credential_state(tx, organization_id, connection_id, state)


async def note_recovery(tx: Tx, organization_id: UUID, connection_id: UUID, now: datetime) -> None:
    """The credential works again: a discovery that failed for want of it is tried anew."""
    await queries.set_credential_state(tx, organization_id, connection_id, "healthy")
    if await discoveries.latest_failed(tx, organization_id, connection_id):
        await discoveries.enqueue(tx, organization_id, connection_id, now)
