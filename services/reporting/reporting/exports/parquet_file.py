"""Parquet: money as exact decimals, ratios as doubles, ids as text; the manifest is in the footer."""

import io
from collections.abc import Sequence
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from reporting.metrics import service as metrics

from .cells import MOMENT, Batch, Column
from .decimals import Decimals
from .fields import Field
from .manifest import Manifest

MONEY: Final = pa.decimal128(25, 6)
_TYPES: Final = {
    "text": pa.dictionary(pa.int32(), pa.string()),
    "day": pa.date32(),
    "moment": MOMENT,
    "count": pa.int64(),
    "money": MONEY,
    "ratio": pa.float64(),
}
_ROWS_PER_GROUP: Final = 1 << 17


class ParquetFile:
    """Row groups of about 130,000 rows; what is finished leaves at once."""

    media_type = "application/vnd.apache.parquet"

    def __init__(self, fields: Sequence[Field]) -> None:
        self._schema = pa.schema([_described(field) for field in fields])
        self._out = Outlet()
        self._writer: Any = None
        self._waiting: list[Any] = []
        self._rows = 0

    def head(self) -> bytes:
        self._writer = pq.ParquetWriter(
            pa.PythonFile(self._out, mode="w"), self._schema, compression="zstd"
        )
        return self._out.take()

    def rows(self, batch: Batch) -> bytes:
        arrays = [_arrow(column) for column in batch.columns]
        self._waiting.append(pa.record_batch(arrays, schema=self._schema))
        self._rows += batch.rows
        if self._rows >= _ROWS_PER_GROUP:
            self._write_group()
        return self._out.take()

    def tail(self, manifest: Manifest) -> bytes:
        if self._waiting:
            self._write_group()
        self._writer.add_key_value_metadata({"leadline": metrics.to_json(manifest.document())})
        self._writer.close()
        return self._out.take()

    def _write_group(self) -> None:
        table = pa.Table.from_batches(self._waiting).unify_dictionaries()
        self._writer.write_table(table, row_group_size=table.num_rows)
        self._waiting, self._rows = [], 0


class Outlet(io.RawIOBase):
    """A file that only grows: what was written is taken out again and again."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []
        self._length = 0

    def writable(self) -> bool:
        return True

    def write(self, piece: Any, /) -> int:
        self._pieces.append(bytes(piece))
        self._length += len(piece)
        return len(piece)

    def tell(self) -> int:
        return self._length

    def take(self) -> bytes:
        """What was written since the last time."""
        taken, self._pieces = b"".join(self._pieces), []
        return taken


def _described(field: Field) -> Any:
    told = {"label": field.label, "unit": field.unit or ""}
    return pa.field(field.name, _TYPES[field.kind], metadata=told)


def _arrow(column: Column) -> Any:
    values, kind = column.values, column.field.kind
    if isinstance(values, Decimals):
        return values.decimals(MONEY) if kind == "money" else values.numbers()
    return values if values.type == _TYPES[kind] else values.cast(_TYPES[kind])
