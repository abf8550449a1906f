"""A throw-away Postgres with reporting's schema, and generated slices to fill it with."""

import hashlib
import random
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq
from embedded.postgres import Postgres
from embedded.unprivileged import scratch_folder
from reporting.advertisers import queries as advertisers
from reporting.fact_types import CAMPAIGN
from reporting.loads import queries as loads
from reporting.loads.parquet import schema_of
from reporting.loads.service import Loader
from reporting.main import MIGRATIONS
from reporting.measures import MEASURES
from servers import PASSWORD, free_port, provisioned
from shared.clock import utc_now
from shared.db import SYSTEM, Db
from shared.events import AdvertiserLinked
from shared.ids import new_id
from shared.objects import ObjectStore

FIRST_DAY = date(2025, 1, 1)


@dataclass(frozen=True)
class Bench:
    """The service's view (`db`, `loader`) and the superuser's URL of the same database."""

    db: Db
    loader: Loader
    admin_url: str
    folder: Path
    organization_id: UUID


@asynccontextmanager
async def open_bench() -> AsyncGenerator[Bench]:
    with scratch_folder() as folder:
        async with Postgres(folder / "postgres", free_port(), password=PASSWORD) as postgres:
            url = await provisioned(postgres, "reporting")
            db = Db(url, schema="reporting", migrations=MIGRATIONS)
            await db.start()
            objects = ObjectStore.from_url(f"file://{folder}/objects")
            loader = Loader(db, objects, utc_now, timedelta(seconds=60), 3, folder)
            try:
                yield Bench(db, loader, postgres.url(), folder, new_id())
            finally:
                await db.stop()


def make_table(days: int, placements: int, *, seed: int, changed: float = 0.0) -> Any:
    """days x placements rows; `changed` of them have other clicks than without it."""
    rng, noise = random.Random(seed), random.Random(seed + 1)
    n = days * placements
    columns: dict[str, Sequence[object]] = {
        "date": [FIRST_DAY + timedelta(days=i // placements) for i in range(n)],
        "currency": ["USD"] * n,
    }
    for kind, per, base in (("order", 50, 58), ("line_item", 5, 59), ("creative", 1, 60)):
        marks = [f"{base}{seed:06d}{i // per:010d}" for i in range(placements)]
        columns[f"{kind}_id"] = marks * days
        columns[f"{kind}_name"] = [f"{kind} {mark[-6:]}" for mark in marks] * days
    columns["creative_ad_id"] = columns["creative_id"]
    for measure in MEASURES:
        columns[measure] = [rng.randrange(1_000_000) for _ in range(n)]
    columns["clicks"] = [rng.randrange(1000) + (noise.random() < changed) for _ in range(n)]
    return pa.table(columns, schema=schema_of(CAMPAIGN))


async def land(bench: Bench, advertiser_id: UUID, table: Any, as_of: datetime) -> None:
    """Store the table as dsp-ingest does and record the load."""
    path = bench.folder / "landing.parquet"
    pq.write_table(table, path, compression="zstd")
    content = path.read_bytes()
    report_id = new_id()
    uri = f"reports/{report_id}.parquet"
    await bench.loader.objects.put(uri, content)
    days = sorted(table["date"].unique().to_pylist())
    row = {
        "report_id": report_id,
        "organization_id": bench.organization_id,
        "advertiser_id": advertiser_id,
        "sync_id": new_id(),
        "amazon_report_id": str(report_id),
        "report_type": "dspCampaign",
        "start_date": days[0],
        "end_date": days[-1],
        "uri": uri,
        "sha256": hashlib.sha256(content).hexdigest(),
        "byte_count": len(content),
        "row_count": table.num_rows,
        "totals": "{}",
        "currency": "USD",
        "as_of": as_of,
        "landed_at": as_of,
    }
    async with bench.db.tx(SYSTEM) as tx:
        await loads.record(tx, row, datetime(2025, 1, 1, tzinfo=UTC))


async def add_advertiser(bench: Bench, name: str, brand_id: UUID) -> UUID:
    linked = AdvertiserLinked(
        advertiser_id=new_id(),
        amazon_advertiser_id="1",
        name=name,
        currency="USD",
        country="US",
        timezone="UTC",
        region="NA",
        brand_id=brand_id,
        connection_id=new_id(),
        profile_id="1",
        entity_id="1",
    )
    async with bench.db.tx(SYSTEM) as tx:
        await advertisers.name_brand(tx, bench.organization_id, brand_id, name, utc_now())
        await advertisers.link(tx, bench.organization_id, linked, utc_now())
    return linked.advertiser_id
