"""What connections were seen to see: each look, what one changed, and what is seen now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from asyncpg import Record
from shared.db import Scope, Tx
from shared.errors import NotFound

from auth.connections.service import show_connection
from auth.scopes import brands_of, organization_of

from . import chronicle_queries, queries

EVER = datetime(1, 1, 1, tzinfo=UTC)
LISTED = 60


@dataclass(frozen=True, slots=True)
class Difference:
    """What a look saw that an earlier one (`since`; None: nothing, it was the first) did not, and the
    other way round."""

    discovery_id: UUID
    since_id: UUID | None
    gained: tuple[Record, ...]
    lost: tuple[Record, ...]


async def list_looks(tx: Tx, scope: Scope, connection_id: UUID) -> list[Record]:
    """The latest looks, newest first. Raises NotFound."""
    await show_connection(tx, scope, connection_id)
    where = (organization_of(scope), connection_id)
    return await queries.list_looks(tx, *where, brands_of(scope), LISTED)


async def show_sightings(tx: Tx, scope: Scope, connection_id: UUID) -> Sequence[Record]:
    """What the connection sees now. Raises NotFound."""
    await show_connection(tx, scope, connection_id)
    return await chronicle_queries.list_present(tx, scope, connection_id)


async def difference(
    tx: Tx, scope: Scope, connection_id: UUID, discovery_id: UUID, since_id: UUID | None
) -> Difference:
    """What the look changed since the one before it, or since another of the same connection. Raises
    NotFound, also for looks that have not ended."""
    await show_connection(tx, scope, connection_id)
    organization_id = organization_of(scope)
    ended = await queries.ended_looks(tx, organization_id, connection_id)
    until = _need(ended, discovery_id)
    if since_id is None:
        earlier = [(at, id_) for id_, at in ended.items() if at < until]
        after, since_id = max(earlier, default=(EVER, None))
    else:
        after = _need(ended, since_id)
    moved = await chronicle_queries.list_moved(
        tx, scope, connection_id, min(after, until), max(after, until)
    )
    forward = after <= until
    gained = {_key(row): row for row in moved if row["gained"] is forward}
    lost = {_key(row): row for row in moved if row["gained"] is not forward}
    back = gained.keys() & lost.keys()
    return Difference(
        discovery_id,
        since_id,
        gained=tuple(row for key, row in gained.items() if key not in back),
        lost=tuple(row for key, row in lost.items() if key not in back),
    )


def _key(row: Record) -> tuple[str, str, str]:
    """What went and came back between two looks is one thing."""
    return row["kind"], row["region"], row["amazon_id"]


def _need(ended: dict[UUID, datetime], discovery_id: UUID) -> datetime:
    if discovery_id not in ended:
        raise NotFound(
            "There is no such discovery, or it has not ended.", code="discovery_not_found"
        )
    return ended[discovery_id]
