"""`/v1/session/view-as`."""

from fastapi import APIRouter, Response
from shared.deps import ActorTx

from auth.deps import DepsOf, MemberViewer, SignedInSelf, SignedInUser
from auth.sessions.routes import set_cookie
from auth.sessions.schemas import ViewingAs

from .schemas import ViewAsRequest, viewing_as
from .service import Wish, end_view, start_view

router = APIRouter(prefix="/v1/session/view-as", tags=["session"])


@router.post("", status_code=201)
async def view_as(
    body: ViewAsRequest,
    user: SignedInSelf,
    _viewer: MemberViewer,
    tx: ActorTx,
    deps: DepsOf,
    response: Response,
) -> ViewingAs:
    """See everything as another member does, reading only, for half an hour at most."""
    wish = Wish(
        user.organization_id, user.session_id, user.id, body.user_id, body.reason, body.life
    )
    started = await start_view(tx, deps.pepper, wish, deps.clock())
    set_cookie(response, deps, started.token)
    return viewing_as(started)


@router.delete("", status_code=204)
async def stop_viewing(user: SignedInUser, tx: ActorTx, deps: DepsOf, response: Response) -> None:
    """Be oneself again."""
    token = await end_view(tx, deps.pepper, user.organization_id, user.session_id, deps.clock())
    set_cookie(response, deps, token)
