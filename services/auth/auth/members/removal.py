"""Removing a member: what breaks, told beforehand; then all of it in one transaction."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.db import Tx
from shared.errors import Unprocessable
from shared.events import MemberRemoved
from shared.internal_tokens import Actor

from auth.roles.domain import Authority
from auth.roles.service import authority_of, check_decides
from auth.scopes import organization_of
from shared import outbox

from . import queries
from .dependents import DEPENDENTS, Item, Leaving, Noun
from .domain import Member, check_owner_stays, visible
from .service import MANAGE, member_among, member_not_found


@dataclass(frozen=True, slots=True)
class Preview:
    """What a removal would do. `heirs`: members who could take over."""

    member: Member
    last_owner: bool
    dependents: tuple[tuple[Noun, list[Item]], ...]
    heirs: tuple[Member, ...]


async def preview_removal(tx: Tx, manager: Actor, user_id: UUID, now: datetime) -> Preview:
    """Raises NotFound, or Forbidden (beyond_own_rights) as the removal would."""
    authority = await authority_of(tx, manager, MANAGE)
    organization_id = organization_of(manager.scope)
    everybody = await queries.list_all(tx, organization_id)
    member = _removable(everybody, user_id, authority)
    who = Leaving(organization_id, user_id, authority.user_id, None, now)
    others = [each for each in everybody if each.user_id != user_id]
    return Preview(
        member,
        member.is_owner and not any(each.is_owner for each in others),
        tuple([(noun, await noun.find(tx, who)) for noun in DEPENDENTS]),
        tuple(visible(others, authority.brands, authority.user_id)),
    )


async def remove_member(
    tx: Tx, manager: Actor, user_id: UUID, heir_id: UUID | None, now: datetime
) -> None:
    """Their sessions end at once, what hangs on them is settled, the record of what they did stays.
    Raises as the preview does, and Conflict (last_owner), Unprocessable (heir_needed) or NotFound."""
    authority = await authority_of(tx, manager, MANAGE)
    organization_id = organization_of(manager.scope)
    everybody = await queries.list_all(tx, organization_id)
    member = _removable(everybody, user_id, authority)
    if member.is_owner:
        check_owner_stays(everybody, user_id)
    _check_heir(everybody, authority, user_id, heir_id)
    leaving = Leaving(organization_id, user_id, authority.user_id, heir_id, now)
    for noun in DEPENDENTS:
        await noun.settle(tx, leaving)
    await queries.delete(tx, organization_id, user_id)
    data = MemberRemoved(subject_id=user_id, user_id=user_id)
    await outbox.add(tx, data, organization_id=organization_id)


def _removable(everybody: list[Member], user_id: UUID, authority: Authority) -> Member:
    member = member_among(everybody, user_id, authority)
    check_decides(authority, member.access)
    return member


def _check_heir(
    everybody: list[Member], authority: Authority, user_id: UUID, heir_id: UUID | None
) -> None:
    """Somebody who removes themselves has to name who takes over."""
    if heir_id == user_id or (heir_id is None and authority.user_id == user_id):
        raise Unprocessable(
            "Somebody who stays has to take over.", code="heir_needed", hint="Choose an heir."
        )
    if heir_id is None:
        return
    known = visible(everybody, authority.brands, authority.user_id)
    if heir_id not in {each.user_id for each in known}:
        raise member_not_found()
