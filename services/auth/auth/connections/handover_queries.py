"""SQL of hand-overs: leased, guarded by the lease token, deleted on arrival."""

from datetime import datetime
from typing import Any
from uuid import UUID

from asyncpg import Record
from shared.db import Tx

from .domain import AmazonUser, Handover, HeldReason


async def open_with_code(
    tx: Tx,
    organization_id: UUID,
    connection_id: UUID,
    sealed: bytes,
    lease_token: UUID,
    times: tuple[datetime, datetime, datetime],
    consent_request_id: UUID | None,
) -> None:
    """A newer consent to the same connection replaces an older one; the first lease names it. `times`:
    now, lease end, expiry."""
    await tx.execute(
        """
        insert into handover (connection_id, organization_id, stage, sealed, lease_token, consent_id,
                              created_at, leased_until, expires_at, consent_request_id)
        values ($1, $2, 'code', $3, $4, $4, $5, $6, $7, $8)
        on conflict (connection_id) do update
        set stage = 'code', sealed = excluded.sealed, attempts = 0, held_reason = null,
            approved = false, amazon_user_id = '', amazon_user_name = '',
            lease_token = excluded.lease_token, leased_until = excluded.leased_until,
            consent_id = excluded.consent_id, created_at = excluded.created_at, expires_at = excluded.expires_at,
            consent_request_id = excluded.consent_request_id
        """,
        connection_id,
        organization_id,
        sealed,
        lease_token,
        *times,
        consent_request_id,
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
            where x.leased_until <= $2 and x.expires_at > $2 and x.stage <> 'held'
            order by x.leased_until limit 1
            for update skip locked)
        returning h.connection_id, h.organization_id, c.region, h.stage, h.sealed, h.lease_token,
                  h.consent_id, h.amazon_user_id, h.amazon_user_name, h.approved, h.consent_request_id
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
    """From here on the code is spent and the grant is what must arrive. Also takes the lease from who
    carries the same code, which is worth nothing any more; a newer consent is left alone."""
    tag = await tx.execute(
        """
        update handover set stage = 'grant', sealed = $5, lease_token = $3, leased_until = $6,
            expires_at = $7
        where organization_id = $1 and connection_id = $2 and consent_id = $4
          and (stage = 'code' or lease_token = $3)
        """,
        claim.organization_id,
        claim.connection_id,
        claim.lease_token,
        claim.consent_id,
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


async def hold(
    tx: Tx, claim: Handover, reason: HeldReason, user: AmazonUser, expires_at: datetime
) -> bool:
    """From here on the grant waits for a person's decision, and nobody works on it."""
    tag = await tx.execute(
        """
        update handover
        set stage = 'held', held_reason = $4, amazon_user_id = $5, amazon_user_name = $6,
            expires_at = $7
        where organization_id = $1 and connection_id = $2 and lease_token = $3
        """,
        claim.organization_id,
        claim.connection_id,
        claim.lease_token,
        reason,
        user.id,
        user.name,
        expires_at,
    )
    return tag == "UPDATE 1"


async def approve(
    tx: Tx, organization_id: UUID, connection_id: UUID, now: datetime, expires_at: datetime
) -> bool:
    """A held grant goes on at once; False when none is held (any more)."""
    tag = await tx.execute(
        """
        update handover
        set stage = 'grant', approved = true, leased_until = $3, expires_at = $4
        where organization_id = $1 and connection_id = $2 and stage = 'held' and expires_at > $3
        """,
        organization_id,
        connection_id,
        now,
        expires_at,
    )
    return tag == "UPDATE 1"


async def decline(tx: Tx, organization_id: UUID, connection_id: UUID) -> bool:
    """Deletes a held grant; False when none is held."""
    tag = await tx.execute(
        """
        delete from handover
        where organization_id = $1 and connection_id = $2 and stage = 'held'
        """,
        organization_id,
        connection_id,
    )
    return tag == "DELETE 1"


async def carries(tx: Tx, organization_id: UUID, consent_request_id: UUID) -> bool:
    """Whether a consent that came by this magic link is on its way."""
    found = await tx.fetchval(
        """
        select true from handover
        where organization_id = $1 and consent_request_id = $2
        """,
        organization_id,
        consent_request_id,
    )
    return bool(found)


async def discard(tx: Tx, organization_id: UUID, connection_id: UUID) -> None:
    """Deletes the secret of a connection that ends; whoever works on it finds out."""
    await tx.execute(
        "delete from handover where organization_id = $1 and connection_id = $2",
        organization_id,
        connection_id,
    )


async def expired(tx: Tx, now: datetime) -> list[Handover]:
    """Those whose time is over, a hundred at a time."""
    rows = await tx.fetch(
        """
        select h.connection_id, h.organization_id, c.region, h.stage, h.lease_token,
               h.consent_id, h.amazon_user_id, h.amazon_user_name, h.approved, h.consent_request_id
        from handover h join connection c on c.id = h.connection_id
        where h.expires_at <= $1 order by h.expires_at limit 100
        """,
        now,
    )
    return [handover(row, {}) for row in rows]


def handover(row: Record, secret: dict[str, Any]) -> Handover:
    """The claimed row with its opened secret."""
    return Handover(
        connection_id=row["connection_id"],
        organization_id=row["organization_id"],
        region=row["region"],
        stage=row["stage"],
        secret=secret,
        lease_token=row["lease_token"],
        consent_id=row["consent_id"],
        user=AmazonUser(row["amazon_user_id"], row["amazon_user_name"]),
        approved=row["approved"],
        consent_request_id=row["consent_request_id"],
    )
