"""The dashboards' queries over a whole agency: p50 and p95 of the metrics API's use case, against DuckDB on the
same rows as Parquet, in turns in the same run.

`python benchmarks/dashboard_queries.py [--brands 200 --days 395 --creatives 254 --rounds 20]`: about 20M rows by
default, ten minutes or more to generate. DuckDB is needed for this one alone: `pip install duckdb`.
"""

# ruff: noqa: S608 - every value in the SQL is a number or a path of our own

import argparse
import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from agency_facts import FIRST_DAY, Size, duckdb, fill, write_files
from reporting.metrics import service
from reporting.metrics.domain import Filters, Plan, Question, plan
from reporting_data import Bench, open_bench
from shared.clock import utc_now
from shared.db import Scope

ORGANIZATION = UUID(int=1)
BRAND = UUID(int=4)
METRICS = [
    *("impressions", "clicks", "click_through_rate", "total_cost", "detail_page_views"),
    *("purchases", "sales", "roas", "new_to_brand_share"),
]


@dataclass(frozen=True)
class Asked:
    """A dashboard's question, and what DuckDB groups by for the same answer."""

    name: str
    plan: Plan
    group_by: str


def questions(size: Size) -> list[Asked]:
    month = (max(FIRST_DAY, size.last_day - timedelta(days=29)), size.last_day)
    year = (FIRST_DAY, size.last_day)
    one = Filters(brand_ids=[BRAND])

    def asked(
        name: str,
        days: tuple[date, date],
        split: list[str],
        group_by: str,
        filters: Filters | None = None,
    ) -> Asked:
        question = Question(*days, split, METRICS, filters=filters or Filters(), limit=200)
        return Asked(name, plan(question), group_by)

    return [
        asked("tiles, 30 days", month, [], ""),
        asked("board: brands, 30 days", month, ["brand"], "k.brand"),
        asked("daily chart, 13 months", year, ["date"], "day"),
        asked("brands, 13 months", year, ["brand"], "k.brand"),
        asked("one brand by day, 13 months", year, ["date"], "day", one),
        asked("orders of a brand, 13 months", year, ["order"], "order_id", one),
        asked(
            "line items of a brand, 30 days",
            month,
            ["order", "line_item"],
            "order_id, line_item_id",
            one,
        ),
        asked(
            "line items of a brand, 13 months",
            year,
            ["order", "line_item"],
            "order_id, line_item_id",
            one,
        ),
        asked("creatives of a brand, 30 days", month, ["creative"], "creative_id", one),
        asked("creatives of a brand, 13 months", year, ["creative"], "creative_id", one),
        asked("orders, all brands, 30 days", month, ["order"], "order_id"),
    ]


async def main() -> None:
    size, rounds = _arguments()
    async with open_bench() as bench:
        started = time.perf_counter()
        await asyncio.to_thread(write_files, size, bench.folder)
        written = time.perf_counter()
        await fill(bench, size)
        print(
            f"{size.rows:,} rows: {size.brands} brands x {size.days} days x {size.creatives} creatives, seed"
            f" {size.seed}; files {written - started:.0f} s, Postgres {time.perf_counter() - written:.0f} s;"
            f" {rounds} rounds, milliseconds\n"
        )
        lake = duckdb.connect()
        lake.execute("set threads = 2")
        print(
            "| query | rows | first | p50 | p95 | DuckDB p50 | DuckDB p95 |\n|---|---|---|---|---|---|---|"
        )
        for one in questions(size):
            print(await _compare(bench, lake, one, rounds), flush=True)
        lake.close()
    print("\nFirst: the first call of a new connection pool, pages not yet in Postgres' buffers.")


async def _compare(bench: Bench, lake: Any, one: Asked, rounds: int) -> str:
    caller = service.Caller(ORGANIZATION, None)
    answered = 0

    async def ours() -> None:
        nonlocal answered
        async with bench.db.read(Scope.organization(ORGANIZATION)) as tx:
            answer = await service.answer(tx, caller, one.plan, utc_now())
        service.to_json(answer)
        answered = len(answer["rows"])

    sql = _lake_sql(bench, one)

    async def theirs() -> None:
        await asyncio.to_thread(lambda: lake.execute(sql).fetchall())

    await bench.db.stop()
    await bench.db.start()
    first = await _timed(ours)
    await _timed(theirs)
    pairs = [(await _timed(ours), await _timed(theirs)) for _ in range(rounds)]
    cells = [
        first,
        *(f(times) for times in zip(*pairs, strict=True) for f in (statistics.median, _p95)),
    ]
    return f"| {one.name} | {answered} | " + " | ".join(f"{s * 1000:.0f}" for s in cells) + " |"


def _lake_sql(bench: Bench, one: Asked) -> str:
    sums = ", ".join(f"sum({m})" for m in one.plan.kind.measures)
    facts = f"read_parquet('{bench.folder}/facts/*.parquet') f"
    keys = f" join read_parquet('{bench.folder}/keys.parquet') k using (key_id)"
    days = f"day between date '{one.plan.start_date}' and date '{one.plan.end_date}'"
    brand = f" and f.brand = {BRAND.int - 1}" if one.plan.filters.brand_ids else ""
    group = f" group by {one.group_by}" if one.group_by else ""
    return f"select {one.group_by or 1}, {sums} from {facts}{keys} where {days}{brand}{group}"


async def _timed(work: Callable[[], Awaitable[None]]) -> float:
    started = time.perf_counter()
    await work()
    return time.perf_counter() - started


def _p95(times: tuple[float, ...]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def _arguments() -> tuple[Size, int]:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("brands", "days", "creatives", "seed"):
        parser.add_argument(f"--{name}", type=int, default=getattr(Size(), name))
    parser.add_argument("--rounds", type=int, default=20)
    given = parser.parse_args()
    return Size(given.brands, given.days, given.creatives, given.seed), given.rounds


if __name__ == "__main__":
    asyncio.run(main())
