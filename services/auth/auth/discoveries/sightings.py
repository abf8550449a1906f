"""Applying a region's complete list: advertisers, links and the events that tell of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from asyncpg import Record
from shared.db import Tx
from shared.events import AdvertiserLinked, AdvertiserLost, AdvertiserRecovered, AdvertiserUnlinked
from shared.internal_tokens import Actor

from auth.advertisers.queries import serving_links
from auth.advertisers.service import announce, emit_linked
from auth.succession.domain import Choice
from auth.succession.service import settle
from shared import audit, outbox

from . import sightings_queries as rows
from .chronicle import record
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
    await record(tx, claim, look, now)


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
            await _tell(tx, claim, "advertiser.recovered", known)
    chosen = await settle(tx, claim.organization_id, [id_ for id_, _ in arrived], now)
    serving = await serving_links(tx, claim.organization_id, [id_ for id_, _ in arrived])
    for advertiser_id, seen in arrived:
        await _emit_linked(tx, claim, seen, serving[advertiser_id])
    await announce(tx, claim.organization_id, _elsewhere(chosen, claim.connection_id))


def _elsewhere(chosen: Mapping[UUID, Choice], connection_id: UUID) -> list[UUID]:
    """Advertisers whose choice fell on another connection than the one just announced."""
    return [a for a, choice in chosen.items() if choice.connection_id != connection_id]


async def leave(tx: Tx, claim: Source, gone: Sequence[Known], now: datetime) -> None:
    """The link ends (also by a disconnection); where another connection still sees the advertiser, that one is announced."""
    ids = [known.id for known in gone]
    await rows.unlink(tx, claim, ids)
    await settle(tx, claim.organization_id, ids, now)
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
            await _tell(tx, claim, "advertiser.lost", known)


async def _tell(tx: Tx, claim: Source, action: str, known: Known) -> None:
    """To the audit log: nobody asked for it, it was found out."""
    await audit.record(
        tx,
        action,
        Actor.service("auth", claim.organization_id),
        target=("advertiser", known.id),
        brand_ids=[known.brand_id] if known.brand_id else (),
        connection_id=claim.connection_id,
    )


async def _emit_linked(tx: Tx, claim: Claim, seen: Seen, serving: Record) -> None:
    """As this connection sees it."""
    data = AdvertiserLinked(
        advertiser_id=serving["advertiser_id"],
        amazon_advertiser_id=seen.amazon_advertiser_id,
        name=seen.name,
        currency=seen.currency,
        country=seen.country,
        timezone=seen.timezone,
        region=seen.region,  # pyright: ignore[reportArgumentType] - one of domain.REGIONS
        brand_id=serving["brand_id"],
        connection_id=claim.connection_id,
        profile_id=seen.profile_id,
        entity_id=seen.entity_id,
        serving_connection_id=serving["serving_connection_id"],
        served=serving["served"],
    )
    await outbox.add(tx, data, organization_id=claim.organization_id, brand_id=data.brand_id)
