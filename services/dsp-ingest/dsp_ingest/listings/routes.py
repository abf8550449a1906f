"""HTTP: how old the lists of campaigns are."""

from fastapi import APIRouter
from shared.deps import ActorTx

from dsp_ingest.deps import NumberReader, brands_of, organization_of

from . import queries
from .schemas import Listing, ListingList

router = APIRouter(prefix="/v1/campaigns", tags=["campaigns"])


@router.get("/listings")
async def list_listings(actor: NumberReader, tx: ActorTx) -> ListingList:
    """How each advertiser's listing stands."""
    rows = await queries.list_of(tx, organization_of(actor), brands_of(actor))
    return ListingList(items=[Listing.of(row) for row in rows])
