"""SQL of members."""

from collections.abc import Sequence
from uuid import UUID

from shared.db import Tx

from auth.roles.queries import assignments_from

from .domain import Member


async def list_all(tx: Tx, organization_id: UUID) -> list[Member]:
    """By name; a member was last seen with any session they ever had here."""
    rows = await tx.fetch(
        """
        select m.user_id, u.name, u.email, m.created_at,
               greatest(m.last_seen_at, (
                   select max(s.last_seen_at) from session s
                   where s.organization_id = m.organization_id and s.user_id = m.user_id
               )) as last_seen_at,
               array(
                   select row(g.role, g.role_id, r.name, r.permissions, g.brand_ids)
                   from role_grant g
                   left join role r on r.organization_id = g.organization_id and r.id = g.role_id
                   where g.organization_id = m.organization_id and g.user_id = m.user_id
                   order by g.created_at, g.id
               ) as assignments
        from membership m join app_user u on u.id = m.user_id
        where m.organization_id = $1
        order by lower(u.name), u.email
        """,
        organization_id,
    )
    return [
        Member(
            user_id=row["user_id"],
            name=row["name"],
            email=row["email"],
            assignments=assignments_from(row["assignments"]),
            joined_at=row["created_at"],
            last_seen_at=row["last_seen_at"],
        )
        for row in rows
    ]


async def with_second_factor(tx: Tx, user_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the users who confirmed a second factor. System scope: factors belong to nobody else."""
    rows = await tx.fetch(
        """
        select user_id from second_factor
        where user_id = any ($1::uuid[]) and confirmed_at is not null
        """,
        user_ids,
    )
    return {row["user_id"] for row in rows}


async def delete(tx: Tx, organization_id: UUID, user_id: UUID) -> None:
    """With their grants and sessions there."""
    await tx.execute(
        "delete from membership where organization_id = $1 and user_id = $2",
        organization_id,
        user_id,
    )
