"""SQL of passwords and of challenges for a second factor. System scope: nobody is signed in yet."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.db import Tx


@dataclass(frozen=True, slots=True)
class Login:
    """What an address leads to: the user, their password's hash, whether a second factor is on."""

    user_id: UUID
    email: str
    argon2_hash: str
    second_factor: bool


async def login_of(tx: Tx, email: str) -> Login | None:
    row = await tx.fetchrow(
        """
        select u.id as user_id, u.email, p.argon2_hash,
               exists (select 1 from second_factor f
                       where f.user_id = u.id and f.confirmed_at is not null) as second_factor
        from app_user u
        join user_password p on p.user_id = u.id
        where u.email = $1 and exists (select 1 from membership m where m.user_id = u.id)
        """,
        email,
    )
    return None if row is None else Login(**row)


async def login_of_user(tx: Tx, user_id: UUID) -> Login | None:
    row = await tx.fetchrow(
        """
        select u.id as user_id, u.email, p.argon2_hash,
               exists (select 1 from second_factor f
                       where f.user_id = u.id and f.confirmed_at is not null) as second_factor
        from app_user u
        join user_password p on p.user_id = u.id
        where u.id = $1
        """,
        user_id,
    )
    return None if row is None else Login(**row)


async def replace_hash(tx: Tx, user_id: UUID, old: str, new: str) -> bool:
    """Only where the password has not changed meanwhile; not a change of the password."""
    tag = await tx.execute(
        "update user_password set argon2_hash = $3 where user_id = $1 and argon2_hash = $2",
        user_id,
        old,
        new,
    )
    return tag == "UPDATE 1"


async def insert_challenge(
    tx: Tx, token_hash: bytes, user_id: UUID, now: datetime, expires_at: datetime
) -> None:
    await tx.execute(
        """
        insert into login_challenge (token_hash, user_id, created_at, expires_at)
        values ($1, $2, $3, $4)
        """,
        token_hash,
        user_id,
        now,
        expires_at,
    )


async def challenged_user(tx: Tx, token_hash: bytes, now: datetime) -> UUID | None:
    """Whose second factor is awaited."""
    return await tx.fetchval(
        "select user_id from login_challenge where token_hash = $1 and expires_at > $2",
        token_hash,
        now,
    )


async def take_challenge(tx: Tx, token_hash: bytes, now: datetime) -> bool:
    """Single use: of two at once one is told True."""
    taken = await tx.fetchval(
        "delete from login_challenge where token_hash = $1 and expires_at > $2 returning true",
        token_hash,
        now,
    )
    return bool(taken)


async def forget_challenges(tx: Tx, user_id: UUID) -> None:
    """A password that changed answers no challenge."""
    await tx.execute("delete from login_challenge where user_id = $1", user_id)


async def delete_expired(tx: Tx, now: datetime) -> None:
    await tx.execute("delete from login_challenge where expires_at <= $1", now)
