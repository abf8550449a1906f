"""SQL of what refreshes ended in: many credentials in one statement, each only under its own lease."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.db import Tx
from shared.keyring import Sealed

from .domain import Credential, Lease, State
from .queries import read_credential

# In one order for every replica, so that two batches never wait for each other.
_HELD = """
select c.* from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as l (connection_id, organization_id, token)
join credential c on c.connection_id = l.connection_id and c.organization_id = l.organization_id
    and c.lease_token = l.token
order by c.connection_id for update of c
"""
_APPLY_TOKENS = """
update credential c set state = 'healthy', refresh_key_id = n.refresh_key_id,
    refresh_ciphertext = n.refresh, access_key_id = n.access_key_id, access_ciphertext = n.access,
    spare_key_id = n.spare_key_id, spare_ciphertext = n.spare, expires_at = n.expires_at,
    refreshed_at = n.refreshed_at, next_refresh_at = n.next_at, due_at = n.next_at,
    due_counted = false, version = version + 1, attempts = 0, last_error_code = null,
    lease_token = null, lease_until = null
from unnest($1::uuid[], $2::uuid[], $3::text[], $4::bytea[], $5::text[], $6::bytea[], $7::text[],
    $8::bytea[], $9::timestamptz[], $10::timestamptz[], $11::timestamptz[])
    as n (connection_id, token, refresh_key_id, refresh, access_key_id, access, spare_key_id, spare,
        expires_at, refreshed_at, next_at)
where c.connection_id = n.connection_id and c.lease_token = n.token
"""
_APPLY_FAILURES = """
update credential c set state = n.state, last_error_code = n.code, attempts = n.attempts,
    next_refresh_at = n.next_at, due_counted = c.due_counted or n.counted,
    lease_token = null, lease_until = null
from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::int[], $6::timestamptz[], $7::bool[])
    as n (connection_id, token, state, code, attempts, next_at, counted)
where c.connection_id = n.connection_id and c.lease_token = n.token
"""


@dataclass(frozen=True, slots=True)
class NewTokens:
    """What a credential that `lease` still holds gets."""

    lease: Lease
    refresh: Sealed
    access: Sealed
    spare: Sealed | None
    expires_at: datetime
    refreshed_at: datetime
    next_refresh_at: datetime


@dataclass(frozen=True, slots=True)
class Setback:
    """How a failed refresh leaves a credential that `lease` still holds."""

    lease: Lease
    state: State
    code: str
    attempts: int
    next_attempt_at: datetime
    due_counted: bool


async def lock_held(tx: Tx, leases: Sequence[Lease]) -> dict[UUID, Credential]:
    """By connection: the rows, locked, on which these leases still are."""
    rows = await tx.fetch(
        _HELD,
        [lease.credential.connection_id for lease in leases],
        [lease.credential.organization_id for lease in leases],
        [lease.token for lease in leases],
    )
    return {row["connection_id"]: read_credential(row) for row in rows}


async def apply_tokens(tx: Tx, changes: Sequence[NewTokens]) -> None:
    """Their rows are locked and held."""
    rows = [
        (
            *(c.lease.credential.connection_id, c.lease.token),
            *(c.refresh.key_id, c.refresh.ciphertext, c.access.key_id, c.access.ciphertext),
            *((c.spare.key_id, c.spare.ciphertext) if c.spare else (None, None)),
            *(c.expires_at, c.refreshed_at, c.next_refresh_at),
        )
        for c in changes
    ]
    if rows:
        await tx.execute(_APPLY_TOKENS, *map(list, zip(*rows, strict=True)))


async def apply_setbacks(tx: Tx, changes: Sequence[Setback]) -> None:
    """Their rows are locked and held."""
    rows = [
        (
            *(c.lease.credential.connection_id, c.lease.token),
            *(c.state, c.code, c.attempts, c.next_attempt_at, c.due_counted),
        )
        for c in changes
    ]
    if rows:
        await tx.execute(_APPLY_FAILURES, *map(list, zip(*rows, strict=True)))
