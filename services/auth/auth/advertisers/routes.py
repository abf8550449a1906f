"""`/v1/advertisers`."""

from uuid import UUID

from fastapi import APIRouter
from shared.deps import ActorTx

from auth.deps import BrandManager, ConnectionReader, DepsOf

from . import queries
from .queries import Filter
from .schemas import AdvertiserList, AdvertiserView, BrandMappings
from .service import map_brands

router = APIRouter(prefix="/v1/advertisers", tags=["advertisers"])


@router.get("")
async def list_advertisers(
    reader: ConnectionReader,
    tx: ActorTx,
    connection_id: UUID | None = None,
    brand_id: UUID | None = None,
    *,
    unmapped: bool = False,
) -> AdvertiserList:
    """The advertisers the caller may see, by name."""
    wanted = Filter(connection_id, brand_id, unmapped)
    found = await queries.list_visible(tx, reader.scope, wanted)
    return AdvertiserList(items=[AdvertiserView.of(advertiser) for advertiser in found])


@router.put("/brands")
async def put_brands(
    body: BrandMappings, manager: BrandManager, tx: ActorTx, deps: DepsOf
) -> AdvertiserList:
    """Map advertisers to brands, creating the brands that are named."""
    mappings = [item.mapping() for item in body.mappings]
    mapped = await map_brands(tx, manager.scope, mappings, deps.clock())
    return AdvertiserList(items=[AdvertiserView.of(advertiser) for advertiser in mapped])
