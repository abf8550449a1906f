"""Report file → Parquet with exact integers, or a clear reason why not. Runs in a thread.

Constant memory but for one small key per row (to notice a row that comes twice).
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from amazon_ads import read_rows
from amazon_ads.errors import FileInvalid
from msgspec.structs import astuple

from .rows import COUNTS, IDS, MONEY, NAMES, SCHEMA, Row

_GROUP_ROWS = 50_000
_MAX_INT64 = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Expected:
    """What the file must be about. `currency` stands in for rows that name none."""

    amazon_advertiser_id: str
    start_date: date
    end_date: date
    currency: str


@dataclass(frozen=True, slots=True)
class Normalised:
    """The Parquet file written; money totals in micros of `currency`."""

    path: Path
    sha256: str
    row_count: int
    totals: dict[str, int]
    currency: str


@dataclass(slots=True)
class _Tally:
    """What is known of the rows read so far."""

    rows: int = 0
    keys: set[int] = field(default_factory=set[int])
    currencies: set[str] = field(default_factory=set[str])
    totals: dict[str, int] = field(default_factory=lambda: dict.fromkeys((*COUNTS, *MONEY), 0))


def normalise(source: Path, target: Path, expected: Expected) -> Normalised:
    """Writes `target`; all or an error. Raises amazon_ads FileInvalid, FileTruncated, FileTooLarge.

    Codes of FileInvalid beyond those of read_rows: file_other_advertiser, file_day_outside,
    file_duplicate_row, file_mixed_currencies, file_value_out_of_range.
    """
    tally = _Tally()
    with pq.ParquetWriter(target, SCHEMA, compression="zstd") as writer:
        for batch in _batches(read_rows(source, Row), expected, tally):
            writer.write_table(batch)
    if len(tally.currencies) > 1:
        found = ", ".join(sorted(tally.currencies))
        raise _invalid("file_mixed_currencies", f"rows in {found}: one advertiser has one currency")
    if max(tally.totals.values()) > _MAX_INT64 or min(tally.totals.values()) < -_MAX_INT64:
        raise _invalid("file_value_out_of_range", "a sum exceeds 64 bits")
    with target.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    currency = next(iter(tally.currencies), expected.currency)
    return Normalised(target, digest, tally.rows, tally.totals, currency)


def _batches(lists: Iterator[list[Row]], expected: Expected, tally: _Tally) -> Iterator[Any]:
    """Checked row groups of about 50 000 rows."""
    pending: list[Any] = []
    held = 0
    for rows in lists:
        _check(rows, expected, tally)
        pending.append(_table(rows, expected, tally))
        held += len(rows)
        if held >= _GROUP_ROWS:
            yield pa.concat_tables(pending).combine_chunks()
            pending, held = [], 0
    if pending:
        yield pa.concat_tables(pending).combine_chunks()


def _check(rows: list[Row], expected: Expected, tally: _Tally) -> None:
    strangers = {str(row.advertiser_id) for row in rows} - {expected.amazon_advertiser_id}
    if strangers:
        found = ", ".join(sorted(strangers)[:3])
        raise _invalid("file_other_advertiser", f"rows of another advertiser: {found}")
    first, last = min(row.date for row in rows), max(row.date for row in rows)
    if first < expected.start_date or last > expected.end_date:
        wrong = first if first < expected.start_date else last
        span = f"{expected.start_date}..{expected.end_date}"
        raise _invalid("file_day_outside", f"a row of {wrong} in a report of {span}")
    tally.rows += len(rows)
    tally.keys.update(
        hash((row.date, str(row.order_id), str(row.line_item_id), str(row.creative_id)))
        for row in rows
    )
    if len(tally.keys) != tally.rows:
        detail = "the same day, order, line item and creative comes twice"
        raise _invalid("file_duplicate_row", detail)


def _table(rows: list[Row], expected: Expected, tally: _Tally) -> Any:
    source = dict(zip(Row.__struct_fields__, zip(*map(astuple, rows), strict=True), strict=True))
    currencies = [value or expected.currency for value in source["order_currency"]]
    tally.currencies.update(currencies)
    columns: dict[str, list[Any]] = {
        "date": list(source["date"]),
        "currency": currencies,
        **{name: ["" if v is None else str(v) for v in source[name]] for name in IDS},
        **{name: [_text(value) for value in source[name]] for name in NAMES},
        **{name: [value or 0 for value in source[name]] for name in COUNTS},
        **{name: [_micros(value) for value in source[origin]] for name, origin in MONEY.items()},
    }
    for name in tally.totals:
        tally.totals[name] += sum(columns[name])
    try:
        return pa.table({name: columns[name] for name in SCHEMA.names}, schema=SCHEMA)
    except (pa.ArrowException, OverflowError, UnicodeError) as error:
        raise _invalid("file_value_out_of_range", f"a value does not fit ({error})") from None


def _text(value: str | None) -> str:
    """Postgres text has no NUL."""
    return value.replace("\x00", "") if value else ""


def _micros(value: Decimal | None) -> int:
    """Millionths of the currency unit; exact for Amazon's digits, half even beyond six of them."""
    if not value:
        return 0
    if not value.is_finite() or value.adjusted() > 12:
        raise _invalid("file_value_out_of_range", f"{value} is no amount of money")
    return int(value.scaleb(6).to_integral_value())


def _invalid(code: str, detail: str) -> FileInvalid:
    return FileInvalid(detail, code=code)
