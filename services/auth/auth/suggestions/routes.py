"""`/v1/advertisers/suggestions`."""

from fastapi import APIRouter
from shared.deps import ActorTx

from auth.deps import ConnectionReader

from .schemas import SuggestionList, SuggestionView
from .service import suggest_brands

router = APIRouter(prefix="/v1/advertisers/suggestions", tags=["advertisers"])


@router.get("")
async def list_suggestions(reader: ConnectionReader, tx: ActorTx) -> SuggestionList:
    """Brands that advertisers without one look like, by name; applied by nobody but the caller."""
    found = await suggest_brands(tx, reader.scope)
    return SuggestionList(items=[SuggestionView.of(suggestion) for suggestion in found])
