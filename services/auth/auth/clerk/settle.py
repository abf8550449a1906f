"""Makes users, organizations and memberships here agree with what Clerk told so far.

Every function may run again at any time and does nothing then. What is derived depends on the facts
alone, not on the order in which they came.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.db import Tx
from shared.events import MemberRemoved, MemberUpdated
from shared.ids import new_id
from shared.internal_tokens import Actor

from auth.members import queries as members
from auth.members.dependents import DEPENDENTS, Leaving
from auth.organizations import queries as organizations
from auth.roles.domain import Assignment
from auth.roles.queries import replace_grants
from auth.sessions.service import end_session, end_sessions_of
from shared import audit, outbox

from . import settle_queries as settling
from .domain import Plan, plan

NO_MAIL = "clerk.invalid"
"""Domain of the placeholder of a person whose address is not known or not theirs any more."""


@dataclass(frozen=True, slots=True)
class Place:
    """A Clerk organization and which one it is here."""

    clerk_id: str
    organization_id: UUID


async def settle_user(tx: Tx, clerk_id: str, now: datetime) -> None:
    """The person exists here under Clerk's name and address; one whom Clerk deleted is signed out."""
    known = await settling.find_user(tx, clerk_id)
    if known is None:
        return
    if known.deleted:
        if known.user_id is not None:
            await end_sessions_of(tx, known.user_id, now)
        return
    user_id = known.user_id or await _new_user(tx, clerk_id, known.email, known.name, now)
    await settling.rename_user(tx, user_id, known.name)
    await _settle_address(tx, user_id, known.email)


async def _new_user(tx: Tx, clerk_id: str, email: str | None, name: str, now: datetime) -> UUID:
    """The user from before the switch to Clerk with the same verified address, else a new one."""
    user_id = None if email is None else await settling.unlinked_user(tx, email)
    if user_id is None:
        user_id = new_id()
        await organizations.insert_user(tx, user_id, f"{user_id}@{NO_MAIL}", name, now)
    await settling.link_user(tx, clerk_id, user_id)
    return user_id


async def _settle_address(tx: Tx, user_id: UUID, email: str | None) -> None:
    """Gives the address to whom it belongs; also the one that this user had until now, which another
    Clerk user may be waiting for."""
    before = await settling.email_of(tx, user_id)
    if before != email:
        await settling.drop_email(tx, user_id, unless=email or "")
    for address in filter(None, dict.fromkeys((email, before))):
        winner = await settling.email_winner(tx, address)
        if winner is not None:
            await settling.release_email(tx, address, winner)
            await settling.put_email(tx, winner, address)


async def settle_organization(
    tx: Tx, clerk_id: str, roles: Mapping[str, str], now: datetime
) -> None:
    """The organization exists here, with whom Clerk has in it. One that Clerk deleted loses the people
    that Clerk brought, and keeps its data."""
    known = await settling.find_organization(tx, clerk_id)
    if known is None or (known.deleted and known.organization_id is None):
        return
    organization_id = known.organization_id
    if organization_id is None:
        organization_id = new_id()
        await organizations.insert_organization(tx, organization_id, known.name, now)
        await settling.link_organization(tx, clerk_id, organization_id)
    elif known.name:
        await settling.rename_organization(tx, organization_id, known.name)
    joined = {} if known.deleted else await settling.joined(tx, clerk_id, roles)
    here = await settling.here(tx, organization_id, known.owner_id)
    await _carry_out(tx, Place(clerk_id, organization_id), plan(joined, here), here.members, now)


async def _carry_out(
    tx: Tx, place: Place, todo: Plan, present: frozenset[UUID], now: datetime
) -> None:
    for user_id, role in sorted(todo.grant.items()):
        if user_id not in present:
            await organizations.insert_membership(tx, place.organization_id, user_id, now)
        wanted = [Assignment(role, None, None)]
        await replace_grants(tx, place.organization_id, user_id, wanted, now)
        await _tell(tx, place.organization_id, user_id)
    for user_id, role in sorted((*todo.grant.items(), *todo.note.items())):
        await settling.note_member(tx, place.organization_id, user_id, role)
    await settling.note_owner(tx, place.clerk_id, todo.made_owner)
    for user_id in sorted(todo.remove):
        await settling.forget_member(tx, place.organization_id, user_id)
        if user_id in present:
            await _remove(tx, place.organization_id, user_id, todo.made_owner, now)


async def _remove(
    tx: Tx, organization_id: UUID, user_id: UUID, heir_id: UUID | None, now: datetime
) -> None:
    """As a removal by hand: what the member had here ends, or passes to the owner."""
    leaving = Leaving(organization_id, user_id, heir_id or user_id, heir_id, now)
    for noun in DEPENDENTS:
        await noun.settle(tx, leaving)
    await members.delete(tx, organization_id, user_id)
    data = MemberRemoved(subject_id=user_id, user_id=user_id)
    await outbox.add(tx, data, organization_id=organization_id)
    await _record(tx, "member.removed", organization_id, user_id)


async def end_sessions(tx: Tx, sessions: list[tuple[UUID, UUID]], now: datetime) -> None:
    """Each of these (organization, session) ends, and everybody who remembers it is told."""
    for organization_id, session_id in sessions:
        await end_session(tx, organization_id, session_id, now)


async def _tell(tx: Tx, organization_id: UUID, user_id: UUID) -> None:
    data = MemberUpdated(subject_id=user_id, user_id=user_id)
    await outbox.add(tx, data, organization_id=organization_id)
    await _record(tx, "member.changed", organization_id, user_id)


async def _record(tx: Tx, action: str, organization_id: UUID, user_id: UUID) -> None:
    """In the audit log it was Clerk."""
    clerk = Actor.service("clerk", organization_id)
    origin = audit.current_origin()
    await audit.record(tx, action, clerk, target=("user", user_id), origin=origin)
