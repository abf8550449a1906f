"""The transactional outbox: the only way a fact leaves a service.

`add` writes the event in the caller's transaction; `relay_once` sends what is committed, in id order,
and marks what Kafka acknowledged. A crash between the two sends some events again: readers dedupe by id.
Published rows are kept for a while, so that a consumer that lost data can have them sent again.
"""

from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from asyncpg import Record

from .db import SYSTEM, Db, Tx
from .events import EventData
from .events.envelope import make_event
from .tracing import current_traceparent

BATCH = 500

_LOCK = "select pg_try_advisory_xact_lock(hashtext('outbox:' || current_schema()))"
_UNPUBLISHED = """
select id, event_id, topic, key, payload, traceparent
from outbox where published_at is null order by id limit $1
"""
_MARK = "update outbox set published_at = now() where id = any ($1::bigint[])"
_PURGE = """
delete from outbox where published_at < now() - make_interval(days => $1)
"""

OutboxRow = tuple[UUID, str, str, str, str | None]
Publish = Callable[[Sequence[Record]], Awaitable[tuple[int, Exception | None]]]


async def add(
    tx: Tx, data: EventData, *, organization_id: UUID, brand_id: UUID | None = None
) -> UUID:
    """Record a fact in this transaction; it is published after the commit. Returns the event's id."""
    written = row(data, organization_id=organization_id, brand_id=brand_id)
    tx.outgoing.append(written)
    tx.notes.add_fact(data.TYPE.partition(".")[0], data.subject, brand_id)
    return written[0]


def row(data: EventData, *, organization_id: UUID, brand_id: UUID | None = None) -> OutboxRow:
    """The row that `add` writes, for `Db.emit`: a fact that no transaction of ours goes with."""
    traceparent = current_traceparent()
    event = make_event(data, organization_id, brand_id, traceparent=traceparent)
    return (event.id, data.topic, data.subject, event.model_dump_json(), traceparent)


async def relay_once(db: Db, publish: Publish) -> int:
    """Send one batch; returns how many were sent. Another replica holding the lock means none.

    `publish` answers how long a prefix Kafka acknowledged and the error that cut it. The prefix is marked
    and committed, then the error is raised.
    """
    async with db.tx(SYSTEM) as tx:
        if not await tx.fetchval(_LOCK):
            return 0
        rows = await tx.fetch(_UNPUBLISHED, BATCH)
        if not rows:
            return 0
        sent, error = await publish(rows)
        await tx.execute(_MARK, [row["id"] for row in rows[:sent]])
    if error is not None:
        raise error
    return len(rows)


async def purge(db: Db, *, keep_days: int = 14) -> None:
    """Forget events published more than `keep_days` ago."""
    async with db.tx(SYSTEM) as tx:
        await tx.execute(_PURGE, keep_days)
