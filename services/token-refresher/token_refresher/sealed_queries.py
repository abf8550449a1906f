"""SQL of the key rotation: who is sealed with what, and the exchange of sealed texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from asyncpg import Record
from shared.db import Tx
from shared.keyring import Sealed

from .queries import spare_of

_COUNT_KEYS = """
select key_id, count(*) as tokens from credential,
    lateral (values (refresh_key_id), (access_key_id), (spare_key_id)) as used (key_id)
where key_id is not null
group by key_id
"""
_COUNT_OTHERWISE = """
select count(*) as total,
    count(*) filter (where $1 <> any(array[refresh_key_id, access_key_id, spare_key_id])) as otherwise
from credential
"""
_LIST_OTHERWISE = """
select connection_id, organization_id, refresh_key_id, refresh_ciphertext, access_key_id,
    access_ciphertext, spare_key_id, spare_ciphertext
from credential
where $1 <> any(array[refresh_key_id, access_key_id, spare_key_id]) and connection_id > $2
order by connection_id limit $3
"""
# One rotation at a time: two would take the same rows in another order.
_LOCK = "select pg_advisory_xact_lock(hashtext('token_refresher.rotation'))"
# Compare and set: a refresh or a new consent since the read wins. What a batch of refreshes holds right
# now is left to the next pass: waiting for it could end in a deadlock.
_REPLACE = """
with free as (
    select connection_id from credential where connection_id = any($1) for update skip locked)
update credential c set refresh_key_id = n.refresh_key_id, refresh_ciphertext = n.refresh,
    access_key_id = n.access_key_id, access_ciphertext = n.access,
    spare_key_id = n.spare_key_id, spare_ciphertext = n.spare
from free join unnest($1::uuid[], $2::bytea[], $3::bytea[], $4::text[], $5::bytea[], $6::text[],
    $7::bytea[], $8::bytea[], $9::text[], $10::bytea[])
    as n (connection_id, old_refresh, old_access, refresh_key_id, refresh, access_key_id, access,
        old_spare, spare_key_id, spare) using (connection_id)
where c.connection_id = n.connection_id
  and c.refresh_ciphertext = n.old_refresh and c.access_ciphertext = n.old_access
  and c.spare_ciphertext is not distinct from n.old_spare
"""


@dataclass(frozen=True, slots=True)
class KeyUse:
    """How many sealed tokens (two or three a credential) name a key."""

    key_id: str
    tokens: int


@dataclass(frozen=True, slots=True)
class SealedTexts:
    """The sealed texts of a credential, as they were read."""

    connection_id: UUID
    organization_id: UUID
    refresh: Sealed
    access: Sealed
    spare: Sealed | None


@dataclass(frozen=True, slots=True)
class Resealed:
    """The same texts under another key."""

    before: SealedTexts
    refresh: Sealed
    access: Sealed
    spare: Sealed | None


async def count_keys(tx: Tx) -> list[KeyUse]:
    return [KeyUse(row["key_id"], row["tokens"]) for row in await tx.fetch(_COUNT_KEYS)]


async def count_sealed_otherwise(tx: Tx, key_id: str) -> tuple[int, int]:
    """(credentials, those of them with a text that another key sealed)."""
    row = await tx.fetchrow(_COUNT_OTHERWISE, key_id)
    return (row["total"], row["otherwise"]) if row else (0, 0)


async def list_sealed_otherwise(tx: Tx, key_id: str, after: UUID, limit: int) -> list[SealedTexts]:
    """The next credentials by id that another key sealed; waits for a rotation elsewhere."""
    await tx.execute(_LOCK)
    return [_texts(row) for row in await tx.fetch(_LIST_OTHERWISE, key_id, after, limit)]


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
        [r.before.spare and r.before.spare.ciphertext for r in resealed],
        [r.spare and r.spare.key_id for r in resealed],
        [r.spare and r.spare.ciphertext for r in resealed],
    )
    return int(tag.rpartition(" ")[2])


def _texts(row: Record) -> SealedTexts:
    return SealedTexts(
        row["connection_id"],
        row["organization_id"],
        Sealed(row["refresh_key_id"], row["refresh_ciphertext"]),
        Sealed(row["access_key_id"], row["access_ciphertext"]),
        spare_of(row),
    )
