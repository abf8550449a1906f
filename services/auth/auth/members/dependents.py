"""What hangs on a member and what becomes of it when they leave: one entry per noun.

A noun takes part by an entry in `DEPENDENTS`: it lists what a member has of it, and settles that in the
transaction that removes them. The preview shows exactly what the removal then does.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.db import Tx
from shared.events import SessionRevoked

from auth.api_keys import service as api_keys
from auth.invitations import queries as invitations
from auth.session_list.domain import device_of
from auth.view_as import queries as views
from shared import outbox

from . import dependents_queries as queries

Outcome = Literal["ends", "passes_on", "passes_to_remover"]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing of a member, as it is called."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Leaving:
    """Who is removed by whom, and who takes over (`heir_id`), if anybody."""

    organization_id: UUID
    user_id: UUID
    remover_id: UUID
    heir_id: UUID | None
    now: datetime


@dataclass(frozen=True, slots=True)
class Noun:
    """`with_heir`, `without_heir`: what becomes of a member's things of this kind."""

    kind: str
    with_heir: Outcome
    without_heir: Outcome
    find: Callable[[Tx, Leaving], Awaitable[list[Item]]]
    settle: Callable[[Tx, Leaving], Awaitable[None]]


async def _sessions(tx: Tx, who: Leaving) -> list[Item]:
    rows = await queries.sessions_of(tx, who.organization_id, who.user_id, who.now)
    return [Item(session_id, device_of(agent).name or agent) for session_id, agent in rows]


async def _end_sessions(tx: Tx, leaving: Leaving) -> None:
    ended = await queries.revoke_sessions(tx, leaving.organization_id, leaving.user_id, leaving.now)
    for session_id in ended:
        data = SessionRevoked(subject_id=session_id, user_id=leaving.user_id)
        await outbox.add(tx, data, organization_id=leaving.organization_id)
    await views.end_of_user(tx, leaving.organization_id, leaving.user_id, leaving.now)


async def _invitations(tx: Tx, who: Leaving) -> list[Item]:
    rows = await queries.invitations_of(tx, who.organization_id, who.user_id)
    return [Item(*row) for row in rows]


async def _revoke_invitations(tx: Tx, leaving: Leaving) -> None:
    for invitation in await _invitations(tx, leaving):
        await invitations.revoke(tx, leaving.organization_id, invitation.id, leaving.now)


async def _connections(tx: Tx, who: Leaving) -> list[Item]:
    rows = await queries.connections_of(tx, who.organization_id, who.user_id)
    return [Item(*row) for row in rows]


async def _pass_connections(tx: Tx, leaving: Leaving) -> None:
    """A connection goes on working: it is Amazon's user who consented. Somebody here is to be asked
    about it, though."""
    heir_id = leaving.heir_id or leaving.remover_id
    await queries.pass_connections(tx, leaving.organization_id, leaving.user_id, heir_id)


async def _api_keys(tx: Tx, who: Leaving) -> list[Item]:
    return [Item(*row) for row in await api_keys.owned_by(tx, who.organization_id, who.user_id)]


async def _settle_api_keys(tx: Tx, leaving: Leaving) -> None:
    """An heir has them within their own rights; without one, what calls with them stops."""
    if leaving.heir_id is None:
        await api_keys.revoke_owned(tx, leaving.organization_id, leaving.user_id, leaving.now)
        return
    await api_keys.hand_over(tx, leaving.organization_id, leaving.user_id, leaving.heir_id)


DEPENDENTS: tuple[Noun, ...] = (
    Noun("api_key", "passes_on", "ends", _api_keys, _settle_api_keys),
    Noun("connection", "passes_on", "passes_to_remover", _connections, _pass_connections),
    Noun("invitation", "ends", "ends", _invitations, _revoke_invitations),
    Noun("session", "ends", "ends", _sessions, _end_sessions),
)
