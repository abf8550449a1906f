"""Browser sessions: cookie → actor, asked of auth once and remembered for a few seconds."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.errors import UpstreamFailed
from shared.internal_tokens import Actor

from .callers import Caller, rights_of
from .recall import Recall

Resolve = Callable[[str], Awaitable[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Session(Caller):
    """A live session."""

    csrf_token: str
    expires_at: datetime


def session_from(answer: Mapping[str, Any]) -> Session:
    """Auth's answer as a Session; raises UpstreamFailed when it does not have the agreed shape."""
    try:
        actor = Actor(
            kind="user",
            **rights_of(answer),
            session_id=UUID(answer["session_id"]),
            impersonator=str(answer.get("impersonator", "")),
        )
        expires_at = datetime.fromisoformat(answer["expires_at"])
        return Session(actor=actor, csrf_token=str(answer["csrf_token"]), expires_at=expires_at)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise UpstreamFailed("auth described a session in an unknown shape.") from error


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
        self._recall = Recall[Session](seconds=seconds, monotonic=monotonic)

    def remembered(self, cookie: str) -> Session | None:
        """The session, if it was resolved within the last seconds."""
        return self._recall.remembered(cookie)

    async def get(self, cookie: str) -> Session:
        """The session of a cookie; raises Unauthenticated, or Unavailable when auth cannot be asked."""
        found = self.remembered(cookie)
        return found if found is not None else await self.recheck(cookie)

    async def recheck(self, cookie: str) -> Session:
        """As `get`, but asks auth again whatever is remembered."""

        async def ask() -> Session:
            return session_from(await self._resolve(cookie))

        return await self._recall.ask(cookie, ask)

    def forget(self, cookie: str) -> None:
        """Drop one cookie: its owner logged out here."""
        self._recall.forget(cookie)

    def forget_session(self, session_id: UUID) -> None:
        """Drop a session that was revoked anywhere."""
        self._recall.forget_where(lambda session: session.actor.session_id == session_id)

    def forget_organization(self, organization_id: UUID) -> None:
        """Drop the sessions of an organization in which somebody's rights changed."""
        self._recall.forget_where(lambda s: s.actor.organization_id == organization_id)

    def forget_all(self) -> None:
        """Somebody's sessions ended, and who that is was not told."""
        self._recall.forget_where(lambda _: True)

    def forget_user(self, user_id: UUID) -> None:
        """Drop every session of a user whose rights changed, and those in which somebody views as them
        or they as somebody."""
        who = str(user_id)
        self._recall.forget_where(lambda s: who in (s.actor.subject, s.actor.impersonator))
