"""Asking for a discovery."""

from datetime import datetime

from shared.db import Scope, Tx
from shared.errors import Conflict

from auth.connections.queries import Connection
from auth.scopes import organization_of

from . import queries


async def request_discovery(tx: Tx, scope: Scope, connection: Connection, now: datetime) -> None:
    """Queues a look; raises Conflict (connection_not_active) before the consent is given."""
    if connection.status != "active":
        raise Conflict(
            "The connection is not active.",
            code="connection_not_active",
            hint="Finish the consent at Amazon first.",
        )
    await queries.enqueue(tx, organization_of(scope), connection.id, now)
