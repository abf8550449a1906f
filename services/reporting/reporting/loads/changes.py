"""What a re-pulled slice changes, told from the files: the one its days came from, and the new one.

A day's facts equal the file of the report that owns the day. So the difference of two files is the
difference of the facts, and it is found in memory, without carrying what stayed the same to Postgres.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from typing import Any, Final
from uuid import UUID

import pyarrow as pa

from reporting.fact_types import FactType

from .parquet import row_key

pc: Final[Any] = import_module("pyarrow.compute")  # made when imported: no types


@dataclass(frozen=True)
class Baseline:
    """The rows that the facts of some days come from; `reports`: whose file, by day."""

    reports: Mapping[date, UUID]
    table: Any


@dataclass(frozen=True)
class Change:
    """Arrow tables: rows that are new or differ (also only in a name), and rows that are gone."""

    written: Any
    removed: Any


def change_between(kind: FactType, old: Any, new: Any) -> Change:
    """What turns `old` into `new`; rows are distinct by day and key in each."""
    if _same_rows(kind, old, new):
        return Change(new.filter(_differs(kind, old, new)), new.slice(0, 0))
    return _joined(kind, old, new)


def _compared(kind: FactType) -> list[str]:
    by = row_key(kind)
    return [name for name in (*kind.texts, "currency", *kind.measures) if name not in by]


def _same_rows(kind: FactType, old: Any, new: Any) -> bool:
    """The same keys in the same order, as Amazon usually writes them."""
    return old.num_rows == new.num_rows and all(
        old[name].equals(new[name]) for name in row_key(kind)
    )


def _differs(kind: FactType, old: Any, new: Any) -> Any:
    mask = pa.array([False]).take(pa.array([0] * new.num_rows, pa.int64()))
    for name in _compared(kind):
        mask = pc.or_(mask, pc.not_equal(old[name].combine_chunks(), new[name].combine_chunks()))
    return mask


def _joined(kind: FactType, old: Any, new: Any) -> Change:
    """By key, whatever the order."""
    by, compared = row_key(kind), _compared(kind)
    removed = old.join(new.select(by), keys=by, join_type="left anti", use_threads=False)
    values = old.rename_columns([n if n in by else f"old_{n}" for n in old.column_names])
    both = new.join(values, keys=by, join_type="left outer", use_threads=False)
    same = pc.is_valid(both[f"old_{compared[0]}"])
    for name in compared:
        same = pc.and_kleene(same, pc.equal(both[name], both[f"old_{name}"]))
    kept = pc.fill_null(same, False)
    return Change(both.filter(pc.invert(kept)).select(new.column_names), removed)
