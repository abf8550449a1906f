"""What the token-refresher does about other services' facts."""

from collections.abc import Callable
from uuid import UUID

from shared.consumers import Subscription, on
from shared.db import Tx
from shared.events import ConnectionRevoked, Event

from . import service


def handlers(forget: Callable[[UUID], None]) -> tuple[Subscription, ...]:
    """`forget` drops a connection's token from this process's memory."""

    async def forget_connection(tx: Tx, event: Event[ConnectionRevoked]) -> None:
        """A revoked connection's secrets go, unless it was consented to again in the meantime."""
        await service.delete_grant(tx, event.data.connection_id, event.tenantid, event.time)
        forget(event.data.connection_id)

    return (on(ConnectionRevoked, forget_connection),)


HANDLERS = handlers(lambda _: None)
