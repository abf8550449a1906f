"""Files of 1,000,000 x 25 and a CSV of 10,000,000: seconds, memory, and ratios against bare peers.

`python benchmarks/exports.py [rows]`: minutes, most of them to fill the tables. Peers, in the same run and on the
same server: COPY TO STDOUT of the bare fact table, and pyarrow's own writers fed with a table in memory. Each
file is written by a process of its own, whose memory at its highest is told; 10 times the rows must not raise it.
"""

import asyncio
import subprocess
import sys
import time
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from reporting.exports.domain import Format
from reporting.exports.fields import fields_of
from reporting.exports.writing import Writing, file_of
from reporting.loads.service import load_next
from reporting.metrics.domain import Plan, Question, plan
from reporting.metrics.service import Caller
from reporting_data import FIRST_DAY, Bench, add_advertiser, land, make_table, open_bench
from shared.clock import utc_now
from shared.db import Db, Scope
from shared.ids import new_id

DAYS, AS_OF = 30, datetime(2025, 3, 1, tzinfo=UTC)
LEVELS = ["date", "brand", "advertiser", "order", "line_item", "creative"]
METRICS = [
    *(
        "impressions",
        "clicks",
        "click_through_rate",
        "total_cost",
        "detail_page_views",
        "purchases",
    ),
    *("sales", "roas", "new_to_brand_share", "cost_per_click", "cost_per_mille", "add_to_cart"),
]
GOALS: dict[str, tuple[float, int]] = {"csv": (5, 200), "parquet": (6, 200), "xlsx": (30, 200)}


def question(first: int, days: int) -> Plan:
    start = FIRST_DAY + timedelta(days=first)
    return plan(Question(start, start + timedelta(days=days - 1), LEVELS, METRICS))


async def main(rows: int) -> None:
    async with open_bench() as bench:
        table = make_table(DAYS, rows // DAYS + 1, seed=1)
        brand = new_id()
        advertiser = await add_advertiser(bench, "Brand", brand)
        for month in range(10):
            await _land_month(bench, advertiser, table, month)
        raw = await asyncpg.connect(bench.admin_url)
        await raw.execute("set search_path = reporting")
        await raw.execute("vacuum analyze")
        print(f"{table.num_rows:,} rows x {len(fields_of(question(0, DAYS)))} columns\n")
        print(
            "| what | seconds | CPU | MB/s | peak MB | of its peer | goal |\n|---|---|---|---|---|---|---|"
        )
        peers = {"csv": await _copy(raw), **_written(table, bench.folder)}
        for form in ("csv", "parquet", "xlsx"):
            print(_line(form, _in_process(bench, form, DAYS), peers.get(form), GOALS[form]))
        print(_line("csv, 10 x the rows", _in_process(bench, "csv", DAYS * 10), None, (0, 200)))
        await raw.close()
    print(
        "\nPeers: COPY TO STDOUT of the fact table alone (no names, no ratios, no access rules) for CSV;"
    )
    print("pyarrow's Parquet writer (zstd) over the same rows in memory for Parquet.")


async def _land_month(bench: Bench, advertiser: UUID, table: Any, month: int) -> None:
    """The same rows `month` times 30 days later."""
    days = [day + timedelta(days=DAYS * month) for day in table["date"].to_pylist()]
    index = table.schema.get_field_index("date")
    moved = table.set_column(index, table.schema.field("date"), [days])
    await land(bench, advertiser, moved, AS_OF)
    if not await load_next(bench.loader):
        raise SystemExit("nothing was due")


async def _copy(raw: asyncpg.Connection) -> float:
    async def away(_piece: bytes) -> None:
        """Nowhere."""

    started = time.perf_counter()
    last = FIRST_DAY + timedelta(days=DAYS - 1)
    sql = "select * from campaign_fact where date <= $1"
    await raw.copy_from_query(sql, last, output=away, format="csv")
    return time.perf_counter() - started


def _written(table: Any, folder: Path) -> dict[str, float]:
    started = time.perf_counter()
    pq.write_table(table, folder / "peer.parquet", compression="zstd")
    seconds = time.perf_counter() - started
    pa_csv.write_csv(table, folder / "peer.csv")
    return {"parquet": seconds}


def _in_process(bench: Bench, form: str, days: int) -> list[float]:
    """seconds, CPU seconds, bytes, peak MB."""
    command = [sys.executable, __file__, "--write", form, str(days)]
    command += [bench.db.url, str(bench.organization_id), str(bench.folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return [float(word) for word in done.stdout.split()]


def _line(name: str, told: list[float], peer: float | None, goal: tuple[float, int]) -> str:
    seconds, cpu, size, peak = told
    ratio = f"{seconds / peer:.1f}x" if peer else "-"
    wanted = f"< {goal[0]:.0f} s, < {goal[1]} MB" if goal[0] else f"< {goal[1]} MB"
    held = "held" if (not goal[0] or seconds < goal[0]) and peak < goal[1] else "NOT held"
    cells = [name, f"{seconds:.1f}", f"{cpu:.1f}", f"{size / seconds / 1e6:.0f}", f"{peak:.0f}"]
    return "| " + " | ".join([*cells, ratio, f"{wanted}: {held}"]) + " |"


async def write(form: Format, days: int, url: str, organization: str, folder: str) -> None:
    """One file, as a job writes it, to a local file."""
    db = Db(url, schema="reporting")
    await db.start()
    organization_id = UUID(organization)
    asked = question(0, days)
    writing = Writing(
        Caller(organization_id, None), asked, file_of(form, fields_of(asked)), utc_now()
    )
    path, size = Path(folder) / f"out.{form}", 0
    started, spent = time.perf_counter(), time.process_time()
    async with db.read(Scope.organization(organization_id)) as tx:
        with path.open("wb") as file:
            async with aclosing(writing.chunks(tx)) as chunks:
                async for chunk in chunks:
                    size += file.write(chunk)
    seconds, cpu = time.perf_counter() - started, time.process_time() - spent
    if not writing.told().reconciled:
        raise SystemExit("the sums do not agree")
    print(seconds, cpu, size, _peak_megabytes())
    path.unlink()
    await db.stop()


def _peak_megabytes() -> float:
    """Of this process since its program began (`ru_maxrss` would count the parent's memory, too)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    (line,) = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    if sys.argv[1:2] == ["--write"]:
        form, days, *rest = sys.argv[2:]
        asyncio.run(write(form, int(days), *rest))  # pyright: ignore[reportArgumentType]
    else:
        asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
