"""Making roles of named permissions, and deciding who may give which."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from shared.db import Tx
from shared.errors import Conflict, Forbidden, NotFound, Unprocessable
from shared.events import MemberUpdated, RoleCreated, RoleDeleted, RoleUpdated
from shared.ids import new_id
from shared.internal_tokens import Actor
from shared.permissions import OWNER_ONLY, PERMISSIONS, ROLES

from auth.names import clean_name
from auth.organizations import queries as organizations
from auth.scopes import organization_of
from shared import audit, outbox

from . import queries
from .domain import Assignment, Authority, Effective, effective
from .queries import CustomRole

WHAT = "name of a role"


async def authority_of(tx: Tx, actor: Actor, permission: str) -> Authority:
    """What the caller holds right now, whatever their session remembers; nobody else's rights change
    in the organization until this transaction ends. Raises Forbidden when the permission is gone."""
    organization_id, user_id = organization_of(actor.scope), UUID(actor.subject)
    await organizations.lock(tx, organization_id)
    own = effective(await queries.grants_of(tx, organization_id, user_id))
    if actor.kind != "user" or permission not in own.permissions:
        raise Forbidden(
            f"Your role lacks {permission}.", code="permission_missing", permission=permission
        )
    return Authority(user_id, own, own.brands_for(permission))


def check_decides(authority: Authority, access: Effective) -> None:
    """Raises Forbidden (beyond_own_rights) for access that the person does not have themselves."""
    if not authority.may_decide(access):
        raise Forbidden(
            "This would give, change or take away more than you may do yourself.",
            code="beyond_own_rights",
            hint="Ask an owner, or choose fewer permissions or brands.",
        )


async def resolve(
    tx: Tx, organization_id: UUID, wishes: Sequence[Assignment]
) -> tuple[Assignment, ...]:
    """The wished grants with what their roles hold; raises NotFound (role_not_found, brand_not_found),
    also for brands that the transaction does not see."""
    brands = {brand for wish in wishes for brand in wish.brand_ids or ()}
    if await organizations.count_brands(tx, organization_id, sorted(brands)) != len(brands):
        raise NotFound("A brand of the list is not in the organization.", code="brand_not_found")
    custom = {role.id: role for role in await queries.list_custom(tx, organization_id)}
    return tuple(_resolved(wish, custom) for wish in wishes)


def _resolved(wish: Assignment, custom: dict[UUID, CustomRole]) -> Assignment:
    if wish.role_id is None:
        return Assignment(wish.role, None, wish.brand_ids, wish.role or "")
    role = custom.get(wish.role_id)
    if role is None:
        raise role_not_found()
    return Assignment(None, role.id, wish.brand_ids, role.name, role.permissions)


async def create_role(
    tx: Tx, author: Actor, name: str, permissions: Collection[str], now: datetime
) -> CustomRole:
    """Raises Conflict (role_name_taken), Unprocessable or Forbidden (beyond_own_rights)."""
    authority = await authority_of(tx, author, "role:manage")
    organization_id = organization_of(author.scope)
    chosen, clean = _grantable(permissions), clean_name(name, what=WHAT)
    check_decides(authority, _everywhere(chosen))
    await _check_free(tx, organization_id, clean)
    role_id = new_id()
    await queries.insert_role(tx, organization_id, role_id, clean, sorted(chosen), now)
    audit.note(tx, name=clean, permissions=sorted(chosen))
    await outbox.add(tx, RoleCreated(role_id=role_id), organization_id=organization_id)
    return await show_role(tx, organization_id, role_id)


async def change_role(
    tx: Tx, author: Actor, role_id: UUID, name: str, permissions: Collection[str], now: datetime
) -> CustomRole:
    """What it becomes, and what it was, must be within the author's own rights. Members who hold it
    have the new permissions from the commit on."""
    authority = await authority_of(tx, author, "role:manage")
    organization_id = organization_of(author.scope)
    before = await show_role(tx, organization_id, role_id)
    chosen, clean = _grantable(permissions), clean_name(name, what=WHAT)
    check_decides(authority, _everywhere(before.permissions | chosen))
    if (before.name, before.permissions) == (clean, chosen):
        return before
    await _check_free(tx, organization_id, clean, but=role_id)
    await queries.update_role(tx, organization_id, role_id, clean, sorted(chosen), now)
    _note_change(tx, before, clean, chosen)
    await outbox.add(tx, RoleUpdated(role_id=role_id), organization_id=organization_id)
    for user_id, _ in await queries.members_with(tx, organization_id, role_id):
        data = MemberUpdated(subject_id=user_id, user_id=user_id)
        await outbox.add(tx, data, organization_id=organization_id)
    return await show_role(tx, organization_id, role_id)


async def delete_role(tx: Tx, author: Actor, role_id: UUID) -> None:
    """Raises Conflict (role_in_use) naming who holds it or is invited to it."""
    authority = await authority_of(tx, author, "role:manage")
    organization_id = organization_of(author.scope)
    role = await show_role(tx, organization_id, role_id)
    check_decides(authority, _everywhere(role.permissions))
    members = [email for _, email in await queries.members_with(tx, organization_id, role_id)]
    invited = await queries.invited_with(tx, organization_id, role_id)
    if members or invited:
        raise Conflict(
            "Somebody holds this role or is invited to it.",
            code="role_in_use",
            hint="Give them another role first.",
            members=members,
            invited=invited,
        )
    await queries.delete_role(tx, organization_id, role_id)
    audit.note(tx, name=role.name, permissions_before=sorted(role.permissions))
    await outbox.add(tx, RoleDeleted(role_id=role_id), organization_id=organization_id)


def _note_change(tx: Tx, before: CustomRole, name: str, permissions: frozenset[str]) -> None:
    """What the audit log tells of a role that became another."""
    audit.note(
        tx,
        target=("role", before.id),
        name=name,
        name_before=before.name,
        permissions=sorted(permissions),
        permissions_before=sorted(before.permissions),
    )


async def show_role(tx: Tx, organization_id: UUID, role_id: UUID) -> CustomRole:
    """Raises NotFound."""
    for role in await queries.list_custom(tx, organization_id):
        if role.id == role_id:
            return role
    raise role_not_found()


def role_not_found() -> NotFound:
    return NotFound("There is no such role.", code="role_not_found")


async def _check_free(tx: Tx, organization_id: UUID, name: str, *, but: UUID | None = None) -> None:
    """The names of built-in roles count as taken."""
    custom = await queries.list_custom(tx, organization_id)
    taken = {role.name.lower() for role in custom if role.id != but} | set(ROLES)
    if name.lower() in taken:
        raise Conflict("A role of this name exists.", code="role_name_taken")


def _grantable(permissions: Collection[str]) -> frozenset[str]:
    chosen = frozenset(permissions)
    if not chosen or not chosen <= PERMISSIONS:
        raise Unprocessable(
            "A role has one or more of the permissions that exist.",
            code="permission_unknown",
            hint="See GET /v1/permissions.",
        )
    if chosen & OWNER_ONLY:
        raise Unprocessable(
            f"Only owners hold {', '.join(sorted(chosen & OWNER_ONLY))}.",
            code="permission_owner_only",
        )
    return chosen


def _everywhere(permissions: frozenset[str]) -> Effective:
    """A role can be granted for every brand, so what it holds counts for every brand."""
    return Effective(permissions, None, {})
