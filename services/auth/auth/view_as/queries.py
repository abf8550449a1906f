"""SQL of views: who looks as whom."""

from datetime import datetime
from uuid import UUID

from shared.db import Tx

from .domain import View


async def insert(tx: Tx, view: View) -> None:
    await tx.execute(
        """
        insert into view_as
            (id, organization_id, session_id, viewer_id, user_id, reason, started_at, expires_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        view.id,
        view.organization_id,
        view.session_id,
        view.viewer_id,
        view.user_id,
        view.reason,
        view.started_at,
        view.expires_at,
    )


async def end_of_session(tx: Tx, organization_id: UUID, session_id: UUID, now: datetime) -> None:
    """One that ran out ended when its time was over."""
    await tx.execute(
        """
        update view_as set ended_at = least($3, expires_at)
        where organization_id = $1 and session_id = $2 and ended_at is null
        """,
        organization_id,
        session_id,
        now,
    )


async def end_of_user(tx: Tx, organization_id: UUID, user_id: UUID, now: datetime) -> None:
    """Those by this member and those of them."""
    await tx.execute(
        """
        update view_as set ended_at = least($3, expires_at)
        where organization_id = $1 and $2 in (viewer_id, user_id) and ended_at is null
        """,
        organization_id,
        user_id,
        now,
    )
