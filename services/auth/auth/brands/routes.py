"""`/v1/brands`."""

from uuid import UUID

from fastapi import APIRouter
from shared.deps import ActorTx
from shared.idempotency import IdempotentRoute, Once

from auth.deps import BrandManager, DepsOf, ReportReader

from . import queries
from .schemas import BrandList, BrandRequest, BrandView
from .service import create_brand, rename_brand

router = APIRouter(prefix="/v1/brands", tags=["brands"], route_class=IdempotentRoute)


@router.get("")
async def list_brands(reader: ReportReader, tx: ActorTx) -> BrandList:
    """The brands the caller may see, by name."""
    brands = await queries.list_all(tx, reader.scope)
    return BrandList(items=[BrandView.of(brand) for brand in brands])


@router.post("", status_code=201)
async def add_brand(
    body: BrandRequest, manager: BrandManager, tx: ActorTx, deps: DepsOf, _once: Once
) -> BrandView:
    """A new brand; with `Idempotency-Key`, sent twice, one brand."""
    return BrandView.of(await create_brand(tx, manager.scope, body.name, deps.clock()))


@router.patch("/{brand_id}")
async def change_brand(
    brand_id: UUID, body: BrandRequest, manager: BrandManager, tx: ActorTx, deps: DepsOf
) -> BrandView:
    """Rename a brand."""
    return BrandView.of(await rename_brand(tx, manager.scope, brand_id, body.name, deps.clock()))
