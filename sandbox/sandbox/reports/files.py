"""Report files: gzip of a JSON array, CSV, or XLSX; the same rows give the same bytes.

That CSV comes plain, as UTF-8 with CRLF, is a guess; Amazon documents the format by name only.
"""

import csv
import gzip
import io
from collections.abc import Sequence
from datetime import datetime

import orjson
import xlsxwriter

from .measures import Value

EPOCH = datetime(2000, 1, 1)  # noqa: DTZ001 - the file format knows no zones

Rows = Sequence[dict[str, Value]]


def encode(file_format: str, columns: Sequence[str], rows: Rows) -> bytes:
    """A file of one of the formats in MEDIA."""
    if file_format == "CSV":
        return _csv(columns, rows)
    if file_format == "XLSX":
        return _xlsx(columns, rows)
    return gzip.compress(orjson.dumps(rows), 6, mtime=0)


def _csv(columns: Sequence[str], rows: Rows) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _xlsx(columns: Sequence[str], rows: Rows) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties({"created": EPOCH})
        sheet = book.add_worksheet("report")
        sheet.write_row(0, 0, columns)
        for number, row in enumerate(rows, 1):
            sheet.write_row(number, 0, list(row.values()))
    return file.getvalue()
