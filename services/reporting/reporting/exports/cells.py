"""Rows as Postgres sends them → typed columns, computed over whole batches."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import pyarrow as pa
import pyarrow.csv as pa_csv

from reporting.measures import is_money
from reporting.metrics.catalogue import Metric
from reporting.metrics.domain import MONEY_PLACES, RATIO_PLACES, value_text

from .arrow import pc
from .decimals import quotient, scaled
from .fields import Field

_TEXT: Final = pa.dictionary(pa.int32(), pa.string())
MOMENT: Final = pa.timestamp("us", "UTC")
_TYPES: Final = {"text": _TEXT, "day": pa.date32(), "moment": MOMENT}


@dataclass(frozen=True)
class Column:
    """One column of a batch. `values`: a dictionary of texts, dates, moments, int64, Decimals, or (where
    numbers are too large for those) decimal texts."""

    field: Field
    values: Any


@dataclass(frozen=True)
class Batch:
    """Some rows. `sums`: the measures, int64, before metrics were made of them."""

    columns: Sequence[Column]
    rows: int
    sums: Any


def read_batch(raw: bytes, names: Sequence[str], fields: Sequence[Field]) -> Batch:
    """`raw`: whole lines of Postgres' CSV; `names`: of its columns."""
    table = _parse(raw, names, fields)
    columns = [Column(field, _values(table, field)) for field in fields]
    return Batch(columns, table.num_rows, table.select(["currency", *measures_of(fields)]))


def measures_of(fields: Sequence[Field]) -> list[str]:
    """What the metrics among the fields are made of."""
    metrics = [field.metric for field in fields if field.metric is not None]
    return sorted({measure for metric in metrics for measure in metric.measures})


def _parse(raw: bytes, names: Sequence[str], fields: Sequence[Field]) -> Any:
    types = {f.name: _TYPES[f.kind] for f in fields if f.kind in _TYPES}
    measures = measures_of(fields)
    wanted = [f.name for f in fields if f.metric is None] + measures
    return pa_csv.read_csv(
        pa.BufferReader(raw),
        pa_csv.ReadOptions(column_names=names, block_size=len(raw) + 1, use_threads=False),
        pa_csv.ParseOptions(newlines_in_values=True),
        pa_csv.ConvertOptions(
            column_types={**types, **dict.fromkeys(measures, pa.int64())},
            include_columns=wanted,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    ).combine_chunks()


def _values(table: Any, field: Field) -> Any:
    if field.metric is None:
        return _one(table[field.name])
    try:
        return metric_values(table, field.metric)
    except pa.ArrowInvalid:
        return _row_by_row(table, field.metric)


def metric_values(table: Any, metric: Metric) -> Any:
    """int64 for counts, Decimals for the rest; raises ArrowInvalid where 64 bits are not enough."""
    numerator = _one(table[metric.numerator])
    if metric.denominator is None:
        return scaled(numerator, MONEY_PLACES) if metric.unit == "money" else numerator
    numerator = _times(numerator, metric.factor)
    denominator = _one(table[metric.denominator])
    paid, per = is_money(metric.numerator), is_money(metric.denominator)
    if paid and not per:
        denominator = _times(denominator, 10**MONEY_PLACES)
    if per and not paid:
        numerator = _times(numerator, 10**MONEY_PLACES)
    places = MONEY_PLACES if metric.unit == "money" else RATIO_PLACES
    return quotient(numerator, denominator, places)


def _times(values: Any, factor: int) -> Any:
    return values if factor == 1 else pc.multiply_checked(values, pa.scalar(factor, pa.int64()))


def _row_by_row(table: Any, metric: Metric) -> Any:
    """The same text as in JSON, for numbers that 64 bits do not hold on the way."""
    names = [metric.numerator, *([metric.denominator] if metric.denominator else [])]
    sums = table.select(names).to_pylist()
    return pa.array([value_text(metric, row) for row in sums], pa.string())


def _one(column: Any) -> Any:
    """The one chunk of a column."""
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)


def distinct_moments(moments: Any, shown: Callable[[datetime], str]) -> Any:
    """Moments as texts; they are few, so that each is shown once."""
    coded = moments.dictionary_encode()
    texts = [shown(moment.astimezone(UTC)) for moment in coded.dictionary.to_pylist()]
    return pc.take(pa.array(texts, pa.string()), coded.indices)
