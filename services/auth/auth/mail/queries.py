"""SQL of letters. Anybody may put one down; the rest is for the system scope."""

from datetime import datetime
from uuid import UUID

from shared.db import Tx

from .domain import Claim


async def insert(
    tx: Tx, letter_id: UUID, kind: str, sealed: bytes, now: datetime, expires_at: datetime
) -> None:
    await tx.execute(
        """
        insert into letter (id, kind, sealed, created_at, due_at, expires_at)
        values ($1, $2, $3, $4, $4, $5)
        """,
        letter_id,
        kind,
        sealed,
        now,
        expires_at,
    )


async def claim_due(
    tx: Tx, lease_token: UUID, now: datetime, leased_until: datetime
) -> Claim | None:
    """The letter that has waited longest; it becomes due again when the lease ends."""
    row = await tx.fetchrow(
        """
        update letter set lease_token = $1, due_at = $3, attempts = attempts + 1
        where id = (
            select id from letter where due_at <= $2 and expires_at > $2
            order by due_at, id limit 1
            for update skip locked)
        returning id, kind, sealed, attempts, lease_token, expires_at
        """,
        lease_token,
        now,
        leased_until,
    )
    return None if row is None else Claim(**row)


async def delete(tx: Tx, claim: Claim) -> None:
    await tx.execute(
        "delete from letter where id = $1 and lease_token = $2", claim.id, claim.lease_token
    )


async def put_off(tx: Tx, claim: Claim, due_at: datetime) -> None:
    await tx.execute(
        "update letter set due_at = $3, lease_token = null where id = $1 and lease_token = $2",
        claim.id,
        claim.lease_token,
        due_at,
    )


async def delete_expired(tx: Tx, now: datetime) -> int:
    """How many letters nobody will read any more."""
    return len(await tx.fetch("delete from letter where expires_at <= $1 returning id", now))
