"""The metrics query against real Postgres: sums, ratios, ages, gaps, CSV, and nobody else's numbers."""

import csv
import io
import json
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import pytest
from infra.reporting_slices import NOON, Landed, ReportingWorld, linked_advertiser, make_row
from reporting.metrics import queries
from reporting.metrics.domain import Filters, Question, plan
from shared.db import Scope
from shared.events import AdvertiserLost, BrandUpdated
from shared.ids import new_id

D1, D2, D3 = date(2025, 3, 17), date(2025, 3, 18), date(2025, 3, 24)
HOUR = timedelta(hours=1)


class Seeded:
    """Two brands, three advertisers (one in EUR, one of no brand), a few days."""

    def __init__(self, world: ReportingWorld) -> None:
        self.world = world
        self.brands: dict[str, UUID] = {}
        self.advertisers: dict[str, UUID] = {}

    async def fill(self) -> None:
        world = self.world
        for name in ("Acme", "Zenith"):
            self.brands[name] = await world.brand(name)
        for name, brand, currency in (
            ("Acme US", "Acme", "USD"),
            ("Zenith DE", "Zenith", "EUR"),
            ("Loose", None, "USD"),
        ):
            self.advertisers[name] = await world.advertiser(
                name, brand_id=self.brands.get(brand or ""), currency=currency
            )
        await world.load(
            self.slice(
                "Acme US",
                make_row(
                    D1, creative="1", impressions=1000, clicks=10, total_cost_micros=1_234_567
                ),
                make_row(D1, creative="2", impressions=1, clicks=1, total_cost_micros=10),
                make_row(D2, creative="1", impressions=0, clicks=0, sales_micros=5_000_000),
            ),
            self.slice(
                "Acme US",
                make_row(D3, order="9", creative="3", impressions=7, total_cost_micros=3_000_000),
                start=D3,
                end=D3,
                as_of=NOON + HOUR,
            ),
            self.slice("Zenith DE", make_row(D1, impressions=50, total_cost_micros=2_000_000)),
            self.slice("Loose", make_row(D2, impressions=3, clicks=3)),
        )

    def slice(self, name: str, *rows: dict[str, Any], **changes: Any) -> Landed:
        currency = "EUR" if name == "Zenith DE" else "USD"
        given: dict[str, Any] = {"start": D1, "end": D2, "currency": currency, **changes}
        return Landed(self.advertisers[name], rows=rows, **given)


@pytest.fixture
async def seeded(world: ReportingWorld) -> Seeded:
    filled = Seeded(world)
    await filled.fill()
    return filled


@pytest.fixture
def ask(client: httpx.AsyncClient, sign_in: Any) -> Any:
    async def ask(*, brand_ids: frozenset[UUID] | None = None, **body: Any) -> Any:
        asked = {"start_date": str(D1), "end_date": str(D3), "metrics": ["impressions"], **body}
        response = await client.post(
            "/v1/metrics/query", json=asked, headers=sign_in(brand_ids=brand_ids)
        )
        assert response.status_code == 200, response.text
        return json.loads(response.text, parse_float=Decimal)

    return ask


async def test_totals_are_one_per_currency_and_ratios_come_from_sums(
    seeded: Seeded, ask: Any
) -> None:
    answer = await ask(
        metrics=["impressions", "clicks", "total_cost", "click_through_rate", "roas"],
        dimensions=["date"],
    )
    euro, dollar = answer["totals"]
    assert (euro["currency"], euro["impressions"], euro["total_cost"]) == ("EUR", 50, 2)
    assert (dollar["impressions"], dollar["clicks"]) == (1011, 14)
    assert dollar["total_cost"] == Decimal("4.234577")
    assert dollar["click_through_rate"] == Decimal("0.0138476756")
    assert dollar["roas"] == Decimal("1.1807554804")
    assert answer["row_count"] == 4
    assert not answer["truncated"]


async def test_rows_are_split_by_day_with_the_age_of_each(seeded: Seeded, ask: Any) -> None:
    answer = await ask(
        dimensions=["date"],
        metrics=["impressions", "click_through_rate"],
        filters={"brand_ids": [str(seeded.brands["Acme"])]},
    )
    rows = [(r["date"], r["currency"], r["impressions"], r["as_of"]) for r in answer["rows"]]
    noon, later = "2025-03-20T12:00:00+00:00", "2025-03-20T13:00:00+00:00"
    assert rows == [
        ("2025-03-17", "USD", 1001, noon),
        ("2025-03-18", "USD", 0, noon),
        ("2025-03-24", "USD", 7, later),
    ]
    assert [r["click_through_rate"] for r in answer["rows"]][1] is None
    assert (answer["as_of"], answer["newest_as_of"]) == (noon, later)
    assert answer["totals"][0]["as_of"] == noon


async def test_weeks_begin_on_monday_and_months_on_the_first(seeded: Seeded, ask: Any) -> None:
    weekly = await ask(dimensions=["date"], granularity="week", filters={"currency": "USD"})
    assert [(r["date"], r["impressions"]) for r in weekly["rows"]] == [
        ("2025-03-17", 1004),
        ("2025-03-24", 7),
    ]
    monthly = await ask(dimensions=["date"], granularity="month", filters={"currency": "USD"})
    assert [(r["date"], r["impressions"]) for r in monthly["rows"]] == [("2025-03-01", 1011)]


@pytest.mark.parametrize(
    ("dimension", "expected"),
    [
        ("brand", {("Acme", "USD"): 1008, ("Zenith", "EUR"): 50, (None, "USD"): 3}),
        ("advertiser", {("Acme US", "USD"): 1008, ("Zenith DE", "EUR"): 50, ("Loose", "USD"): 3}),
        ("order", {("order 1", "USD"): 1004, ("order 9", "USD"): 7, ("order 1", "EUR"): 50}),
        ("line_item", {("line_item 1", "USD"): 1011, ("line_item 1", "EUR"): 50}),
        (
            "creative",
            {
                ("creative 1", "USD"): 1003,
                ("creative 2", "USD"): 1,
                ("creative 3", "USD"): 7,
                ("creative 1", "EUR"): 50,
            },
        ),
    ],
)
async def test_every_dimension_splits_the_same_total(
    seeded: Seeded, ask: Any, dimension: str, expected: Mapping[tuple[str | None, str], int]
) -> None:
    answer = await ask(dimensions=[dimension])
    got = {(r[f"{dimension}_name"], r["currency"]): r["impressions"] for r in answer["rows"]}
    assert got == expected
    assert {t["currency"]: t["impressions"] for t in answer["totals"]} == {"EUR": 50, "USD": 1011}


async def test_amazon_ids_filter_and_leave_as_text(seeded: Seeded, ask: Any) -> None:
    answer = await ask(
        dimensions=["order", "creative"], filters={"order_ids": ["580000000000000009"]}
    )
    assert [(r["order_id"], r["creative_id"]) for r in answer["rows"]] == [
        ("580000000000000009", "580000000000000003")
    ]
    nothing = await ask(filters={"creative_ids": ["580000000000000404"]})
    assert (nothing["rows"], nothing["totals"], nothing["row_count"]) == ([], [], 0)


async def test_totals_cover_rows_beyond_the_limit(seeded: Seeded, ask: Any) -> None:
    answer = await ask(
        dimensions=["creative"], limit=1, sort={"field": "impressions", "descending": True}
    )
    assert [(r["creative_name"], r["impressions"]) for r in answer["rows"]] == [
        ("creative 1", 1003)
    ]
    assert sum(t["impressions"] for t in answer["totals"]) == 1061
    assert (answer["row_count"], answer["truncated"]) == (4, True)


async def test_any_column_sorts_and_missing_values_come_last(seeded: Seeded, ask: Any) -> None:
    metrics = ["cost_per_click", "clicks"]
    for descending in (False, True):
        answer = await ask(
            dimensions=["creative"],
            metrics=metrics,
            sort={"field": "cost_per_click", "descending": descending},
        )
        values = [r["cost_per_click"] for r in answer["rows"]]
        known = [v for v in values if v is not None]
        assert known == sorted(known, reverse=descending)
        assert values[len(known) :] == [None, None]
    for field in ("creative_id", "creative_name", "currency", "clicks"):
        await ask(dimensions=["creative"], metrics=metrics, sort={"field": field})
    named = await ask(dimensions=["brand"], sort={"field": "brand_name"})
    assert [r["brand_name"] for r in named["rows"]] == ["Acme", "Zenith", None]


async def test_days_without_a_report_are_named_until_the_advertisers_today(
    seeded: Seeded, ask: Any
) -> None:
    answer = await ask(filters={"advertiser_ids": [str(seeded.advertisers["Acme US"])]})
    assert answer["gaps"] == [
        {
            "advertiser_id": str(seeded.advertisers["Acme US"]),
            "advertiser_name": "Acme US",
            "dates": ["2025-03-19", "2025-03-20"],
        }
    ]


async def test_today_is_the_advertisers_own(world: ReportingWorld, ask: Any) -> None:
    tokyo = await world.advertiser("Tokyo", zone="Asia/Tokyo")
    los_angeles = await world.advertiser("LA", zone="America/Los_Angeles")
    for advertiser in (tokyo, los_angeles):
        await world.load(Landed(advertiser, D1, D1, [make_row(D1)]))
    world.now = NOON.replace(hour=16)
    answer = await ask()
    dates = {gap["advertiser_name"]: gap["dates"][-1] for gap in answer["gaps"]}
    assert dates == {"Tokyo": "2025-03-21", "LA": "2025-03-20"}


async def test_a_remapped_advertiser_takes_its_history_to_the_new_brand(
    seeded: Seeded, ask: Any
) -> None:
    moved = linked_advertiser(
        "Acme US",
        advertiser_id=seeded.advertisers["Acme US"],
        brand_id=seeded.brands["Zenith"],
    )
    await seeded.world.hear(moved, at=NOON + HOUR)
    stale = moved.model_copy(update={"brand_id": seeded.brands["Acme"]})
    await seeded.world.hear(stale, at=NOON - HOUR)
    answer = await ask(brand_ids=frozenset({seeded.brands["Zenith"]}))
    assert {t["currency"]: t["impressions"] for t in answer["totals"]} == {"EUR": 50, "USD": 1008}
    assert (await ask(brand_ids=frozenset({seeded.brands["Acme"]})))["totals"] == []


async def test_a_renamed_brand_shows_its_new_name(seeded: Seeded, ask: Any) -> None:
    await seeded.world.hear(
        BrandUpdated(brand_id=seeded.brands["Acme"], name="Acme & Co"), at=NOON + HOUR
    )
    answer = await ask(dimensions=["brand"], sort={"field": "brand_name"})
    assert answer["rows"][0]["brand_name"] == "Acme & Co"


async def test_big_money_keeps_every_digit(world: ReportingWorld, ask: Any) -> None:
    advertiser = await world.advertiser("Big")
    micros = 9_007_199_254_740_993_123
    await world.load(Landed(advertiser, D1, D1, [make_row(D1, total_cost_micros=micros)]))
    answer = await ask(metrics=["total_cost"])
    assert answer["totals"][0]["total_cost"] == Decimal("9007199254740.993123")


async def test_the_csv_holds_the_same_rows_in_the_same_order(
    seeded: Seeded, ask: Any, client: httpx.AsyncClient, sign_in: Any
) -> None:
    body: dict[str, Any] = {
        "start_date": str(D1),
        "end_date": str(D3),
        "dimensions": ["date", "creative"],
        "metrics": ["impressions", "total_cost", "click_through_rate", "roas"],
        "sort": {"field": "total_cost", "descending": True},
        "limit": 1,
    }
    response = await client.post("/v1/metrics/query.csv", json=body, headers=sign_in())
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert "leadline-metrics-2025-03-17-2025-03-24.csv" in response.headers["content-disposition"]
    header, *lines = csv.reader(io.StringIO(response.text))
    assert header == [
        *("Date", "Creative id", "Creative", "Currency", "Impressions"),
        *("Total cost (in currency)", "CTR (ratio)", "ROAS (multiple)", "As of"),
    ]
    answer = await ask(**{**body, "limit": 1000})
    names = ("date", "creative_id", "creative_name", "currency", *body["metrics"])
    expected = [["" if r[n] is None else str(r[n]) for n in names] for r in answer["rows"]]
    assert [line[:-1] for line in lines] == expected
    assert len(lines) == 5
    assert lines[0][-1] == "2025-03-20T13:00:00Z"


async def test_the_csv_neutralises_formulas_in_names(
    world: ReportingWorld, client: httpx.AsyncClient, sign_in: Any
) -> None:
    advertiser = await world.advertiser('=HYPERLINK("http://evil")')
    await world.load(
        Landed(advertiser, D1, D1, [make_row(D1, order_name="+1", total_cost_micros=-5)])
    )
    body = {
        "start_date": str(D1),
        "end_date": str(D1),
        "dimensions": ["advertiser", "order"],
        "metrics": ["total_cost"],
    }
    response = await client.post("/v1/metrics/query.csv", json=body, headers=sign_in())
    row = list(csv.reader(io.StringIO(response.text)))[1]
    assert row[1] == '\'=HYPERLINK("http://evil")'
    assert row[3] == "'+1"
    assert row[5] == "-0.000005"


async def test_a_csv_longer_than_a_chunk_is_whole(
    world: ReportingWorld, client: httpx.AsyncClient, sign_in: Any
) -> None:
    advertiser = await world.advertiser("Many")
    rows = [make_row(D1, creative=str(n), clicks=n) for n in range(2600)]
    await world.load(Landed(advertiser, D1, D1, rows))
    body = {
        "start_date": str(D1),
        "end_date": str(D1),
        "dimensions": ["creative"],
        "metrics": ["clicks"],
        "sort": {"field": "clicks"},
    }
    response = await client.post("/v1/metrics/query.csv", json=body, headers=sign_in())
    clicks = [int(line[3]) for line in list(csv.reader(io.StringIO(response.text)))[1:]]
    assert clicks == list(range(2600))


async def test_exports_beyond_the_slots_are_told_to_wait(
    app: Any, client: httpx.AsyncClient, sign_in: Any
) -> None:
    slots = app.state.deps.export_slots
    async with slots, slots:
        response = await client.post(
            "/v1/metrics/query.csv",
            json={"start_date": str(D1), "end_date": str(D1), "metrics": ["clicks"]},
            headers=sign_in(),
        )
    assert (response.status_code, response.json()["code"]) == (429, "exports_busy")
    assert response.headers["retry-after"] == "5"


async def test_freshness_names_first_last_age_and_missing_days(
    seeded: Seeded, client: httpx.AsyncClient, sign_in: Any
) -> None:
    advertiser_id = seeded.advertisers["Acme US"]
    await seeded.world.hear(AdvertiserLost(advertiser_id=advertiser_id), at=NOON + HOUR)
    await seeded.world.advertiser("Empty")
    response = await client.get(
        "/v1/metrics/freshness?start_date=2025-03-18&end_date=2025-03-19", headers=sign_in()
    )
    items = {item["advertiser_name"]: item for item in response.json()["items"]}
    assert set(items) == {"Acme US", "Zenith DE", "Loose", "Empty"}
    acme = items["Acme US"]
    assert (acme["first_date"], acme["last_date"]) == ("2025-03-17", "2025-03-24")
    assert (acme["brand_name"], acme["as_of"]) == ("Acme", "2025-03-20T12:00:00Z")
    assert acme["missing_dates"] == ["2025-03-19"]
    assert acme["lost_at"] == "2025-03-20T13:00:00Z"
    assert (items["Empty"]["first_date"], items["Empty"]["missing_dates"]) == (None, [])
    everything = await client.get("/v1/metrics/freshness", headers=sign_in())
    missing = {i["advertiser_name"]: i["missing_dates"] for i in everything.json()["items"]}
    assert missing["Loose"] == ["2025-03-19", "2025-03-20"]


PLACEMENT_PLAN = plan(
    Question(D1, D3, ["brand", "order"], ["impressions"], filters=Filters(order_ids=None))
)
DAY_PLAN = plan(Question(D1, D3, ["date"], ["impressions"]))


@pytest.mark.parametrize("asked", [PLACEMENT_PLAN, DAY_PLAN], ids=["facts", "days"])
async def test_the_database_hides_rows_even_when_the_query_forgets_to(
    seeded: Seeded, asked: Any
) -> None:
    world = seeded.world
    everyone = list(seeded.advertisers.values())
    mine = world.organization_id

    async def seen(scope: Scope) -> int:
        async with world.db.read(scope) as tx:
            rows = await queries.fetch_rows_and_totals(tx, asked, mine, everyone)
        return sum(row["impressions"] for row in rows if row["is_total"])

    assert await seen(Scope.organization(mine)) == 1061
    assert await seen(Scope.organization(mine, frozenset({seeded.brands["Zenith"]}))) == 50
    assert await seen(Scope.organization(mine, frozenset())) == 0
    assert await seen(Scope.organization(new_id())) == 0


async def test_a_query_is_planned_for_its_values_and_leaves_no_setting_behind(
    seeded: Seeded,
) -> None:
    world = seeded.world
    scope = Scope.organization(world.organization_id)
    ids = list(seeded.advertisers.values())
    async with world.db.read(scope) as tx:
        await queries.fetch_rows_and_totals(tx, DAY_PLAN, world.organization_id, ids)
        assert await tx.fetchval("show plan_cache_mode") == "force_custom_plan"
    async with world.db.read(scope) as tx:
        assert await tx.fetchval("show plan_cache_mode") == "auto"
