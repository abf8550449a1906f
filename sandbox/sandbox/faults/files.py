"""Report files that are wrong in one named way each; a `file_…` rule serves them in place of the real one.

Each takes the file as it is (gzip of a JSON array) and gives it back spoiled. Files that are no gzip
JSON (CSV, XLSX, parts of other formats) are cut in half instead.
"""

import gzip
import zlib
from collections.abc import Callable, Mapping
from typing import Any

import orjson

Row = dict[str, Any]
Rows = list[Row]
_COUNTS = ("impressions", "clicks", "reach", "purchases", "totalPurchases")


def spoil_file(kind: str, body: bytes) -> bytes:
    """The file `body` spoiled as `kind` (one of FILE_KINDS) says."""
    try:
        rows: Rows = orjson.loads(gzip.decompress(body))
    except (gzip.BadGzipFile, EOFError, zlib.error, orjson.JSONDecodeError):
        return body[: len(body) // 2]
    return FILE_KINDS[kind](body, rows)


def _packed(content: bytes) -> bytes:
    return gzip.compress(content, 6, mtime=0)


def _json(rows: object) -> bytes:
    return orjson.dumps(rows)


def _wrong_checksum(body: bytes, _rows: Rows) -> bytes:
    return body[:-8] + bytes([body[-8] ^ 0xFF]) + body[-7:]


def _raw_number(text: bytes) -> Callable[[bytes, Rows], bytes]:
    """A count of the first row written as `text`, which may be no JSON."""

    def spoil(_body: bytes, rows: Rows) -> bytes:
        mark = "@number@"
        return _packed(_json(_first(rows, _count(rows), mark)).replace(f'"{mark}"'.encode(), text))

    return spoil


def _set(column: str, value: object) -> Callable[[bytes, Rows], bytes]:
    """The first row with another value; where the file has no such column, in a count instead."""

    def spoil(_body: bytes, rows: Rows) -> bytes:
        name = column if rows and column in rows[0] else _count(rows)
        return _packed(_json(_first(rows, name, value)))

    return spoil


def _first(rows: Rows, name: str, value: object) -> Rows:
    return [rows[0] | {name: value}, *rows[1:]] if rows else [{name: value}]


def _count(rows: Rows) -> str:
    names = rows[0] if rows else {}
    return next((name for name in _COUNTS if name in names), next(iter(names), "impressions"))


def _without_column(_body: bytes, rows: Rows) -> bytes:
    name = _count(rows)
    return _packed(_json([{key: row[key] for key in row if key != name} for row in rows]))


FILE_KINDS: Mapping[str, Callable[[bytes, Rows], bytes]] = {
    "file_truncated_gzip": lambda body, _: body[: len(body) // 2],
    "file_wrong_checksum": _wrong_checksum,
    "file_trailing_garbage": lambda body, _: body + b"garbage",
    "file_not_gzip": lambda _, rows: _json(rows),
    "file_invalid_json": lambda _, rows: _packed(_json(rows)[: len(_json(rows)) // 2]),
    "file_wrong_root": lambda _, rows: _packed(_json({"rows": rows})),
    "file_row_not_object": lambda _, rows: _packed(_json([*rows, None])),
    "file_missing_column": _without_column,
    "file_extra_column": lambda _, rows: _packed(_json([row | {"surprise": 1} for row in rows])),
    "file_wrong_type": _set("impressions", "many"),
    "file_null_value": _set("impressions", None),
    "file_nan": _raw_number(b"NaN"),
    "file_infinity": _raw_number(b"Infinity"),
    "file_huge_int": _raw_number(b"1" + b"0" * 40),
    "file_negative_count": _set("impressions", -1),
    "file_foreign_advertiser": _set("advertiserId", "999999999999999999"),
    "file_day_out_of_range": _set("date", "1999-12-31"),
    "file_no_day": _set("date", "yesterday"),
    "file_duplicate_rows": lambda _, rows: _packed(_json([*rows, *rows[:1]])),
    "file_mixed_currencies": _set("orderCurrency", "XTS"),
    "file_bom": lambda _, rows: _packed(b"\xef\xbb\xbf" + _json(rows)),
    "file_bad_utf8": lambda _, rows: _packed(_json(rows).replace(b'"', b'"\xff', 2)),
    "file_empty_body": lambda _body, _rows: b"",
    "file_empty_gzip": lambda _body, _rows: _packed(b""),
    "file_html": lambda _body, _rows: b"<html><body>Service Unavailable</body></html>",
}
