"""What the token-refresher does about other services' facts."""

from shared.consumers import on
from shared.db import Tx
from shared.events import ConnectionRevoked, Event

from . import service


async def forget_connection(tx: Tx, event: Event[ConnectionRevoked]) -> None:
    """A revoked connection's secrets go, unless it was consented to again in the meantime."""
    await service.delete_grant(tx, event.data.connection_id, event.tenantid, event.time)


HANDLERS = (on(ConnectionRevoked, forget_connection),)
