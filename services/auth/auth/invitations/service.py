"""Inviting somebody, sending it again, taking it back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from shared.db import Tx
from shared.errors import Conflict, NotFound
from shared.ids import new_id
from shared.internal_tokens import Actor

from auth.mail.service import post
from auth.members import queries as members
from auth.members.domain import Member
from auth.members.service import note_grants
from auth.names import clean_email
from auth.organizations import queries as organizations
from auth.pepper import Pepper, new_bearer
from auth.roles.domain import Assignment, Brands, seen_through
from auth.roles.service import authority_of, check_decides, resolve
from auth.scopes import organization_of
from shared import audit

from . import queries
from .domain import Invitation, already_member
from .letters import invitation_letter

MANAGE = "member:manage"


@dataclass(frozen=True, slots=True)
class Desk:
    """How invitations leave: sealed by `pepper`, for `life`, over links to `web_root`; `by_letter` where
    letters are sent at all."""

    pepper: Pepper
    life: timedelta
    web_root: str
    by_letter: bool

    def link(self, token: str) -> str:
        return f"{self.web_root}/invitation/?token={token}"


@dataclass(frozen=True, slots=True)
class Sent:
    """An invitation on its way, and the only copy of the link for the inviter to hand over."""

    invitation: Invitation
    link: str


def visible_open(invitations: Sequence[Invitation], brands: Brands) -> list[Invitation]:
    """Those that somebody limited to brands may know of."""
    shown = (replace(i, assignments=seen_through(i.assignments, brands)) for i in invitations)
    return [invitation for invitation in shown if invitation.assignments]


async def invite(
    tx: Tx, desk: Desk, inviter: Actor, email: str, wishes: Sequence[Assignment], now: datetime
) -> Sent:
    """Raises Conflict (already_member, invitation_open), NotFound, Unprocessable or Forbidden
    (beyond_own_rights): nobody offers what they do not hold."""
    authority = await authority_of(tx, inviter, MANAGE)
    organization_id = organization_of(inviter.scope)
    address = clean_email(email)
    everybody = await members.list_all(tx, organization_id)
    if any(member.email == address for member in everybody):
        raise already_member()
    wanted = await resolve(tx, organization_id, wishes)
    own = _member(everybody, authority.user_id)
    invitation = Invitation(
        new_id(), organization_id, address, own.user_id, own.name, own.email, wanted,
        now, now, now + desk.life,
    )  # fmt: skip
    check_decides(authority, invitation.access)
    tokens = new_bearer(), new_bearer()
    if not await queries.insert(tx, invitation, _hashes(desk, tokens)):
        raise Conflict(
            "This address has an open invitation.",
            code="invitation_open",
            hint="Send it again, or withdraw it first.",
        )
    note_grants(tx, wanted)
    audit.note(tx, target=("invitation", invitation.id), email=address)
    return await _send(tx, desk, invitation, tokens, now)


async def send_again(
    tx: Tx, desk: Desk, inviter: Actor, invitation_id: UUID, now: datetime
) -> Sent:
    """New links in place of the old ones, for another while; the sender answers for it from now on."""
    authority = await authority_of(tx, inviter, MANAGE)
    organization_id = organization_of(inviter.scope)
    invitation = await _open(tx, organization_id, invitation_id, authority.brands)
    check_decides(authority, invitation.access)
    own = _member(await members.list_all(tx, organization_id), authority.user_id)
    renewed = replace(
        invitation,
        invited_by=own.user_id,
        inviter_name=own.name,
        inviter_email=own.email,
        sent_at=now,
        expires_at=now + desk.life,
    )
    tokens = new_bearer(), new_bearer()
    await queries.renew(tx, renewed, _hashes(desk, tokens))
    return await _send(tx, desk, renewed, tokens, now)


async def withdraw(tx: Tx, manager: Actor, invitation_id: UUID, now: datetime) -> None:
    """The links are worth nothing from here on."""
    authority = await authority_of(tx, manager, MANAGE)
    organization_id = organization_of(manager.scope)
    invitation = await _open(tx, organization_id, invitation_id, authority.brands)
    check_decides(authority, invitation.access)
    await queries.revoke(tx, organization_id, invitation.id, now)


async def _send(
    tx: Tx, desk: Desk, invitation: Invitation, tokens: tuple[str, str], now: datetime
) -> Sent:
    link, letter = map(desk.link, tokens)
    if desk.by_letter:
        name = await organizations.name_of(tx, invitation.organization_id)
        await post(tx, desk.pepper, invitation_letter(invitation, name, letter), now)
    return Sent(invitation, link)


async def _open(tx: Tx, organization_id: UUID, invitation_id: UUID, brands: Brands) -> Invitation:
    found = await queries.list_open(tx, organization_id, invitation_id)
    if not visible_open(found, brands):
        raise NotFound("There is no such open invitation.", code="invitation_not_found")
    return found[0]


def _member(everybody: Sequence[Member], user_id: UUID) -> Member:
    return next(member for member in everybody if member.user_id == user_id)


def _hashes(desk: Desk, tokens: tuple[str, str]) -> tuple[bytes, bytes]:
    link, letter = tokens
    return desk.pepper.invitation_hash(link), desk.pepper.invitation_hash(letter)
