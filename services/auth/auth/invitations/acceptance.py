"""Taking up an invitation: by who is signed in under the invited address (here, or at Clerk where Clerk
keeps the accounts), or by somebody new.

Somebody new chooses name and password. That shows nothing about the address by itself: the link in the
letter does, and where no letters are sent, the word of the inviter has to do.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.db import SYSTEM, Db, Tx
from shared.events import MemberUpdated
from shared.ids import new_id
from shared.internal_tokens import Actor

from auth.names import clean_name
from auth.organizations import queries as organizations
from auth.pepper import Pepper
from auth.roles import queries as roles
from auth.roles.domain import Authority, effective
from auth.sessions.passwords import Passwords
from shared import audit, outbox

from . import queries
from .domain import (
    Bearer,
    Offer,
    Way,
    already_member,
    check_addressee,
    check_newcomer,
    invitation_invalid,
    sign_in_first,
)

MANAGE = "member:manage"
WHAT = "name"


@dataclass(frozen=True, slots=True)
class Taker:
    """Who takes an invitation up: the signed-in `user_id`, or a new person with name and password."""

    token: str
    user_id: UUID | None = None
    name: str = ""
    password: str = ""


@dataclass(frozen=True, slots=True)
class Reception:
    """Opens its own transactions: a password is hashed between two short ones. `self_service`: whether
    people may choose passwords here; `by_letter`: whether only a letter shows that an address is theirs."""

    db: Db
    pepper: Pepper
    passwords: Passwords
    self_service: bool
    by_letter: bool

    async def offer(self, token: str, now: datetime) -> tuple[Offer, Way]:
        """What a token offers, and how to take it up. Raises NotFound (invitation_invalid)."""
        async with self.db.read(SYSTEM) as tx:
            offer = await self._offer(tx, token, now)
            return offer, await self._way(tx, offer)

    async def accept(self, taker: Taker, now: datetime) -> Offer:
        """One of any number at once; the others, and all later ones, are told invitation_invalid."""
        async with self.db.read(SYSTEM) as tx:
            offer = await self._offer(tx, taker.token, now)
            bearer = await self._bearer(tx, taker)
            check_addressee(offer, bearer)
            if bearer.user_id is None:
                check_newcomer(await self._way(tx, offer))
        hashed = "" if bearer.user_id else await self._hash(offer, taker)
        async with self.db.tx(SYSTEM) as tx:
            await organizations.lock(tx, offer.invitation.organization_id)
            offer = await self._offer(tx, taker.token, now)
            await self._check_inviter(tx, offer)
            user_id = bearer.user_id or await self._newcomer(tx, offer, taker, hashed, now)
            await self._join(tx, offer, user_id, now)
        return offer

    async def _offer(self, tx: Tx, token: str, now: datetime) -> Offer:
        offer = await queries.offer_of(tx, self.pepper.invitation_hash(token), now)
        if offer is None:
            raise invitation_invalid()
        return offer

    async def _bearer(self, tx: Tx, taker: Taker) -> Bearer:
        if taker.user_id is None:
            return Bearer()
        return Bearer(taker.user_id, await queries.email_of(tx, taker.user_id))

    async def _way(self, tx: Tx, offer: Offer) -> Way:
        """Whether the address has a user is told only to who shows that they read its mail."""
        if not self.self_service:
            return "sign_in"
        if self.by_letter and not offer.proves_address:
            return "letter"
        user_id = await queries.user_of(tx, offer.invitation.email)
        known = user_id is not None and await queries.belongs_anywhere(tx, user_id)
        return "sign_in" if known else "new_user"

    async def _hash(self, offer: Offer, taker: Taker) -> str:
        name = clean_name(taker.name, what=WHAT)
        await self.passwords.check(taker.password, [name, offer.invitation.email])
        return await self.passwords.hash(taker.password)

    async def _check_inviter(self, tx: Tx, offer: Offer) -> None:
        """What they offered they must still hold: raises NotFound (invitation_invalid)."""
        invitation = offer.invitation
        organization_id, inviter = invitation.organization_id, invitation.invited_by
        own = effective(await roles.grants_of(tx, organization_id, inviter))
        authority = Authority(inviter, own, own.brands_for(MANAGE))
        if not authority.may_decide(invitation.access):
            raise invitation_invalid()

    async def _newcomer(
        self, tx: Tx, offer: Offer, taker: Taker, hashed: str, now: datetime
    ) -> UUID:
        """A new user; or one who belongs nowhere any more, with a new name and password."""
        email, name = offer.invitation.email, clean_name(taker.name, what=WHAT)
        user_id = new_id()
        if not await organizations.insert_user(tx, user_id, email, name, now):
            existing = await queries.user_of(tx, email)
            if existing is None or await queries.belongs_anywhere(tx, existing):
                raise sign_in_first()
            user_id = existing
            await queries.rename_user(tx, user_id, name)
        await organizations.put_password(tx, user_id, hashed, now)
        return user_id

    async def _join(self, tx: Tx, offer: Offer, user_id: UUID, now: datetime) -> None:
        invitation = offer.invitation
        organization_id = invitation.organization_id
        if await queries.is_member(tx, organization_id, user_id):
            raise already_member()
        await organizations.insert_membership(tx, organization_id, user_id, now)
        await roles.replace_grants(tx, organization_id, user_id, invitation.assignments, now)
        if not await queries.accept(tx, organization_id, invitation.id, user_id, now):
            raise invitation_invalid()
        data = MemberUpdated(subject_id=user_id, user_id=user_id)
        await outbox.add(tx, data, organization_id=organization_id)
        await audit.record(
            tx,
            "invitation.accepted",
            Actor("user", str(user_id), organization_id),
            target=("invitation", invitation.id),
            origin=audit.current_origin(),
        )
