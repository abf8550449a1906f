"""Going on in another organization of one's own: a new session, the one before ends."""

from datetime import datetime
from uuid import UUID

from shared.db import Tx
from shared.errors import NotFound
from shared.ids import new_id

from auth.pepper import new_bearer

from . import queries
from .domain import Session
from .service import Sessions, SignedIn, end_session, session_over, tell_opened


async def switch_organization(
    sessions: Sessions, tx: Tx, current: Session, organization_id: UUID, now: datetime
) -> SignedIn:
    """Another id and token, so that nothing known of the old session opens the new one; its longest
    life goes on from sign-in. Raises NotFound (organization_not_found) where the user does not belong."""
    if organization_id not in {one.id for one in current.organizations}:
        raise NotFound("You do not belong to that organization.", code="organization_not_found")
    session_id, token = new_id(), new_bearer()
    idle_end = sessions.lifetime.idle_end(now, current.expires_at)
    await end_session(tx, current.organization_id, current.id, now)
    await queries.continue_in(
        tx,
        current,
        organization_id,
        session_id,
        sessions.pepper.session_hash(token),
        (now, idle_end),
    )
    session = await queries.live_by_id(tx, organization_id, session_id, now)
    if session is None:
        raise session_over()
    await tell_opened(tx, session)
    return SignedIn(session, token)
