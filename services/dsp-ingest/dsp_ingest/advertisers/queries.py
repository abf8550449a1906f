"""SQL about advertisers, the connections that reach them, and connections' health.

Events of different topics arrive in any order; each fact keeps the time it is from, and an older one
never replaces a newer one.
"""

from datetime import datetime
from uuid import UUID

from shared.db import Tx
from shared.events import AdvertiserLinked


async def upsert(tx: Tx, organization_id: UUID, data: AdvertiserLinked, at: datetime) -> None:
    """Full state of an advertiser; a new one is due for its first sync at once, an erased one stays
    erased."""
    await tx.execute(
        """
        insert into advertiser as a (
            advertiser_id, organization_id, brand_id, amazon_advertiser_id, name, currency, country,
            timezone, next_sync_at, changed_at)
        select $1, $2, $3, $4, $5, $6, $7, $8, $9::timestamptz, $9::timestamptz
        where not exists (select from erased_advertiser where advertiser_id = $1)
        on conflict (advertiser_id) do update set
            brand_id = excluded.brand_id, name = excluded.name, currency = excluded.currency,
            country = excluded.country, timezone = excluded.timezone, lost = false,
            changed_at = excluded.changed_at
        where a.organization_id = excluded.organization_id and a.changed_at <= excluded.changed_at
        """,
        data.advertiser_id,
        organization_id,
        data.brand_id,
        data.amazon_advertiser_id,
        data.name,
        data.currency,
        data.country,
        data.timezone,
        at,
    )


async def set_serving(tx: Tx, organization_id: UUID, data: AdvertiserLinked, at: datetime) -> bool:
    """Whom auth chose to pull through, if this is the newest that is told; False: no other than before."""
    tag = await tx.execute(
        """
        update advertiser set serving_connection_id = $3
        where advertiser_id = $1 and organization_id = $2 and changed_at <= $4
          and serving_connection_id is distinct from $3
        """,
        data.advertiser_id,
        organization_id,
        data.serving_connection_id,
        at,
    )
    return tag == "UPDATE 1"


async def upsert_source(tx: Tx, organization_id: UUID, data: AdvertiserLinked) -> None:
    """This connection reaches the advertiser."""
    await tx.execute(
        """
        insert into advertiser_source (
            advertiser_id, connection_id, organization_id, region, profile_id, entity_id)
        select $1, $2, $3, $4, $5, $6
        where exists (
            select from advertiser where advertiser_id = $1 and organization_id = $3)
        on conflict (advertiser_id, connection_id) do update set
            region = excluded.region, profile_id = excluded.profile_id,
            entity_id = excluded.entity_id, refused_at = null
        """,
        data.advertiser_id,
        data.connection_id,
        organization_id,
        data.region,
        data.profile_id,
        data.entity_id,
    )


async def delete_source(
    tx: Tx, organization_id: UUID, advertiser_id: UUID, connection_id: UUID
) -> int:
    """The connection no longer reaches it; answers how many others still do."""
    await tx.execute(
        """
        delete from advertiser_source
        where advertiser_id = $1 and connection_id = $2 and organization_id = $3
        """,
        advertiser_id,
        connection_id,
        organization_id,
    )
    return await tx.fetchval(
        "select count(*) from advertiser_source where advertiser_id = $1 and organization_id = $2",
        advertiser_id,
        organization_id,
    )


async def set_lost(
    tx: Tx, organization_id: UUID, advertiser_id: UUID, lost: bool, at: datetime
) -> None:
    await tx.execute(
        """
        update advertiser set lost = $3, changed_at = $4
        where advertiser_id = $1 and organization_id = $2 and changed_at <= $4
        """,
        advertiser_id,
        organization_id,
        lost,
        at,
    )


async def set_consent(
    tx: Tx, organization_id: UUID, connection_id: UUID, consent: str, at: datetime
) -> None:
    """'active' or 'revoked', as of `at`."""
    await tx.execute(
        """
        insert into connection as c (connection_id, organization_id, consent, consent_at)
        values ($1, $2, $3, $4)
        on conflict (connection_id) do update
            set consent = excluded.consent, consent_at = excluded.consent_at
        where c.organization_id = excluded.organization_id and c.consent_at <= excluded.consent_at
        """,
        connection_id,
        organization_id,
        consent,
        at,
    )


async def set_credential(
    tx: Tx, organization_id: UUID, connection_id: UUID, credential: str, at: datetime
) -> None:
    """'healthy' or 'reauth_required', as of `at`."""
    await tx.execute(
        """
        insert into connection as c (connection_id, organization_id, credential, credential_at)
        values ($1, $2, $3, $4)
        on conflict (connection_id) do update
            set credential = excluded.credential, credential_at = excluded.credential_at
        where c.organization_id = excluded.organization_id
          and c.credential_at <= excluded.credential_at
        """,
        connection_id,
        organization_id,
        credential,
        at,
    )


async def mark_refused(tx: Tx, advertiser_id: UUID, connection_id: UUID, now: datetime) -> None:
    """Amazon refused the advertiser to this connection: others are tried first from now on."""
    await tx.execute(
        """
        update advertiser_source set refused_at = $3
        where advertiser_id = $1 and connection_id = $2
        """,
        advertiser_id,
        connection_id,
        now,
    )
