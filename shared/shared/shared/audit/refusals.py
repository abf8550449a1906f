"""What was refused or failed: told in a statement of its own, and not once per attempt in a flood.

The first refusal of a kind (caller, operation, code) is written before its answer leaves; those that
follow within seconds are counted and told together. What was only counted is lost when the process is
killed; the first one never is.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from uuid import UUID

from fastapi import Request

from shared import outbox
from shared.db import CONNECTION_ERRORS, Db
from shared.errors import AppError
from shared.events import ActionRecorded, AuditTarget
from shared.internal_tokens import Actor
from shared.loops import Loops
from shared.metrics import counter

from .actions import action_of
from .entries import make_entry
from .requests import UNSAFE_METHODS, caller_of, is_audited, operation_of, origin_of, path_target

log = logging.getLogger(__name__)

REFUSED = counter("audit_refusals_total", "Refused or failed requests, by what was told", ["told"])
WINDOW_SECONDS = 15.0
MAX_KINDS = 5_000
_OF_READS = frozenset({401, 403, 404, 429})

Kind = tuple[UUID, str, str, str]


@dataclass(slots=True)
class _Counted:
    """The last one of a kind and how many have not been told yet."""

    entry: ActionRecorded
    untold: int = 0


class Refusals:
    """A resource of every service: tells the first of each kind at once, the rest every few seconds."""

    def __init__(self, db: Db, *, window_seconds: float = WINDOW_SECONDS) -> None:
        self._db = db
        self._kinds: dict[Kind, _Counted] = {}
        self._loops = Loops()
        self._loops.every(window_seconds, self.flush, "audit_refusals")

    async def start(self) -> None:
        await self._loops.start()

    async def stop(self) -> None:
        await self._loops.stop()
        await self.flush()

    async def alive(self) -> str | None:
        return await self._loops.alive()

    async def note(self, request: Request, error: AppError) -> None:
        """Told when the request would have been: a change, or a look at a brand's data."""
        actor = caller_of(request)
        entry = None if actor is None else _entry(self._db.service, request, actor, error)
        if actor is None or actor.organization_id is None or entry is None:
            return
        await self.tell(actor.organization_id, entry)

    async def tell(self, organization_id: UUID, entry: ActionRecorded) -> None:
        """At once when it is the first of its kind for a while."""
        kind = self._kind(organization_id, entry)
        counted = self._kinds.get(kind)
        if counted is not None:
            counted.untold += 1
            counted.entry = entry
            REFUSED.labels(told="counted").inc()
            return
        self._kinds[kind] = _Counted(entry)
        if await self._emit(organization_id, entry):
            REFUSED.labels(told="at_once").inc()
        else:
            self._kinds[kind].untold += 1

    async def flush(self) -> None:
        """Tell what was counted; kinds that were quiet for a whole window are forgotten."""
        for kind, counted in list(self._kinds.items()):
            untold, counted.untold = counted.untold, 0
            if untold == 0:
                del self._kinds[kind]
            elif not await self._emit(kind[0], _several(counted.entry, untold)):
                counted.untold += untold

    async def _emit(self, organization_id: UUID, entry: ActionRecorded) -> bool:
        """Whether it is written. Postgres being away must not turn a refusal into an error."""
        try:
            await self._db.emit([outbox.row(entry, organization_id=organization_id)])
        except CONNECTION_ERRORS as error:
            log.warning("a refusal could not be told yet: %s", type(error).__name__)
            return False
        return True

    def _kind(self, organization_id: UUID, entry: ActionRecorded) -> Kind:
        """Whoever invents kinds without end is counted by operation alone."""
        kind = (organization_id, entry.actor_id, entry.action, entry.code)
        if kind in self._kinds or len(self._kinds) < MAX_KINDS:
            return kind
        return (organization_id, "", entry.action, "")


def _entry(service: str, request: Request, actor: Actor, error: AppError) -> ActionRecorded | None:
    operation = operation_of(request)
    if operation is None or not actor.is_caller or not is_audited(request, operation):
        return None
    if request.method not in UNSAFE_METHODS and error.status not in _OF_READS:
        return None
    return make_entry(
        service,
        action_of(operation.id),
        actor,
        origin=origin_of(request),
        target=path_target(request) or ("", ""),
        outcome="failed" if error.status >= 500 else "refused",
        code=error.code,
    )


def _several(entry: ActionRecorded, count: int) -> ActionRecorded:
    """Several at once: of the targets only that there were some."""
    target = entry.target if count == 1 else AuditTarget(type=entry.target.type)
    return entry.model_copy(update={"count": count, "target": target})
