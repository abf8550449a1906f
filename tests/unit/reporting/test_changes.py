"""The difference of two files is what turns one into the other, in whatever order their rows stand."""

from datetime import date
from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from reporting.fact_types import CAMPAIGN
from reporting.loads.changes import change_between
from reporting.loads.parquet import schema_of

SCHEMA = schema_of(CAMPAIGN)
DAYS = (date(2025, 3, 1), date(2025, 3, 2))
CELLS = st.dictionaries(
    st.tuples(st.sampled_from(DAYS), st.sampled_from("123")),
    st.tuples(st.integers(0, 2), st.sampled_from(["Spring", "Summer"])),
    max_size=6,
)


def table(cells: dict[Any, Any], order: list[Any] | None = None) -> Any:
    rows = [row(*key, *cells[key]) for key in (order or list(cells))]
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def row(day: date, creative: str, clicks: int, name: str) -> dict[str, Any]:
    values: dict[str, Any] = {
        field.name: "" if pa.types.is_string(field.type) else 0 for field in SCHEMA
    }
    return values | {
        "date": day, "creative_id": creative, "clicks": clicks, "order_name": name, "currency": "USD",
    }  # fmt: skip


def cells_of(found: Any) -> dict[Any, Any]:
    return {
        (r["date"], r["creative_id"]): (r["clicks"], r["order_name"]) for r in found.to_pylist()
    }


@given(CELLS, CELLS, st.data())
def test_applied_to_the_old_rows_it_gives_the_new_ones(
    old: dict[Any, Any], new: dict[Any, Any], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(list(new)))
    change = change_between(CAMPAIGN, table(old), table(new, shuffled))
    written, removed = cells_of(change.written), cells_of(change.removed)
    assert {key: v for key, v in old.items() if key not in removed} | written == new
    assert removed.keys() == old.keys() - new.keys()
    assert all(old.get(key) != value for key, value in written.items())


@given(CELLS)
def test_equal_files_differ_in_nothing(cells: dict[Any, Any]) -> None:
    change = change_between(CAMPAIGN, table(cells), table(cells))
    assert change.written.num_rows == change.removed.num_rows == 0
