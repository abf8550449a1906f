"""Numbers as they were reported, of every report type, with their ripeness and where they come from."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from infra.reporting_slices import NOON, Landed, ReportingWorld, Row, make_row
from reporting.fact_types import FACT_TYPES, fact_type
from shared.db import SYSTEM

D1, D2 = date(2025, 3, 17), date(2025, 3, 18)
HOUR = timedelta(hours=1)
OTHERS = [name for name in FACT_TYPES if name != "dspCampaign"]


def row_of(report_type: str, day: date, mark: str, **values: int) -> Row:
    """A row whose texts all end in a mark; measures default to 0."""
    kind = fact_type(report_type)
    texts = {name: f"{name} {mark}" for name in kind.texts}
    ends = {"end_date": day} if kind.summary else {}
    row = {"date": day, **ends, **texts, "currency": "USD", **dict.fromkeys(kind.measures, 0)}
    return {**row, **values}


@pytest.fixture
def ask(client: httpx.AsyncClient, sign_in: Any) -> Any:
    async def ask(**body: Any) -> Any:
        asked = {"start_date": str(D1), "end_date": str(D2), "metrics": ["clicks"], **body}
        response = await client.post("/v1/metrics/query", json=asked, headers=sign_in())
        assert response.status_code == 200, response.text
        return json.loads(response.text)

    return ask


async def restated(world: ReportingWorld) -> UUID:
    """Clicks of two creatives on D1: 1 and 2 at noon, 5 and none an hour later, 5 and 7 after two."""
    advertiser = await world.advertiser("Acme")
    for hours, clicks in enumerate(((1, 2), (5, None), (5, 7))):
        rows = [
            make_row(D1, creative=str(n), clicks=found)
            for n, found in enumerate(clicks)
            if found is not None
        ]
        await world.load(Landed(advertiser, D1, D1, rows, as_of=NOON + hours * HOUR))
    return advertiser


async def test_every_past_screen_can_be_asked_for(world: ReportingWorld, ask: Any) -> None:
    await restated(world)
    told: list[Any] = []
    for hours in (-1, 0, 1, 2):
        answer = await ask(as_of=(NOON + hours * HOUR).isoformat(), dimensions=["creative"])
        told.append(sorted(row["clicks"] for row in answer["rows"]))
        bare = await ask(as_of=(NOON + hours * HOUR).isoformat())
        assert sum(row["clicks"] for row in bare["totals"]) == sum(told[-1])
    assert told == [[], [1, 2], [5], [5, 7]]
    assert sorted(r["clicks"] for r in (await ask(dimensions=["creative"]))["rows"]) == [5, 7]


async def test_what_did_not_change_is_not_in_the_history(world: ReportingWorld) -> None:
    await restated(world)
    held = [(h[4][-1], h[6], h[-2], h[-1]) for h in await world.history()]
    assert held == [("0", 1, NOON, NOON + HOUR), ("1", 2, NOON, NOON + HOUR)]
    assert await world.count("day_version") == 3


@pytest.mark.parametrize("report_type", OTHERS)
async def test_every_report_type_is_loaded_and_keeps_its_past(
    world: ReportingWorld, report_type: str
) -> None:
    kind = fact_type(report_type)
    advertiser = await world.advertiser("Acme")
    measure = kind.measures[0]
    marks = ("a",) if len(kind.keys) == 1 else ("a", "b")
    first = [row_of(report_type, D1, mark, **{measure: 3}) for mark in marks]
    second = [row_of(report_type, D1, "a", **{measure: 4})]
    for hours, rows in enumerate((first, second)):
        landed = Landed(
            advertiser, D1, D1, rows, as_of=NOON + hours * HOUR, report_type=report_type
        )
        await world.load(landed)
        assert (await world.load_row(landed.report_id))["state"] == "loaded"
    async with world.db.read(SYSTEM) as tx:
        now: Any = await tx.fetch(f"select {measure} as n from {kind.fact}")  # noqa: S608
        past: Any = await tx.fetch(f"select {measure} as n, valid_to from {kind.history}")  # noqa: S608
    assert [row["n"] for row in now] == [4]
    assert [(row["n"], row["valid_to"]) for row in past] == [(3, NOON + HOUR)] * len(marks)


async def test_places_and_devices_have_their_own_numbers(world: ReportingWorld, ask: Any) -> None:
    advertiser = await world.advertiser("Acme")
    geo = [
        {**row_of("dspGeo", D1, mark, clicks=n, impressions=10), "market_area_name": f"Area {mark}"}
        for n, mark in enumerate("ab", start=1)
    ]
    await world.load(
        Landed(advertiser, D1, D1, geo, report_type="dspGeo"),
        Landed(advertiser, D1, D1, [make_row(D1, clicks=99)]),
    )
    answer = await ask(dimensions=["country", "market_area"], metrics=["clicks", "impressions"])
    got = {(r["country"], r["market_area_name"], r["clicks"]) for r in answer["rows"]}
    assert got == {("country a", "Area a", 1), ("country b", "Area b", 2)}
    assert (answer["source"], answer["totals"][0]["clicks"]) == ("dspGeo", 3)
    only = await ask(dimensions=["city"], filters={"dimensions": {"country": ["country b"]}})
    assert [(r["city"], r["clicks"]) for r in only["rows"]] == [("city b", 2)]


async def test_people_and_overlapping_segments_have_no_total(
    world: ReportingWorld, ask: Any
) -> None:
    advertiser = await world.advertiser("Acme")
    reach = [row_of("dspReachFrequency", day, "", reach=40, impressions=100) for day in (D1, D2)]
    for row in reach:
        row.pop("currency")
    reach = [{**row, "currency": "USD"} for row in reach]
    await world.load(Landed(advertiser, D1, D2, reach, report_type="dspReachFrequency"))
    answer = await ask(dimensions=["date", "advertiser"], metrics=["reach", "frequency"])
    assert [(r["reach"], r["frequency"]) for r in answer["rows"]] == [(40, 2.5), (40, 2.5)]
    assert answer["totals"][0]["reach"] is None


async def test_a_summary_stands_for_its_last_report_alone(world: ReportingWorld, ask: Any) -> None:
    advertiser = await world.advertiser("Acme")
    for hours, end in enumerate((D1, D2)):
        rows = [{**row_of("dspAudioAndVideo", D1, "a", video_starts=hours + 5), "end_date": end}]
        kind = "dspAudioAndVideo"
        await world.load(
            Landed(advertiser, D1, end, rows, as_of=NOON + hours * HOUR, report_type=kind)
        )
    answer = await ask(dimensions=["content_genre"], metrics=["video_starts"])
    assert [r["video_starts"] for r in answer["rows"]] == [6]
    early = await ask(
        dimensions=["content_genre"], metrics=["video_starts"], as_of=NOON.isoformat()
    )
    assert [r["video_starts"] for r in early["rows"]] == [5]


async def test_each_number_says_how_ripe_it_is(world: ReportingWorld, ask: Any) -> None:
    advertiser = await world.advertiser("Acme")
    days = [NOON.date() - timedelta(days=n) for n in (40, 10, 1)]
    for day in days:
        await world.load(Landed(advertiser, day, day, [make_row(day, clicks=1)]))
    asked = {"start_date": str(days[0]), "end_date": str(days[-1]), "dimensions": ["date"]}
    ripe = [row["maturity"] for row in (await ask(**asked))["rows"]]
    assert [(m["traffic"], m["conversion"]) for m in ripe] == [
        ("settled", "settled"),
        ("settled", "provisional"),
        ("provisional", "arriving"),
    ]
    settled = await ask(**asked, filters={"maturity": "settled"})
    assert [row["date"] for row in settled["rows"]] == [str(days[0])]
    assert (await ask(**asked))["totals"][0]["maturity"]["conversion"] == "arriving"


async def test_settled_numbers_that_move_are_told(world: ReportingWorld) -> None:
    advertiser = await world.advertiser("Acme")
    for hours, (clicks, cost) in enumerate(((10, 5), (10, 5), (8, 5))):
        day = date(2025, 1, 5)
        rows = [make_row(day, clicks=clicks, total_cost_micros=cost)]
        await world.load(Landed(advertiser, day, day, rows, as_of=NOON + hours * HOUR))
    async with world.db.read(SYSTEM) as tx:
        payloads = await tx.fetch("select payload from outbox order by id")
    events = [json.loads(row["payload"]) for row in payloads]
    told = [e["data"] for e in events if e["type"] == "metrics.restated"]
    assert [(e["moved"], e["report_type"]) for e in told] == [({"clicks": -2}, "dspCampaign")]


async def test_pages_follow_each_other_and_hold_every_row_once(
    world: ReportingWorld, ask: Any
) -> None:
    advertiser = await world.advertiser("Acme")
    rows = [make_row(D1, creative=str(n), clicks=n % 3) for n in range(7)]
    await world.load(Landed(advertiser, D1, D1, rows))
    seen: list[str] = []
    cursor: str | None = None
    for _ in range(4):
        more = {} if cursor is None else {"cursor": cursor}
        page = await ask(dimensions=["creative"], limit=3, **more)
        seen += [row["creative_id"] for row in page["rows"]]
        assert page["row_count"] == 7
        if (cursor := page["next_cursor"]) is None:
            break
    assert len(seen) == len(set(seen)) == 7


async def test_an_answer_names_the_reports_it_comes_from(world: ReportingWorld, ask: Any) -> None:
    await restated(world)
    assert (await ask())["lineage"] is None
    (newest,) = (await ask(explain=True))["lineage"]
    (oldest,) = (await ask(explain=True, as_of=NOON.isoformat()))["lineage"]
    assert datetime.fromisoformat(newest["as_of"]) == NOON + 2 * HOUR
    assert newest["amazon_report_id"] == f"amzn-{newest['report_id']}"
    assert datetime.fromisoformat(oldest["as_of"]).astimezone(UTC) == NOON
    assert oldest["report_id"] != newest["report_id"]
