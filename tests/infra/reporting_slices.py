"""Report slices as dsp-ingest lands them, and a small reporting world to load them into."""

import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq
from reporting.consumers import HANDLERS
from reporting.fact_types import CAMPAIGN, fact_type
from reporting.loads.parquet import schema_of
from reporting.loads.service import Loader, load_next
from reporting.measures import MEASURES
from shared.consumers import deliver
from shared.db import SYSTEM, Db
from shared.events import AdvertiserLinked, BrandCreated, EventData, ReportLanded
from shared.events.envelope import make_event
from shared.ids import new_id
from shared.objects import ObjectStore

NOON = datetime(2025, 3, 20, 12, tzinfo=UTC)
Row = dict[str, Any]


def make_row(
    day: date, *, order: str = "1", line: str = "1", creative: str = "1", **values: Any
) -> Row:
    """A row with ids and names made from short marks; measures default to 0, currency to ''."""
    ids = {"order": order, "line_item": line, "creative": creative}
    row: Row = {
        "date": day,
        **dict.fromkeys((*CAMPAIGN.texts, "currency"), ""),
        **dict.fromkeys(MEASURES, 0),
    }
    for kind, mark in ids.items():
        row[f"{kind}_id"] = f"58{mark:0>16}"
        row[f"{kind}_name"] = f"{kind} {mark}"
    return {**row, "creative_ad_id": f"59{creative:0>16}", **values}


def parquet_of(rows: Sequence[Row], report_type: str = "dspCampaign") -> bytes:
    sink = io.BytesIO()
    table = pa.Table.from_pylist(list(rows), schema=schema_of(fact_type(report_type)))
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue()


def totals_of(rows: Iterable[Row], report_type: str = "dspCampaign") -> dict[str, int]:
    listed = list(rows)
    return {m: sum(row[m] for row in listed) for m in fact_type(report_type).measures}


@dataclass
class Landed:
    """A slice to land; `announce` overrides fields of the event (sha256, rows, totals …)."""

    advertiser_id: UUID
    start: date
    end: date
    rows: Sequence[Row]
    as_of: datetime = NOON
    report_id: UUID = field(default_factory=new_id)
    currency: str = "USD"
    content: bytes | None = None
    report_type: str = "dspCampaign"
    announce: Mapping[str, Any] = field(default_factory=dict)

    @property
    def uri(self) -> str:
        return f"reports/{self.report_id}.parquet"

    def bytes(self) -> bytes:
        return parquet_of(self.rows, self.report_type) if self.content is None else self.content

    def event(self) -> ReportLanded:
        content = self.bytes()
        event = ReportLanded(
            report_id=self.report_id,
            sync_id=new_id(),
            advertiser_id=self.advertiser_id,
            amazon_report_id=f"amzn-{self.report_id}",
            report_type=self.report_type,
            start_date=self.start,
            end_date=self.end,
            uri=self.uri,
            sha256=hashlib.sha256(content).hexdigest(),
            bytes=len(content),
            rows=len(self.rows),
            totals=totals_of(self.rows, self.report_type),
            currency=self.currency,
            as_of=self.as_of,
            landed_at=self.as_of + timedelta(minutes=1),
        )
        return event.model_copy(update=dict(self.announce))


class ReportingWorld:
    """One reporting database with an object store and a clock that tests set."""

    def __init__(self, db: Db, folder: Path, organization_id: UUID) -> None:
        self.db = db
        self.organization_id = organization_id
        self.now = NOON
        self.loader = Loader(
            db=db,
            objects=ObjectStore.from_url(f"file://{folder}/objects"),
            clock=lambda: self.now,
            lease=timedelta(seconds=30),
            max_attempts=3,
            temp_folder=folder,
        )

    def in_organization(self, organization_id: UUID) -> "ReportingWorld":
        """The same database, speaking for another organization."""
        world = ReportingWorld.__new__(ReportingWorld)
        world.__dict__.update(self.__dict__, organization_id=organization_id)
        return world

    async def hear(self, data: EventData, *, at: datetime = NOON, times: int = 2) -> None:
        """Deliver an event as the bus does, by default twice."""
        event = make_event(data, self.organization_id).model_copy(update={"time": at})
        for offset in range(times):
            outcome = await deliver(self.db, HANDLERS, event, offset=offset)
            assert outcome == ("duplicate" if offset else "handled")

    async def brand(self, name: str) -> UUID:
        brand_id = new_id()
        await self.hear(BrandCreated(brand_id=brand_id, name=name))
        return brand_id

    async def advertiser(
        self, name: str, *, brand_id: UUID | None = None, currency: str = "USD", zone: str = "UTC"
    ) -> UUID:
        linked = linked_advertiser(name, brand_id=brand_id, currency=currency, zone=zone)
        await self.hear(linked)
        return linked.advertiser_id

    async def land(self, slice_: Landed) -> UUID:
        """Put the file and announce it; nothing is loaded yet."""
        await self.loader.objects.put(slice_.uri, slice_.bytes())
        await self.hear(slice_.event())
        return slice_.report_id

    async def load(self, *slices: Landed) -> None:
        """Land the slices, then load until nothing is due."""
        for slice_ in slices:
            await self.land(slice_)
        await self.drain()

    async def drain(self) -> None:
        while await load_next(self.loader):
            pass

    def with_loader(self, **changes: Any) -> None:
        self.loader = replace(self.loader, **changes)

    async def facts(self) -> list[tuple[Any, ...]]:
        """All facts by Amazon's ids, in key order: (date, line item, creative, *measures, currency)."""
        async with self.db.read(SYSTEM) as tx:
            rows = await tx.fetch(_FACTS)
        return [tuple(row) for row in rows]

    async def facts_at(self, moment: datetime) -> list[tuple[Any, ...]]:
        """All facts as reported at a moment, from current rows and history."""
        async with self.db.read(SYSTEM) as tx:
            rows = await tx.fetch(_FACTS_AT, moment)
        return [tuple(row) for row in rows]

    async def history(self) -> list[tuple[Any, ...]]:
        """All superseded facts by Amazon's ids with when they held."""
        async with self.db.read(SYSTEM) as tx:
            rows = await tx.fetch(_HISTORY)
        return [tuple(row) for row in rows]

    async def load_row(self, report_id: UUID) -> Mapping[str, Any]:
        async with self.db.read(SYSTEM) as tx:
            row = await tx.fetchrow("select * from load where report_id = $1", report_id)
        assert row is not None
        return dict(row)

    async def count(self, table: str) -> int:
        async with self.db.read(SYSTEM) as tx:
            rows: Any = await tx.fetchval(_COUNTS[table])
        return int(rows)


_COLUMNS = """
    f.advertiser_id, f.date, p.order_id, p.line_item_id, p.creative_id, f.impressions, f.clicks,
    f.purchases, f.total_cost_micros, f.sales_micros, f.currency"""
_FACTS: Any = f"""
select {_COLUMNS} from campaign_fact f join campaign_key p using (key_id) order by 1, 2, 3, 4, 5
"""  # noqa: S608
_HISTORY: Any = f"""
select {_COLUMNS}, f.valid_from, f.valid_to
from campaign_history f join campaign_key p using (key_id) order by 1, 2, 3, 4, 5, f.valid_from
"""  # noqa: S608
_FACTS_AT: Any = f"""
select {_COLUMNS} from (
    select advertiser_id, key_id, date, impressions, clicks, purchases, total_cost_micros,
        sales_micros, currency, valid_from, 'infinity'::timestamptz as valid_to from campaign_fact
    union all
    select advertiser_id, key_id, date, impressions, clicks, purchases, total_cost_micros,
        sales_micros, currency, valid_from, valid_to from campaign_history
) f join campaign_key p using (key_id)
where f.valid_from <= $1 and f.valid_to > $1 order by 1, 2, 3, 4, 5
"""  # noqa: S608
_COUNTS: dict[str, Any] = {
    name: f"select count(*) from {name}"  # noqa: S608 - names are the literals below
    for name in (
        "advertiser",
        "advertiser_day",
        "campaign_fact",
        "campaign_history",
        "day_version",
        "load",
        "outbox",
        "campaign_key",
    )
}


def linked_advertiser(
    name: str,
    *,
    advertiser_id: UUID | None = None,
    brand_id: UUID | None = None,
    currency: str = "USD",
    zone: str = "UTC",
) -> AdvertiserLinked:
    return AdvertiserLinked(
        advertiser_id=advertiser_id or new_id(),
        amazon_advertiser_id="590000000000000001",
        name=name,
        currency=currency,
        country="US",
        timezone=zone,
        region="NA",
        brand_id=brand_id,
        connection_id=new_id(),
        profile_id="3000000001",
        entity_id="ENTITY1",
    )
