"""SQL of roles and of the grants of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from asyncpg import Record
from shared.db import Tx
from shared.ids import new_id

from .domain import Assignment, Grant


@dataclass(frozen=True, slots=True)
class CustomRole:
    """A role that an organization made; `members` hold it."""

    id: UUID
    name: str
    permissions: frozenset[str]
    created_at: datetime
    updated_at: datetime
    members: int


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


def assignments_from(rows: Sequence[Any]) -> tuple[Assignment, ...]:
    """Of rows `(role, role id, custom name, custom permissions, brand ids)`."""
    return tuple(_assignment(*row) for row in rows)


def _assignment(
    role: str | None,
    role_id: UUID | None,
    name: str | None,
    permissions: Sequence[str] | None,
    brands: Any,
) -> Assignment:
    return Assignment(
        role=role,
        role_id=role_id,
        brand_ids=None if brands is None else frozenset(brands),
        name=name or role or "",
        permissions=frozenset(permissions or ()),
    )


async def replace_grants(
    tx: Tx, organization_id: UUID, user_id: UUID, assignments: Iterable[Assignment], now: datetime
) -> None:
    """A member has these grants and no others; the order in which they were made is theirs here."""
    await tx.execute(
        "delete from role_grant where organization_id = $1 and user_id = $2",
        organization_id,
        user_id,
    )
    for position, each in enumerate(assignments):
        role = each.role or each.role_id
        brand_ids = None if each.brand_ids is None else sorted(each.brand_ids)
        made_at = now + timedelta(microseconds=position)
        if role is not None:
            await add_grant(tx, organization_id, user_id, role, brand_ids, made_at)


async def list_custom(tx: Tx, organization_id: UUID) -> list[CustomRole]:
    """Roles of the organization's own, by name, with how many members hold each."""
    rows = await tx.fetch(
        """
        select r.id, r.name, r.permissions, r.created_at, r.updated_at,
               (select count(distinct g.user_id) from role_grant g
                where g.organization_id = r.organization_id and g.role_id = r.id) as members
        from role r where r.organization_id = $1
        order by lower(r.name), r.id
        """,
        organization_id,
    )
    return [_custom(row) for row in rows]


async def count_built_in(tx: Tx, organization_id: UUID) -> dict[str, int]:
    """Members by built-in role."""
    rows = await tx.fetch(
        """
        select role, count(distinct user_id) as members from role_grant
        where organization_id = $1 and role is not null group by role
        """,
        organization_id,
    )
    return {row["role"]: row["members"] for row in rows}


async def insert_role(
    tx: Tx, organization_id: UUID, role_id: UUID, name: str, permissions: list[str], now: datetime
) -> None:
    await tx.execute(
        """
        insert into role (id, organization_id, name, permissions, created_at, updated_at)
        values ($2, $1, $3, $4, $5, $5)
        """,
        organization_id,
        role_id,
        name,
        permissions,
        now,
    )


async def update_role(
    tx: Tx, organization_id: UUID, role_id: UUID, name: str, permissions: list[str], now: datetime
) -> None:
    await tx.execute(
        """
        update role set name = $3, permissions = $4, updated_at = $5
        where organization_id = $1 and id = $2
        """,
        organization_id,
        role_id,
        name,
        permissions,
        now,
    )


async def delete_role(tx: Tx, organization_id: UUID, role_id: UUID) -> None:
    await tx.execute(
        "delete from role where organization_id = $1 and id = $2", organization_id, role_id
    )


async def members_with(tx: Tx, organization_id: UUID, role_id: UUID) -> list[tuple[UUID, str]]:
    """Id and address of each member who holds the role."""
    rows = await tx.fetch(
        """
        select u.id, u.email from app_user u
        where u.id in (select g.user_id from role_grant g
                       where g.organization_id = $1 and g.role_id = $2)
        order by u.email
        """,
        organization_id,
        role_id,
    )
    return [(row["id"], row["email"]) for row in rows]


async def invited_with(tx: Tx, organization_id: UUID, role_id: UUID) -> list[str]:
    """Addresses whose open invitation would give them the role."""
    rows = await tx.fetch(
        """
        select distinct i.email from invitation_grant g
        join invitation i on i.organization_id = g.organization_id and i.id = g.invitation_id
        where g.organization_id = $1 and g.role_id = $2
        order by i.email
        """,
        organization_id,
        role_id,
    )
    return [row["email"] for row in rows]


def _custom(row: Record) -> CustomRole:
    permissions = frozenset(row["permissions"])
    return CustomRole(
        row["id"],
        row["name"],
        permissions,
        row["created_at"],
        row["updated_at"],
        row["members"],
    )


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
