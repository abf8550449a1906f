"""Online re-encryption: every row under the ring's first key, in small batches beside refreshes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from shared.db import SYSTEM, Db
from shared.keyring import KeyRing, KeyRingError, Sealed
from shared.logs import get_logger

from . import sealed_queries as queries
from .sealed_queries import KeyUse, Resealed, SealedTexts

_log = get_logger(__name__)
BATCH = 100
START = UUID(int=0)

Role = Literal["encrypts", "opens", "can be retired", "missing"]


class RotationRefused(Exception):
    """Nothing was changed: a row names a key that is not in the ring."""


@dataclass(frozen=True, slots=True)
class KeyStatus:
    """One key: how many sealed tokens name it, and what it is still needed for."""

    key_id: str
    tokens: int
    role: Role


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` credentials are sealed with the first key; `unreadable` of them cannot be."""

    done: int
    total: int
    unreadable: int


async def key_status(db: Db, keys: KeyRing) -> list[KeyStatus]:
    """The ring's keys in its order, then those that only rows know."""
    async with db.read(SYSTEM) as tx:
        uses = {use.key_id: use for use in await queries.count_keys(tx)}
    strangers = sorted(set(uses) - set(keys.key_ids))
    return [_status(keys, key_id, uses.get(key_id)) for key_id in (*keys.key_ids, *strangers)]


def _status(keys: KeyRing, key_id: str, use: KeyUse | None) -> KeyStatus:
    tokens = use.tokens if use else 0
    if key_id not in keys.key_ids:
        return KeyStatus(key_id, tokens, "missing")
    if key_id == keys.current_key_id:
        return KeyStatus(key_id, tokens, "encrypts")
    return KeyStatus(key_id, tokens, "opens" if tokens else "can be retired")


async def rotate(
    db: Db, keys: KeyRing, report: Callable[[Progress], None], *, batch: int = BATCH
) -> Progress:
    """Reseals what older keys sealed. Stop it at any time: what is left is found again.

    Raises RotationRefused when a row's key is missing. A row that a refresh changed meanwhile is
    left to the next pass; the passes end when one of them changed nothing.
    """
    await _refuse_strangers(db, keys)
    total, left = await _count(db, keys)
    unreadable, moved = 0, 1
    while moved and left > unreadable:
        moved, unreadable, after = 0, 0, START
        while found := await _batch(db, keys, after, batch):
            moved, unreadable = moved + found.moved, unreadable + found.unreadable
            after = found.last
            left -= found.moved
            report(Progress(total - left, total, unreadable))
        total, left = await _count(db, keys)
    return Progress(total - left, total, unreadable)


async def _refuse_strangers(db: Db, keys: KeyRing) -> None:
    missing = [key for key in await key_status(db, keys) if key.role == "missing"]
    if missing:
        names = ", ".join(f"{key.key_id} ({key.tokens} tokens)" for key in missing)
        raise RotationRefused(
            f"Rows are sealed with keys that are not in TOKEN_ENCRYPTION_KEYS: {names}. "
            "Put them back behind the first key. Nothing was changed."
        )


async def _count(db: Db, keys: KeyRing) -> tuple[int, int]:
    async with db.read(SYSTEM) as tx:
        return await queries.count_sealed_otherwise(tx, keys.current_key_id)


@dataclass(frozen=True, slots=True)
class _Batch:
    last: UUID
    moved: int
    unreadable: int


async def _batch(db: Db, keys: KeyRing, after: UUID, limit: int) -> _Batch | None:
    """One short transaction; no row is locked while its texts are opened and sealed."""
    async with db.tx(SYSTEM) as tx:
        found = await queries.list_sealed_otherwise(tx, keys.current_key_id, after, limit)
        if not found:
            return None
        resealed = [new for texts in found if (new := _reseal(keys, texts))]
        moved = await queries.replace_sealed(tx, resealed)
    return _Batch(found[-1].connection_id, moved, len(found) - len(resealed))


def _reseal(keys: KeyRing, texts: SealedTexts) -> Resealed | None:
    try:
        refresh, access = _again(keys, texts.refresh), _again(keys, texts.access)
        spare = None if texts.spare is None else _again(keys, texts.spare)
    except KeyRingError as error:
        _log.error("credential_cannot_be_opened", org=texts.organization_id, error=str(error))
        return None
    return Resealed(texts, refresh, access, spare)


def _again(keys: KeyRing, sealed: Sealed) -> Sealed:
    return keys.encrypt(keys.decrypt(sealed))
