"""Every SQL statement of advertisers and brands, one function each. Older events change nothing."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from asyncpg import Record
from shared.db import Tx
from shared.events import AdvertiserLinked

_LINK = """
insert into advertiser as a (organization_id, advertiser_id, brand_id, amazon_advertiser_id, name,
    currency, country, timezone, event_at)
select $1, $2, $3, $4, $5, $6, $7, $8, $9
where not exists (select from erased_advertiser where organization_id = $1 and advertiser_id = $2)
on conflict (organization_id, advertiser_id) do update
set brand_id = excluded.brand_id, amazon_advertiser_id = excluded.amazon_advertiser_id,
    name = excluded.name, currency = excluded.currency, country = excluded.country,
    timezone = excluded.timezone, lost_at = null, event_at = excluded.event_at
where a.event_at <= excluded.event_at
"""

_SET_LOST = """
update advertiser set lost_at = $3, event_at = $4
where organization_id = $1 and advertiser_id = $2 and event_at <= $4
"""

_NAME_BRAND = """
insert into brand as b (organization_id, brand_id, name, event_at) values ($1, $2, $3, $4)
on conflict (organization_id, brand_id) do update
set name = excluded.name, event_at = excluded.event_at where b.event_at <= excluded.event_at
"""

_ARCHIVE_BRAND = """
insert into brand (organization_id, brand_id, name, archived, event_at)
values ($1, $2, '', true, '-infinity')
on conflict (organization_id, brand_id) do update set archived = true
"""

_IN_SCOPE = """
select a.advertiser_id, a.name as advertiser_name, a.brand_id, b.name as brand_name, a.currency,
    a.timezone, a.lost_at
from advertiser a
left join brand b on b.organization_id = a.organization_id and b.brand_id = a.brand_id
where a.organization_id = $1
  and ($2::uuid[] is null or a.brand_id = any ($2))
  and ($3::uuid[] is null or a.brand_id = any ($3))
  and ($4::uuid[] is null or a.advertiser_id = any ($4))
order by a.name, a.advertiser_id
"""

_KNOWN = """
select i.advertiser_id, f.first_date, l.last_date, d.oldest, d.newest, d.days
from unnest($2::uuid[]) as i(advertiser_id)
cross join lateral (
    select date as first_date from advertiser_day x where x.organization_id = $1
      and x.advertiser_id = i.advertiser_id and x.report_type = 'dspCampaign' order by date limit 1
) f
cross join lateral (
    select date as last_date from advertiser_day x where x.organization_id = $1
      and x.advertiser_id = i.advertiser_id and x.report_type = 'dspCampaign'
    order by date desc limit 1
) l
left join (
    select advertiser_id, min(as_of) as oldest, max(as_of) as newest, count(*) as days
    from advertiser_day where organization_id = $1 and advertiser_id = any ($2::uuid[])
      and report_type = 'dspCampaign' and date between $3 and $4
    group by advertiser_id
) d on d.advertiser_id = i.advertiser_id
"""

_MISSING = """
select s.advertiser_id, array_agg(g.day::date order by g.day) as dates
from unnest($2::uuid[], $3::date[], $4::date[]) as s(advertiser_id, first_day, last_day)
cross join lateral generate_series(s.first_day::timestamp, s.last_day::timestamp, '1 day') as g(day)
where not exists (
    select from advertiser_day d where d.organization_id = $1
      and d.advertiser_id = s.advertiser_id and d.report_type = 'dspCampaign'
      and d.date = g.day::date
)
group by s.advertiser_id
"""


async def link(tx: Tx, organization_id: UUID, data: AdvertiserLinked, event_at: datetime) -> None:
    """Store the advertiser's full state."""
    await tx.execute(
        _LINK,
        organization_id,
        data.advertiser_id,
        data.brand_id,
        data.amazon_advertiser_id,
        data.name,
        data.currency,
        data.country,
        data.timezone,
        event_at,
    )


async def set_lost(
    tx: Tx, organization_id: UUID, advertiser_id: UUID, lost_at: datetime | None, event_at: datetime
) -> None:
    """`lost_at` None: a connection sees the advertiser again."""
    await tx.execute(_SET_LOST, organization_id, advertiser_id, lost_at, event_at)


async def name_brand(
    tx: Tx, organization_id: UUID, brand_id: UUID, name: str, event_at: datetime
) -> None:
    await tx.execute(_NAME_BRAND, organization_id, brand_id, name, event_at)


async def archive_brand(tx: Tx, organization_id: UUID, brand_id: UUID) -> None:
    await tx.execute(_ARCHIVE_BRAND, organization_id, brand_id)


async def in_scope(
    tx: Tx,
    organization_id: UUID,
    *,
    actor_brands: Sequence[UUID] | None,
    brand_ids: Sequence[UUID] | None,
    advertiser_ids: Sequence[UUID] | None,
) -> list[Record]:
    """The advertisers that the caller may see and asked for (None: no such limit)."""
    return await tx.fetch(_IN_SCOPE, organization_id, actor_brands, brand_ids, advertiser_ids)


async def known_days(
    tx: Tx, organization_id: UUID, advertiser_ids: Sequence[UUID], start: date, end: date
) -> dict[UUID, Record]:
    """Per advertiser with a loaded day: first and last of them at all; of those within start..end the
    oldest and newest age, and how many they are (None where there is none)."""
    rows = await tx.fetch(_KNOWN, organization_id, advertiser_ids, start, end)
    return {row["advertiser_id"]: row for row in rows}


async def missing_days(
    tx: Tx, organization_id: UUID, ranges: Sequence[tuple[UUID, date, date]]
) -> dict[UUID, list[date]]:
    """The days of each (advertiser, first day, last day) that no report covers."""
    columns = [list(column) for column in zip(*ranges, strict=True)] or [[], [], []]
    rows = await tx.fetch(_MISSING, organization_id, *columns)
    return {row["advertiser_id"]: row["dates"] for row in rows}
