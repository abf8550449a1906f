"""SQL of a person's own account. System scope: a user is of no one organization."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.db import Tx


@dataclass(frozen=True, slots=True)
class Profile:
    id: UUID
    email: str
    name: str
    created_at: datetime


async def profile_of(tx: Tx, user_id: UUID) -> Profile | None:
    query = "select id, email, name, created_at from app_user where id = $1"
    row = await tx.fetchrow(query, user_id)
    return None if row is None else Profile(**row)


async def user_of(tx: Tx, email: str) -> UUID | None:
    return await tx.fetchval("select id from app_user where email = $1", email)


async def rename(tx: Tx, user_id: UUID, name: str) -> None:
    await tx.execute("update app_user set name = $2 where id = $1", user_id, name)


async def organizations_of(tx: Tx, user_id: UUID) -> list[UUID]:
    rows = await tx.fetch(
        "select organization_id from membership where user_id = $1 order by organization_id",
        user_id,
    )
    return [row["organization_id"] for row in rows]
