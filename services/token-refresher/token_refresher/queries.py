"""Every SQL statement of the token-refresher."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from asyncpg import Record
from shared.db import Tx
from shared.keyring import Sealed

from .domain import Credential, Lease

_INSERT = """
insert into credential (connection_id, organization_id, region, state, refresh_key_id,
    refresh_ciphertext, access_key_id, access_ciphertext, grant_sha256, granted_at, expires_at,
    refreshed_at, next_refresh_at, due_at)
values ($1, $2, $3, 'healthy', $4, $5, $6, $7, $8, $9, $10, $9, $11, $11)
on conflict (connection_id) do nothing
"""
_REPLACE = """
update credential set region = $3,
    state = case when state = 'suspended' then state else 'healthy' end, refresh_key_id = $4, refresh_ciphertext = $5,
    access_key_id = $6, access_ciphertext = $7, grant_sha256 = $8, granted_at = $9, expires_at = $10,
    refreshed_at = $9, next_refresh_at = $11, due_at = $11, due_counted = false, version = version + 1, attempts = 0,
    last_error_code = null, lease_token = null, lease_until = null, spare_key_id = null, spare_ciphertext = null
where connection_id = $1 and organization_id = $2
"""
_GET = "select * from credential where connection_id = $1 and organization_id = $2"
_GET_FOR_UPDATE = """
select * from credential where connection_id = $1 and organization_id = $2 for update
"""
_LIST = """
select * from credential where organization_id = $1 order by connection_id
"""
_CLAIM_DUE = """
with due as (
    select connection_id from credential
    where next_refresh_at <= $1 and state not in ('reauth_required', 'suspended')
      and region = any($4)
      and (lease_until is null or lease_until <= $1)
    order by next_refresh_at limit $3 for update skip locked)
update credential c set lease_token = gen_random_uuid(), lease_until = $2
from due where c.connection_id = due.connection_id
returning c.*
"""
_CLAIM_ONE = """
update credential set lease_token = gen_random_uuid(), lease_until = $4
where connection_id = $1 and organization_id = $2 and version = $5
  and state not in ('reauth_required', 'suspended')
  and (lease_until is null or lease_until <= $3)
returning *
"""
_HELD = """
select * from credential
where connection_id = $1 and organization_id = $2 and lease_token = $3 for update
"""
# Of the same consent, unless a newer answer left a spare already: then that is the younger one.
_WRITE_AHEAD = """
update credential set spare_key_id = $4, spare_ciphertext = $5
where connection_id = $1 and organization_id = $2 and grant_sha256 = $3
  and (version = $6 or spare_ciphertext is null)
"""
_SUSPEND = """
update credential set state = 'suspended', suspension_reason = $3, suspended_at = $4,
    lease_token = null, lease_until = null, attempts = 0, last_error_code = null
where connection_id = $1 and organization_id = $2 and state <> 'suspended'
"""
_RESUME = """
update credential set state = 'retrying', suspension_reason = null, suspended_at = null,
    next_refresh_at = $3, due_at = $3, due_counted = false
where connection_id = $1 and organization_id = $2 and state = 'suspended'
"""
_DELETE = """
delete from credential where connection_id = $1 and organization_id = $2 and granted_at <= $3
"""
_COUNT_BY_STATE = "select state, count(*) as credentials from credential group by state"
_COUNT_OVERDUE = """
select count(*) from credential
where due_at < $1 and state not in ('reauth_required', 'suspended')
"""


async def insert(
    tx: Tx,
    connection_id: UUID,
    organization_id: UUID,
    region: str,
    refresh: Sealed,
    access: Sealed,
    *,
    grant_sha256: str,
    granted_at: datetime,
    expires_at: datetime,
    next_refresh_at: datetime,
) -> bool:
    """True when the row is new; False when the connection has one, also another organization's."""
    tag = await tx.execute(
        _INSERT,
        *(connection_id, organization_id, region),
        *(refresh.key_id, refresh.ciphertext, access.key_id, access.ciphertext),
        *(grant_sha256, granted_at, expires_at, next_refresh_at),
    )
    return tag.endswith(" 1")


async def replace(
    tx: Tx,
    connection_id: UUID,
    organization_id: UUID,
    region: str,
    refresh: Sealed,
    access: Sealed,
    *,
    grant_sha256: str,
    granted_at: datetime,
    expires_at: datetime,
    next_refresh_at: datetime,
) -> None:
    """A new grant ends every refresh of the old one: the lease is taken away."""
    await tx.execute(
        _REPLACE,
        *(connection_id, organization_id, region),
        *(refresh.key_id, refresh.ciphertext, access.key_id, access.ciphertext),
        *(grant_sha256, granted_at, expires_at, next_refresh_at),
    )


async def get(tx: Tx, connection_id: UUID, organization_id: UUID) -> Credential | None:
    return _credential(await tx.fetchrow(_GET, connection_id, organization_id))


async def get_for_update(tx: Tx, connection_id: UUID, organization_id: UUID) -> Credential | None:
    return _credential(await tx.fetchrow(_GET_FOR_UPDATE, connection_id, organization_id))


async def list_all(tx: Tx, organization_id: UUID) -> list[Credential]:
    return [read_credential(row) for row in await tx.fetch(_LIST, organization_id)]


async def claim_due(
    tx: Tx, now: datetime, until: datetime, limit: int, regions: Sequence[str]
) -> list[Lease]:
    """Leases on credentials that are due and nobody's, the most urgent first."""
    return [_lease(row) for row in await tx.fetch(_CLAIM_DUE, now, until, limit, regions)]


async def claim_one(tx: Tx, credential: Credential, now: datetime, until: datetime) -> Lease | None:
    """A lease, unless somebody has one or a newer token is there already."""
    row = await tx.fetchrow(
        _CLAIM_ONE,
        credential.connection_id,
        credential.organization_id,
        now,
        until,
        credential.version,
    )
    return None if row is None else _lease(row)


async def get_held(tx: Tx, lease: Lease) -> Credential | None:
    """The row, locked, as long as the lease is still on it."""
    held = lease.credential
    row = await tx.fetchrow(_HELD, held.connection_id, held.organization_id, lease.token)
    return _credential(row)


async def write_ahead(tx: Tx, held: Credential, refresh: Sealed) -> None:
    """Keeps a refresh token that Amazon gave in place of the one of `held`; the lease may be lost."""
    await tx.execute(
        _WRITE_AHEAD,
        *(held.connection_id, held.organization_id, held.grant_sha256),
        *(refresh.key_id, refresh.ciphertext, held.version),
    )


async def suspend(
    tx: Tx, connection_id: UUID, organization_id: UUID, reason: str, at: datetime
) -> bool:
    """False when it is suspended already. Who refreshes it now may no longer write."""
    tag = await tx.execute(_SUSPEND, connection_id, organization_id, reason, at)
    return tag.endswith(" 1")


async def resume(tx: Tx, connection_id: UUID, organization_id: UUID, at: datetime) -> bool:
    """Due at once; False when it was not suspended."""
    return (await tx.execute(_RESUME, connection_id, organization_id, at)).endswith(" 1")


async def delete(tx: Tx, connection_id: UUID, organization_id: UUID, before: datetime) -> bool:
    """Deletes a grant handed over until `before`; a later one belongs to a new consent."""
    tag = await tx.execute(_DELETE, connection_id, organization_id, before)
    return tag.endswith(" 1")


async def count_by_state(tx: Tx) -> dict[str, int]:
    return {row["state"]: row["credentials"] for row in await tx.fetch(_COUNT_BY_STATE)}


async def count_overdue(tx: Tx, due_before: datetime) -> int:
    """Refreshes that fell due before that and have not brought a token yet."""
    return await tx.fetchval(_COUNT_OVERDUE, due_before)


def _credential(row: Record | None) -> Credential | None:
    return None if row is None else read_credential(row)


def read_credential(row: Record) -> Credential:
    return Credential(
        connection_id=row["connection_id"],
        organization_id=row["organization_id"],
        region=row["region"],
        state=row["state"],
        refresh=Sealed(row["refresh_key_id"], row["refresh_ciphertext"]),
        access=Sealed(row["access_key_id"], row["access_ciphertext"]),
        grant_sha256=row["grant_sha256"],
        version=row["version"],
        expires_at=row["expires_at"],
        refreshed_at=row["refreshed_at"],
        next_refresh_at=row["next_refresh_at"],
        attempts=row["attempts"],
        last_error_code=row["last_error_code"],
        lease_until=row["lease_until"],
        due_at=row["due_at"],
        due_counted=row["due_counted"],
        spare=spare_of(row),
        suspended_at=row["suspended_at"],
        suspension_reason=row["suspension_reason"],
    )


def spare_of(row: Record) -> Sealed | None:
    """The other refresh token of a pair, where there is one."""
    key_id = row["spare_key_id"]
    return None if key_id is None else Sealed(key_id, row["spare_ciphertext"])


def _lease(row: Record) -> Lease:
    return Lease(row["lease_token"], row["lease_until"], read_credential(row))
