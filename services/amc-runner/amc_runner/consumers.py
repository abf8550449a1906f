"""Facts from the bus that make a connection worth looking at, or end it."""

from shared.clock import utc_now
from shared.consumers import on
from shared.db import Tx
from shared.events import (
    ConnectionAuthorized,
    ConnectionReauthorized,
    ConnectionRevoked,
    CredentialReauthRequired,
    CredentialRecovered,
    CredentialSuspended,
    Event,
)

from . import queries, service


async def look_at_authorized(tx: Tx, event: Event[ConnectionAuthorized]) -> None:
    """A consent, the first or a later one."""
    data = event.data
    await service.connection_authorized(
        tx, data.connection_id, event.tenantid, data.region, data.consented_at, utc_now()
    )


async def look_at_reauthorized(tx: Tx, event: Event[ConnectionReauthorized]) -> None:
    """The same connection was consented to again."""
    data = event.data
    await service.connection_authorized(
        tx, data.connection_id, event.tenantid, data.region, data.consented_at, utc_now()
    )


async def look_at_recovered(tx: Tx, event: Event[CredentialRecovered]) -> None:
    """Tokens work again: what failed for want of one is tried at once."""
    data = event.data
    await queries.set_credential(tx, data.connection_id, event.tenantid, event.time, usable=True)
    await queries.want_discovery(tx, event.data.connection_id, event.tenantid, utc_now())


async def pass_over(
    tx: Tx, event: Event[CredentialReauthRequired] | Event[CredentialSuspended]
) -> None:
    """Its instances are served by whoever else reaches them."""
    data = event.data
    await queries.set_credential(tx, data.connection_id, event.tenantid, event.time, usable=False)


async def forget_revoked(tx: Tx, event: Event[ConnectionRevoked]) -> None:
    """The connection ended: what it reached is no longer shown, or forgotten where its history is not
    to be kept."""
    data = event.data
    await queries.revoke_connection(tx, data.connection_id, event.tenantid, event.time)
    if not data.keep_history:
        await queries.forget_unreached(tx, event.tenantid)


HANDLERS = (
    on(ConnectionAuthorized, look_at_authorized),
    on(ConnectionReauthorized, look_at_reauthorized),
    on(CredentialRecovered, look_at_recovered),
    on(CredentialReauthRequired, pass_over),
    on(CredentialSuspended, pass_over),
    on(ConnectionRevoked, forget_revoked),
)
