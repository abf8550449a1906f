"""A landed slice becomes facts whole or not at all, in any order, however often it is delivered."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from infra.databases import MakeDb
from infra.reporting_slices import NOON, Landed, ReportingWorld, Row, make_row, totals_of
from reporting.loads import applying, facts_queries, queries, service
from reporting.loads.service import load_next
from reporting.main import MIGRATIONS
from shared.db import SYSTEM
from shared.ids import new_id

D1, D2, D3 = date(2025, 3, 1), date(2025, 3, 2), date(2025, 3, 3)
HOUR = timedelta(hours=1)


def slice_of(advertiser_id: UUID, *rows: Row, **changes: Any) -> Landed:
    given_: dict[str, Any] = {"start": D1, "end": D3, **changes}
    return Landed(advertiser_id, rows=rows, **given_)


async def test_a_loaded_slice_is_in_the_facts_with_its_days(world: ReportingWorld) -> None:
    advertiser = await world.advertiser("Acme")
    landed = slice_of(
        advertiser,
        make_row(D1, impressions=10, total_cost_micros=1_230_000),
        make_row(D3, creative="2", impressions=5),
    )
    await world.load(landed)
    assert [(f[1], f[5], f[10]) for f in await world.facts()] == [(D1, 10, "USD"), (D3, 5, "USD")]
    async with world.db.read(SYSTEM) as tx:
        days = await tx.fetch(
            "select date, row_count, report_id, as_of from advertiser_day order by 1"
        )
        event = json.loads(await tx.fetchval("select payload from outbox"))
    assert [(d["date"], d["row_count"]) for d in days] == [(D1, 1), (D2, 0), (D3, 1)]
    assert {(d["report_id"], d["as_of"]) for d in days} == {(landed.report_id, NOON)}
    assert event["type"] == "metrics.updated"
    assert event["data"]["rows_changed"] == 2
    assert event["tenantid"] == str(world.organization_id)


async def test_the_same_report_delivered_and_loaded_again_changes_nothing(
    world: ReportingWorld,
) -> None:
    advertiser = await world.advertiser("Acme")
    landed = slice_of(advertiser, make_row(D1, clicks=3))
    await world.load(landed)
    before = await world.facts()
    await world.hear(landed.event())
    await world.drain()
    assert await world.facts() == before
    assert (await world.load_row(landed.report_id))["attempts"] == 1
    assert await world.count("outbox") == 1


async def test_a_newer_report_of_equal_numbers_changes_no_row(world: ReportingWorld) -> None:
    advertiser = await world.advertiser("Acme")
    rows = [make_row(D1, clicks=3), make_row(D2, clicks=4)]
    again = slice_of(advertiser, *rows, as_of=NOON + HOUR)
    await world.load(slice_of(advertiser, *rows), again)
    assert (await world.load_row(again.report_id))["rows_changed"] == 0


async def test_only_what_differs_from_the_file_before_is_carried(
    world: ReportingWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    advertiser = await world.advertiser("Acme")
    rows = [make_row(D1, creative=str(n), clicks=n) for n in range(1, 6)]
    await world.load(slice_of(advertiser, *rows))
    staged: list[int] = []
    carried = facts_queries.stage

    async def counted(tx: Any, kind: Any, batches: Any) -> Any:
        found = await carried(tx, kind, batches)
        staged.append(found)
        return found

    monkeypatch.setattr(facts_queries, "stage", counted)
    changed = [*rows[:3], make_row(D1, creative="4", clicks=40), make_row(D2, clicks=7)]
    again = slice_of(advertiser, *changed, as_of=NOON + HOUR)
    await world.load(again)
    assert staged == [2]
    assert sorted(f[6] for f in await world.facts()) == [1, 2, 3, 7, 40]
    assert (await world.load_row(again.report_id))["rows_changed"] == 3
    assert await _stored_totals(world) == _summed(await world.facts())


async def test_without_the_file_before_the_slice_is_carried_whole(world: ReportingWorld) -> None:
    advertiser = await world.advertiser("Acme")
    first = slice_of(advertiser, make_row(D1, clicks=1), make_row(D2, clicks=2))
    await world.load(first)
    await world.loader.objects.delete(first.uri)
    again = slice_of(advertiser, make_row(D1, clicks=9), as_of=NOON + HOUR)
    await world.load(again)
    assert [f[6] for f in await world.facts()] == [9]
    assert (await world.load_row(again.report_id))["rows_changed"] == 2


async def test_a_file_before_that_is_not_what_was_loaded_is_not_trusted(
    world: ReportingWorld,
) -> None:
    advertiser = await world.advertiser("Acme")
    first = slice_of(advertiser, make_row(D1, clicks=1))
    await world.load(first)
    await world.loader.objects.put(first.uri, slice_of(advertiser, make_row(D1, clicks=9)).bytes())
    await world.load(slice_of(advertiser, make_row(D1, clicks=9), as_of=NOON + HOUR))
    assert [f[6] for f in await world.facts()] == [9]


async def test_rows_missing_from_a_newer_report_vanish(world: ReportingWorld) -> None:
    advertiser = await world.advertiser("Acme")
    kept = make_row(D1, creative="1", clicks=1)
    newer = slice_of(advertiser, kept, as_of=NOON + HOUR)
    await world.load(slice_of(advertiser, kept, make_row(D2, creative="2", clicks=9)), newer)
    assert [(f[1], f[6]) for f in await world.facts()] == [(D1, 1)]
    assert (await world.load_row(newer.report_id))["rows_changed"] == 1


async def test_an_older_report_that_arrives_late_does_not_overwrite(world: ReportingWorld) -> None:
    advertiser = await world.advertiser("Acme")
    newer = slice_of(advertiser, make_row(D2, clicks=20), start=D2, end=D3, as_of=NOON + HOUR)
    older = slice_of(advertiser, make_row(D1, clicks=1), make_row(D2, clicks=2), as_of=NOON)
    await world.load(newer)
    await world.load(older)
    assert [(f[1], f[6]) for f in await world.facts()] == [(D1, 1), (D2, 20)]
    ancient = slice_of(advertiser, make_row(D1, clicks=7), as_of=NOON - HOUR)
    await world.load(ancient)
    assert (await world.load_row(ancient.report_id))["state"] == "superseded"
    assert [f[6] for f in await world.facts()] == [1, 20]


async def test_an_older_report_does_not_rename(world: ReportingWorld) -> None:
    advertiser = await world.advertiser("Acme")
    await world.load(slice_of(advertiser, make_row(D1, order_name="New"), as_of=NOON + HOUR))
    older = make_row(D2, order_name="Old")
    await world.load(slice_of(advertiser, older, start=D2, end=D2, as_of=NOON))
    async with world.db.read(SYSTEM) as tx:
        assert await tx.fetchval("select name from entity_name where kind = 'order'") == "New"


async def test_a_slice_without_names_takes_none_away(world: ReportingWorld) -> None:
    """The stream knows the names of creatives only."""
    advertiser = await world.advertiser("Acme")
    nameless = make_row(D1, order_name="")
    await world.load(slice_of(advertiser, nameless, as_of=NOON + HOUR))
    query = "select name from entity_name where kind = 'order'"
    await world.load(
        slice_of(advertiser, make_row(D2, order_name="Named"), as_of=NOON, start=D2, end=D2)
    )
    await world.load(slice_of(advertiser, nameless, as_of=NOON + HOUR * 2))
    async with world.db.read(SYSTEM) as tx:
        assert await tx.fetchval(query) == "Named"


async def test_an_ad_listed_twice_on_a_day_is_added_up(world: ReportingWorld) -> None:
    advertiser = await world.advertiser("Acme")
    await world.load(slice_of(advertiser, make_row(D1, clicks=3), make_row(D1, clicks=4)))
    assert [f[6] for f in await world.facts()] == [7]


async def test_a_report_before_its_advertiser_is_kept_and_named_later(
    world: ReportingWorld,
) -> None:
    advertiser = new_id()
    await world.load(slice_of(advertiser, make_row(D1, clicks=3)))
    assert len(await world.facts()) == 1
    assert await world.count("advertiser") == 1


BROKEN: dict[str, tuple[dict[str, Any], str, str]] = {
    "not parquet": ({"content": b"PK\x03\x04 nonsense"}, "rejected", "parquet_unreadable"),
    "no bytes": ({"content": b""}, "rejected", "parquet_unreadable"),
    "more rows announced": ({"announce": {"rows": 9}}, "rejected", "rows_mismatch"),
    "other clicks": ({"announce": {"totals": {"clicks": 4}}}, "rejected", "totals_mismatch"),
    "other money": (
        {"announce": {"totals": {"total_cost": 1}}},
        "rejected",
        "totals_mismatch",
    ),
    "row outside": ({"start": D2, "end": D3}, "rejected", "day_outside_slice"),
    "days reversed": ({"start": D3, "end": D1}, "rejected", "day_range"),
    "wrong sha": ({"announce": {"sha256": "0" * 64}}, "parked", "object_damaged"),
    "no such object": ({"announce": {"uri": "reports/none.parquet"}}, "parked", "object_missing"),
    "odd uri": ({"announce": {"uri": "../../etc/passwd"}}, "parked", "ValueError"),
}


@pytest.mark.parametrize("case", BROKEN)
async def test_a_broken_slice_is_shown_and_nothing_of_it_is_loaded(
    world: ReportingWorld, case: str
) -> None:
    changes, state, code = BROKEN[case]
    advertiser = await world.advertiser("Acme")
    landed = slice_of(advertiser, make_row(D1, clicks=3), **changes)
    await world.load(landed)
    for _ in range(3):
        world.now += timedelta(hours=1)
        await world.drain()
    row = await world.load_row(landed.report_id)
    assert (row["state"], row["error_code"]) == (state, code)
    assert await world.facts() == []
    assert await world.count("advertiser_day") == 0
    assert await world.count("campaign_key") == 0
    assert await world.count("outbox") == 0


async def test_two_currencies_in_one_placement_and_day_are_refused(world: ReportingWorld) -> None:
    advertiser = await world.advertiser("Acme")
    landed = slice_of(
        advertiser,
        make_row(D1, currency="USD", total_cost_micros=1),
        make_row(D1, currency="EUR", total_cost_micros=1),
    )
    await world.load(landed)
    assert (await world.load_row(landed.report_id))["error_code"] == "mixed_currency"
    assert await world.facts() == []


async def test_a_file_with_a_missing_column_or_value_is_rejected(world: ReportingWorld) -> None:
    advertiser = await world.advertiser("Acme")
    landed = slice_of(advertiser, make_row(D1, clicks=None), announce={"totals": {}})
    landed.announce = {"totals": {}}
    content = landed.bytes()
    with_hole = slice_of(advertiser, make_row(D1), content=content)
    await world.load(with_hole)
    row = await world.load_row(with_hole.report_id)
    assert (row["error_code"], row["error_detail"]) == (
        "parquet_schema",
        "columns with missing values: clicks",
    )


async def test_a_broken_slice_does_not_hold_up_the_next(world: ReportingWorld) -> None:
    advertiser = await world.advertiser("Acme")
    broken = slice_of(advertiser, make_row(D1), announce={"uri": "reports/none.parquet"})
    await world.load(broken, slice_of(advertiser, make_row(D1, clicks=2), as_of=NOON + HOUR))
    assert [f[6] for f in await world.facts()] == [2]


async def test_an_object_that_comes_back_is_loaded_at_the_next_attempt(
    world: ReportingWorld,
) -> None:
    advertiser = await world.advertiser("Acme")
    landed = slice_of(advertiser, make_row(D1, clicks=2))
    await world.hear(landed.event())
    await world.drain()
    assert (await world.load_row(landed.report_id))["error_code"] == "object_missing"
    await world.loader.objects.put(landed.uri, landed.bytes())
    assert not await load_next(world.loader)
    world.now += timedelta(seconds=2)
    await world.drain()
    assert (await world.load_row(landed.report_id))["state"] == "loaded"
    assert (await world.load_row(landed.report_id))["error_code"] is None


async def test_a_crash_before_the_commit_leaves_nothing_and_is_made_up_for(
    world: ReportingWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    advertiser = await world.advertiser("Acme")
    landed = slice_of(advertiser, make_row(D1, clicks=2))
    await world.land(landed)

    async def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(queries, "finish", die)
        with pytest.raises(KeyboardInterrupt):
            await load_next(world.loader)
    assert await world.facts() == []
    assert await world.count("outbox") == 0
    assert not await load_next(world.loader), "its lease is still held"
    world.now += timedelta(seconds=31)
    await world.drain()
    assert [f[6] for f in await world.facts()] == [2]
    assert (await world.load_row(landed.report_id))["attempts"] == 2


async def test_a_load_that_kills_the_process_every_time_is_parked(
    world: ReportingWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    advertiser = await world.advertiser("Acme")
    landed = slice_of(advertiser, make_row(D1))
    await world.land(landed)

    async def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(service, "fetch", die)
    for _ in range(3):
        with pytest.raises(KeyboardInterrupt):
            await load_next(world.loader)
        world.now += timedelta(seconds=31)
    assert not await load_next(world.loader)
    row = await world.load_row(landed.report_id)
    assert (row["state"], row["error_code"]) == ("parked", "load_interrupted")


async def test_a_worker_that_lost_its_lease_writes_nothing(world: ReportingWorld) -> None:
    advertiser = await world.advertiser("Acme")
    landed = slice_of(advertiser, make_row(D1, clicks=2))
    await world.land(landed)
    slow_token = new_id()
    async with world.db.tx(SYSTEM) as tx:
        slow = await queries.claim(
            tx, token=slow_token, now=world.now, lease=timedelta(seconds=1), max_attempts=9
        )
    assert slow is not None
    content = await service.fetch(world.loader, slow)
    world.now += timedelta(seconds=2)
    await world.drain()
    async with world.db.tx(SYSTEM) as tx:
        await applying.apply(tx, slow, content, None, world.now)
    assert await world.count("outbox") == 1
    assert (await world.load_row(landed.report_id))["lease_token"] is None


async def test_a_database_error_postpones_the_load(
    world: ReportingWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    advertiser = await world.advertiser("Acme")
    landed = slice_of(advertiser, make_row(D1, clicks=2))
    await world.land(landed)

    async def fail(*_: object, **__: object) -> None:
        raise asyncpg.DeadlockDetectedError("deadlock detected")

    with monkeypatch.context() as patched:
        patched.setattr(facts_queries, "write_days", fail)
        await load_next(world.loader)
    assert await world.facts() == []
    world.now += timedelta(seconds=2)
    await world.drain()
    assert [f[6] for f in await world.facts()] == [2]


async def test_a_slice_without_rows_marks_its_days_as_known(world: ReportingWorld) -> None:
    advertiser = await world.advertiser("Acme")
    await world.load(slice_of(advertiser))
    assert await world.count("advertiser_day") == 3
    assert await world.facts() == []


ROLLUPS: tuple[Any, ...] = ("order_day", "line_item_day", "creative_day")
DAYS = [D1 + timedelta(days=n) for n in range(4)]
SLICE = st.tuples(
    st.integers(0, 3),
    st.integers(0, 3),
    st.integers(0, 2),
    st.dictionaries(st.tuples(st.integers(0, 3), st.integers(1, 3)), st.integers(0, 5)),
)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(drawn=st.lists(SLICE, min_size=1, max_size=6), data=st.data())
async def test_any_order_of_overlapping_slices_ends_in_the_same_facts_and_the_same_past(
    make_db: MakeDb, tmp_path: Path, drawn: list[Any], data: st.DataObject
) -> None:
    organization, advertiser = new_id(), new_id()
    slices = [_slice(advertiser, *values) for values in drawn]
    shuffled = data.draw(st.permutations(slices)) + slices[:1]
    ends: list[Any] = []
    for order in (slices, shuffled):
        world = ReportingWorld(await make_db("reporting", MIGRATIONS), tmp_path, organization)
        for landed in order:
            await world.load(landed)
        ends.append((await world.facts(), await world.history()))
        for sums in await _sums(world):
            assert sums == _summed(ends[-1][0])
        for age in range(3):
            moment = NOON + age * HOUR
            assert await world.facts_at(moment) == _expected(slices, moment)
        await world.db.stop()
    assert ends[0] == ends[1]
    assert ends[0][0] == _expected(slices, NOON + 9 * HOUR)


def _slice(advertiser: UUID, a: int, b: int, age: int, cells: dict[tuple[int, int], int]) -> Landed:
    first, last = min(a, b), max(a, b)
    rows = [
        make_row(DAYS[day], creative=str(mark), clicks=clicks, impressions=clicks * 10)
        for (day, mark), clicks in cells.items()
        if first <= day <= last
    ]
    as_of = NOON + age * HOUR
    return Landed(advertiser, DAYS[first], DAYS[last], rows, as_of=as_of)


def _expected(slices: list[Landed], moment: datetime) -> list[tuple[Any, ...]]:
    """Per day the rows of the newest slice that covers it, as reported at a moment."""
    facts: list[tuple[Any, ...]] = []
    for day in DAYS:
        covering = [s for s in slices if s.start <= day <= s.end and s.as_of <= moment]
        if covering:
            newest = max(covering, key=lambda s: (s.as_of, s.report_id))
            facts += [
                (
                    newest.advertiser_id,
                    day,
                    *(row[k] for k in ("order_id", "line_item_id", "creative_id")),
                    *(row[k] for k in ("impressions", "clicks", "purchases")),
                    *(row[k] for k in ("total_cost_micros", "sales_micros")),
                    "USD",
                )
                for row in newest.rows
                if row["date"] == day
            ]
    return sorted(facts)


def _summed(facts: list[tuple[Any, ...]]) -> dict[date, int]:
    sums: dict[date, int] = {}
    for fact in facts:
        sums[fact[1]] = sums.get(fact[1], 0) + fact[6]
    return sums


async def _stored_totals(world: ReportingWorld) -> dict[date, int]:
    async with world.db.read(SYSTEM) as tx:
        rows = await tx.fetch("select date, clicks from advertiser_day_total")
    return {row["date"]: row["clicks"] for row in rows}


async def _sums(world: ReportingWorld) -> list[dict[date, int]]:
    """Clicks per day as every roll-up has them."""
    found = [await _stored_totals(world)]
    for table in ROLLUPS:
        async with world.db.read(SYSTEM) as tx:
            rows = await tx.fetch(
                "select date, sum(clicks)::bigint as clicks from " + table + " group by date"  # noqa: S608
            )
        found.append({row["date"]: row["clicks"] for row in rows})
    return found


def test_the_builder_announces_what_the_rows_hold() -> None:
    assert totals_of([make_row(D1, clicks=1), make_row(D2, clicks=2)])["clicks"] == 3
