"""SQL of the key rotation: who is sealed with what, and the exchange of sealed texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from asyncpg import Record
from shared.db import Tx
from shared.keyring import Sealed

_COUNT_KEYS = """
select key_id, count(*) as tokens from credential,
    lateral (values (refresh_key_id), (access_key_id)) as used (key_id)
group by key_id
"""
_COUNT_OTHERWISE = """
select count(*) as total,
    count(*) filter (where refresh_key_id <> $1 or access_key_id <> $1) as otherwise
from credential
"""
_LIST_OTHERWISE = """
select connection_id, organization_id, refresh_key_id, refresh_ciphertext, access_key_id,
    access_ciphertext
from credential
where (refresh_key_id <> $1 or access_key_id <> $1) and connection_id > $2
order by connection_id limit $3
"""
# One rotation at a time: two would take the same rows in another order.
_LOCK = "select pg_advisory_xact_lock(hashtext('token_refresher.rotation'))"
# Compare and set: a refresh or a new consent since the read wins.
_REPLACE = """
update credential c set refresh_key_id = n.refresh_key_id, refresh_ciphertext = n.refresh,
    access_key_id = n.access_key_id, access_ciphertext = n.access
from unnest($1::uuid[], $2::bytea[], $3::bytea[], $4::text[], $5::bytea[], $6::text[], $7::bytea[])
    as n (connection_id, old_refresh, old_access, refresh_key_id, refresh, access_key_id, access)
where c.connection_id = n.connection_id
  and c.refresh_ciphertext = n.old_refresh and c.access_ciphertext = n.old_access
"""


@dataclass(frozen=True, slots=True)
class KeyUse:
    """How many sealed tokens (two a credential) name a key."""

    key_id: str
    tokens: int


@dataclass(frozen=True, slots=True)
class SealedPair:
    """The two sealed texts of a credential, as they were read."""

    connection_id: UUID
    organization_id: UUID
    refresh: Sealed
    access: Sealed


@dataclass(frozen=True, slots=True)
class Resealed:
    """The same two texts under another key."""

    before: SealedPair
    refresh: Sealed
    access: Sealed


async def count_keys(tx: Tx) -> list[KeyUse]:
    return [KeyUse(row["key_id"], row["tokens"]) for row in await tx.fetch(_COUNT_KEYS)]


async def count_sealed_otherwise(tx: Tx, key_id: str) -> tuple[int, int]:
    """(credentials, those of them with a text that another key sealed)."""
    row = await tx.fetchrow(_COUNT_OTHERWISE, key_id)
    return (row["total"], row["otherwise"]) if row else (0, 0)


async def list_sealed_otherwise(tx: Tx, key_id: str, after: UUID, limit: int) -> list[SealedPair]:
    """The next credentials by id that another key sealed; waits for a rotation elsewhere."""
    await tx.execute(_LOCK)
    return [_pair(row) for row in await tx.fetch(_LIST_OTHERWISE, key_id, after, limit)]


async def replace_sealed(tx: Tx, resealed: Sequence[Resealed]) -> int:
    """How many rows still held what was read, and now hold the new texts."""
    if not resealed:
        return 0
    tag = await tx.execute(
        _REPLACE,
        [r.before.connection_id for r in resealed],
        [r.before.refresh.ciphertext for r in resealed],
        [r.before.access.ciphertext for r in resealed],
        [r.refresh.key_id for r in resealed],
        [r.refresh.ciphertext for r in resealed],
        [r.access.key_id for r in resealed],
        [r.access.ciphertext for r in resealed],
    )
    return int(tag.rpartition(" ")[2])


def _pair(row: Record) -> SealedPair:
    return SealedPair(
        row["connection_id"],
        row["organization_id"],
        Sealed(row["refresh_key_id"], row["refresh_ciphertext"]),
        Sealed(row["access_key_id"], row["access_ciphertext"]),
    )
