"""SQL of password resets. System scope: nobody is signed in."""

from datetime import datetime
from uuid import UUID

from shared.db import Tx


async def user_of(tx: Tx, email: str) -> UUID | None:
    """Only who has a password to reset."""
    return await tx.fetchval(
        """
        select u.id from app_user u join user_password p on p.user_id = u.id where u.email = $1
        """,
        email,
    )


async def insert(
    tx: Tx, token_hash: bytes, user_id: UUID | None, now: datetime, expires_at: datetime
) -> None:
    await tx.execute(
        """
        insert into password_reset (token_hash, user_id, created_at, expires_at)
        values ($1, $2, $3, $4)
        """,
        token_hash,
        user_id,
        now,
        expires_at,
    )


async def find(tx: Tx, token_hash: bytes) -> tuple[UUID, datetime] | None:
    """Whose reset it is and until when; None for what leads nowhere."""
    row = await tx.fetchrow(
        """
        select user_id, expires_at from password_reset
        where token_hash = $1 and user_id is not null
        """,
        token_hash,
    )
    return None if row is None else (row["user_id"], row["expires_at"])


async def take(tx: Tx, token_hash: bytes) -> bool:
    """Single use: of two at once one is told True."""
    taken = await tx.fetchval(
        "delete from password_reset where token_hash = $1 returning true", token_hash
    )
    return bool(taken)


async def forget_user(tx: Tx, user_id: UUID) -> None:
    """Links of letters before lead nowhere once the password has changed."""
    await tx.execute("delete from password_reset where user_id = $1", user_id)


async def delete_expired(tx: Tx, before: datetime) -> None:
    await tx.execute("delete from password_reset where expires_at <= $1", before)
