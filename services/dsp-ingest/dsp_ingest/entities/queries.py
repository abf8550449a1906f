"""SQL of versions. One listing of an advertiser is applied at a time: its lease sees to that."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.db import Tx

from .domain import Current, FieldChange, Kind, Place, Version, Wanted, WantedChanges


async def lock_feed(tx: Tx, organization_id: UUID) -> None:
    """Until the commit: version ids of an organization are given out in the order of commits, so that
    a reader who has seen one has seen all before it."""
    await tx.execute(
        "select pg_advisory_xact_lock(hashtextextended('entity_version:' || $1::text, 0))",
        str(organization_id),
    )


async def current(
    tx: Tx, organization_id: UUID, advertiser_id: UUID, kind: Kind, entity_ids: Sequence[str]
) -> dict[str, Current]:
    """By entity id."""
    rows = await tx.fetch(
        """
        select version_id, kind, entity_id, fields, deleted, amazon_created_at as created_at,
            amazon_updated_at as updated_at, valid_from, missing_since
        from entity_version
        where organization_id = $1 and advertiser_id = $2 and kind = $3
          and entity_id = any ($4::text[]) and valid_to is null
        """,
        organization_id,
        advertiser_id,
        kind,
        entity_ids,
    )
    return {row["entity_id"]: _current(row) for row in rows}


async def missing(
    tx: Tx, organization_id: UUID, advertiser_id: UUID, kind: Kind, listing_id: UUID
) -> list[Current]:
    """Living entities that the listing has not shown."""
    rows = await tx.fetch(
        """
        select version_id, kind, entity_id, fields, deleted, amazon_created_at as created_at,
            amazon_updated_at as updated_at, valid_from, missing_since
        from entity_version v
        where organization_id = $1 and advertiser_id = $2 and kind = $3
          and valid_to is null and not deleted
          and not exists (
              select from listed_entity l where l.listing_id = $4 and l.entity_id = v.entity_id)
        order by entity_id
        """,
        organization_id,
        advertiser_id,
        kind,
        listing_id,
    )
    return [_current(row) for row in rows]


def _current(row: Any) -> Current:
    return Current(**{**dict(row), "fields": json.loads(row["fields"])})


async def close(tx: Tx, ends: Sequence[tuple[int, datetime]]) -> None:
    """Ends versions: (version id, valid to)."""
    await tx.executemany(
        "update entity_version set valid_to = $2, missing_since = null where version_id = $1", ends
    )


async def insert(
    tx: Tx, organization_id: UUID, advertiser_id: UUID, versions: Sequence[Version]
) -> None:
    await tx.executemany(
        """
        insert into entity_version (
            organization_id, advertiser_id, kind, entity_id, change, fields, changes,
            changed_fields, deleted, amazon_created_at, amazon_updated_at, seen_at, valid_from)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        """,
        [(organization_id, advertiser_id, *_values(version)) for version in versions],
    )


def _values(version: Version) -> tuple[object, ...]:
    return (
        version.kind,
        version.entity_id,
        version.change,
        json.dumps(version.fields, sort_keys=True),
        json.dumps([told(change) for change in version.changes]),
        [change.field for change in version.changes],
        version.deleted,
        version.created_at,
        version.updated_at,
        version.seen_at,
        version.valid_from,
    )


def told(change: FieldChange) -> dict[str, Any]:
    """A change as it is kept."""
    return {"field": change.field, "before": change.before, "after": change.after}


async def touch(tx: Tx, version_ids: Sequence[int], updates: Sequence[datetime]) -> None:
    """Amazon's newer time of an update that changed nothing we follow."""
    await tx.executemany(
        "update entity_version set amazon_updated_at = $2 where version_id = $1",
        list(zip(version_ids, updates, strict=True)),
    )


async def set_missing(tx: Tx, version_ids: Sequence[int], since: datetime | None) -> None:
    """First seen to be missing, or (None) there again."""
    await tx.execute(
        "update entity_version set missing_since = $2 where version_id = any ($1::bigint[])",
        version_ids,
        since,
    )


async def list_shown(
    tx: Tx,
    organization_id: UUID,
    brand_ids: Sequence[UUID] | None,
    kind: Kind,
    wanted: Wanted,
    after: Place | None,
    limit: int,
) -> list[Any]:
    """Entities by name, as they were at `wanted.at` (None: as they are). One that Amazon created before
    then, but whose state then is not known, comes with its earliest version (`valid_from` later)."""
    return await tx.fetch(
        """
        select v.entity_id, v.advertiser_id, a.name as advertiser_name, a.brand_id, a.currency,
            v.campaign_id, v.fields, v.deleted, v.missing_since, v.amazon_created_at,
            v.amazon_updated_at, v.seen_at, v.valid_from, v.valid_to,
            (select count(*) from entity_version g
             where v.kind = 'campaign' and g.organization_id = $1 and g.kind = 'ad_group'
               and g.campaign_id = v.entity_id and g.advertiser_id = v.advertiser_id
               and not g.deleted and ($4::timestamptz is null and g.valid_to is null
                   or g.valid_from <= $4 and (g.valid_to is null or g.valid_to > $4))
            ) as ad_group_count,
            (select coalesce(jsonb_agg(s.fields order by s.ad_group_id), '[]') from entity_version s
             where v.kind = 'ad' and s.organization_id = $1 and s.kind = 'ad_association'
               and s.ad_id = v.entity_id and s.advertiser_id = v.advertiser_id
               and not s.deleted and ($4::timestamptz is null and s.valid_to is null
                   or s.valid_from <= $4 and (s.valid_to is null or s.valid_to > $4))
            ) as associations
        from entity_version v join advertiser a using (advertiser_id)
        where v.organization_id = $1 and ($2::uuid[] is null or a.brand_id = any ($2))
          and v.kind = $3
          and case when $4::timestamptz is null then v.valid_to is null
              else (v.valid_from <= $4 and (v.valid_to is null or v.valid_to > $4))
                or (v.change in ('found', 'created') and v.valid_from > $4
                    and v.amazon_created_at <= $4 and $9::text[] is null) end
          and ($5::uuid[] is null or a.brand_id = any ($5))
          and ($6::uuid[] is null or v.advertiser_id = any ($6))
          and ($7::text[] is null or v.campaign_id = any ($7))
          and ($8::text[] is null or v.entity_id = any ($8))
          and ($9::text[] is null or v.state = any ($9))
          and ($10::text is null or v.name ilike $10 or v.entity_id = $11)
          and ($12 or not v.deleted)
          and ($13::text is null or exists (
              select from entity_version s
              where s.organization_id = $1 and s.kind = 'ad_association' and s.ad_group_id = $13
                and s.ad_id = v.entity_id and s.advertiser_id = v.advertiser_id
                and not s.deleted and ($4::timestamptz is null and s.valid_to is null
                    or s.valid_from <= $4 and (s.valid_to is null or s.valid_to > $4))))
          and ($14::text is null or (v.name, v.advertiser_id, v.entity_id) > ($14, $15, $16))
        order by v.name, v.advertiser_id, v.entity_id
        limit $17
        """,
        organization_id,
        brand_ids,
        kind,
        wanted.at,
        wanted.brand_ids,
        wanted.advertiser_ids,
        wanted.campaign_ids,
        wanted.entity_ids,
        wanted.states,
        wanted.pattern,
        wanted.text,
        wanted.deleted,
        wanted.ad_group_id,
        after and after.name,
        after and after.advertiser_id,
        after and after.entity_id,
        limit,
    )


async def list_versions(
    tx: Tx,
    organization_id: UUID,
    brand_ids: Sequence[UUID] | None,
    kind: Kind,
    entity_id: str,
    limit: int,
) -> list[Any]:
    """All versions of one entity, the newest first."""
    return await tx.fetch(
        """
        select v.version_id, v.entity_id, v.advertiser_id, a.currency, v.change, v.fields,
            v.changes, v.deleted, v.amazon_updated_at, v.seen_at, v.valid_from, v.valid_to
        from entity_version v join advertiser a using (advertiser_id)
        where v.organization_id = $1 and ($2::uuid[] is null or a.brand_id = any ($2))
          and v.kind = $3 and v.entity_id = $4
        order by v.version_id desc
        limit $5
        """,
        organization_id,
        brand_ids,
        kind,
        entity_id,
        limit,
    )


async def list_changes(
    tx: Tx,
    organization_id: UUID,
    brand_ids: Sequence[UUID] | None,
    wanted: WantedChanges,
    limit: int,
) -> list[Any]:
    """Versions that changed something, in the order of their commits or against it."""
    return await tx.fetch(
        """
        select v.version_id, v.kind, v.entity_id, v.advertiser_id, a.name as advertiser_name,
            a.brand_id, a.currency, v.campaign_id, v.ad_group_id, v.ad_id, v.name, v.change,
            v.changes, v.amazon_updated_at, v.seen_at, v.valid_from
        from entity_version v join advertiser a using (advertiser_id)
        where v.organization_id = $1 and ($2::uuid[] is null or a.brand_id = any ($2))
          and v.change <> 'found'
          and ($3::uuid[] is null or a.brand_id = any ($3))
          and ($4::uuid[] is null or v.advertiser_id = any ($4))
          and ($5::text[] is null or v.kind = any ($5))
          and ($6::text is null or v.campaign_id = $6)
          and ($7::text[] is null or v.changed_fields && $7)
          and ($8::timestamptz is null or v.seen_at >= $8)
          and ($9::timestamptz is null or v.seen_at < $9)
          and ($10::bigint is null or case when $11 then v.version_id < $10
                                           else v.version_id > $10 end)
        order by case when $11 then -v.version_id else v.version_id end
        limit $12
        """,
        organization_id,
        brand_ids,
        wanted.brand_ids,
        wanted.advertiser_ids,
        wanted.kinds,
        wanted.campaign_id,
        wanted.fields,
        wanted.since,
        wanted.until,
        wanted.after,
        wanted.newest_first,
        limit,
    )
