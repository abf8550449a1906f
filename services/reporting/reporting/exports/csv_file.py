"""CSV: RFC 4180, UTF-8, numbers as exact decimals, text that no spreadsheet executes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import pyarrow as pa

from .arrow import pc
from .cells import Batch, Column, distinct_moments
from .decimals import Decimals
from .fields import Field
from .manifest import Manifest

_BOM: Final = b"\xef\xbb\xbf"
_LINE_END: Final = "\r\n"
_FORMULA: Final = "^[=+\\-@\t\r\n＝＋－＠]"  # noqa: RUF001
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001


class CsvFile:
    """Every text is quoted, so that ids stay text for whoever reads quotes; a leading formula sign gets
    an apostrophe before it. `bom` lets Excel see that it is UTF-8."""

    media_type = "text/csv; charset=utf-8"

    def __init__(self, fields: Sequence[Field], *, bom: bool = False) -> None:
        self._fields = fields
        self._bom = bom

    def head(self) -> bytes:
        line = ",".join(_quoted(field.heading) for field in self._fields) + _LINE_END
        return (_BOM if self._bom else b"") + line.encode()

    def rows(self, batch: Batch) -> bytes:
        """The batch's lines: the bytes of one joined column."""
        cells = [pc.fill_null(_cells(column), "") for column in batch.columns]
        *most, last = cells
        last = pc.binary_join_element_wise(last, "", _LINE_END)
        return text_bytes(pc.binary_join_element_wise(*most, last, ","))

    def tail(self, _manifest: Manifest) -> bytes:
        """A CSV says nothing about itself: the manifest travels beside it."""
        return b""


def text_bytes(texts: Any) -> bytes:
    """All values of a string array, one after the other."""
    _, offsets, data = texts.buffers()
    if data is None or not len(texts):
        return b""
    ends = pa.Array.from_buffers(pa.int32(), len(texts) + 1, [None, offsets], offset=texts.offset)
    return data.slice(ends[0].as_py(), ends[-1].as_py() - ends[0].as_py()).to_pybytes()


def _cells(column: Column) -> Any:
    values = column.values
    if isinstance(values, Decimals):
        return values.texts()
    if column.field.kind == "text":
        return pc.take(_quoted_all(values.dictionary), values.indices)
    if column.field.kind == "moment":
        return distinct_moments(values, _moment)
    return pc.cast(values, pa.string())


def _moment(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _quoted_all(texts: Any) -> Any:
    formula = pc.match_substring_regex(texts, _FORMULA)
    guarded = pc.if_else(formula, pc.binary_join_element_wise("'", texts, ""), texts)
    doubled = pc.replace_substring(guarded, '"', '""')
    return pc.binary_join_element_wise('"', doubled, '"', "")


def _quoted(text: str) -> str:
    guarded = "'" + text if text.startswith(_FORMULA_STARTS) else text
    return '"' + guarded.replace('"', '""') + '"'
