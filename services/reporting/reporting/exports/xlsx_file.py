"""XLSX, written as a stream at flat memory: typed cells, as many sheets as Excel's row limit asks for.

The parts are made by hand: libraries that write cell by cell are ten times slower. What is
needed of the format: ECMA-376 part 1, chapters 18.2, 18.3 and 18.8.
"""

import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import pyarrow as pa

from .arrow import pc
from .cells import Batch, Column, distinct_moments
from .csv_file import text_bytes
from .decimals import Decimals
from .fields import Field, Kind
from .manifest import Manifest
from .parquet_file import Outlet
from .xlsx_parts import ABOUT, FIXED, content_types, escaped, sheet_head, workbook, workbook_rels

ROW_LIMIT: Final = 1_048_576
_SHEET_BYTES: Final = 3 << 30
"""A sheet stays below 4 GiB, so that its part needs no ZIP64: older Excels cannot read that."""
_EPOCH: Final = 25_569
"""Days from Excel's day 0 to 1970-01-01."""
_CELL_CHARS: Final = 32_767
_STYLES: Final[dict[Kind, int]] = {"day": 1, "moment": 2, "count": 3, "money": 4, "ratio": 5}
_TEXT_OPEN: Final = '<c t="inlineStr"><is><t xml:space="preserve">'
_TEXT_CLOSE: Final = "</t></is></c>"
_SHEET_END: Final = b"</sheetData></worksheet>"
_DAY_SECONDS: Final = 86_400


class XlsxFile:
    """`row_limit`: of a sheet, heading included."""

    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def __init__(self, fields: Sequence[Field], *, row_limit: int = ROW_LIMIT) -> None:
        self._fields = fields
        self._limit = row_limit
        self._out = Outlet()
        self._zip = zipfile.ZipFile(self._out, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        self._sheets: list[str] = []
        self._sheet: Any = None
        self._left = 0
        self._bytes = 0

    def head(self) -> bytes:
        for name, content in FIXED.items():
            self._zip.writestr(name, content)
        self._next_sheet()
        return self._out.take()

    def rows(self, batch: Batch) -> bytes:
        """The batch's rows, over the end of a sheet into the next where they do not fit."""
        lines = _lines(batch.columns)
        while len(lines):
            if not self._left or self._bytes > _SHEET_BYTES:
                self._next_sheet()
            here = lines.slice(0, self._left)
            self._bytes += self._sheet.write(text_bytes(here))
            self._left -= len(here)
            lines = lines.slice(len(here))
        return self._out.take()

    def tail(self, manifest: Manifest) -> bytes:
        self._end_sheet()
        about = b"".join(_about_rows(manifest))
        self._zip.writestr(ABOUT, sheet_head([24, 60, 24, 24, 12]) + about + _SHEET_END)
        names = [*self._sheets, "About"]
        self._zip.writestr("xl/workbook.xml", workbook(names))
        self._zip.writestr("xl/_rels/workbook.xml.rels", workbook_rels(len(self._sheets)))
        self._zip.writestr("[Content_Types].xml", content_types(len(self._sheets)))
        self._zip.close()
        return self._out.take()

    def _next_sheet(self) -> None:
        self._end_sheet()
        number = len(self._sheets) + 1
        self._sheets.append("Data" if number == 1 else f"Data {number}")
        part = zipfile.ZipInfo(f"xl/worksheets/sheet{number}.xml", _ZIP_TIME)
        part.compress_type = zipfile.ZIP_DEFLATED
        self._sheet = self._zip.open(part, "w")
        self._sheet.write(sheet_head([_WIDTHS.get(f.kind, 16) for f in self._fields], frozen=True))
        self._sheet.write(_row([_text_cell(f.heading, style=6) for f in self._fields]))
        self._left, self._bytes = self._limit - 1, 0

    def _end_sheet(self) -> None:
        if self._sheet is not None:
            self._sheet.write(_SHEET_END)
            self._sheet.close()
            self._sheet = None


_ZIP_TIME: Final = (1980, 1, 1, 0, 0, 0)
_WIDTHS: Final[dict[Kind, int]] = {"text": 24, "day": 12, "moment": 20}


def _lines(columns: Sequence[Column]) -> Any:
    """One string per row: `<row>…</row>`."""
    first, *cells = [_cells(column) for column in columns]
    first = pc.binary_join_element_wise("<row>", first, "")
    *most, last = [first, *cells]
    last = pc.binary_join_element_wise(last, "</row>", "")
    return pc.binary_join_element_wise(*most, last, "")


def _cells(column: Column) -> Any:
    """The column's cells as XML; an empty one where there is no value."""
    values, kind = column.values, column.field.kind
    if kind == "text":
        cells = pc.take(_text_cells(values.dictionary), values.indices)
    elif kind == "moment":
        cells = distinct_moments(values, lambda moment: _number_cell(_serial(moment), kind))
    else:
        cells = _number_cells(_numbers(values, kind), kind)
    return pc.fill_null(cells, "<c/>")


def _numbers(values: Any, kind: Kind) -> Any:
    if isinstance(values, Decimals):
        return values.texts()
    if kind == "day":
        values = pc.add(values.cast(pa.int32()), _EPOCH)
    return pc.cast(values, pa.string())


def _number_cells(texts: Any, kind: Kind) -> Any:
    return pc.binary_join_element_wise(f'<c s="{_STYLES[kind]}"><v>', texts, "</v></c>", "")


def _text_cells(texts: Any) -> Any:
    """Escaped, cut to what a cell holds, without characters that XML has no place for."""
    texts = pc.utf8_slice_codeunits(texts, 0, _CELL_CHARS)
    texts = pc.replace_substring_regex(
        texts, "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x{FFFE}\\x{FFFF}]", ""
    )
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\r", "&#13;")):
        texts = pc.replace_substring(texts, sign, entity)
    return pc.binary_join_element_wise(_TEXT_OPEN, texts, _TEXT_CLOSE, "")


def _serial(moment: datetime) -> str:
    return repr(_EPOCH + moment.timestamp() / _DAY_SECONDS)


def _number_cell(text: str, kind: Kind) -> str:
    return f'<c s="{_STYLES[kind]}"><v>{text}</v></c>'


def _text_cell(text: str, style: int = 0) -> str:
    return _TEXT_OPEN.replace("<c ", f'<c s="{style}" ') + escaped(text) + _TEXT_CLOSE


def _row(cells: Sequence[str]) -> bytes:
    return f"<row>{''.join(cells)}</row>".encode()


def _about_rows(manifest: Manifest) -> Iterator[bytes]:
    """The manifest as a sheet: two columns, then the ticks."""
    told = manifest.document()
    asked = told["query"]
    facts = {
        "Rows": str(manifest.rows),
        "Days": f"{asked['start_date']} – {asked['end_date']}",  # noqa: RUF001
        "Split by": ", ".join(asked["dimensions"]) or "nothing",
        "Metrics": ", ".join(asked["metrics"]),
        "Filters": "; ".join(f"{k}: {_listed(v)}" for k, v in asked["filters"].items() if v),
        "Oldest number of": _when(manifest.as_of),
        "Newest number of": _when(manifest.newest_as_of),
        "Written": _when(manifest.generated_at),
        "Days without a report": str(sum(len(gap["dates"]) for gap in manifest.gaps)),
        "Sums agree with the totals": "yes" if manifest.reconciled else "NO",
    }
    for name, value in facts.items():
        yield _row([_text_cell(name, style=6), _text_cell(value)])
    yield _row([])
    yield _row(
        [_text_cell(t, style=6) for t in ("Currency", "Metric", "In file", "Total", "Agrees")]
    )
    for tick in manifest.ticks:
        cells = (tick.currency, tick.metric, tick.in_file or "", tick.in_total or "")
        yield _row([*map(_text_cell, cells), _text_cell("yes" if tick.ok else "NO")])


def _listed(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _when(moment: datetime | None) -> str:
    return "–" if moment is None else moment.astimezone(UTC).isoformat(timespec="seconds")  # noqa: RUF001
