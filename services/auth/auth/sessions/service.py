"""Sessions: opened for whoever was proven to be a user, ended, and told to the gateway by their token."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.db import SYSTEM, Db, Tx
from shared.errors import Unauthenticated
from shared.events import SessionRevoked
from shared.ids import new_id
from shared.internal_tokens import Actor

from auth.pepper import Pepper, new_bearer
from shared import audit, outbox

from . import queries
from .domain import Lifetime, Session


@dataclass(frozen=True, slots=True)
class Origin:
    """The browser a session is for; `previous` is the one it holds already, which ends."""

    ip: str = ""
    user_agent: str = ""
    previous: tuple[UUID, UUID] | None = None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session and the only copy of its token."""

    session: Session
    token: str


@dataclass(frozen=True, slots=True)
class Sessions:
    """What every identity provider ends with: our own session."""

    db: Db
    pepper: Pepper
    lifetime: Lifetime

    async def open(self, user_id: UUID, origin: Origin, now: datetime) -> SignedIn:
        """A session in the organization they belong to the longest; raises Unauthenticated
        (no_organization)."""
        async with self.db.tx(SYSTEM) as tx:
            home = await queries.home_of(tx, user_id)
            if home is not None:
                return await self.open_in(tx, home, user_id, origin, now)
            if origin.previous is not None:
                await end_session(tx, *origin.previous, now)
        raise Unauthenticated("You belong to no organization any more.", code="no_organization")

    async def open_in(
        self, tx: Tx, organization_id: UUID, user_id: UUID, origin: Origin, now: datetime
    ) -> SignedIn:
        """Always a new id and a new token, and the browser's previous session ends: nothing that was
        planted before is worth anything."""
        session_id, token = new_id(), new_bearer()
        token_hash = self.pepper.session_hash(token)
        end = self.lifetime.end(now)
        times = (now, self.lifetime.idle_end(now, end), end)
        where = (origin.ip[:64], origin.user_agent[:256])
        if origin.previous is not None:
            await end_session(tx, *origin.previous, now)
        await queries.insert(tx, session_id, organization_id, user_id, token_hash, where, times)
        session = await queries.live_by_token(tx, token_hash, now)
        if session is None:
            raise session_over()
        await tell_opened(tx, session, origin.ip)
        return SignedIn(session, token)

    async def resolve(self, tx: Tx, token: str, now: datetime) -> Session:
        """The live session of a token, its idle time extended; raises Unauthenticated."""
        session = await queries.live_by_token(tx, self.pepper.session_hash(token), now)
        if session is None:
            raise session_over()
        if session.due_touch(now):
            idle_end = self.lifetime.idle_end(now, session.expires_at)
            await queries.touch(tx, session.id, now, idle_end)
        return session


async def tell_opened(tx: Tx, session: Session, ip: str = "") -> None:
    """In the log of the organization that the session is for."""
    actor = Actor("user", str(session.user_id), session.organization_id, ip=ip)
    where = audit.current_origin()
    target = ("session", session.id)
    await audit.record(tx, "session.started", actor, target=target, origin=where)


async def current_session(
    tx: Tx, organization_id: UUID, session_id: UUID, now: datetime
) -> Session:
    """The caller's own session; raises Unauthenticated when it has ended."""
    session = await queries.live_by_id(tx, organization_id, session_id, now)
    if session is None:
        raise session_over()
    return session


async def end_session(tx: Tx, organization_id: UUID, session_id: UUID, now: datetime) -> None:
    """Signs out; a session that has ended stays ended."""
    user_id = await queries.revoke(tx, organization_id, session_id, now)
    if user_id is not None:
        data = SessionRevoked(subject_id=session_id, user_id=user_id)
        await outbox.add(tx, data, organization_id=organization_id)


async def end_sessions_of(
    tx: Tx, user_id: UUID, now: datetime, *, keep: UUID | None = None
) -> None:
    """Ends all of a person's sessions, in every organization, but the one to `keep`."""
    for organization_id, session_id in await queries.live_of_user(tx, user_id, now):
        if session_id != keep:
            await end_session(tx, organization_id, session_id, now)


def session_over() -> Unauthenticated:
    return Unauthenticated("The session has ended.", code="session_invalid", hint="Sign in again.")
