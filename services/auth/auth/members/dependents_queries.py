"""SQL of what hangs on a member."""

from datetime import datetime
from uuid import UUID

from shared.db import Tx

Row = tuple[UUID, str]


async def sessions_of(tx: Tx, organization_id: UUID, user_id: UUID, now: datetime) -> list[Row]:
    """Those that could still be used, by the browser they belong to."""
    rows = await tx.fetch(
        """
        select id, user_agent from session
        where organization_id = $1 and user_id = $2 and revoked_at is null
          and least(idle_expires_at, expires_at) > $3
        order by last_seen_at desc, id
        """,
        organization_id,
        user_id,
        now,
    )
    return [(row["id"], row["user_agent"]) for row in rows]


async def revoke_sessions(
    tx: Tx, organization_id: UUID, user_id: UUID, now: datetime
) -> list[UUID]:
    """The sessions that this ended."""
    rows = await tx.fetch(
        """
        update session set revoked_at = $3
        where organization_id = $1 and user_id = $2 and revoked_at is null
        returning id
        """,
        organization_id,
        user_id,
        now,
    )
    return [row["id"] for row in rows]


async def invitations_of(tx: Tx, organization_id: UUID, user_id: UUID) -> list[Row]:
    """Those they sent that nobody has accepted yet, by address."""
    rows = await tx.fetch(
        """
        select id, email from invitation
        where organization_id = $1 and invited_by = $2
          and accepted_at is null and revoked_at is null
        order by email, id
        """,
        organization_id,
        user_id,
    )
    return [(row["id"], row["email"]) for row in rows]


async def connections_of(tx: Tx, organization_id: UUID, user_id: UUID) -> list[Row]:
    """Those they connected that were not ended."""
    rows = await tx.fetch(
        """
        select id, label from connection
        where organization_id = $1 and created_by = $2 and status <> 'revoked'
        order by lower(label), id
        """,
        organization_id,
        user_id,
    )
    return [(row["id"], row["label"]) for row in rows]


async def pass_connections(tx: Tx, organization_id: UUID, user_id: UUID, heir_id: UUID) -> None:
    """Ended ones, too: nothing of the organization names somebody who left."""
    await tx.execute(
        "update connection set created_by = $3 where organization_id = $1 and created_by = $2",
        organization_id,
        user_id,
        heir_id,
    )
