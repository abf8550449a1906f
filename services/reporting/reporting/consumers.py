"""What reporting hears. Handlers only record; loading is the load loop's work."""

import json

from shared.consumers import Subscription, on
from shared.db import Tx
from shared.events import (
    AdvertiserErased,
    AdvertiserLinked,
    AdvertiserLost,
    AdvertiserRecovered,
    ApiKeyRevoked,
    ApiKeyUpdated,
    BrandArchived,
    BrandCreated,
    BrandUpdated,
    Event,
    MemberRemoved,
    MemberUpdated,
    ReportLanded,
)

from .advertisers import queries as advertisers
from .erasures import queries as erasures
from .exports import queries as exports
from .fact_types import FACT_TYPES
from .loads import queries as loads


async def store_advertiser(tx: Tx, event: Event[AdvertiserLinked]) -> None:
    """Name, currency, zone and brand; a remapped advertiser takes its history along."""
    await advertisers.link(tx, event.tenantid, event.data, event.time)


async def mark_advertiser_lost(tx: Tx, event: Event[AdvertiserLost]) -> None:
    """Its numbers stay; freshness says since when no connection sees it."""
    await advertisers.set_lost(tx, event.tenantid, event.data.advertiser_id, event.time, event.time)


async def mark_advertiser_recovered(tx: Tx, event: Event[AdvertiserRecovered]) -> None:
    await advertisers.set_lost(tx, event.tenantid, event.data.advertiser_id, None, event.time)


async def erase_advertiser(tx: Tx, event: Event[AdvertiserErased]) -> None:
    """Out of sight now, deleted by a job; nothing that arrives late brings it back. Files that hold its
    numbers are had by nobody any more."""
    await erasures.bury(tx, event.tenantid, event.data.advertiser_id, event.time)
    await exports.erase(tx, event.tenantid, event.data.advertiser_id)


async def end_what_a_member_left(
    tx: Tx, event: Event[MemberRemoved] | Event[ApiKeyRevoked]
) -> None:
    """Links they made lead nowhere from here on; what they asked for is not written any more."""
    subject = str(event.data.subject_id)
    await exports.end_links_of(tx, event.tenantid, subject, event.time)
    await exports.end_unfinished_of(tx, event.tenantid, subject, event.time)


async def end_links_of_changed(tx: Tx, event: Event[MemberUpdated] | Event[ApiKeyUpdated]) -> None:
    """Their role or brands may be fewer now: who still has the right to it makes new links."""
    await exports.end_links_of(tx, event.tenantid, str(event.data.subject_id), event.time)


async def store_brand(tx: Tx, event: Event[BrandCreated] | Event[BrandUpdated]) -> None:
    data = event.data
    await advertisers.name_brand(tx, event.tenantid, data.brand_id, data.name, event.time)


async def mark_brand_archived(tx: Tx, event: Event[BrandArchived]) -> None:
    await advertisers.archive_brand(tx, event.tenantid, event.data.brand_id)


async def record_landed_report(tx: Tx, event: Event[ReportLanded]) -> None:
    """Only the intent to load it, of the types there are facts for: the file may be large, and a
    consumer must not wait for it."""
    data = event.data
    if data.report_type not in FACT_TYPES:
        return
    row = {
        "report_id": data.report_id,
        "organization_id": event.tenantid,
        "advertiser_id": data.advertiser_id,
        "sync_id": data.sync_id,
        "amazon_report_id": data.amazon_report_id,
        "report_type": data.report_type,
        "start_date": data.start_date,
        "end_date": data.end_date,
        "uri": data.uri,
        "sha256": data.sha256,
        "byte_count": data.bytes,
        "row_count": data.rows,
        "totals": json.dumps(data.totals),
        "currency": data.currency,
        "as_of": data.as_of,
        "landed_at": data.landed_at,
    }
    await loads.record(tx, row, event.time)


HANDLERS: tuple[Subscription, ...] = (
    on(AdvertiserLinked, store_advertiser),
    on(AdvertiserErased, erase_advertiser),
    on(AdvertiserLost, mark_advertiser_lost),
    on(AdvertiserRecovered, mark_advertiser_recovered),
    on(BrandCreated, store_brand),
    on(BrandUpdated, store_brand),
    on(BrandArchived, mark_brand_archived),
    on(ReportLanded, record_landed_report),
    on(MemberRemoved, end_what_a_member_left),
    on(ApiKeyRevoked, end_what_a_member_left),
    on(MemberUpdated, end_links_of_changed),
    on(ApiKeyUpdated, end_links_of_changed),
)
