"""`/v1/sessions`, and a member's sessions for who manages members."""

from uuid import UUID

from fastapi import APIRouter
from shared.deps import ActorTx

from auth.deps import DepsOf, MemberManager, SignedInSelf, SystemTx
from auth.sessions.service import end_sessions_of

from . import queries
from .schemas import OwnSessionList, OwnSessionView
from .service import end_own_session, end_sessions_of_member

router = APIRouter(tags=["sessions"])


@router.get("/v1/sessions")
async def list_sessions(user: SignedInSelf, tx: SystemTx, deps: DepsOf) -> OwnSessionList:
    """Where the caller is signed in, in all of their organizations, the latest use first."""
    sessions = await queries.live_of(tx, user.id, deps.clock())
    return OwnSessionList(items=[OwnSessionView.of(one, user.session_id) for one in sessions])


@router.delete("/v1/sessions/{session_id}", status_code=204)
async def end_one_session(session_id: UUID, user: SignedInSelf, tx: SystemTx, deps: DepsOf) -> None:
    """Sign out one device; the current one, too."""
    await end_own_session(tx, user.id, session_id, deps.clock())


@router.delete("/v1/sessions", status_code=204)
async def end_other_sessions(user: SignedInSelf, tx: SystemTx, deps: DepsOf) -> None:
    """Sign out every device but this one."""
    await end_sessions_of(tx, user.id, deps.clock(), keep=user.session_id)


@router.delete("/v1/members/{user_id}/sessions", status_code=204)
async def end_member_sessions(
    user_id: UUID, manager: MemberManager, tx: ActorTx, deps: DepsOf
) -> None:
    """Sign a member out of this organization everywhere; they can sign in again."""
    await end_sessions_of_member(tx, manager, user_id, deps.clock())
