"""Entries about people who have no session yet: in the log of every organization they belong to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID

from shared.audit.entries import make_entry
from shared.db import SYSTEM, Db, Tx
from shared.events import Outcome
from shared.internal_tokens import Actor

from shared import audit, outbox

from . import queries

MAX_WAITING = 10_000
NOBODY = Actor("anonymous", "anonymous")


async def record_of_user(tx: Tx, action: str, user_id: UUID, actor: Actor | None = None) -> None:
    """Something the person did (or `actor` did to them), where no session says in which organization."""
    for organization_id in await queries.organizations_of(tx, user_id):
        await audit.record(
            tx,
            action,
            actor or Actor("user", str(user_id), organization_id),
            organization_id=organization_id,
            target=("user", user_id),
            origin=audit.current_origin(),
        )


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a visitor tried under an address, or (`user_id`) with a challenge that was somebody's."""

    action: str
    email: str
    user_id: UUID | None
    outcome: Outcome
    code: str
    origin: audit.Origin


@dataclass(frozen=True, slots=True)
class Attempts:
    """What visitors try who are not signed in, told some seconds later by a loop.

    Not with the request: whether an address belongs to somebody must not be told by the time that
    writing an entry takes. Alike ones are counted; what waits is lost when the process is killed.
    """

    db: Db
    waiting: Counter[Attempt] = field(default_factory=Counter[Attempt])

    def note(
        self,
        action: str,
        *,
        email: str = "",
        user_id: UUID | None = None,
        outcome: Outcome = "refused",
        code: str = "",
    ) -> None:
        """Costs the same for every address, and one entry of memory at most."""
        origin = audit.current_origin()
        where = audit.Origin(origin.ip, origin.user_agent, "", origin.operation)
        attempt = Attempt(action, email, user_id, outcome, code, where)
        if attempt in self.waiting or len(self.waiting) < MAX_WAITING:
            self.waiting[attempt] += 1

    async def tick(self) -> None:
        """Tells what waits; attempts at addresses of nobody are forgotten."""
        told = dict(self.waiting)
        if not told:
            return
        async with self.db.tx(SYSTEM) as tx:
            for attempt, count in told.items():
                await _tell(tx, attempt, count)
        self.waiting.subtract(told)
        for attempt in [each for each in told if not self.waiting[each]]:
            del self.waiting[attempt]


async def _tell(tx: Tx, attempt: Attempt, count: int) -> None:
    user_id = attempt.user_id or await queries.user_of(tx, attempt.email)
    if user_id is None:
        return
    for organization_id in await queries.organizations_of(tx, user_id):
        entry = make_entry(
            tx.service,
            attempt.action,
            NOBODY,
            origin=attempt.origin,
            target=("user", user_id),
            outcome=attempt.outcome,
            code=attempt.code,
            count=count,
        )
        await outbox.add(tx, entry, organization_id=organization_id)
