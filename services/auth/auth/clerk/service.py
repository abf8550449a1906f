"""Signing in with Clerk: its session token is exchanged for a session of ours, bound to Clerk's."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from shared.db import SYSTEM, Db, Tx
from shared.errors import Forbidden, Unauthenticated, Unavailable
from shared.metrics import counter

from auth.identity.domain import Offer
from auth.sessions.service import Origin, Sessions, SignedIn

from . import queries
from . import settle_queries as settling
from .keys import Keys
from .settle_queries import KnownOrganization
from .tokens import ClerkToken
from .verifier import Verifier
from .webhooks import Webhooks

SIGN_INS = counter("clerk_sign_ins_total", "Clerk session tokens exchanged for a session")
KEEP = timedelta(days=30)
"""Longer than Svix repeats a delivery, and than any token of an ended session lives."""
_WEBHOOK_USUALLY_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Clerk:
    """The provider: what it shows, its keys, its webhooks, and the exchange."""

    db: Db
    shown: Offer
    keys: Keys
    verifier: Verifier
    webhooks: Webhooks
    sessions: Sessions

    async def forget_old(self) -> None:
        """A tick of housekeeping."""
        async with self.db.tx(SYSTEM) as tx:
            await queries.forget_old(tx, self.keys.clock() - KEEP)

    def offer(self) -> Offer:
        return self.shown

    async def prove(self, evidence: str, now: datetime) -> UUID:
        """The user here behind a Clerk session token, whether they belong anywhere or not."""
        token = await self.verifier.read(evidence, now)
        async with self.db.read(SYSTEM) as tx:
            return await person_of(tx, token)

    async def sign_in(self, evidence: str, origin: Origin, now: datetime) -> SignedIn:
        """Always a new session with a new token; the browser's previous one ends. It ends with Clerk's
        session: no end can fall between the look at it and the binding."""
        token = await self.verifier.read(evidence, now)
        async with self.db.tx(SYSTEM) as tx:
            await queries.lock_shared(tx)
            user_id, organization_id = await admit(tx, token, self.webhooks.roles)
            opened = await self.sessions.open_in(tx, organization_id, user_id, origin, now)
            await queries.bind_session(tx, organization_id, opened.session.id, token.session)
        SIGN_INS.inc()
        return opened


async def person_of(tx: Tx, token: ClerkToken) -> UUID:
    """The user that the token stands for here. Raises Unauthenticated (clerk_session_ended), Forbidden
    (clerk_user_deleted), or Unavailable while Clerk's webhooks are still on their way."""
    if await queries.session_ended(tx, token.session):
        raise Unauthenticated(
            "This session has ended.", code="clerk_session_ended", hint="Sign in at Clerk again."
        )
    known = await settling.find_user(tx, token.user)
    if known is not None and known.deleted:
        raise Forbidden("This user was deleted at Clerk.", code="clerk_user_deleted")
    if known is None or known.user_id is None:
        raise _on_its_way("user")
    return known.user_id


async def admit(tx: Tx, token: ClerkToken, roles: Mapping[str, str]) -> tuple[UUID, UUID]:
    """(user, organization) that the token stands for here; raises as `person_of`, and Forbidden for
    who belongs to no organization or not to the token's."""
    user_id = await person_of(tx, token)
    own = await queries.memberships_of(tx, user_id)
    if token.organization is None:
        if not own:
            raise _no_organization()
        return user_id, own[0]
    place = await settling.find_organization(tx, token.organization)
    organization_id = None if place is None else place.organization_id
    if organization_id is not None and organization_id in own:
        return user_id, organization_id
    raise await _why_not_a_member(tx, token, place, roles)


async def _why_not_a_member(
    tx: Tx, token: ClerkToken, place: KnownOrganization | None, roles: Mapping[str, str]
) -> Forbidden | Unavailable:
    if place is not None and place.deleted:
        return Forbidden(
            "This organization was deleted at Clerk.", code="clerk_organization_deleted"
        )
    role = (await queries.roles_of_user(tx, token.user)).get(token.organization or "")
    if role is None:
        return _on_its_way("membership")
    if role not in roles:
        return Forbidden(
            f"The Clerk role {role} means nothing here.",
            code="clerk_role_unmapped",
            hint="Ask the operator to add it to CLERK_ROLES, or an admin for another role.",
        )
    return Forbidden(
        "You were removed from this organization.",
        code="not_a_member",
        hint="Ask an admin of the organization to invite you again.",
    )


def _on_its_way(what: str) -> Unavailable:
    return Unavailable(
        f"Clerk has not told us of this {what} yet.",
        code=f"clerk_{what}_pending",
        hint="Try again in a few seconds. If it stays so, Clerk's webhooks do not arrive.",
        retry_after_seconds=_WEBHOOK_USUALLY_SECONDS,
    )


def _no_organization() -> Forbidden:
    return Forbidden(
        "Your Clerk account belongs to no organization.",
        code="clerk_organization_required",
        hint="Create an organization at Clerk or ask for an invitation, then sign in again.",
    )
