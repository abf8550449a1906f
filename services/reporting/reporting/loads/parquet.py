"""Reading a landed slice: Parquet with one row per day, order, line item and creative.

The file is dsp-ingest's; its columns are the contract between the two. Ids are text ('' when absent).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from reporting.measures import MEASURES

from .domain import SliceRejected

KEY: Final = ("order_id", "line_item_id", "creative_id")
TEXT: Final = (
    "order_id",
    "order_name",
    "line_item_id",
    "line_item_name",
    "creative_id",
    "creative_ad_id",
    "creative_name",
    "currency",
)
SCHEMA: Final[Any] = pa.schema(
    [
        ("date", pa.date32()),
        *((name, pa.string()) for name in TEXT),
        *((name, pa.int64()) for name in MEASURES),
    ]
)
BATCH_ROWS: Final = 50_000
pc: Final[Any] = import_module("pyarrow.compute")  # made when imported: no types

PlacementKey = tuple[str, str, str]


@dataclass(frozen=True)
class Slice:
    """A slice in memory (Arrow), with what is needed to check it."""

    table: Any
    rows: int
    sums: Mapping[str, int]
    days: Sequence[date]

    def day_totals(self, days: Sequence[date]) -> dict[str, list[Any]]:
        """Sums per day and currency of some days, as parallel columns; `rows` counts them."""
        grouped = (
            on_days(self.table, days)
            .group_by(["date", "currency"], use_threads=False)
            .aggregate([*((name, "sum") for name in MEASURES), ("date", "count")])
        )
        named = {"date": "date", "currency": "currency", "rows": "date_count"}
        sums = {name: f"{name}_sum" for name in MEASURES}
        return {to: grouped[name].to_pylist() for to, name in (named | sums).items()}


def on_days(table: Any, days: Sequence[date]) -> Any:
    """The rows of some days, in their order."""
    return table.filter(pc.is_in(table["date"], value_set=pa.array(days, pa.date32())))


def placements_of(table: Any) -> dict[str, list[str]]:
    """The distinct placements as parallel columns: the key, creative_ad_id and the three names."""
    named = ("order_name", "line_item_name", "creative_ad_id", "creative_name")
    grouped = table.group_by(list(KEY), use_threads=False).aggregate(
        [(name, "max") for name in named]
    )
    columns: dict[str, list[str]] = {name: grouped[name].to_pylist() for name in KEY}
    return columns | {name: grouped[f"{name}_max"].to_pylist() for name in named}


def records_of(
    table: Any, placement_ids: Mapping[PlacementKey, int]
) -> Iterator[list[tuple[Any, ...]]]:
    """Batches of (placement_id, *measures, date, currency), ordered as the fact table's key is."""
    numbered = _with_placement(table, placement_ids)
    ordered = numbered.sort_by([("date", "ascending"), ("placement_id", "ascending")])
    names = ("placement_id", *MEASURES, "date", "currency")
    for batch in ordered.select(names).combine_chunks().to_batches(BATCH_ROWS):
        yield list(zip(*map(_values, batch.columns), strict=True))


def read_slice(path: Path, *, currency: str) -> Slice:
    """Read and check a file; rows without a currency get `currency`.

    Raises SliceRejected (parquet_unreadable, parquet_schema).
    """
    try:
        table = pq.ParquetFile(path, memory_map=False).read()
    except (pa.ArrowException, OSError) as error:
        raise SliceRejected("parquet_unreadable", f"not a readable Parquet file: {error}") from None
    table = _with_currency(_conform(table), currency)
    sums = {name: pc.sum(table[name], min_count=0).as_py() for name in MEASURES}
    return Slice(table, table.num_rows, sums, pc.unique(table["date"]).to_pylist())


def _conform(table: Any) -> Any:
    missing = sorted(set(SCHEMA.names) - set(table.column_names))
    if missing:
        raise SliceRejected("parquet_schema", f"columns are missing: {', '.join(missing)}")
    try:
        table = table.select(SCHEMA.names).cast(SCHEMA)
    except pa.ArrowException as error:
        raise SliceRejected("parquet_schema", f"a column has another type: {error}") from None
    empty = [name for name in SCHEMA.names if table[name].null_count]
    if empty:
        raise SliceRejected("parquet_schema", f"columns with missing values: {', '.join(empty)}")
    return table


def _with_currency(table: Any, currency: str) -> Any:
    column = table["currency"]
    filled = pc.if_else(pc.equal(column, ""), pa.scalar(currency), column)
    return table.set_column(table.schema.get_field_index("currency"), "currency", filled)


def _with_placement(table: Any, placement_ids: Mapping[PlacementKey, int]) -> Any:
    keys = list(placement_ids)
    index = pa.table(
        {
            **{name: pa.array([key[i] for key in keys], pa.string()) for i, name in enumerate(KEY)},
            "placement_id": pa.array(placement_ids.values(), pa.int64()),
        }
    )
    return table.join(index, keys=list(KEY), join_type="inner", use_threads=False)


def _values(column: Any) -> Sequence[Any]:
    """A column without nulls as Python values: integers straight from the buffer, the few distinct
    days and currencies by way of a dictionary (both several times faster than `to_pylist`)."""
    if pa.types.is_int64(column.type):
        start, stop = column.offset, column.offset + len(column)
        return memoryview(column.buffers()[1]).cast("q")[start:stop].tolist()
    encoded = column.dictionary_encode()
    distinct = encoded.dictionary.to_pylist()
    return [distinct[i] for i in _values(encoded.indices.cast(pa.int64()))]
