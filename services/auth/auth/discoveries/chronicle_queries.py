"""SQL of sightings: what a connection sees now, saw at a time, gained and lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from asyncpg import Record
from shared.db import Scope, Tx
from shared.ids import new_id

from auth.scopes import brands_of, organization_of

from .domain import Account, Claim


@dataclass(frozen=True, slots=True)
class Present:
    """A sighting that has not ended."""

    id: UUID
    account: Account


async def present(tx: Tx, claim: Claim, region: str) -> dict[tuple[str, str], Present]:
    """By kind and Amazon's id."""
    rows = await tx.fetch(
        """
        select id, kind, amazon_id, name, parent_id, access, linked, complete from sighting
        where organization_id = $1 and connection_id = $2 and region = $3 and gone_at is null
        """,
        claim.organization_id,
        claim.connection_id,
        region,
    )
    return {(row["kind"], row["amazon_id"]): _present(row) for row in rows}


def _present(row: Record) -> Present:
    values = dict(row)
    return Present(values.pop("id"), Account(**values))


async def insert(
    tx: Tx, claim: Claim, region: str, gained: Sequence[Account], now: datetime
) -> None:
    await tx.executemany(
        """
        insert into sighting
            (id, organization_id, connection_id, region, seen_by, seen_at,
             kind, amazon_id, name, parent_id, access, linked, complete)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        """,
        [
            (
                new_id(),
                claim.organization_id,
                claim.connection_id,
                region,
                claim.id,
                now,
                *_fields(account),
            )
            for account in gained
        ],
    )


async def alter(tx: Tx, claim: Claim, altered: Sequence[tuple[Present, Account]]) -> None:
    await tx.executemany(
        """
        update sighting set name = $5, parent_id = $6, access = $7, linked = $8, complete = $9
        where organization_id = $1 and id = $2 and kind = $3 and amazon_id = $4
        """,
        [(claim.organization_id, was.id, *_fields(account)) for was, account in altered],
    )


async def end(tx: Tx, claim: Claim, lost: Sequence[Present], now: datetime) -> None:
    await tx.execute(
        """
        update sighting set gone_by = $3, gone_at = $4
        where organization_id = $1 and id = any ($2::uuid[])
        """,
        claim.organization_id,
        [was.id for was in lost],
        claim.id,
        now,
    )


def _fields(account: Account) -> tuple[str | int | bool, ...]:
    return (
        account.kind,
        account.amazon_id,
        account.name,
        account.parent_id,
        account.access,
        account.linked,
        account.complete,
    )


async def list_present(tx: Tx, scope: Scope, connection_id: UUID) -> list[Record]:
    """What the connection sees; a caller limited to brands is shown their advertisers."""
    return await tx.fetch(
        """
        select s.kind, s.amazon_id, s.name, s.region, s.parent_id, s.access, s.linked, s.complete,
               s.seen_at, s.gone_at, a.id as advertiser_id
        from sighting s
        left join advertiser a on s.kind = 'advertiser' and a.organization_id = s.organization_id
          and a.amazon_advertiser_id = s.amazon_id
        where s.organization_id = $1 and s.connection_id = $2 and s.gone_at is null
          and ($3::uuid[] is null or a.brand_id = any ($3))
        order by s.kind, lower(s.name), s.amazon_id, s.region
        """,
        organization_of(scope),
        connection_id,
        brands_of(scope),
    )


async def list_moved(
    tx: Tx, scope: Scope, connection_id: UUID, after: datetime, until: datetime
) -> list[Record]:
    """What is seen at one of two times and not at the other: `gained` says which."""
    return await tx.fetch(
        """
        select s.kind, s.amazon_id, s.name, s.region, s.parent_id, s.access, s.linked, s.complete,
               s.seen_at, s.gone_at, a.id as advertiser_id, s.seen_at > $4 as gained
        from sighting s
        left join advertiser a on s.kind = 'advertiser' and a.organization_id = s.organization_id
          and a.amazon_advertiser_id = s.amazon_id
        where s.organization_id = $1 and s.connection_id = $2
          and ($3::uuid[] is null or a.brand_id = any ($3))
          and (s.seen_at <= $4 and (s.gone_at is null or s.gone_at > $4))
              is distinct from (s.seen_at <= $5 and (s.gone_at is null or s.gone_at > $5))
        order by s.kind, lower(s.name), s.amazon_id, s.region
        """,
        organization_of(scope),
        connection_id,
        brands_of(scope),
        after,
        until,
    )


async def forget_old(tx: Tx, before: datetime) -> None:
    """Sightings that ended long ago."""
    await tx.execute("delete from sighting where gone_at < $1", before)
