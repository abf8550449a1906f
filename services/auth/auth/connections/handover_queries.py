"""SQL of hand-overs: leased, guarded by the lease token, deleted on arrival."""

from datetime import datetime
from typing import Any
from uuid import UUID

from asyncpg import Record
from shared.db import Tx

from .domain import Handover


async def open_with_code(
    tx: Tx,
    organization_id: UUID,
    connection_id: UUID,
    sealed: bytes,
    lease_token: UUID,
    times: tuple[datetime, datetime, datetime],
) -> None:
    """A newer consent to the same connection replaces an older one. `times`: now, lease end, expiry."""
    await tx.execute(
        """
        insert into handover (connection_id, organization_id, stage, sealed, lease_token,
                              created_at, leased_until, expires_at)
        values ($1, $2, 'code', $3, $4, $5, $6, $7)
        on conflict (connection_id) do update
        set stage = 'code', sealed = excluded.sealed, attempts = 0,
            lease_token = excluded.lease_token, leased_until = excluded.leased_until,
            created_at = excluded.created_at, expires_at = excluded.expires_at
        """,
        connection_id,
        organization_id,
        sealed,
        lease_token,
        *times,
    )


async def region_of(tx: Tx, organization_id: UUID, connection_id: UUID) -> str:
    return await tx.fetchval(
        "select region from connection where organization_id = $1 and id = $2",
        organization_id,
        connection_id,
    )


async def claim_due(
    tx: Tx, lease_token: UUID, now: datetime, leased_until: datetime
) -> Record | None:
    """One hand-over whose holder died or put it off."""
    return await tx.fetchrow(
        """
        update handover h
        set lease_token = $1, leased_until = $3, attempts = h.attempts + 1
        from connection c
        where c.id = h.connection_id and h.connection_id = (
            select x.connection_id from handover x
            where x.leased_until <= $2 and x.expires_at > $2
            order by x.leased_until limit 1
            for update skip locked)
        returning h.connection_id, h.organization_id, c.region, h.stage, h.sealed, h.lease_token
        """,
        lease_token,
        now,
        leased_until,
    )


async def renew(tx: Tx, claim: Handover, leased_until: datetime) -> bool:
    tag = await tx.execute(
        """
        update handover set leased_until = $4
        where organization_id = $1 and connection_id = $2 and lease_token = $3
        """,
        claim.organization_id,
        claim.connection_id,
        claim.lease_token,
        leased_until,
    )
    return tag == "UPDATE 1"


async def keep_grant(
    tx: Tx, claim: Handover, sealed: bytes, leased_until: datetime, expires_at: datetime
) -> bool:
    """From here on the code is spent and the grant is what must arrive."""
    tag = await tx.execute(
        """
        update handover set stage = 'grant', sealed = $4, leased_until = $5, expires_at = $6
        where organization_id = $1 and connection_id = $2 and lease_token = $3
        """,
        claim.organization_id,
        claim.connection_id,
        claim.lease_token,
        sealed,
        leased_until,
        expires_at,
    )
    return tag == "UPDATE 1"


async def close(tx: Tx, claim: Handover) -> bool:
    """Deletes the secret; False when another holder has taken over."""
    tag = await tx.execute(
        """
        delete from handover
        where organization_id = $1 and connection_id = $2 and lease_token = $3
        """,
        claim.organization_id,
        claim.connection_id,
        claim.lease_token,
    )
    return tag == "DELETE 1"


async def forget_expired(tx: Tx, now: datetime) -> int:
    tag = await tx.execute("delete from handover where expires_at <= $1", now)
    return int(tag.rpartition(" ")[2])


def handover(row: Record, secret: dict[str, Any]) -> Handover:
    """The claimed row with its opened secret."""
    return Handover(
        connection_id=row["connection_id"],
        organization_id=row["organization_id"],
        region=row["region"],
        stage=row["stage"],
        secret=secret,
        lease_token=row["lease_token"],
    )
