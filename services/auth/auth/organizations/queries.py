"""SQL of organizations, users and memberships."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.db import Tx


@dataclass(frozen=True, slots=True)
class Organization:
    """An agency, or a brand on its own."""

    id: UUID
    name: str
    created_at: datetime


async def lock_first_run(tx: Tx) -> None:
    """One replica at a time decides whether the installation is empty."""
    await tx.execute("select pg_advisory_xact_lock(hashtext('auth:first-run'))")


async def has_users(tx: Tx) -> bool:
    return bool(await tx.fetchval("select exists (select 1 from app_user)"))


async def insert_organization(tx: Tx, organization_id: UUID, name: str, now: datetime) -> None:
    await tx.execute(
        "insert into organization (id, name, created_at) values ($1, $2, $3)",
        organization_id,
        name,
        now,
    )


async def lock(tx: Tx, organization_id: UUID) -> None:
    """Who may do what in an organization is changed by one transaction at a time."""
    await tx.execute("select 1 from organization where id = $1 for no key update", organization_id)


async def get(tx: Tx, organization_id: UUID) -> Organization | None:
    row = await tx.fetchrow(
        "select id, name, created_at from organization where id = $1", organization_id
    )
    return None if row is None else Organization(**row)


async def name_of(tx: Tx, organization_id: UUID) -> str:
    return await tx.fetchval("select name from organization where id = $1", organization_id)


async def rename(tx: Tx, organization_id: UUID, name: str) -> None:
    await tx.execute("update organization set name = $2 where id = $1", organization_id, name)


async def organization_exists(tx: Tx, organization_id: UUID) -> bool:
    query = "select exists (select 1 from organization where id = $1)"
    return bool(await tx.fetchval(query, organization_id))


async def insert_user(tx: Tx, user_id: UUID, email: str, name: str, now: datetime) -> bool:
    """False when the address has a user already."""
    tag = await tx.execute(
        """
        insert into app_user (id, email, name, created_at) values ($1, $2, $3, $4)
        on conflict (email) do nothing
        """,
        user_id,
        email,
        name,
        now,
    )
    return tag == "INSERT 0 1"


async def put_password(tx: Tx, user_id: UUID, argon2_hash: str, now: datetime) -> None:
    await tx.execute(
        """
        insert into user_password (user_id, argon2_hash, changed_at) values ($1, $2, $3)
        on conflict (user_id) do update
        set argon2_hash = excluded.argon2_hash, changed_at = excluded.changed_at
        """,
        user_id,
        argon2_hash,
        now,
    )


async def insert_membership(tx: Tx, organization_id: UUID, user_id: UUID, now: datetime) -> None:
    await tx.execute(
        "insert into membership (organization_id, user_id, created_at) values ($1, $2, $3)",
        organization_id,
        user_id,
        now,
    )


async def count_brands(tx: Tx, organization_id: UUID, brand_ids: Sequence[UUID]) -> int:
    """How many of these brands the organization has."""
    query = "select count(*) from brand where organization_id = $1 and id = any ($2::uuid[])"
    return await tx.fetchval(query, organization_id, brand_ids)
