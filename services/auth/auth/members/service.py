"""Seeing who belongs to an organization, and changing what they may do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.db import SYSTEM, Db, Tx
from shared.errors import NotFound
from shared.events import MemberUpdated
from shared.internal_tokens import Actor

from auth.roles import queries as roles
from auth.roles.domain import Assignment, Authority, access_of, is_owner
from auth.roles.service import authority_of, check_decides, resolve
from auth.scopes import organization_of
from shared import audit, outbox

from . import queries
from .domain import Member, check_owner_stays, visible

MANAGE = "member:manage"


@dataclass(frozen=True, slots=True)
class Listed:
    """A member as the reader sees them; `manageable`: the reader may change or remove them."""

    member: Member
    second_factor: bool
    manageable: bool


async def list_members(tx: Tx, db: Db, reader: Actor) -> list[Listed]:
    """Those the reader may know of. Second factors are looked up apart, in the system scope."""
    everybody = await queries.list_all(tx, organization_of(reader.scope))
    shown = visible(everybody, reader.brand_ids, UUID(reader.subject))
    async with db.read(SYSTEM) as system:
        secured = await queries.with_second_factor(system, [each.user_id for each in shown])
    authority = _authority_among(everybody, reader)
    access = {each.user_id: each.access for each in everybody}
    return [
        Listed(
            member,
            member.user_id in secured,
            authority is not None and authority.may_decide(access[member.user_id]),
        )
        for member in shown
    ]


def _authority_among(everybody: Sequence[Member], reader: Actor) -> Authority | None:
    """What the reader may decide; nothing for API keys and while viewing as somebody."""
    if reader.kind != "user" or MANAGE not in reader.permissions:
        return None
    own = next((each.access for each in everybody if str(each.user_id) == reader.subject), None)
    if own is None:
        return None
    return Authority(UUID(reader.subject), own, own.brands_for(MANAGE))


async def change_grants(
    tx: Tx, manager: Actor, user_id: UUID, wishes: Sequence[Assignment], now: datetime
) -> None:
    """The member has these grants and no others, from the commit on. Raises NotFound, Conflict
    (last_owner) or Forbidden (beyond_own_rights): what they had and get must be within the manager's."""
    authority = await authority_of(tx, manager, MANAGE)
    organization_id = organization_of(manager.scope)
    everybody = await queries.list_all(tx, organization_id)
    member = member_among(everybody, user_id, authority)
    wanted = await resolve(tx, organization_id, wishes)
    check_decides(authority, member.access)
    check_decides(authority, access_of(wanted))
    if [each.wish for each in member.assignments] == [each.wish for each in wanted]:
        return
    if member.is_owner and not is_owner(wanted):
        check_owner_stays(everybody, user_id)
    await roles.replace_grants(tx, organization_id, user_id, wanted, now)
    note_grants(tx, wanted, member.assignments)
    data = MemberUpdated(subject_id=user_id, user_id=user_id)
    await outbox.add(tx, data, organization_id=organization_id)


def member_among(everybody: Sequence[Member], user_id: UUID, authority: Authority) -> Member:
    """Raises NotFound for strangers, and for members whom the person cannot know of."""
    known = {each.user_id for each in visible(everybody, authority.brands, authority.user_id)}
    for member in everybody:
        if member.user_id == user_id and user_id in known:
            return member
    raise member_not_found()


def note_grants(
    tx: Tx, grants: Sequence[Assignment], before: Sequence[Assignment] | None = None
) -> None:
    """What the audit log tells of given grants, and whose brands they concern."""
    concerned = [brand for each in (*(before or ()), *grants) for brand in each.brand_ids or ()]
    audit.note(tx, brand_ids=concerned, grants=_told(grants))
    if before is not None:
        audit.note(tx, grants_before=_told(before))


def _told(assignments: Sequence[Assignment]) -> list[dict[str, object]]:
    """`brand_ids` None: in every brand."""
    return [
        {"role": each.name or each.role, "brand_ids": each.brand_ids and sorted(each.brand_ids)}
        for each in assignments
    ]


def member_not_found() -> NotFound:
    return NotFound("There is no such member.", code="member_not_found")
