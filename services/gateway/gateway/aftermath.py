"""What a call that succeeded ends or changes, forgotten here before its answer is passed on.

Whoever was told that somebody is out, or may do less, does not see them go on through this replica. Other
replicas hear of it from the bus, in a moment, and remember nothing for longer than some seconds.
"""

from dataclasses import dataclass
from uuid import UUID

from . import routing
from .keys import Keys
from .live.hub import Hub
from .requests import EdgeRequest
from .sessions import Session, Sessions


@dataclass(frozen=True, slots=True)
class Aftermath:
    sessions: Sessions
    keys: Keys
    hub: Hub

    def settle(self, request: EdgeRequest, cookie: str | None, session: Session | None) -> None:
        """After auth did what was asked."""
        call = (request.method, request.path)
        if call in routing.ENDS_SESSIONS_OF_SOMEBODY:
            self.sessions.forget_all()
        if session is None or cookie is None:
            return
        if call in routing.LEAVES:
            self._leave(cookie, session.actor.session_id)
        elif routing.changes_rights(*call) and session.actor.organization_id is not None:
            self._change(session.actor.organization_id, UUID(session.actor.subject))

    def _leave(self, cookie: str, session_id: UUID | None) -> None:
        """A session left behind ends at once, its streams too. One that goes on under another token does
        so for nobody who holds the old one."""
        self.sessions.forget(cookie)
        if session_id is not None:
            self.hub.session_revoked(session_id)

    def _change(self, organization_id: UUID, user_id: UUID) -> None:
        """Anybody of the organization may hold other rights now, or none; the person's own sessions in
        others of theirs may have ended."""
        self.sessions.forget_organization(organization_id)
        self.sessions.forget_user(user_id)
        self.keys.forget_organization(organization_id)
