"""SQL of grants."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.db import Tx
from shared.ids import new_id

from .domain import Grant


def grants_from(rows: Sequence[Any]) -> tuple[Grant, ...]:
    """Grants of rows `(role, custom name, custom permissions, brand ids)`, oldest first."""
    return tuple(_grant(*row) for row in rows)


def _grant(
    role: str | None, name: str | None, permissions: Sequence[str] | None, brands: Any
) -> Grant:
    brand_ids = None if brands is None else frozenset(brands)
    if role is not None:
        return Grant.built_in(role, brand_ids)
    return Grant(name or "", frozenset(permissions or ()), brand_ids)


async def grants_of(tx: Tx, organization_id: UUID, user_id: UUID) -> tuple[Grant, ...]:
    """A member's grants, oldest first."""
    rows = await tx.fetch(
        """
        select g.role, r.name, r.permissions, g.brand_ids
        from role_grant g
        left join role r on r.organization_id = g.organization_id and r.id = g.role_id
        where g.organization_id = $1 and g.user_id = $2
        order by g.created_at, g.id
        """,
        organization_id,
        user_id,
    )
    return grants_from([tuple(row) for row in rows])


async def add_grant(
    tx: Tx,
    organization_id: UUID,
    user_id: UUID,
    role: str | UUID,
    brand_ids: Sequence[UUID] | None,
    now: datetime,
) -> None:
    """`role`: the name of a built-in one, or the id of one of the organization's."""
    await tx.execute(
        """
        insert into role_grant (id, organization_id, user_id, role, role_id, brand_ids, created_at)
        values ($1, $2, $3, $4, $5, $6, $7)
        """,
        new_id(),
        organization_id,
        user_id,
        role if isinstance(role, str) else None,
        role if isinstance(role, UUID) else None,
        brand_ids,
        now,
    )
