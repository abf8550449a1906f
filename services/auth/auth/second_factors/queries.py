"""SQL of second factors and recovery codes. System scope only."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from shared.db import Tx

from .domain import Factor


async def factor_of(tx: Tx, user_id: UUID) -> Factor | None:
    row = await tx.fetchrow(
        """
        select user_id, sealed_secret, last_step, confirmed_at
        from second_factor where user_id = $1
        """,
        user_id,
    )
    return None if row is None else Factor(**row)


async def begin(tx: Tx, user_id: UUID, sealed_secret: bytes, now: datetime) -> bool:
    """A new secret, also in place of one never confirmed; False where a factor is on."""
    tag = await tx.execute(
        """
        insert into second_factor (user_id, sealed_secret, created_at) values ($1, $2, $3)
        on conflict (user_id) do update
        set sealed_secret = excluded.sealed_secret, created_at = excluded.created_at, last_step = 0
        where second_factor.confirmed_at is null
        """,
        user_id,
        sealed_secret,
        now,
    )
    return tag == "INSERT 0 1"


async def confirm(tx: Tx, user_id: UUID, sealed_secret: bytes, step: int, now: datetime) -> bool:
    """Turns it on where the secret is still the one that was shown to work."""
    tag = await tx.execute(
        """
        update second_factor set confirmed_at = $4, last_step = $3
        where user_id = $1 and sealed_secret = $2 and confirmed_at is null
        """,
        user_id,
        sealed_secret,
        step,
        now,
    )
    return tag == "UPDATE 1"


async def use_step(tx: Tx, user_id: UUID, step: int) -> bool:
    """Marks the step's code as used; of two at once one is told True."""
    tag = await tx.execute(
        """
        update second_factor set last_step = $2
        where user_id = $1 and last_step < $2 and confirmed_at is not null
        """,
        user_id,
        step,
    )
    return tag == "UPDATE 1"


async def delete(tx: Tx, user_id: UUID) -> bool:
    """The factor and its recovery codes; False where there was none."""
    return await tx.execute("delete from second_factor where user_id = $1", user_id) == "DELETE 1"


async def replace_recovery_codes(tx: Tx, user_id: UUID, hashes: Sequence[bytes]) -> None:
    await tx.execute("delete from recovery_code where user_id = $1", user_id)
    await tx.execute(
        "insert into recovery_code (user_id, code_hash) select $1, unnest($2::bytea[])",
        user_id,
        hashes,
    )


async def take_recovery_code(tx: Tx, user_id: UUID, code_hash: bytes) -> bool:
    """Single use: of two at once one is told True."""
    taken = await tx.fetchval(
        "delete from recovery_code where user_id = $1 and code_hash = $2 returning true",
        user_id,
        code_hash,
    )
    return bool(taken)


async def count_recovery_codes(tx: Tx, user_id: UUID) -> int:
    return await tx.fetchval("select count(*) from recovery_code where user_id = $1", user_id)
