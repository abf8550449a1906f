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

from reporting.measures import MEASURES

from .parquet import KEY, TEXT

pc: Final[Any] = import_module("pyarrow.compute")  # made when imported: no types
_ROW: Final = ["date", *KEY]
_VALUES: Final = (*(name for name in TEXT if name not in KEY), *MEASURES)


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


def change_between(old: Any, new: Any) -> Change | None:
    """What turns `old` into `new`; None when a row comes twice in one of them, which only their sum
    in Postgres can settle."""
    same = _same_rows(old, new)
    if _doubled(new) or (not same and _doubled(old)):
        return None
    if same:
        return Change(new.filter(_differs(old, new)), new.slice(0, 0))
    return _joined(old, new)


def _doubled(table: Any) -> bool:
    return table.group_by(_ROW, use_threads=False).aggregate([]).num_rows != table.num_rows


def _same_rows(old: Any, new: Any) -> bool:
    """The same keys in the same order, as Amazon usually writes them."""
    return old.num_rows == new.num_rows and all(old[name].equals(new[name]) for name in _ROW)


def _differs(old: Any, new: Any) -> Any:
    mask = pa.array([False]).take(pa.array([0] * new.num_rows, pa.int64()))
    for name in _VALUES:
        mask = pc.or_(mask, pc.not_equal(old[name].combine_chunks(), new[name].combine_chunks()))
    return mask


def _joined(old: Any, new: Any) -> Change:
    """By key, whatever the order."""
    removed = old.join(new.select(_ROW), keys=_ROW, join_type="left anti", use_threads=False)
    values = old.rename_columns([n if n in _ROW else f"old_{n}" for n in old.column_names])
    both = new.join(values, keys=_ROW, join_type="left outer", use_threads=False)
    same = pc.is_valid(both[f"old_{_VALUES[0]}"])
    for name in _VALUES:
        same = pc.and_kleene(same, pc.equal(both[name], both[f"old_{name}"]))
    kept = pc.fill_null(same, False)
    return Change(both.filter(pc.invert(kept)).select(new.column_names), removed)
