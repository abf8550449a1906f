"""Mapping advertisers to brands."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from asyncpg import Record
from shared.db import Scope, Tx
from shared.errors import NotFound
from shared.events import AdvertiserLinked

from auth.brands import queries as brands
from auth.brands.service import brand_named
from auth.scopes import need_every_brand, organization_of
from shared import audit, outbox

from . import queries
from .queries import Advertiser, Filter


@dataclass(frozen=True, slots=True)
class Mapping:
    """An advertiser's brand from now on: an existing one, one to create, or (both None) none."""

    advertiser_id: UUID
    brand_id: UUID | None
    new_brand_name: str | None


async def map_brands(
    tx: Tx, scope: Scope, mappings: Sequence[Mapping], now: datetime
) -> list[Advertiser]:
    """All mappings or none. Raises NotFound for an advertiser or (open) brand the caller does not see,
    Forbidden where a caller limited to brands unmaps or creates. Same mapping again: no event."""
    targets = await _targets(tx, scope, mappings, now)
    current = await queries.lock(tx, scope, list(targets))
    _need_all(set(targets), set(current), "advertiser")
    moved = [(a, b) for a, b in targets.items() if current[a] != b]
    await queries.set_brands(tx, scope, moved, now)
    await announce(tx, organization_of(scope), [advertiser_id for advertiser_id, _ in moved])
    audit.note(tx, **await _told(tx, scope, current, moved))
    return await queries.list_visible(tx, scope, Filter(ids=list(targets)))


async def _told(
    tx: Tx,
    scope: Scope,
    before: dict[UUID, UUID | None],
    moved: Sequence[tuple[UUID, UUID | None]],
) -> dict[str, Any]:
    """What the audit log tells of mappings: how many, and the brands concerned by name."""
    concerned = {before[advertiser_id] for advertiser_id, _ in moved} | {b for _, b in moved}
    named = [brand for brand in await brands.list_all(tx, scope) if brand.id in concerned]
    return {
        "brand_ids": [brand.id for brand in named],
        "mapped": sum(brand_id is not None for _, brand_id in moved),
        "unmapped": sum(brand_id is None for _, brand_id in moved),
        "brands": [brand.name for brand in named],
    }


async def announce(tx: Tx, organization_id: UUID, advertiser_ids: Sequence[UUID]) -> None:
    """advertiser.linked with the full present state, over the link that serves each."""
    links = await queries.serving_links(tx, organization_id, advertiser_ids)
    for advertiser_id in advertiser_ids:
        if advertiser_id in links:
            await emit_linked(tx, organization_id, links[advertiser_id])


async def emit_linked(tx: Tx, organization_id: UUID, link: Record) -> None:
    data = AdvertiserLinked.model_validate(dict(link))
    await outbox.add(tx, data, organization_id=organization_id, brand_id=data.brand_id)


async def _targets(
    tx: Tx, scope: Scope, mappings: Sequence[Mapping], now: datetime
) -> dict[UUID, UUID | None]:
    """Brand by advertiser, with the named brands created."""
    chosen = {m.brand_id for m in mappings if m.brand_id is not None}
    _need_all(chosen, await brands.open_among(tx, scope, list(chosen)), "brand")
    if any(m.brand_id is None for m in mappings):
        need_every_brand(scope)
    created: dict[str, UUID] = {}
    for name in sorted({m.new_brand_name for m in mappings if m.new_brand_name is not None}):
        created[name] = await brand_named(tx, scope, name, now)
    return {m.advertiser_id: _target(m, created) for m in mappings}


def _target(mapping: Mapping, created: dict[str, UUID]) -> UUID | None:
    if mapping.new_brand_name is not None:
        return created[mapping.new_brand_name]
    return mapping.brand_id


def _need_all(wanted: Iterable[UUID], found: Iterable[UUID], what: str) -> None:
    missing = sorted(set(wanted) - set(found))
    if missing:
        raise NotFound(
            f"There is no such {what}: {', '.join(map(str, missing[:5]))}.",
            code=f"{what}_not_found",
        )
