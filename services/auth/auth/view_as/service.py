"""Beginning and ending to look as another member does.

Either way the session goes on under a new token: whoever remembers the old one for some seconds
remembers nothing that can still be presented.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from shared.db import Tx
from shared.errors import Forbidden
from shared.ids import new_id

from auth.members import queries as members
from auth.members.domain import Member, visible
from auth.members.service import member_not_found
from auth.names import clean_name
from auth.pepper import Pepper, new_bearer
from auth.sessions import queries as sessions
from shared import audit

from . import queries
from .domain import View, check_may_view

PERMISSION = "member:view_as"


@dataclass(frozen=True, slots=True)
class Wish:
    """The session's user wants to look as `user_id`."""

    organization_id: UUID
    session_id: UUID
    viewer_id: UUID
    user_id: UUID
    reason: str
    life: timedelta


@dataclass(frozen=True, slots=True)
class Started:
    """A view that began, and the only copy of the session's new token."""

    view: View
    target: Member
    token: str


async def start_view(tx: Tx, pepper: Pepper, wish: Wish, now: datetime) -> Started:
    """Judged by what the viewer holds right now. Raises NotFound for strangers and members whom they
    cannot know of, Forbidden or Unprocessable as `check_may_view` does."""
    everybody = await members.list_all(tx, wish.organization_id)
    viewer = _one(everybody, wish.viewer_id)
    if PERMISSION not in viewer.access.permissions:
        raise Forbidden(f"Your role lacks {PERMISSION}.", code="permission_missing")
    known = visible(everybody, viewer.access.brands_for(PERMISSION), viewer.user_id)
    if wish.user_id not in {member.user_id for member in known}:
        raise member_not_found()
    target = _one(everybody, wish.user_id)
    check_may_view(viewer, target)
    view = View(
        new_id(), wish.organization_id, wish.session_id, viewer.user_id, target.user_id,
        clean_name(wish.reason, what="reason", limit=500), now, now + wish.life,
    )  # fmt: skip
    await queries.end_of_session(tx, wish.organization_id, wish.session_id, now)
    await queries.insert(tx, view)
    until = view.expires_at.isoformat(timespec="seconds")
    audit.note(tx, target=("user", target.user_id), reason=view.reason, until=until)
    return Started(view, target, await _rotate(tx, pepper, wish.organization_id, wish.session_id))


async def end_view(
    tx: Tx, pepper: Pepper, organization_id: UUID, session_id: UUID, now: datetime
) -> str:
    """The session is its user's own again, also when the time was over already; its new token."""
    await queries.end_of_session(tx, organization_id, session_id, now)
    return await _rotate(tx, pepper, organization_id, session_id)


async def _rotate(tx: Tx, pepper: Pepper, organization_id: UUID, session_id: UUID) -> str:
    token = new_bearer()
    await sessions.rotate(tx, organization_id, session_id, pepper.session_hash(token))
    return token


def _one(everybody: list[Member], user_id: UUID) -> Member:
    for member in everybody:
        if member.user_id == user_id:
            return member
    raise member_not_found()
