"""Signing in and out, and telling the gateway who a session token belongs to."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.db import SYSTEM, Db, Tx
from shared.errors import Unauthenticated
from shared.events import SessionRevoked
from shared.ids import new_id
from shared.metrics import counter

from auth.names import fold_email
from auth.pepper import Pepper, new_bearer
from shared import outbox

from . import queries
from .domain import Lifetime, Session
from .passwords import Passwords
from .throttle import LoginThrottle

SIGN_INS = counter("sign_ins_total", "Attempts to sign in that reached the password", ["outcome"])


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody at `ip` trying to sign in; `previous` is the session their browser holds already."""

    email: str
    password: str
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
    """Sign-in opens its own transactions: the password is checked between two short ones."""

    db: Db
    pepper: Pepper
    passwords: Passwords
    throttle: LoginThrottle
    lifetime: Lifetime

    async def sign_in(self, attempt: Attempt, now: datetime) -> SignedIn:
        """Always a new token; ends the browser's previous session. Raises TooManyRequests
        (login_throttled) or Unauthenticated (invalid_credentials), the same for unknown users."""
        email = fold_email(attempt.email)
        await self.throttle.admit(email, attempt.ip, now)
        async with self.db.tx(SYSTEM) as tx:
            login = await queries.login_of(tx, email)
        stored = login.argon2_hash if login else None
        if not await self.passwords.matches(stored, attempt.password) or login is None:
            SIGN_INS.labels(outcome="refused").inc()
            raise Unauthenticated(
                "E-mail address or password is wrong.", code="invalid_credentials"
            )
        await self._rehash(login, attempt.password)
        await self.throttle.forgive(email)
        SIGN_INS.labels(outcome="done").inc()
        return await self._open(login, attempt, now)

    async def resolve(self, tx: Tx, token: str, now: datetime) -> Session:
        """The live session of a token, its idle time extended; raises Unauthenticated."""
        session = await queries.live_by_token(tx, self.pepper.session_hash(token), now)
        if session is None:
            raise session_over()
        if session.due_touch(now):
            idle_end = self.lifetime.idle_end(now, session.expires_at)
            await queries.touch(tx, session.id, now, idle_end)
        return session

    async def _open(self, login: queries.Login, attempt: Attempt, now: datetime) -> SignedIn:
        session_id, token = new_id(), new_bearer()
        end = self.lifetime.end(now)
        times = (now, self.lifetime.idle_end(now, end), end)
        origin = (attempt.ip[:64], attempt.user_agent[:256])
        token_hash = self.pepper.session_hash(token)
        async with self.db.tx(SYSTEM) as tx:
            if attempt.previous is not None:
                await end_session(tx, *attempt.previous, now)
            await queries.insert(tx, session_id, login, token_hash, origin, times)
            session = await queries.live_by_token(tx, token_hash, now)
        if session is None:
            raise session_over()
        return SignedIn(session, token)

    async def _rehash(self, login: queries.Login, password: str) -> None:
        if not self.passwords.outdated(login.argon2_hash):
            return
        renewed = await self.passwords.renew(password)
        async with self.db.tx(SYSTEM) as tx:
            await queries.replace_hash(tx, login.user_id, login.argon2_hash, renewed)


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


def session_over() -> Unauthenticated:
    return Unauthenticated("The session has ended.", code="session_invalid", hint="Sign in again.")
