"""Ending sessions: one's own, and those of a member by who manages members."""

from datetime import datetime
from uuid import UUID

from shared.db import Tx
from shared.errors import NotFound
from shared.internal_tokens import Actor

from auth.members.queries import list_all
from auth.members.service import MANAGE, member_among
from auth.roles.service import authority_of, check_decides
from auth.scopes import organization_of
from auth.sessions.queries import live_of_user
from auth.sessions.service import end_session

from . import queries


async def end_own_session(tx: Tx, user_id: UUID, session_id: UUID, now: datetime) -> None:
    """Raises NotFound, the same for another person's session as for none."""
    organization_id = await queries.organization_of_own(tx, user_id, session_id, now)
    if organization_id is None:
        raise NotFound("You have no such session.", code="session_not_found")
    await end_session(tx, organization_id, session_id, now)


async def end_sessions_of_member(tx: Tx, manager: Actor, user_id: UUID, now: datetime) -> None:
    """Those in the manager's organization; who belongs to others stays signed in there. Raises
    NotFound, or Forbidden (beyond_own_rights) as removing the member would."""
    authority = await authority_of(tx, manager, MANAGE)
    organization_id = organization_of(manager.scope)
    member = member_among(await list_all(tx, organization_id), user_id, authority)
    check_decides(authority, member.access)
    for where, session_id in await live_of_user(tx, user_id, now):
        if where == organization_id:
            await end_session(tx, where, session_id, now)
