"""Parked messages: seen and replayed over the internal API of every service (and `leadline` tools)."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from .consumers import Inbox
from .db import SYSTEM, Db
from .deps import get_deps, service_only
from .errors import NotFound, Unprocessable

_LIST = """
select id, topic, partition, kafka_offset, error, parked_at, replayed_at
from parked_message where replayed_at is null or $1 order by parked_at desc limit 200
"""
_GET = "select value from parked_message where id = $1"
_REPLAYED = "update parked_message set replayed_at = now() where id = $1"

router = APIRouter(
    prefix="/internal/parked-messages",
    include_in_schema=False,
    dependencies=[Depends(service_only("gateway"))],
)


class ParkedMessage(BaseModel):
    """A message that could not be handled, with the error of its last attempt."""

    id: UUID
    topic: str
    partition: int
    kafka_offset: int
    error: str
    parked_at: datetime
    replayed_at: datetime | None


class ParkedMessages(BaseModel):
    items: list[ParkedMessage]


class Replay(BaseModel):
    outcome: str


Deps = Annotated[Any, Depends(get_deps)]


@router.get("")
async def list_parked(deps: Deps, include_replayed: bool = False) -> ParkedMessages:
    db: Db = deps.db
    async with db.read(SYSTEM) as tx:
        rows = await tx.fetch(_LIST, include_replayed)
    return ParkedMessages(items=[ParkedMessage(**dict(row)) for row in rows])


@router.post("/{message_id}/replay")
async def replay(deps: Deps, message_id: UUID) -> Replay:
    db: Db = deps.db
    inbox: Inbox = deps.bus.inbox
    async with db.read(SYSTEM) as tx:
        raw = await tx.fetchval(_GET, message_id)
    if raw is None:
        raise NotFound("No such parked message.")
    try:
        outcome = await inbox.deliver_once(raw)
    except ValueError as error:
        raise Unprocessable(f"The message can't be read: {error}", code="undecodable") from error
    async with db.tx(SYSTEM) as tx:
        await tx.execute(_REPLAYED, message_id)
    return Replay(outcome=outcome)
