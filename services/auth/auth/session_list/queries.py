"""SQL of the session list. A person's own: system scope, over all their organizations, by their id."""

from datetime import datetime
from uuid import UUID

from shared.db import Tx

from .domain import OwnSession


async def live_of(tx: Tx, user_id: UUID, now: datetime) -> list[OwnSession]:
    """Where somebody is signed in, the latest use first."""
    rows = await tx.fetch(
        """
        select s.id, s.organization_id, o.name as organization_name, s.ip, s.user_agent,
               s.created_at, s.last_seen_at, least(s.idle_expires_at, s.expires_at) as expires_at
        from session s join organization o on o.id = s.organization_id
        where s.user_id = $1 and s.revoked_at is null
          and s.idle_expires_at > $2 and s.expires_at > $2
        order by s.last_seen_at desc, s.id
        """,
        user_id,
        now,
    )
    return [OwnSession(**dict(row)) for row in rows]


async def organization_of_own(
    tx: Tx, user_id: UUID, session_id: UUID, now: datetime
) -> UUID | None:
    """Where this session of somebody's is; None when they have no such session, or it has ended."""
    return await tx.fetchval(
        """
        select organization_id from session
        where user_id = $1 and id = $2 and revoked_at is null
          and idle_expires_at > $3 and expires_at > $3
        """,
        user_id,
        session_id,
        now,
    )
