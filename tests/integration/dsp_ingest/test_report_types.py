"""Each report type pulled from the sandbox lands as files whose sums are the advertiser's own."""

import gzip
import hashlib
import io
import json
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pyarrow.parquet as pq
import pytest
from dsp_ingest import jobs
from dsp_ingest.planning.domain import local
from dsp_ingest.report_types import REPORT_TYPES, ReportType, schema_of
from infra.ingest import Advertiser, Rig
from shared.db import SYSTEM

SHARED = ("impressions", "clicks", "purchases", "units_sold", "total_cost_micros", "sales_micros")
LOOKS = [
    kind for kind in REPORT_TYPES.values() if kind.additive and kind.name != "dspAudioAndVideo"
]
KINDS = pytest.mark.parametrize("kind", REPORT_TYPES.values(), ids=REPORT_TYPES.keys())


async def pull(rig: Rig, advertiser: Advertiser, kind: ReportType) -> tuple[date, date]:
    """One slice of the type, to its end."""
    deps = rig.deps()
    await rig.link(advertiser)
    assert await jobs.plan(deps)
    today = local(advertiser.raw["timezone"], rig.clock()).today
    start = today - timedelta(days=6)
    async with rig.db.tx(SYSTEM) as tx:
        await tx.execute("delete from report where end_date <> $1", today)
        await tx.execute(
            "update report set report_type = $1, start_date = $2, end_date = $3",
            kind.name, start, today,
        )  # fmt: skip
    await rig.settle(deps)
    return start, today


async def truth(rig: Rig, advertiser: Advertiser, days: tuple[date, date]) -> dict[str, int]:
    asked = {"start_date": days[0].isoformat(), "end_date": days[1].isoformat()}
    params = {"advertiser_id": advertiser.amazon_id, "level": "advertiser", **asked}
    rows = (await rig.control.get("/_sandbox/truth", params=params)).json()["rows"]
    return {name: sum(row[name] for row in rows) for name in SHARED}


async def landing(rig: Rig) -> dict[str, Any]:
    [event] = await rig.events("report.landed")
    return event["data"]


async def manifest(rig: Rig, data: dict[str, Any]) -> dict[str, Any]:
    folder = data["uri"].rsplit("/", 1)[0]
    return json.loads(await rig.store.get(f"{folder}/{data['report_id']}.manifest.json"))


@KINDS
async def test_a_type_lands_with_a_manifest_that_proves_it(
    rig: Rig, organization_id: UUID, kind: ReportType
) -> None:
    advertiser = await rig.advertiser(organization_id)
    await rig.hold_data()
    start, end = await pull(rig, advertiser, kind)
    data = await landing(rig)
    assert (data["report_type"], data["start_date"]) == (kind.name, start.isoformat())
    assert data["rows"] > 0
    told = await manifest(rig, data)
    content = await rig.store.get(told["parquet"]["uri"], sha256=told["parquet"]["sha256"])
    table = pq.read_table(io.BytesIO(content))
    assert table.schema.names == told["columns"] == schema_of(kind).names
    assert (table.num_rows, data["totals"]) == (told["rows"], told["totals"])
    for name, total in told["totals"].items():
        assert sum(table.column(name).to_pylist()) == total
    raw = await rig.store.get(told["raw"]["uri"])
    assert hashlib.sha256(raw).hexdigest() == told["raw"]["sha256"]
    assert len(json.loads(gzip.decompress(raw))) == told["rows"]
    assert told["drift"] == {}
    assert told["requested_at"] <= told["as_of"] <= told["landed_at"]
    assert told["end_date"] == end.isoformat()


@pytest.mark.parametrize("kind", LOOKS, ids=[kind.name for kind in LOOKS])
async def test_the_sum_over_any_look_is_the_advertisers_number(
    rig: Rig, organization_id: UUID, kind: ReportType
) -> None:
    advertiser = await rig.advertiser(organization_id)
    await rig.hold_data()
    days = await pull(rig, advertiser, kind)
    totals = (await landing(rig))["totals"]
    known = await truth(rig, advertiser, days)
    shared = set(totals) & set(known)
    assert len(shared) >= 3
    assert {name: totals[name] for name in shared} == {name: known[name] for name in shared}


async def test_reporting_is_told_of_every_type_and_rows_of_overlap_say_so(
    rig: Rig, organization_id: UUID
) -> None:
    advertiser = await rig.advertiser(organization_id)
    await pull(rig, advertiser, REPORT_TYPES["dspAudience"])
    told = await manifest(rig, await landing(rig))
    assert told["additive"] is False
