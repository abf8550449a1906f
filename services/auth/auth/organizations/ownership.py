"""Handing an organization over to another of its members."""

from datetime import datetime, timedelta
from uuid import UUID

from shared.db import Tx
from shared.errors import Forbidden, Unprocessable
from shared.events import MemberUpdated
from shared.internal_tokens import Actor

from auth.members import queries as members
from auth.members.service import member_among
from auth.roles import queries as roles
from auth.roles.domain import OWNER, Assignment
from auth.roles.service import authority_of
from auth.scopes import organization_of
from auth.sessions.domain import Session
from shared import audit, outbox

TRANSFER = "organization:transfer"
STAYS_AS = "admin"
FRESH = timedelta(minutes=10)


async def transfer_ownership(tx: Tx, owner: Actor, user_id: UUID, now: datetime) -> None:
    """The member owns the organization, the caller administers it from now on. Raises NotFound or
    Unprocessable (owner_already)."""
    authority = await authority_of(tx, owner, TRANSFER)
    organization_id = organization_of(owner.scope)
    everybody = await members.list_all(tx, organization_id)
    heir = member_among(everybody, user_id, authority)
    if heir.user_id == authority.user_id:
        raise Unprocessable("You own the organization already.", code="owner_already")
    audit.note(tx, target=("user", user_id), owner_before=authority.user_id, owner=user_id)
    for member_id, role in ((heir.user_id, OWNER), (authority.user_id, STAYS_AS)):
        grants = [Assignment(role, None, None)]
        await roles.replace_grants(tx, organization_id, member_id, grants, now)
        data = MemberUpdated(subject_id=member_id, user_id=member_id)
        await outbox.add(tx, data, organization_id=organization_id)


def check_fresh(session: Session, now: datetime) -> None:
    """For who has no password here: raises Forbidden (sign_in_again) for sessions begun long ago."""
    if now - session.created_at > FRESH:
        raise Forbidden(
            "Sign in again to hand over the organization.",
            code="sign_in_again",
            hint="Sign out, sign in, and do it within ten minutes.",
        )
