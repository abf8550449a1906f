"""The end of a connection: at once here, then its secrets at token-refresher until they are gone.

Login with Amazon lets only the Amazon user end a consent (`lwa.MANAGE_ACCESS_URL`); an application can
but delete its tokens, after which nobody can use the consent. So ending a connection is one transaction
(status, links, events, this queue) and a deletion that is repeated until token-refresher confirms it.
The deletion is done twice: a hand-over that was on the wire when the connection ended may put its grant
there after the first one, but not later than its lease.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from shared.clock import Clock
from shared.db import SYSTEM, Db, Scope, Tx
from shared.errors import AppError
from shared.events import AdvertiserErased, ConnectionRevoked
from shared.ids import new_id
from shared.internal_tokens import Actor
from shared.service_client import ServiceClient

from auth.consent_requests import announce as links
from auth.discoveries.sightings import leave
from auth.discoveries.sightings_queries import lock_organization
from auth.scopes import brands_of, organization_of
from auth.succession.service import what_if_without
from shared import audit, outbox

from . import disconnection_queries as rows
from . import handover_queries, queries
from .disconnection_queries import Disconnection, Served
from .domain import LEASE
from .service import show_connection

DELETIONS = 2
DELETE_AGAIN_AFTER = LEASE + timedelta(minutes=1)
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=10)
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a disconnection would do, or has done so far."""

    connection_id: UUID
    served: Sequence[Served]
    begun: Disconnection | None


@dataclass(frozen=True, slots=True)
class _Source:
    """The connection whose links end."""

    organization_id: UUID
    connection_id: UUID


async def plan_disconnection(tx: Tx, scope: Scope, connection_id: UUID, now: datetime) -> Plan:
    """Changes nothing. Raises NotFound."""
    where = (organization_of(scope), connection_id)
    await show_connection(tx, scope, connection_id)
    departure = await what_if_without(tx, where[0], [connection_id], now, brands_of(scope))
    served = [
        Served(a.advertiser_id, a.name, a.brand_id, a.brand_name, a.successor)
        for a in departure.advertisers
    ]
    return Plan(connection_id, served, await rows.get(tx, *where))


async def disconnect(
    tx: Tx, scope: Scope, user_id: UUID, connection_id: UUID, now: datetime, *, keep_history: bool
) -> Plan:
    """Ends the connection; one that has ended stays as it is. Raises NotFound."""
    where = (organization_of(scope), connection_id)
    await show_connection(tx, scope, connection_id)
    await links.revoke_all_of(tx, *where, now)
    connection = await queries.lock(tx, *where)
    if connection is not None and connection["status"] != "revoked":
        await handover_queries.discard(tx, *where)
        await rows.end_connection(tx, *where, now)
        await _leave(tx, _Source(*where), now, keep_history=keep_history)
        await rows.insert(tx, where, user_id, now, keep_history=keep_history)
        audit.note(tx, target=("connection", connection_id), keep_history=keep_history)
        revoked = ConnectionRevoked(
            connection_id=connection_id, reason="disconnected", keep_history=keep_history
        )
        await outbox.add(tx, revoked, organization_id=where[0])
    return Plan(connection_id, (), await rows.get(tx, *where))


async def _leave(tx: Tx, source: _Source, now: datetime, *, keep_history: bool) -> None:
    """The connection's links end as if discovery no longer saw anything; what nobody else reaches is
    forgotten where its history is not to be kept."""
    organization_id = source.organization_id
    await lock_organization(tx, organization_id)
    gone = await rows.linked(tx, organization_id, source.connection_id)
    await leave(tx, source, gone, now)
    if keep_history:
        return
    erased = await rows.unreached(tx, organization_id, [known.id for known in gone])
    await rows.erase_advertisers(tx, organization_id, [row["id"] for row in erased])
    for row in erased:
        data = AdvertiserErased(advertiser_id=row["id"])
        await outbox.add(tx, data, organization_id=organization_id, brand_id=row["brand_id"])


@dataclass(frozen=True, slots=True)
class Disconnections:
    """Deletes the secrets of connections that ended, until token-refresher confirms."""

    db: Db
    token_refresher: ServiceClient
    clock: Clock

    async def tick(self) -> bool:
        """One deletion; True when one was due."""
        now = self.clock()
        async with self.db.tx(SYSTEM) as tx:
            claim = await rows.claim_due(tx, new_id(), now, now + LEASE)
        if claim is None:
            return False
        actor = Actor.service("auth", claim.organization_id)
        path = f"/internal/credentials/{claim.connection_id}"
        try:
            await self.token_refresher.delete(path, actor=actor)
        except AppError as error:
            await self._put_off(claim, error.code)
            return True
        now = self.clock()
        last = claim.deletions + 1 >= DELETIONS
        async with self.db.tx(SYSTEM) as tx:
            await rows.note_deletion(tx, claim, now + DELETE_AGAIN_AFTER, now if last else None)
        return True

    async def _put_off(self, claim: Disconnection, code: str) -> None:
        pause = min(_FIRST_PAUSE * 2 ** min(claim.attempts - 1, 10), _LONGEST_PAUSE)
        _log.warning("secrets_not_deleted", connection_id=str(claim.connection_id), code=code)
        async with self.db.tx(SYSTEM) as tx:
            await rows.put_off(tx, claim, code, self.clock() + pause)
