"""Creating organizations and members. All of it runs in the system scope: nobody is signed in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.audit.entries import OPERATOR
from shared.db import Tx
from shared.errors import Conflict, NotFound, Unprocessable
from shared.events import MemberUpdated
from shared.ids import new_id
from shared.internal_tokens import Actor
from shared.permissions import ROLES

from auth.names import clean_email, clean_name
from auth.roles.queries import add_grant
from shared import audit, outbox

from . import queries
from .queries import Organization

WHAT = "name of an organization"


@dataclass(frozen=True, slots=True)
class NewMember:
    """A person who signs in with this (already hashed) password."""

    email: str
    argon2_hash: str
    role: str
    name: str = ""
    brand_ids: Sequence[UUID] | None = None


async def create_organization(
    tx: Tx, name: str, owner_email: str, argon2_hash: str, now: datetime
) -> UUID:
    """An organization with its owner, a new user; raises Conflict (email_taken)."""
    organization_id = new_id()
    clean = clean_name(name, what=WHAT)
    await queries.insert_organization(tx, organization_id, clean, now)
    await add_member(tx, organization_id, NewMember(owner_email, argon2_hash, "owner"), now)
    operator = Actor.service(OPERATOR, organization_id)
    await audit.record(tx, "organization.created", operator, name=clean)
    return organization_id


async def show_organization(tx: Tx, organization_id: UUID) -> Organization:
    """Raises NotFound."""
    found = await queries.get(tx, organization_id)
    if found is None:
        raise NotFound("There is no such organization.", code="organization_not_found")
    return found


async def rename_organization(tx: Tx, organization_id: UUID, name: str) -> Organization:
    """Raises Unprocessable (name_invalid)."""
    before = await show_organization(tx, organization_id)
    clean = clean_name(name, what=WHAT)
    await queries.rename(tx, organization_id, clean)
    audit.note(tx, target=("organization", organization_id), name_before=before.name, name=clean)
    return await show_organization(tx, organization_id)


async def create_first_owner(
    tx: Tx, name: str, owner_email: str, argon2_hash: str, now: datetime
) -> UUID | None:
    """The first organization of an installation; None (and nothing done) when any user exists."""
    await queries.lock_first_run(tx)
    if await queries.has_users(tx):
        return None
    return await create_organization(tx, name, owner_email, argon2_hash, now)


async def add_member(tx: Tx, organization_id: UUID, member: NewMember, now: datetime) -> UUID:
    """A new user in the organization; Conflict (email_taken), NotFound or Unprocessable."""
    email = clean_email(member.email)
    if member.role not in ROLES:
        raise Unprocessable(f"Roles are {', '.join(ROLES)}.", code="role_unknown")
    if not await queries.organization_exists(tx, organization_id):
        raise NotFound("There is no such organization.", code="organization_not_found")
    await _check_brands(tx, organization_id, member.brand_ids)
    user_id = new_id()
    if not await queries.insert_user(tx, user_id, email, member.name or email.split("@")[0], now):
        raise Conflict("A user with this e-mail address exists.", code="email_taken")
    await queries.put_password(tx, user_id, member.argon2_hash, now)
    await queries.insert_membership(tx, organization_id, user_id, now)
    await add_grant(tx, organization_id, user_id, member.role, member.brand_ids, now)
    data = MemberUpdated(subject_id=user_id, user_id=user_id)
    await outbox.add(tx, data, organization_id=organization_id)
    return user_id


async def _check_brands(tx: Tx, organization_id: UUID, brand_ids: Sequence[UUID] | None) -> None:
    if brand_ids is None:
        return
    if not brand_ids or await queries.count_brands(tx, organization_id, brand_ids) != len(
        set(brand_ids)
    ):
        raise NotFound("A brand of the list is not in the organization.", code="brand_not_found")
