"""SQL of sign-ups that wait for their letter to be answered. System scope: nobody is signed in."""

from dataclasses import dataclass
from datetime import datetime

from shared.db import Tx


@dataclass(frozen=True, slots=True)
class SignUp:
    """What somebody asked for; `email` is theirs only once the letter's token comes back."""

    email: str
    name: str
    organization_name: str
    argon2_hash: str
    expires_at: datetime


async def insert(tx: Tx, token_hash: bytes, asked: SignUp, now: datetime) -> None:
    await tx.execute(
        """
        insert into sign_up (token_hash, email, name, organization_name, argon2_hash,
                             created_at, expires_at)
        values ($1, $2, $3, $4, $5, $6, $7)
        """,
        token_hash,
        asked.email,
        asked.name,
        asked.organization_name,
        asked.argon2_hash,
        now,
        asked.expires_at,
    )


async def user_exists(tx: Tx, email: str) -> bool:
    query = "select exists (select 1 from app_user where email = $1)"
    return bool(await tx.fetchval(query, email))


async def find(tx: Tx, token_hash: bytes) -> SignUp | None:
    row = await tx.fetchrow(
        """
        select email, name, organization_name, argon2_hash, expires_at
        from sign_up where token_hash = $1
        """,
        token_hash,
    )
    return None if row is None else SignUp(**row)


async def take(tx: Tx, token_hash: bytes) -> bool:
    """Single use: of two at once one is told True."""
    taken = await tx.fetchval(
        "delete from sign_up where token_hash = $1 returning true", token_hash
    )
    return bool(taken)


async def forget_address(tx: Tx, email: str) -> None:
    """The address has a user now: other sign-ups for it lead nowhere."""
    await tx.execute("delete from sign_up where email = $1", email)


async def newest_hash(tx: Tx, email: str, now: datetime) -> str | None:
    """The password of the newest sign-up that still waits for its letter."""
    return await tx.fetchval(
        """
        select argon2_hash from sign_up where email = $1 and expires_at > $2
        order by created_at desc limit 1
        """,
        email,
        now,
    )


async def renew_newest(
    tx: Tx, email: str, token_hash: bytes, now: datetime, expires_at: datetime
) -> str | None:
    """Gives the address's newest sign-up, expired or not, another token; the name it asked for, None
    when there is none or the address has a user."""
    return await tx.fetchval(
        """
        update sign_up set token_hash = $2, created_at = $3, expires_at = $4
        where token_hash = (select token_hash from sign_up where email = $1
                            order by created_at desc limit 1 for update)
          and not exists (select 1 from app_user where email = $1)
        returning name
        """,
        email,
        token_hash,
        now,
        expires_at,
    )


async def delete_expired(tx: Tx, before: datetime) -> None:
    await tx.execute("delete from sign_up where expires_at <= $1", before)
