"""Report file → Parquet with exact integers, or a clear reason why not. Runs in a thread.

Constant memory, however many rows: what tells a row that comes twice lies in a file meanwhile.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from amazon_ads import read_rows
from amazon_ads.errors import FileInvalid
from msgspec.structs import astuple

from dsp_ingest.report_types import ReportType, schema_of

from .distinct import Digests
from .domain import Drift
from .drift import drift_of

_GROUP_ROWS = 50_000
_MAX_INT64 = 2**63 - 1
Source = Mapping[str, Sequence[Any]]
"""Rows by column: landed name → values."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What the file must be about. `currency` stands in for rows that name none."""

    kind: ReportType
    amazon_advertiser_id: str
    start_date: date
    end_date: date
    currency: str


@dataclass(frozen=True, slots=True)
class Normalised:
    """The Parquet file written; money totals in micros of `currency`. `source_sha256` is of the file
    it was made from; `drift` is what that file had beyond, or otherwise than, what was asked."""

    path: Path
    sha256: str
    row_count: int
    totals: dict[str, int]
    currency: str
    source_sha256: str
    drift: Drift


@dataclass(slots=True)
class _Tally:
    """What is known of the rows read so far."""

    totals: dict[str, int]
    digests: Digests
    currencies: set[str] = field(default_factory=set[str])


def normalise(source: Path, target: Path, expected: Expected) -> Normalised:
    """Writes `target`; all or an error. Raises amazon_ads FileInvalid, FileTruncated, FileTooLarge.

    Codes of FileInvalid beyond those of read_rows: file_other_advertiser, file_day_outside,
    file_duplicate_row, file_mixed_currencies, file_value_out_of_range.
    """
    kind = expected.kind
    with Digests(target.parent) as digests:
        tally = _Tally(dict.fromkeys(kind.measures, 0), digests)
        with pq.ParquetWriter(target, schema_of(kind), compression="zstd") as writer:
            for batch in _batches(read_rows(source, kind.row), expected, tally):
                writer.write_table(batch)
        _check_distinct(tally, kind)
    _check_sums(tally)
    currency = next(iter(tally.currencies), expected.currency)
    sums = (_sha256(target), digests.count, tally.totals, currency)
    return Normalised(target, *sums, _sha256(source), drift_of(source, kind))


def _check_distinct(tally: _Tally, kind: ReportType) -> None:
    if not tally.digests.all_distinct():
        what = " and ".join(("day", *kind.keys)).replace("_id", "").replace("_", " ")
        raise _invalid("file_duplicate_row", f"the same {what} comes twice")


def _check_sums(tally: _Tally) -> None:
    if len(tally.currencies) > 1:
        found = ", ".join(sorted(tally.currencies))
        raise _invalid("file_mixed_currencies", f"rows in {found}: one advertiser has one currency")
    if max(tally.totals.values()) > _MAX_INT64 or min(tally.totals.values()) < -_MAX_INT64:
        raise _invalid("file_value_out_of_range", "a sum exceeds 64 bits")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _batches(
    lists: Iterator[list[msgspec.Struct]], expected: Expected, tally: _Tally
) -> Iterator[Any]:
    """Checked row groups of about 50 000 rows."""
    pending: list[Any] = []
    held = 0
    names = expected.kind.row.__struct_fields__
    for rows in lists:
        source = dict(zip(names, zip(*map(astuple, rows), strict=True), strict=True))
        _check(source, expected, tally)
        pending.append(_table(source, expected, tally))
        held += len(rows)
        if held >= _GROUP_ROWS:
            yield pa.concat_tables(pending).combine_chunks()
            pending, held = [], 0
    if pending:
        yield pa.concat_tables(pending).combine_chunks()


def _check(rows: Source, expected: Expected, tally: _Tally) -> None:
    """All rows are about what was asked; whether one comes twice turns out at the end."""
    strangers = set(map(str, rows["advertiser_id"])) - {expected.amazon_advertiser_id}
    if strangers:
        found = ", ".join(sorted(strangers)[:3])
        raise _invalid("file_other_advertiser", f"rows of another advertiser: {found}")
    first, last = min(rows["date"]), max(rows[expected.kind.dates[-1]])
    if first < expected.start_date or last > expected.end_date:
        wrong = first if first < expected.start_date else last
        span = f"{expected.start_date}..{expected.end_date}"
        raise _invalid("file_day_outside", f"a row of {wrong} in a report of {span}")
    keys = (map(str, rows[name]) for name in expected.kind.keys)
    tally.digests.add(zip(rows["date"], *keys, strict=True))


def _table(rows: Source, expected: Expected, tally: _Tally) -> Any:
    kind = expected.kind
    named = rows["currency"] if kind.currency else (None,) * len(rows["date"])
    currencies = [value or expected.currency for value in named]
    tally.currencies.update(currencies)
    columns: dict[str, list[Any]] = {
        **{name: list(rows[name]) for name in kind.dates},
        "currency": currencies,
        **{name: [_text(value) for value in rows[name]] for name in kind.texts},
        **{name: [value or 0 for value in rows[name]] for name in kind.counts},
        **{f"{name}_micros": [_micros(value) for value in rows[name]] for name in kind.money},
    }
    for name in tally.totals:
        tally.totals[name] += sum(columns[name])
    try:
        schema = schema_of(kind)
        return pa.table({name: columns[name] for name in schema.names}, schema=schema)
    except (pa.ArrowException, OverflowError, UnicodeError) as error:
        raise _invalid("file_value_out_of_range", f"a value does not fit ({error})") from None


def _text(value: str | int | None) -> str:
    """Ids and names as text; Postgres text has no NUL."""
    return "" if value is None else str(value).replace("\x00", "")


def _micros(value: Decimal | None) -> int:
    """Millionths of the currency unit; exact for Amazon's digits, half even beyond six of them."""
    if not value:
        return 0
    if not value.is_finite() or value.adjusted() > 12:
        raise _invalid("file_value_out_of_range", f"{value} is no amount of money")
    return int(value.scaleb(6).to_integral_value())


def _invalid(code: str, detail: str) -> FileInvalid:
    return FileInvalid(detail, code=code)
