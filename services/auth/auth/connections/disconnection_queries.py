"""SQL of disconnections: what a connection is linked to, its end, and the queue that deletes its secrets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from asyncpg import Record
from shared.db import Tx

from auth.discoveries.domain import Known


@dataclass(frozen=True, slots=True)
class Served:
    """An advertiser of a connection; `served_by`: the connection that would go on with it."""

    advertiser_id: UUID
    name: str
    brand_id: UUID | None
    brand_name: str | None
    served_by: UUID | None


@dataclass(frozen=True, slots=True)
class Disconnection:
    """A connection's end, as far as it has got."""

    connection_id: UUID
    organization_id: UUID
    keep_history: bool
    requested_at: datetime
    deletions: int
    attempts: int
    error_code: str | None
    ended_at: datetime | None
    lease_token: UUID | None


async def linked(tx: Tx, organization_id: UUID, connection_id: UUID) -> list[Known]:
    rows = await tx.fetch(
        """
        select a.id, a.amazon_advertiser_id, a.name, a.currency, a.country, a.timezone, l.region,
               a.entity_id, a.brand_id, a.lost_at is not null as lost, l.profile_id
        from advertiser_connection l
        join advertiser a on a.organization_id = l.organization_id and a.id = l.advertiser_id
        where l.organization_id = $1 and l.connection_id = $2
        order by a.id
        """,
        organization_id,
        connection_id,
    )
    return [Known(**dict(row)) for row in rows]


async def unreached(tx: Tx, organization_id: UUID, advertiser_ids: Sequence[UUID]) -> list[Record]:
    """Those of the advertisers that no connection sees: id and brand."""
    return await tx.fetch(
        """
        select a.id, a.brand_id from advertiser a
        where a.organization_id = $1 and a.id = any ($2::uuid[])
          and not exists (select 1 from advertiser_connection l
                          where l.organization_id = $1 and l.advertiser_id = a.id)
        order by a.id
        """,
        organization_id,
        advertiser_ids,
    )


async def erase_advertisers(tx: Tx, organization_id: UUID, advertiser_ids: Sequence[UUID]) -> None:
    await tx.execute(
        "delete from advertiser where organization_id = $1 and id = any ($2::uuid[])",
        organization_id,
        advertiser_ids,
    )


async def end_connection(tx: Tx, organization_id: UUID, connection_id: UUID, now: datetime) -> None:
    """No consent page leads back to it, no discovery looks through it."""
    await tx.execute(
        "delete from consent_state where organization_id = $1 and connection_id = $2",
        organization_id,
        connection_id,
    )
    await tx.execute(
        """
        update connection set status = 'revoked', revoked_at = $3, error_code = null
        where organization_id = $1 and id = $2
        """,
        organization_id,
        connection_id,
        now,
    )
    await tx.execute(
        """
        delete from discovery
        where organization_id = $1 and connection_id = $2 and state in ('pending', 'running')
        """,
        organization_id,
        connection_id,
    )


async def insert(
    tx: Tx, where: tuple[UUID, UUID], user_id: UUID, now: datetime, *, keep_history: bool
) -> None:
    await tx.execute(
        """
        insert into disconnection (organization_id, connection_id, keep_history, requested_by,
                                   requested_at, next_attempt_at)
        values ($1, $2, $3, $4, $5, $5)
        """,
        *where,
        keep_history,
        user_id,
        now,
    )


async def get(tx: Tx, organization_id: UUID, connection_id: UUID) -> Disconnection | None:
    row = await tx.fetchrow(
        """
        select connection_id, organization_id, keep_history, requested_at, deletions, attempts,
               error_code, ended_at, lease_token
        from disconnection where organization_id = $1 and connection_id = $2
        """,
        organization_id,
        connection_id,
    )
    return None if row is None else Disconnection(**dict(row))


async def claim_due(
    tx: Tx, lease_token: UUID, now: datetime, leased_until: datetime
) -> Disconnection | None:
    """One whose secrets are due to be deleted, also where a holder died."""
    row = await tx.fetchrow(
        """
        update disconnection set lease_token = $1, leased_until = $3, attempts = attempts + 1
        where connection_id = (
            select connection_id from disconnection
            where ended_at is null and next_attempt_at <= $2
              and (leased_until is null or leased_until <= $2)
            order by next_attempt_at limit 1
            for update skip locked)
        returning connection_id, organization_id, keep_history, requested_at, deletions, attempts,
                  error_code, ended_at, lease_token
        """,
        lease_token,
        now,
        leased_until,
    )
    return None if row is None else Disconnection(**dict(row))


async def note_deletion(
    tx: Tx, claim: Disconnection, next_attempt_at: datetime, ended_at: datetime | None
) -> None:
    """The secrets are gone; once more at `next_attempt_at` unless it has ended."""
    await tx.execute(
        """
        update disconnection
        set deletions = deletions + 1, attempts = 0, error_code = null, next_attempt_at = $4,
            ended_at = $5, lease_token = null, leased_until = null
        where organization_id = $1 and connection_id = $2 and lease_token = $3
        """,
        claim.organization_id,
        claim.connection_id,
        claim.lease_token,
        next_attempt_at,
        ended_at,
    )


async def put_off(tx: Tx, claim: Disconnection, error_code: str, next_attempt_at: datetime) -> None:
    await tx.execute(
        """
        update disconnection
        set error_code = $4, next_attempt_at = $5, lease_token = null, leased_until = null
        where organization_id = $1 and connection_id = $2 and lease_token = $3
        """,
        claim.organization_id,
        claim.connection_id,
        claim.lease_token,
        error_code,
        next_attempt_at,
    )
