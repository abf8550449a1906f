"""The dashboard's queries: p50 and p95 through the service, against the same SQL sent by asyncpg.

`python benchmarks/metrics_query.py`: about a minute. The raw side is a superuser's connection: no
row-level security, no scope, no gaps, no JSON.
"""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
from reporting.loads.service import load_next
from reporting.metrics import queries, service
from reporting.metrics.domain import Filters, Plan, Question, plan
from reporting_data import FIRST_DAY, Bench, add_advertiser, land, make_table, open_bench
from shared.clock import utc_now
from shared.db import Scope
from shared.ids import new_id

BRANDS, DAYS, PLACEMENTS, ROUNDS = 40, 60, 100, 30
METRICS = [
    *("impressions", "clicks", "click_through_rate", "total_cost", "detail_page_views"),
    *("purchases", "sales", "roas", "new_to_brand_share"),
]
MONTH = Question(FIRST_DAY, FIRST_DAY + timedelta(days=29), [], METRICS)
AS_OF = datetime(2025, 3, 1, tzinfo=UTC)


async def main() -> None:
    async with open_bench() as bench:
        brands = await _fill(bench)
        raw = await asyncpg.connect(bench.admin_url)
        await raw.execute("set search_path = reporting")
        await raw.execute("set plan_cache_mode = force_custom_plan")  # as the service has it
        await raw.execute("vacuum analyze")
        rows = BRANDS * DAYS * PLACEMENTS
        print(f"{rows:,} facts, {BRANDS} brands, {DAYS} days; {ROUNDS} calls each, milliseconds\n")
        print("| query | rows | p50 | p95 | raw p50 | raw p95 | p50 / raw |")
        print("|---|---|---|---|---|---|---|")
        for name, question in _questions(brands[0]).items():
            print(await _compare(bench, raw, name, plan(question)))
        await raw.close()
    print(
        "\nThe service adds: one snapshot bound to the caller, row-level security, the advertisers in"
    )
    print("scope, their ages and gaps (three more statements), exact decimals and JSON.")


def _questions(brand: UUID) -> dict[str, Question]:
    one_brand = replace(MONTH, filters=Filters(brand_ids=[brand]))
    return {
        "tiles, all brands": MONTH,
        "daily chart, all brands": replace(MONTH, dimensions=["date"]),
        "table by brand": replace(MONTH, dimensions=["brand"]),
        "daily chart, one brand": replace(one_brand, dimensions=["date"]),
        "orders of one brand": replace(one_brand, dimensions=["order"]),
        "creatives of one brand": replace(one_brand, dimensions=["order", "line_item", "creative"]),
        "orders, all brands": replace(MONTH, dimensions=["order"]),
    }


async def _fill(bench: Bench) -> list[UUID]:
    brands = [new_id() for _ in range(BRANDS)]
    for number, brand in enumerate(brands):
        advertiser = await add_advertiser(bench, f"Brand {number}", brand)
        await land(bench, advertiser, make_table(DAYS, PLACEMENTS, seed=number), AS_OF)
        if not await load_next(bench.loader):
            raise SystemExit("nothing was due")
    return brands


async def _compare(bench: Bench, raw: asyncpg.Connection, name: str, asked: Plan) -> str:
    caller = service.Caller(bench.organization_id, None)
    answered = 0

    async def through_service() -> None:
        nonlocal answered
        async with bench.db.read(Scope.organization(bench.organization_id)) as tx:
            answer = await service.answer(tx, caller, asked, utc_now())
        service.to_json(answer)
        answered = len(answer["rows"])

    brands = asked.filters.brand_ids
    ids = await raw.fetchval(
        "select array_agg(advertiser_id) from advertiser where $1::uuid[] is null or brand_id = any ($1)",
        brands,
    )
    sql = queries.rows_and_totals_sql(asked)
    values = queries.arguments(asked, bench.organization_id, ids, asked.limit)

    async def directly() -> None:
        await raw.fetch(sql, *values)

    ours, theirs = await _measure(through_service), await _measure(directly)
    cells = [answered, *(f"{v * 1000:.1f}" for v in (*ours, *theirs)), f"{ours[0] / theirs[0]:.1f}"]
    return f"| {name} | " + " | ".join(map(str, cells)) + " |"


async def _measure(work: Callable[[], Awaitable[None]]) -> tuple[float, float]:
    """(p50, p95) in seconds, after three calls that warm up."""
    times: list[float] = []
    for turn in range(ROUNDS + 3):
        started = time.perf_counter()
        await work()
        if turn >= 3:
            times.append(time.perf_counter() - started)
    return statistics.median(times), statistics.quantiles(times, n=20)[-1]


if __name__ == "__main__":
    asyncio.run(main())
