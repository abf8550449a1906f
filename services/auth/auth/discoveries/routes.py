"""`/v1/connections/{id}/discoveries` and what was seen."""

from uuid import UUID

from fastapi import APIRouter
from shared.deps import ActorTx

from auth.deps import ConnectionReader

from .history import difference, list_looks, show_sightings
from .schemas import ChangesView, LookList, LookView, SightingList, SightingView

router = APIRouter(prefix="/v1/connections/{connection_id}", tags=["discoveries"])


@router.get("/discoveries")
async def list_discoveries(connection_id: UUID, reader: ConnectionReader, tx: ActorTx) -> LookList:
    """The latest looks at what the connection sees, newest first, with what each gained and lost."""
    found = await list_looks(tx, reader.scope, connection_id)
    return LookList(items=[LookView.model_validate(dict(row)) for row in found])


@router.get("/discoveries/{discovery_id}/changes")
async def get_changes(
    connection_id: UUID,
    discovery_id: UUID,
    reader: ConnectionReader,
    tx: ActorTx,
    since: UUID | None = None,
) -> ChangesView:
    """What was gained and lost since the look before, or since any other of the connection."""
    found = await difference(tx, reader.scope, connection_id, discovery_id, since)
    return ChangesView.of(found)


@router.get("/sightings")
async def list_sightings(
    connection_id: UUID, reader: ConnectionReader, tx: ActorTx
) -> SightingList:
    """Everything the connection sees: seats, other profiles, managers, advertisers, AMC accounts."""
    found = await show_sightings(tx, reader.scope, connection_id)
    return SightingList(items=[SightingView.model_validate(dict(row)) for row in found])
