"""Which days a slice may write, when it is refused and when it is tried again."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from infra.reporting_slices import make_row, parquet_of
from reporting.fact_types import CAMPAIGN
from reporting.loads.domain import (
    DayVersion,
    Load,
    SliceRejected,
    check_days,
    check_range,
    next_attempt_at,
    place_days,
    reconcile,
)
from reporting.loads.parquet import Slice, keys_of, names_of, read_slice, records_of, schema_of
from reporting.measures import MEASURES

D1, D2, D3 = date(2025, 3, 1), date(2025, 3, 2), date(2025, 3, 3)
NOON = datetime(2025, 3, 20, 12, tzinfo=UTC)
REPORT = UUID(int=5)


def load_of(**changes: Any) -> Load:
    values: dict[str, Any] = {
        "report_id": REPORT,
        "organization_id": UUID(int=1),
        "advertiser_id": UUID(int=2),
        "kind": CAMPAIGN,
        "start_date": D1,
        "end_date": D3,
        "uri": "reports/5.parquet",
        "sha256": "",
        "row_count": 1,
        "totals": {},
        "currency": "USD",
        "as_of": NOON,
        "attempts": 1,
        "lease_token": UUID(int=3),
        **changes,
    }
    return Load(**values)


def read(path: Path) -> Slice:
    return read_slice(path, CAMPAIGN, currency="USD", last_day=D3)


@pytest.mark.parametrize(
    ("as_of", "report", "newest", "ahead", "behind"),
    [
        (NOON - timedelta(seconds=1), UUID(int=9), [D1, D2, D3], [D1, D2, D3], []),
        (NOON + timedelta(seconds=1), UUID(int=1), [D1, D3], [D1, D3], [D2]),
        (NOON, UUID(int=9), [D1, D3], [D1, D3], []),
        (NOON, UUID(int=4), [D1, D2, D3], [D1, D3], [D2]),
    ],
    ids=["older", "newer", "same age, higher id", "same age, lower id"],
)
def test_a_day_is_current_unless_a_newer_report_has_it(
    as_of: datetime, report: UUID, newest: list[date], ahead: list[date], behind: list[date]
) -> None:
    placed = place_days(load_of(), [DayVersion(D2, as_of, report)])
    assert (placed.newest, placed.ahead, placed.behind) == (newest, ahead, behind)
    assert placed.known == ([D2] if D2 in ahead else [])


@pytest.mark.parametrize(
    "totals", [{"total_cost_micros": 5, "clicks": 2}, {"total_cost": 5}, {"unheard_of": 1}, {}]
)
def test_announced_totals_may_name_money_either_way(totals: dict[str, int]) -> None:
    sums = {**dict.fromkeys(MEASURES, 0), "total_cost_micros": 5, "clicks": 2}
    reconcile(load_of(totals=totals), 1, sums)


def test_a_difference_is_named_with_both_numbers() -> None:
    sums = {**dict.fromkeys(MEASURES, 0), "clicks": 2}
    with pytest.raises(SliceRejected, match="clicks: 2 read, 3 announced"):
        reconcile(load_of(totals={"clicks": 3}), 1, sums)


def test_slices_with_impossible_days_are_refused() -> None:
    check_range(load_of())
    for end in (date(2025, 2, 28), date(2030, 1, 1)):
        with pytest.raises(SliceRejected, match="is no slice"):
            check_range(load_of(end_date=end))
    with pytest.raises(SliceRejected, match="2025-03-04 is outside"):
        check_days(load_of(), [D1, date(2025, 3, 4)])


def test_pauses_double_up_to_ten_minutes() -> None:
    pauses = [(next_attempt_at(NOON, n) - NOON).total_seconds() for n in (1, 2, 3, 10, 500)]
    assert pauses == [2, 4, 8, 600, 600]


def test_a_file_becomes_ordered_records(tmp_path: Path) -> None:
    path = tmp_path / "slice.parquet"
    rows = [
        make_row(D2, creative="2", clicks=4, currency="EUR"),
        make_row(D2, creative="1", clicks=3),
        make_row(D1, creative="2", clicks=2),
    ]
    path.write_bytes(parquet_of(rows))
    content = read(path)
    keys = list(zip(*keys_of(CAMPAIGN, content.table).values(), strict=True))
    numbers = {key: number for number, key in enumerate(sorted(keys), start=7)}
    (batch,) = records_of(CAMPAIGN, content.table, numbers)
    assert (content.rows, content.sums["clicks"], sorted(content.days)) == (3, 9, [D1, D2])
    named = {kind: sorted(names) for kind, _, names in names_of(CAMPAIGN, content.table)}
    assert named["creative"] == ["creative 1", "creative 2"]
    assert [(r[0], r[2], r[-2], r[-1]) for r in batch] == [
        (8, 2, D1, "USD"),
        (7, 3, D2, "USD"),
        (8, 4, D2, "EUR"),
    ]


def test_columns_of_another_width_are_read_and_of_another_kind_refused(tmp_path: Path) -> None:
    table = pa.Table.from_pylist([make_row(D1, clicks=3)], schema=schema_of(CAMPAIGN))
    path = tmp_path / "slice.parquet"
    position = table.schema.get_field_index("clicks")
    pq.write_table(table.set_column(position, "clicks", pa.array([3], pa.int32())), path)
    assert read(path).sums["clicks"] == 3
    for wrong in (pa.array(["many"]), pa.array([3.5])):
        pq.write_table(table.set_column(position, "clicks", wrong), path)
        with pytest.raises(SliceRejected, match="another type"):
            read(path)
    pq.write_table(table.drop_columns(["clicks", "order_id"]), path)
    with pytest.raises(SliceRejected, match="missing: clicks, order_id"):
        read(path)


def test_an_ad_listed_twice_is_one_row_and_not_in_two_currencies(tmp_path: Path) -> None:
    path = tmp_path / "slice.parquet"
    path.write_bytes(parquet_of([make_row(D1, clicks=3), make_row(D1, clicks=4), make_row(D2)]))
    content = read(path)
    assert (content.rows, sorted(content.table["clicks"].to_pylist())) == (3, [0, 7])
    path.write_bytes(parquet_of([make_row(D1, currency="USD"), make_row(D1, currency="EUR")]))
    with pytest.raises(SliceRejected, match="two currencies"):
        read(path)
