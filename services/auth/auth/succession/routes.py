"""`/v1/advertisers/{id}/serving` and `/v1/connections/departures`."""

from uuid import UUID

from fastapi import APIRouter
from shared.deps import ActorTx

from auth.deps import ConnectionManager, ConnectionReader, DepsOf

from .schemas import DepartureView, PinRequest, ServingView
from .service import Leaving, explain, foresee, pin

router = APIRouter(tags=["succession"])


@router.get("/v1/connections/departures")
async def foresee_departure(
    reader: ConnectionReader,
    tx: ActorTx,
    deps: DepsOf,
    connection_id: UUID | None = None,
    user_id: UUID | None = None,
    amazon_user_of: UUID | None = None,
) -> DepartureView:
    """What goes dark without a connection, those a member opened, or those of a connection's Amazon user."""
    leaving = Leaving(connection_id, user_id, amazon_user_of)
    return DepartureView.of(await foresee(tx, reader.scope, leaving, deps.clock()))


@router.get("/v1/advertisers/{advertiser_id}/serving")
async def get_serving(
    advertiser_id: UUID, reader: ConnectionReader, tx: ActorTx, deps: DepsOf
) -> ServingView:
    """Which connection serves the advertiser, since when and why, and who else could."""
    return ServingView.of(await explain(tx, reader.scope, advertiser_id, deps.clock()))


@router.put("/v1/advertisers/{advertiser_id}/serving/pin")
async def put_pin(
    advertiser_id: UUID,
    body: PinRequest,
    manager: ConnectionManager,
    tx: ActorTx,
    deps: DepsOf,
) -> ServingView:
    """Choose the connection that serves whenever it works, or leave it to the rule."""
    subject = manager.subject
    chosen = await pin(tx, manager.scope, advertiser_id, body.connection_id, subject, deps.clock())
    return ServingView.of(chosen)
