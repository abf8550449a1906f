"""SQL of reading the audit log."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from asyncpg import Record
from shared.db import Scope, Tx

from auth.scopes import brands_of, organization_of
from shared import audit

from .domain import DEFAULT_RETENTION_DAYS, ZERO, Chain, Entry, Point

FACETS_OF_NEWEST = 5000


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries; None does not narrow. `brand_id` also finds what concerned every brand; `looks`:
    only looks at data (True), only all the rest (False)."""

    actor_id: str | None = None
    actions: Sequence[str] | None = None
    brand_id: UUID | None = None
    outcome: str | None = None
    target_type: str | None = None
    target_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    looks: bool | None = None
    before: int | None = None

    def values(self, scope: Scope) -> tuple[object, ...]:
        """The statement's arguments in order, after organization and brands."""
        return (
            organization_of(scope),
            brands_of(scope),
            self.actor_id,
            self.actions or None,
            self.brand_id,
            self.outcome,
            self.target_type,
            self.target_id,
            self.since,
            self.until,
            sorted(audit.LOOKS) if self.looks is True else None,
            sorted(audit.LOOKS) if self.looks is False else None,
            self.before,
        )


_NEWEST_FIRST = """
select * from audit_entry
where organization_id = $1
  and ($2::uuid[] is null or every_brand or brand_ids && $2)
  and ($3::text is null or actor_id = $3 or impersonator = $3)
  and ($4::text[] is null or action = any ($4))
  and ($5::uuid is null or every_brand or $5 = any (brand_ids))
  and ($6::text is null or outcome = $6)
  and ($7::text is null or target_type = $7)
  and ($8::text is null or target_id = $8)
  and (($7::text is null and $8::text is null) or $2::uuid[] is null
       or (not every_brand and brand_ids <@ $2))
  and ($9::timestamptz is null or occurred_at >= $9)
  and ($10::timestamptz is null or occurred_at < $10)
  and ($11::text[] is null or action = any ($11))
  and ($12::text[] is null or action <> all ($12))
  and ($13::bigint is null or sequence < $13)
order by sequence desc
limit $14
"""


async def newest(tx: Tx, scope: Scope, wanted: Filter, limit: int) -> list[Entry]:
    """Newest first. What a reduced entry does not show can't be searched for either."""
    rows = await tx.fetch(_NEWEST_FIRST, *wanted.values(scope), limit)
    return [entry_of(row) for row in rows]


async def stream(tx: Tx, scope: Scope, wanted: Filter, limit: int) -> AsyncIterator[Entry]:
    """As `newest`, at flat memory."""
    async for row in tx.cursor(_NEWEST_FIRST, *wanted.values(scope), limit):
        yield entry_of(row)


async def chain(tx: Tx, organization_id: UUID) -> Chain:
    """The chain's head; that of an empty one where nothing was recorded yet."""
    row = await tx.fetchrow(
        """
        select organization_id, sequence, hash, anchor_sequence, anchor_hash, retention_days
        from audit_chain where organization_id = $1
        """,
        organization_id,
    )
    if row is None:
        return Chain(organization_id, Point(0, ZERO), Point(0, ZERO), DEFAULT_RETENTION_DAYS)
    return chain_of(row)


async def walk(tx: Tx, organization_id: UUID) -> AsyncIterator[Entry]:
    """The whole chain, oldest first, at flat memory."""
    query = "select * from audit_entry where organization_id = $1 order by sequence"
    async for row in tx.cursor(query, organization_id):
        yield entry_of(row)


async def organizations(tx: Tx) -> list[UUID]:
    rows = await tx.fetch("select organization_id from audit_chain order by organization_id")
    return [row["organization_id"] for row in rows]


async def set_retention(tx: Tx, organization_id: UUID, days: int) -> None:
    await tx.execute(
        """
        insert into audit_chain (organization_id, retention_days) values ($1, $2)
        on conflict (organization_id) do update set retention_days = $2
        """,
        organization_id,
        days,
    )


async def facets(tx: Tx, scope: Scope) -> tuple[list[tuple[str, str]], list[str]]:
    """The actors (kind, id) and the actions among the newest entries that the caller may see."""
    rows = await tx.fetch(
        """
        with seen as (
            select actor_kind, actor_id, action from audit_entry
            where organization_id = $1 and ($2::uuid[] is null or every_brand or brand_ids && $2)
            order by sequence desc limit $3
        )
        select 'actor' as facet, actor_kind as kind, actor_id as value from seen
        union
        select 'action', '', action from seen
        order by 1, 2, 3
        """,
        organization_of(scope),
        brands_of(scope),
        FACETS_OF_NEWEST,
    )
    actors = [(row["kind"], row["value"]) for row in rows if row["facet"] == "actor"]
    return actors, [row["value"] for row in rows if row["facet"] == "action"]


async def names_of_actors(tx: Tx, organization_id: UUID, ids: Sequence[UUID]) -> dict[str, str]:
    """Of people and keys in this organization or its log, also those who left it (system scope)."""
    rows = await tx.fetch(
        """
        select u.id, coalesce(nullif(u.name, ''), u.email) as name from app_user u
        where u.id = any ($2::uuid[]) and (
            exists (select 1 from membership m where m.organization_id = $1 and m.user_id = u.id)
            or exists (select 1 from audit_entry e
                       where e.organization_id = $1 and e.actor_id = u.id::text))
        union all
        select k.id, k.name from api_key k
        where k.organization_id = $1 and k.id = any ($2::uuid[])
        """,
        organization_id,
        ids,
    )
    return {str(row["id"]): row["name"] for row in rows}


async def names_of_brands(tx: Tx, scope: Scope, brand_ids: Sequence[UUID]) -> dict[str, str]:
    rows = await tx.fetch(
        """
        select id, name from brand
        where organization_id = $1 and ($2::uuid[] is null or id = any ($2)) and id = any ($3)
        """,
        organization_of(scope),
        brands_of(scope),
        brand_ids,
    )
    return {str(row["id"]): row["name"] for row in rows}


def chain_of(row: Record) -> Chain:
    return Chain(
        row["organization_id"],
        Point(row["sequence"], row["hash"]),
        Point(row["anchor_sequence"], row["anchor_hash"]),
        row["retention_days"],
    )


def entry_of(row: Record) -> Entry:
    values = dict(row)
    values["brand_ids"] = tuple(values["brand_ids"])
    values["details"] = json.loads(values["details"])
    return Entry(**values)


async def organizations_of(tx: Tx, user_id: UUID) -> list[UUID]:
    """Where a person belongs (system scope)."""
    rows = await tx.fetch(
        "select organization_id from membership where user_id = $1 order by created_at", user_id
    )
    return [row["organization_id"] for row in rows]


async def user_of(tx: Tx, email: str) -> UUID | None:
    """Whose address it is (system scope)."""
    return await tx.fetchval("select id from app_user where email = $1", email)
