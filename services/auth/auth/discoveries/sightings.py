"""Applying a region's complete list: advertisers, links and the events that tell of them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from shared.db import Tx
from shared.events import AdvertiserLinked, AdvertiserLost, AdvertiserRecovered, AdvertiserUnlinked

from auth.advertisers.queries import serving_links
from auth.advertisers.service import emit_linked
from shared import outbox

from . import sightings_queries as rows
from .domain import Changes, Claim, Known, Look, Seen, Source, compare


async def apply_look(tx: Tx, claim: Claim, look: Look, now: datetime) -> None:
    """Brings what is known in line with what was seen; nothing changed means no event."""
    await rows.lock_organization(tx, claim.organization_id)
    if not await rows.is_active(tx, claim):
        return
    known = await rows.known(tx, claim, look.region, look.amazon_ids)
    changes = compare(look, known)
    await _arrive(tx, claim, changes, now)
    await leave(tx, claim, changes.gone, now)


async def _arrive(tx: Tx, claim: Claim, changes: Changes, now: datetime) -> None:
    ids = await rows.insert(tx, claim.organization_id, changes.added, now)
    met = [(known.id, seen) for known, seen in (*changes.linked, *changes.changed)]
    arrived = [*((ids[s.amazon_advertiser_id], s) for s in changes.added), *met]
    await rows.update(tx, claim.organization_id, met, now)
    await rows.link(tx, claim, arrived, now)
    for known, _ in changes.linked:
        if known.lost:
            data = AdvertiserRecovered(advertiser_id=known.id)
            await outbox.add(
                tx, data, organization_id=claim.organization_id, brand_id=known.brand_id
            )
    brands = {known.id: known.brand_id for known, _ in (*changes.linked, *changes.changed)}
    for advertiser_id, seen in arrived:
        await _emit_linked(tx, claim, advertiser_id, seen, brands.get(advertiser_id))


async def leave(tx: Tx, claim: Source, gone: Sequence[Known], now: datetime) -> None:
    """The link ends (also by a disconnection); where another connection still sees the advertiser, that one is announced."""
    ids = [known.id for known in gone]
    await rows.unlink(tx, claim, ids)
    remaining = await serving_links(tx, claim.organization_id, ids)
    lost = [known.id for known in gone if known.id not in remaining]
    await rows.mark_lost(tx, claim.organization_id, lost, now)
    tenant = claim.organization_id
    for known in gone:
        unlinked = AdvertiserUnlinked(
            advertiser_id=known.id, brand_id=known.brand_id, connection_id=claim.connection_id
        )
        await outbox.add(tx, unlinked, organization_id=tenant, brand_id=known.brand_id)
        if known.id in remaining:
            await emit_linked(tx, tenant, remaining[known.id])
        else:
            data = AdvertiserLost(advertiser_id=known.id)
            await outbox.add(tx, data, organization_id=tenant, brand_id=known.brand_id)


async def _emit_linked(
    tx: Tx, claim: Claim, advertiser_id: UUID, seen: Seen, brand_id: UUID | None
) -> None:
    data = AdvertiserLinked(
        advertiser_id=advertiser_id,
        amazon_advertiser_id=seen.amazon_advertiser_id,
        name=seen.name,
        currency=seen.currency,
        country=seen.country,
        timezone=seen.timezone,
        region=seen.region,  # pyright: ignore[reportArgumentType] - one of domain.REGIONS
        brand_id=brand_id,
        connection_id=claim.connection_id,
        profile_id=seen.profile_id,
        entity_id=seen.entity_id,
    )
    await outbox.add(tx, data, organization_id=claim.organization_id, brand_id=brand_id)
