"""`/v1/identity`: what a sign-in page must know before anybody is signed in."""

from fastapi import APIRouter
from shared.deps import CurrentActor

from auth.deps import DepsOf

from .schemas import IdentityView

router = APIRouter(tags=["identity"])


@router.get("/v1/identity")
async def show_identity(_caller: CurrentActor, deps: DepsOf) -> IdentityView:
    """Who keeps passwords, who may sign up, and whether letters are sent. For everybody."""
    return IdentityView.of(deps.offer)
