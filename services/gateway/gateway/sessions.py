"""Browser sessions: cookie → actor, asked of auth once and remembered for a few seconds.

Only a hash of the cookie is kept. A revocation drops what is remembered and also keeps an answer that
was already on its way from being remembered.
"""

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.errors import Unauthenticated, UpstreamFailed
from shared.internal_tokens import Actor, TokenSigner

Resolve = Callable[[str], Awaitable[Mapping[str, Any]]]

TOKEN_TTL_SECONDS = 60
MAX_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Session:
    """A live session; `tokens` holds the internal tokens already signed for it, per service and address."""

    actor: Actor
    csrf_token: str
    expires_at: datetime
    tokens: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])

    def token(self, signer: TokenSigner, audience: str, ip: str) -> str:
        """An internal token of this session's actor for one service.

        Reused while the session is remembered (at most 10 s), so it has at least 50 s left.
        """
        key = (audience, ip)
        found = self.tokens.get(key)
        if found is None:
            actor = replace(self.actor, ip=ip)
            found = signer.sign(actor, audience, ttl_seconds=TOKEN_TTL_SECONDS)
            self.tokens[key] = found
        return found


def session_from(answer: Mapping[str, Any]) -> Session:
    """Auth's answer as a Session; raises UpstreamFailed when it does not have the agreed shape."""
    try:
        brands = answer["brand_ids"]
        actor = Actor(
            kind="user",
            subject=str(answer["subject"]),
            organization_id=UUID(answer["organization_id"]),
            permissions=frozenset(answer["permissions"]),
            brand_ids=None if brands is None else frozenset(UUID(b) for b in brands),
            session_id=UUID(answer["session_id"]),
            narrower={p: frozenset(map(UUID, b)) for p, b in answer.get("narrower", {}).items()},
            impersonator=str(answer.get("impersonator", "")),
        )
        expires_at = datetime.fromisoformat(answer["expires_at"])
        return Session(actor=actor, csrf_token=str(answer["csrf_token"]), expires_at=expires_at)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise UpstreamFailed("auth described a session in an unknown shape.") from error


@dataclass(slots=True)
class _Remembered:
    session: Session
    until: float


class Sessions:
    """Resolves cookies, one question to auth per cookie at a time."""

    def __init__(
        self,
        resolve: Resolve,
        *,
        seconds: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._resolve = resolve
        self._seconds = seconds
        self._monotonic = monotonic
        self._remembered: OrderedDict[bytes, _Remembered] = OrderedDict()
        self._asking: dict[bytes, asyncio.Task[Session]] = {}
        self._epoch = 0

    def remembered(self, cookie: str) -> Session | None:
        """The session, if it was resolved within the last seconds."""
        key = _key(cookie)
        entry = self._remembered.get(key)
        if entry is None:
            return None
        if entry.until <= self._monotonic():
            del self._remembered[key]
            return None
        return entry.session

    async def get(self, cookie: str) -> Session:
        """The session of a cookie; raises Unauthenticated, or Unavailable when auth cannot be asked."""
        found = self.remembered(cookie)
        return found if found is not None else await self._ask_once(cookie)

    async def recheck(self, cookie: str) -> Session:
        """As `get`, but asks auth again whatever is remembered."""
        return await self._ask_once(cookie)

    async def _ask_once(self, cookie: str) -> Session:
        key = _key(cookie)
        task = self._asking.get(key)
        if task is None:
            task = asyncio.create_task(self._ask(key, cookie))
            self._asking[key] = task
            task.add_done_callback(lambda done: self._answered(key, done))
        return await asyncio.shield(task)

    async def _ask(self, key: bytes, cookie: str) -> Session:
        epoch = self._epoch
        try:
            session = session_from(await self._resolve(cookie))
        except Unauthenticated:
            self._remembered.pop(key, None)
            raise
        if epoch == self._epoch:
            self._remember(key, session)
        return session

    def _answered(self, key: bytes, task: asyncio.Task[Session]) -> None:
        if self._asking.get(key) is task:
            del self._asking[key]
        if not task.cancelled():
            task.exception()

    def _remember(self, key: bytes, session: Session) -> None:
        self._remembered[key] = _Remembered(session, self._monotonic() + self._seconds)
        self._remembered.move_to_end(key)
        while len(self._remembered) > MAX_REMEMBERED:
            self._remembered.popitem(last=False)

    def forget(self, cookie: str) -> None:
        """Drop one cookie: its owner logged out here."""
        self._forget_keys([_key(cookie)])

    def forget_session(self, session_id: UUID) -> None:
        """Drop a session that was revoked anywhere."""
        self._forget_where(lambda actor: actor.session_id == session_id)

    def forget_user(self, user_id: UUID) -> None:
        """Drop every session of a user whose rights changed, and those in which somebody views as them
        or they as somebody."""
        self._forget_where(lambda actor: str(user_id) in (actor.subject, actor.impersonator))

    def _forget_where(self, matches: Callable[[Actor], bool]) -> None:
        self._forget_keys([key for key, e in self._remembered.items() if matches(e.session.actor)])

    def _forget_keys(self, keys: list[bytes]) -> None:
        self._epoch += 1
        self._asking.clear()
        for key in keys:
            self._remembered.pop(key, None)


def _key(cookie: str) -> bytes:
    return hashlib.sha256(cookie.encode("utf-8", "surrogatepass")).digest()
