"""What becomes of a request while its consent is carried: told to whoever waits for it."""

from datetime import datetime
from uuid import UUID

from shared.db import Tx
from shared.events import ConsentRequestUpdated

from shared import outbox

from . import queries
from .domain import Change

Where = tuple[UUID, UUID]
"""Organization and request."""


async def tell(
    tx: Tx,
    where: Where,
    change: Change,
    *,
    connection_id: UUID | None = None,
    error_code: str | None = None,
) -> None:
    organization_id, request_id = where
    data = ConsentRequestUpdated(
        consent_request_id=request_id,
        change=change,
        connection_id=connection_id,
        error_code=error_code,
    )
    await outbox.add(tx, data, organization_id=organization_id)


async def failed(tx: Tx, where: Where, code: str) -> None:
    """The link stays good until its end: the visitor may try again."""
    await queries.note_error(tx, *where, code)
    await tell(tx, where, "failed", error_code=code)


async def completed(tx: Tx, where: Where, connection_id: UUID, now: datetime) -> None:
    """The link is used up."""
    await queries.complete(tx, *where, now)
    await tell(tx, where, "completed", connection_id=connection_id)


async def revoke_all_of(tx: Tx, organization_id: UUID, connection_id: UUID, now: datetime) -> None:
    """A connection that ends takes the links with it that would renew it."""
    for request_id in await queries.open_of_connection(tx, organization_id, connection_id):
        if await queries.revoke(tx, organization_id, request_id, now):
            await tell(tx, (organization_id, request_id), "revoked")
