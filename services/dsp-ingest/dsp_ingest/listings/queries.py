"""SQL about listings: claimed with a lease token, saved only while it still holds."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.db import Tx

from .domain import Listing


async def schedule(tx: Tx, organization_id: UUID, advertiser_id: UUID, at: datetime) -> None:
    """A new advertiser is due at once; one that waited for help is tried again."""
    await tx.execute(
        """
        insert into listing as l (advertiser_id, organization_id, due_at)
        select advertiser_id, organization_id, $3::timestamptz from advertiser
        where advertiser_id = $2 and organization_id = $1
        on conflict (advertiser_id) do update set due_at = least(l.due_at, excluded.due_at)
        where l.error_code in ('reauth_required', 'credential_suspended', 'no_connection')
        """,
        organization_id,
        advertiser_id,
        at,
    )


async def wake_connection(tx: Tx, organization_id: UUID, connection_id: UUID, at: datetime) -> None:
    """Listings that waited for help on any advertiser this connection reaches are due now."""
    await tx.execute(
        """
        update listing l set due_at = least(l.due_at, $3)
        from advertiser_source o
        where o.connection_id = $2 and o.organization_id = $1
          and l.advertiser_id = o.advertiser_id
          and l.error_code in ('reauth_required', 'credential_suspended', 'no_connection')
        """,
        organization_id,
        connection_id,
        at,
    )


async def claim_due(tx: Tx, now: datetime, lease_token: UUID, lease_until: datetime) -> Any | None:
    """Leases the listing that has waited longest; None when none is due."""
    return await tx.fetchrow(
        """
        with due as (
            select advertiser_id from listing
            where due_at <= $1 and (lease_until is null or lease_until <= $1)
            order by due_at, advertiser_id
            limit 1
            for no key update skip locked)
        update listing l set lease_token = $2, lease_until = $3
        from due, advertiser a
        where l.advertiser_id = due.advertiser_id and a.advertiser_id = due.advertiser_id
        returning l.advertiser_id, l.organization_id, l.due_at, l.listing_id, l.scope, l.kind,
            l.page_token, l.page_count, l.started_at, l.kind_started_at, l.connection_id,
            l.attempts, l.error_code, l.detail, l.listed_at, l.full_listed_at,
            a.amazon_advertiser_id, a.currency, a.brand_id
        """,
        now,
        lease_token,
        lease_until,
    )


async def save(tx: Tx, listing: Listing, lease_token: UUID, *, release: bool) -> bool:
    """Stores the new state; False (and no change) when the lease was lost."""
    tag = await tx.execute(
        """
        update listing set due_at = $3, listing_id = $4, scope = $5, kind = $6, page_token = $7,
            page_count = $8, started_at = $9, kind_started_at = $10, connection_id = $11,
            attempts = $12, error_code = $13, detail = $14, listed_at = $15, full_listed_at = $16,
            lease_token = case when $17 then null else lease_token end,
            lease_until = case when $17 then null else lease_until end
        where advertiser_id = $1 and lease_token = $2
        """,
        listing.advertiser_id,
        lease_token,
        listing.due_at,
        listing.listing_id,
        listing.scope,
        listing.kind,
        listing.page_token,
        listing.page_count,
        listing.started_at,
        listing.kind_started_at,
        listing.connection_id,
        listing.attempts,
        listing.error_code,
        listing.detail,
        listing.listed_at,
        listing.full_listed_at,
        release,
    )
    return tag == "UPDATE 1"


async def release(tx: Tx, lease_tokens: Sequence[UUID]) -> None:
    """Gives leases back untouched: the process is going down."""
    await tx.execute(
        """
        update listing set lease_token = null, lease_until = null
        where lease_token = any ($1::uuid[])
        """,
        lease_tokens,
    )


async def note_listed(tx: Tx, listing: Listing, entity_ids: Sequence[str]) -> None:
    """What a page has shown."""
    await tx.execute(
        """
        insert into listed_entity (listing_id, organization_id, advertiser_id, entity_id)
        select $1, $2, $3, unnest($4::text[])
        on conflict do nothing
        """,
        listing.listing_id,
        listing.organization_id,
        listing.advertiser_id,
        entity_ids,
    )


async def forget_listed(tx: Tx, listing: Listing) -> None:
    """Before the next kind, or the same from its start."""
    await tx.execute(
        "delete from listed_entity where organization_id = $1 and advertiser_id = $2",
        listing.organization_id,
        listing.advertiser_id,
    )


async def list_of(tx: Tx, organization_id: UUID, brand_ids: Sequence[UUID] | None) -> list[Any]:
    """How each advertiser's listing stands, by name."""
    return await tx.fetch(
        """
        select a.advertiser_id, a.name as advertiser_name, a.brand_id, l.listed_at,
            l.full_listed_at, l.started_at, l.kind, l.page_count, l.due_at, l.error_code, l.detail
        from listing l join advertiser a using (advertiser_id)
        where l.organization_id = $1 and ($2::uuid[] is null or a.brand_id = any ($2))
        order by a.name, a.advertiser_id
        """,
        organization_id,
        brand_ids,
    )
