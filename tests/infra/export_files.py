"""Rows as Postgres sends them, and reading the files that come of them."""

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree as ET

from reporting.exports.cells import Batch, read_batch
from reporting.exports.fields import fields_of
from reporting.exports.manifest import Manifest, columns_told, query_told
from reporting.measures import MEASURES
from reporting.metrics.domain import Plan

AS_OF = datetime(2025, 3, 2, 4, 5, 6, tzinfo=UTC)
_NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def batch_of(plan: Plan, rows: Sequence[Mapping[str, Any]]) -> Batch:
    """A batch out of rows by column name; currency, as_of and measures have defaults."""
    names = [*(f.name for f in fields_of(plan) if f.metric is None), *MEASURES]
    defaults = {"currency": "USD", "as_of": AS_OF, **dict.fromkeys(MEASURES, 0)}
    lines = io.StringIO(newline="")
    for row in rows:
        cells = {**defaults, **row}
        lines.write(",".join(_postgres(cells[name]) for name in names) + "\n")
    return read_batch(lines.getvalue().encode(), names, fields_of(plan))


def _postgres(value: Any) -> str:
    """As COPY writes a cell: text quoted where it must be, null as nothing."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, str):
        return '"' + value.replace('"', '""') + '"'
    return str(value)


def manifest_of(plan: Plan, rows: int = 0) -> Manifest:
    return Manifest(
        rows, query_told(plan), columns_told(plan), AS_OF, AS_OF, AS_OF, gaps=[], ticks=[]
    )


def read_csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def read_xlsx(content: bytes) -> dict[str, list[list[tuple[str, str]]]]:
    """By sheet: rows of (style, value) as a reader of the format sees them."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        book = ET.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 - our own file
        names = [sheet.attrib["name"] for sheet in book.iterfind("m:sheets/m:sheet", _NS)]
        parts = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        return {
            name: _sheet(archive.read(part))
            for name, part in zip(names, [*parts, "xl/worksheets/about.xml"], strict=True)
        }


def _sheet(content: bytes) -> list[list[tuple[str, str]]]:
    root = ET.fromstring(content)  # noqa: S314 - our own file
    return [[_cell(cell) for cell in row] for row in root.iterfind("m:sheetData/m:row", _NS)]


def _cell(cell: ET.Element) -> tuple[str, str]:
    text = cell.findtext("m:is/m:t", default=None, namespaces=_NS)
    value = cell.findtext("m:v", default="", namespaces=_NS) if text is None else text
    return cell.attrib.get("s", cell.attrib.get("t", "")), value
