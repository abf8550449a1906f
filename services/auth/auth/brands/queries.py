"""SQL of brands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from asyncpg import Record
from shared.db import Scope, Tx

from auth.scopes import brands_of, organization_of


@dataclass(frozen=True, slots=True)
class Brand:
    """A client; `advertisers` counts those mapped to it."""

    id: UUID
    name: str
    archived: bool
    advertisers: int
    created_at: datetime


async def list_all(tx: Tx, scope: Scope) -> list[Brand]:
    rows = await tx.fetch(
        """
        select b.id, b.name, b.archived_at is not null as archived, b.created_at,
               (select count(*) from advertiser a
                where a.organization_id = b.organization_id and a.brand_id = b.id) as advertisers
        from brand b
        where b.organization_id = $1 and ($2::uuid[] is null or b.id = any ($2))
        order by lower(b.name), b.id
        """,
        organization_of(scope),
        brands_of(scope),
    )
    return [_brand(row) for row in rows]


async def get(tx: Tx, scope: Scope, brand_id: UUID) -> Brand | None:
    row = await tx.fetchrow(
        """
        select b.id, b.name, b.archived_at is not null as archived, b.created_at,
               (select count(*) from advertiser a
                where a.organization_id = b.organization_id and a.brand_id = b.id) as advertisers
        from brand b
        where b.organization_id = $1 and ($2::uuid[] is null or b.id = any ($2)) and b.id = $3
        """,
        organization_of(scope),
        brands_of(scope),
        brand_id,
    )
    return None if row is None else _brand(row)


async def insert(tx: Tx, scope: Scope, brand_id: UUID, name: str, now: datetime) -> bool:
    """False when the organization has a brand of this name (case does not matter)."""
    tag = await tx.execute(
        """
        insert into brand (id, organization_id, name, created_at, updated_at)
        values ($2, $1, $3, $4, $4)
        on conflict (organization_id, lower(name)) where archived_at is null do nothing
        """,
        organization_of(scope),
        brand_id,
        name,
        now,
    )
    return tag == "INSERT 0 1"


async def id_of_name(tx: Tx, scope: Scope, name: str) -> UUID | None:
    return await tx.fetchval(
        """
        select id from brand
        where organization_id = $1 and lower(name) = lower($2) and archived_at is null
        """,
        organization_of(scope),
        name,
    )


async def lock(tx: Tx, scope: Scope) -> None:
    """Names are taken one writer at a time, so that a clash is an answer and not an error."""
    await tx.execute(
        "select 1 from organization where id = $1 for no key update", organization_of(scope)
    )


async def rename(tx: Tx, scope: Scope, brand_id: UUID, name: str, now: datetime) -> bool:
    tag = await tx.execute(
        """
        update brand set name = $4, updated_at = $5
        where organization_id = $1 and ($2::uuid[] is null or id = any ($2)) and id = $3
        """,
        organization_of(scope),
        brands_of(scope),
        brand_id,
        name,
        now,
    )
    return tag == "UPDATE 1"


async def open_among(tx: Tx, scope: Scope, brand_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the brands that the caller sees and that are not archived."""
    rows = await tx.fetch(
        """
        select id from brand
        where organization_id = $1 and ($2::uuid[] is null or id = any ($2))
          and id = any ($3::uuid[]) and archived_at is null
        """,
        organization_of(scope),
        brands_of(scope),
        brand_ids,
    )
    return {row["id"] for row in rows}


def _brand(row: Record) -> Brand:
    return Brand(row["id"], row["name"], row["archived"], row["advertisers"], row["created_at"])
