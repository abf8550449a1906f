"""SQL of changes of address. System scope: a user is of no one organization."""

from datetime import datetime
from uuid import UUID

from asyncpg import UniqueViolationError
from shared.db import Tx


async def put(
    tx: Tx, token_hash: bytes, user_id: UUID, email: str, now: datetime, expires_at: datetime
) -> None:
    """In place of what the person asked for before."""
    await tx.execute(
        """
        insert into email_change (user_id, token_hash, email, created_at, expires_at)
        values ($1, $2, $3, $4, $5)
        on conflict (user_id) do update set token_hash = excluded.token_hash,
            email = excluded.email, created_at = excluded.created_at, expires_at = excluded.expires_at
        """,
        user_id,
        token_hash,
        email,
        now,
        expires_at,
    )


async def take(tx: Tx, token_hash: bytes) -> tuple[UUID, str, datetime] | None:
    """Whose change it is, to which address and until when. Single use, if the transaction commits: of
    two at once the second waits and finds none."""
    row = await tx.fetchrow(
        "delete from email_change where token_hash = $1 returning user_id, email, expires_at",
        token_hash,
    )
    return None if row is None else (row["user_id"], row["email"], row["expires_at"])


async def set_email(tx: Tx, user_id: UUID, email: str) -> bool:
    """False, and the transaction is over, when the address is somebody else's by now."""
    try:
        await tx.execute("update app_user set email = $2 where id = $1", user_id, email)
    except UniqueViolationError:
        return False
    return True


async def forget_user(tx: Tx, user_id: UUID) -> None:
    await tx.execute("delete from email_change where user_id = $1", user_id)


async def delete_expired(tx: Tx, before: datetime) -> None:
    await tx.execute("delete from email_change where expires_at <= $1", before)
