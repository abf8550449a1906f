"""SQL of advertisers, as callers see and map them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from asyncpg import Record
from shared.db import Scope, Tx

from auth.scopes import brands_of, organization_of


@dataclass(frozen=True, slots=True)
class Advertiser:
    """An Amazon DSP advertiser of the organization, the connections that see it and the one that serves
    it. `grants`: how many of them work."""

    id: UUID
    amazon_advertiser_id: str
    name: str
    currency: str
    country: str
    timezone: str
    region: str
    entity_id: str
    brand_id: UUID | None
    brand_name: str | None
    connection_ids: list[UUID]
    serving_connection_id: UUID | None
    served: bool
    serving_since: datetime | None
    serving_cause: str | None
    pinned: bool
    grants: int


@dataclass(frozen=True, slots=True)
class Filter:
    """Which advertisers to list; the parts narrow each other."""

    connection_id: UUID | None = None
    brand_id: UUID | None = None
    unmapped: bool = False
    ids: Sequence[UUID] | None = None


async def list_visible(tx: Tx, scope: Scope, wanted: Filter) -> list[Advertiser]:
    rows = await tx.fetch(
        """
        select a.id, a.amazon_advertiser_id, a.name, a.currency, a.country, a.timezone, a.region,
               a.entity_id, a.brand_id, b.name as brand_name,
               array(select l.connection_id from advertiser_connection l
                     where l.organization_id = a.organization_id and l.advertiser_id = a.id
                     order by l.linked_at, l.connection_id) as connection_ids,
               s.connection_id as serving_connection_id, coalesce(s.served, false) as served,
               s.since as serving_since, s.cause as serving_cause,
               s.pinned_connection_id is not null as pinned,
               (select count(*) from advertiser_connection l
                join connection c
                  on c.organization_id = l.organization_id and c.id = l.connection_id
                where l.organization_id = a.organization_id and l.advertiser_id = a.id
                  and c.status = 'active' and c.credential_state not in
                      ('reauth_required', 'suspended', 'client_misconfigured')) as grants
        from advertiser a
        left join brand b on b.organization_id = a.organization_id and b.id = a.brand_id
        left join advertiser_serving s
          on s.organization_id = a.organization_id and s.advertiser_id = a.id
        where a.organization_id = $1 and ($2::uuid[] is null or a.brand_id = any ($2))
          and ($3::uuid is null or exists (
              select 1 from advertiser_connection l
              where l.organization_id = $1 and l.advertiser_id = a.id and l.connection_id = $3))
          and ($4::uuid is null or a.brand_id = $4)
          and (not $5 or a.brand_id is null)
          and ($6::uuid[] is null or a.id = any ($6))
        order by lower(a.name), a.id
        """,
        organization_of(scope),
        brands_of(scope),
        wanted.connection_id,
        wanted.brand_id,
        wanted.unmapped,
        wanted.ids,
    )
    return [_advertiser(row) for row in rows]


async def lock(tx: Tx, scope: Scope, ids: Sequence[UUID]) -> dict[UUID, UUID | None]:
    """Brand by advertiser for those the caller sees, held until the transaction ends."""
    rows = await tx.fetch(
        """
        select id, brand_id from advertiser
        where organization_id = $1 and ($2::uuid[] is null or brand_id = any ($2))
          and id = any ($3::uuid[])
        order by id for update
        """,
        organization_of(scope),
        brands_of(scope),
        ids,
    )
    return {row["id"]: row["brand_id"] for row in rows}


async def set_brands(
    tx: Tx, scope: Scope, brands: Sequence[tuple[UUID, UUID | None]], now: datetime
) -> None:
    """(advertiser, brand) pairs."""
    await tx.execute(
        """
        update advertiser a set brand_id = m.brand_id, updated_at = $5
        from unnest($3::uuid[], $4::uuid[]) as m (advertiser_id, brand_id)
        where a.organization_id = $1 and ($2::uuid[] is null or a.brand_id = any ($2))
          and a.id = m.advertiser_id
        """,
        organization_of(scope),
        brands_of(scope),
        [advertiser_id for advertiser_id, _ in brands],
        [brand_id for _, brand_id in brands],
        now,
    )


async def serving_links(
    tx: Tx, organization_id: UUID, advertiser_ids: Sequence[UUID]
) -> dict[UUID, Record]:
    """Full state of each advertiser over the link that serves it, which stays so until the end of the
    transaction. Advertisers that no connection sees are absent.
    """
    rows = await tx.fetch(
        """
        select a.id as advertiser_id, a.amazon_advertiser_id, a.name, a.currency, a.country,
               a.timezone, a.region, a.brand_id, l.connection_id, l.profile_id, l.entity_id,
               s.connection_id as serving_connection_id, s.served
        from advertiser a
        join advertiser_serving s
          on s.organization_id = a.organization_id and s.advertiser_id = a.id
        join advertiser_connection l
          on l.organization_id = a.organization_id and l.advertiser_id = a.id
         and l.connection_id = s.connection_id
        where a.organization_id = $1 and a.id = any ($2::uuid[])
        order by a.id for share of s
        """,
        organization_id,
        advertiser_ids,
    )
    return {row["advertiser_id"]: row for row in rows}


def _advertiser(row: Record) -> Advertiser:
    return Advertiser(**dict(row))
