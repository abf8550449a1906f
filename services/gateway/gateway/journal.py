"""What the edge itself tells the audit log: streams that open, and callers it turned away by name.

What a service answers, the service tells. Here it is what none of them hears of: a missing CSRF token,
a limit, somebody who views as another and tries to change something, a service that is away.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.audit.entries import make_entry
from shared.audit.refusals import Refusals
from shared.db import CONNECTION_ERRORS, Db
from shared.errors import AppError, Unavailable
from shared.internal_tokens import Actor

from shared import audit

from .keys import KeyEnded
from .requests import EdgeRequest
from .routing import EVENTS_PATH, UNSAFE_METHODS

OPENED = "live.opened"
TURNED_AWAY = "edge.refused"


@dataclass(frozen=True)
class Journal:
    """Written before the answer leaves."""

    db: Db
    refusals: Refusals

    async def opened(self, request: EdgeRequest, actor: Actor) -> None:
        """A stream shows what happens in the caller's brands for as long as it is open: one that can't be
        told does not open (Unavailable)."""
        told = audit.row(
            self.db.service,
            OPENED,
            actor,
            origin=_origin(request, "streamEvents"),
            brand_ids=actor.brand_ids or (),
            every_brand=actor.brand_ids is None,
        )
        try:
            await self.db.emit([told])
        except CONNECTION_ERRORS as error:
            raise Unavailable(
                "The database is not reachable.", code="database_unavailable"
            ) from error

    async def turned_away(self, request: EdgeRequest, actor: Actor, error: AppError) -> None:
        """Of attempts to change something or to open a stream, and of every use of a key that has ended
        or comes from where it may not: somebody else may have it."""
        misused = isinstance(error, KeyEnded) or error.code == "ip_not_allowed"
        tried = request.method in UNSAFE_METHODS or request.path == EVENTS_PATH
        if not (tried or misused) or actor.organization_id is None:
            return
        entry = make_entry(
            self.db.service,
            TURNED_AWAY,
            actor,
            origin=_origin(request, ""),
            outcome="failed" if error.status >= 500 else "refused",
            code=error.code,
            details={
                "method": request.method,
                "noun": request.path.split("/")[2],
                **({"reason": error.reason} if isinstance(error, KeyEnded) else {}),
            },
        )
        await self.refusals.tell(actor.organization_id, entry)


def _origin(request: EdgeRequest, operation: str) -> audit.Origin:
    agent = request.header(b"user-agent")
    return audit.Origin(
        ip=request.ip,
        user_agent="" if agent is None else agent,
        request_id=request.request_id,
        operation=operation,
    )
