"""Reading a landed slice: Parquet with one row per day and key.

The file is dsp-ingest's; its columns are the contract between the two. Ids are text ('' when absent).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from reporting.fact_types import FactType

from .domain import SliceRejected

BATCH_ROWS: Final = 50_000
pc: Final[Any] = import_module("pyarrow.compute")  # made when imported: no types

Key = tuple[str, ...]


@dataclass(frozen=True)
class Slice:
    """A slice in memory (Arrow), with what is needed to check it. `rows`, `sums`: of the file; in `table`
    rows that repeat a day and key (an ad listed twice) are one."""

    kind: FactType
    table: Any
    rows: int
    sums: Mapping[str, int]
    days: Sequence[date]

    def day_totals(self, days: Sequence[date]) -> dict[str, list[Any]]:
        """Sums per day and currency of some days, as parallel columns; `rows` counts them."""
        measures = self.kind.measures
        grouped = (
            on_days(self.table, days)
            .group_by(["date", "currency"], use_threads=False)
            .aggregate([*((name, "sum") for name in measures), ("date", "count")])
        )
        named = {"date": "date", "currency": "currency", "rows": "date_count"}
        sums = {name: f"{name}_sum" for name in measures}
        return {to: grouped[name].to_pylist() for to, name in (named | sums).items()}


@cache
def schema_of(kind: FactType) -> Any:
    """The columns that are read: days, texts and the currency, then the measures."""
    texts = [name for name in (*kind.texts, "currency") if name != "currency"]
    days = ("date", "end_date") if kind.summary else ("date",)
    return pa.schema(
        [
            *((name, pa.date32()) for name in days),
            *((name, pa.string()) for name in (*texts, "currency")),
            *((name, pa.int64()) for name in kind.measures),
        ]
    )


def row_key(kind: FactType) -> list[str]:
    """The columns by which a row of the file is distinct."""
    return ["date", *kind.keys]


def on_days(table: Any, days: Sequence[date]) -> Any:
    """The rows of some days, in their order."""
    return table.filter(pc.is_in(table["date"], value_set=pa.array(days, pa.date32())))


def keys_of(kind: FactType, table: Any) -> dict[str, list[str]]:
    """The distinct keys, as parallel columns."""
    grouped = table.group_by(list(kind.keys), use_threads=False).aggregate([])
    return {name: grouped[name].to_pylist() for name in kind.keys}


def names_of(kind: FactType, table: Any) -> Iterator[tuple[str, list[str], list[str]]]:
    """Per kind of entity its ids and their names (the last in order where there are several)."""
    for entity, (column, name) in kind.names.items():
        grouped = table.group_by([column], use_threads=False).aggregate([(name, "max")])
        yield entity, grouped[column].to_pylist(), grouped[f"{name}_max"].to_pylist()


def records_of(
    kind: FactType, table: Any, key_ids: Mapping[Key, int]
) -> Iterator[list[tuple[Any, ...]]]:
    """Batches of (key_id, *measures, date, currency), ordered as the fact table's key is."""
    numbered = _with_key_id(kind, table, key_ids)
    ordered = numbered.sort_by([("date", "ascending"), ("key_id", "ascending")])
    names = ("key_id", *kind.measures, "date", "currency")
    for batch in ordered.select(names).combine_chunks().to_batches(BATCH_ROWS):
        yield list(zip(*map(_values, batch.columns), strict=True))


def read_slice(path: Path, kind: FactType, *, currency: str, last_day: date) -> Slice:
    """Read and check a file; rows without a currency get `currency`, rows of a summary `last_day`.

    Raises SliceRejected (parquet_unreadable, parquet_schema, mixed_currency).
    """
    try:
        table = pq.ParquetFile(path, memory_map=False).read()
    except (pa.ArrowException, OSError) as error:
        raise SliceRejected("parquet_unreadable", f"not a readable Parquet file: {error}") from None
    table = _with_currency(_conform(kind, table), currency)
    sums = {name: pc.sum(table[name], min_count=0).as_py() for name in kind.measures}
    days = pc.unique(table["date"]).to_pylist()
    if kind.summary:
        days += pc.unique(table["end_date"]).to_pylist()
        table = _on_day(table.drop_columns("end_date"), last_day)
    return Slice(kind, _once(kind, table), table.num_rows, sums, days)


def _conform(kind: FactType, table: Any) -> Any:
    schema = schema_of(kind)
    missing = sorted(set(schema.names) - set(table.column_names))
    if missing:
        raise SliceRejected("parquet_schema", f"columns are missing: {', '.join(missing)}")
    try:
        table = table.select(schema.names).cast(schema)
    except pa.ArrowException as error:
        raise SliceRejected("parquet_schema", f"a column has another type: {error}") from None
    empty = [name for name in schema.names if table[name].null_count]
    if empty:
        raise SliceRejected("parquet_schema", f"columns with missing values: {', '.join(empty)}")
    return table


def _with_currency(table: Any, currency: str) -> Any:
    column = table["currency"]
    filled = pc.if_else(pc.equal(column, ""), pa.scalar(currency), column)
    return table.set_column(table.schema.get_field_index("currency"), "currency", filled)


def _on_day(table: Any, day: date) -> Any:
    column = pa.array([day], pa.date32()).take(pa.array([0] * table.num_rows, pa.int64()))
    return table.set_column(table.schema.get_field_index("date"), "date", column)


def _once(kind: FactType, table: Any) -> Any:
    """Rows that repeat a day and key added up; two currencies in one of them are refused."""
    by = row_key(kind)
    if table.group_by(by, use_threads=False).aggregate([]).num_rows == table.num_rows:
        return table
    texts = [name for name in (*kind.texts, "currency") if name not in by]
    summed = table.group_by(by, use_threads=False).aggregate(
        [*((name, "max") for name in texts), *((name, "sum") for name in kind.measures)]
        + ([("currency", "min")] if "currency" not in by else [])
    )
    if "currency" not in by and not summed["currency_min"].equals(summed["currency_max"]):
        raise SliceRejected("mixed_currency", "one day of one key in two currencies")
    named = {**{f"{n}_max": n for n in texts}, **{f"{n}_sum": n for n in kind.measures}}
    return summed.rename_columns([named.get(n, n) for n in summed.column_names]).select(
        table.column_names
    )


def _with_key_id(kind: FactType, table: Any, key_ids: Mapping[Key, int]) -> Any:
    keys = list(key_ids)
    index = pa.table(
        {
            **{
                name: pa.array([key[i] for key in keys], pa.string())
                for i, name in enumerate(kind.keys)
            },
            "key_id": pa.array(key_ids.values(), pa.int64()),
        }
    )
    return table.join(index, keys=list(kind.keys), join_type="inner", use_threads=False)


def _values(column: Any) -> Sequence[Any]:
    """A column without nulls as Python values: integers straight from the buffer, the few distinct
    days and currencies by way of a dictionary (both several times faster than `to_pylist`)."""
    if pa.types.is_int64(column.type):
        start, stop = column.offset, column.offset + len(column)
        return memoryview(column.buffers()[1]).cast("q")[start:stop].tolist()
    encoded = column.dictionary_encode()
    distinct = encoded.dictionary.to_pylist()
    return [distinct[i] for i in _values(encoded.indices.cast(pa.int64()))]
