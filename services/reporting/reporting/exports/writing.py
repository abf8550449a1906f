"""A plan becomes a file: one way for streams and jobs, for every format."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, Protocol

import pyarrow as pa
from shared.db import Tx

from reporting.advertisers import queries as advertisers
from reporting.metrics import service as metrics
from reporting.metrics.domain import Plan, Sort
from shared import audit

from .cells import Batch, measures_of, read_batch
from .csv_file import CsvFile
from .domain import Format
from .fields import Field, fields_of
from .manifest import Manifest, columns_told, query_told, ticks_of
from .parquet_file import ParquetFile
from .source import Piece, parts_of, pieces
from .xlsx_file import XlsxFile


class File(Protocol):
    """Makes bytes of rows; what it keeps between calls does not grow with them."""

    media_type: str

    def head(self) -> bytes: ...
    def rows(self, batch: Batch, /) -> bytes: ...
    def tail(self, manifest: Manifest, /) -> bytes: ...


_FILES: Final[dict[Format, type[CsvFile | XlsxFile | ParquetFile]]] = {
    "csv": CsvFile,
    "xlsx": XlsxFile,
    "parquet": ParquetFile,
}
MEDIA_TYPES: Final = {form: file.media_type for form, file in _FILES.items()}


def file_of(form: Format, fields: Sequence[Field], *, bom: bool = False) -> File:
    """An empty file of these columns; `bom` is for CSV alone."""
    return CsvFile(fields, bom=bom) if form == "csv" else _FILES[form](fields)


class Writing:
    """One file under way. `rows` and `part` of `parts` tell how far it is."""

    def __init__(self, caller: metrics.Caller, plan: Plan, file: File, now: datetime) -> None:
        self._caller = caller
        self._plan = plan
        self._file = file
        self._now = now
        self._fields = fields_of(plan)
        self._sums: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.parts = len(parts_of(plan))
        self.part = 0
        self.rows = 0
        self.advertiser_ids: list[Any] = []
        self._manifest: Manifest | None = None

    async def chunks(self, tx: Tx) -> AsyncGenerator[bytes]:
        """The file's bytes, from one snapshot; may be empty at times."""
        told = await self._about(tx)
        self.advertiser_ids = await self._advertisers(tx)
        yield await asyncio.to_thread(self._file.head)
        source = pieces(tx, self._plan, self._caller.organization_id, self.advertiser_ids)
        async with aclosing(source) as found:
            async for piece in found:
                yield await asyncio.to_thread(self._add, piece)
                audit.note(tx, rows=self.rows)
        audit.note(tx, rows=self.rows)
        self._manifest = self._made(told)
        yield await asyncio.to_thread(self._file.tail, self._manifest)

    def told(self) -> Manifest:
        """What the file says about itself; there once it is whole."""
        if self._manifest is None:
            raise RuntimeError("the file is not whole yet")
        return self._manifest

    def _add(self, piece: Piece) -> bytes:
        batch = read_batch(piece.lines, piece.names, self._fields)
        self.rows += batch.rows
        self.part = piece.part
        self._count(batch)
        return self._file.rows(batch)

    def _count(self, batch: Batch) -> None:
        """The sums of what is written, by currency, for the ticks."""
        table = batch.sums
        coded = table["currency"].cast(pa.string())
        grouped = table.set_column(0, "currency", coded).group_by("currency", use_threads=False)
        measures = measures_of(self._fields)
        for row in grouped.aggregate([(measure, "sum") for measure in measures]).to_pylist():
            self._sums[row["currency"]].update({m: row[f"{m}_sum"] for m in measures})

    async def _about(self, tx: Tx) -> dict[str, Any]:
        """Totals, ages and gaps of the same question without a split."""
        whole = replace(self._plan, dimensions=(), sort=Sort("currency"), limit=1000)
        told = await metrics.answer(tx, self._caller, whole, self._now)
        audit.note(tx, dimensions=[dimension.name for dimension in self._plan.dimensions])
        return told

    async def _advertisers(self, tx: Tx) -> list[Any]:
        rows = await advertisers.in_scope(
            tx,
            self._caller.organization_id,
            actor_brands=self._caller.brand_ids,
            brand_ids=self._plan.filters.brand_ids,
            advertiser_ids=self._plan.filters.advertiser_ids,
        )
        return [row["advertiser_id"] for row in rows]

    def _made(self, told: dict[str, Any]) -> Manifest:
        return Manifest(
            rows=self.rows,
            query=query_told(self._plan),
            columns=columns_told(self._plan),
            as_of=told["as_of"],
            newest_as_of=told["newest_as_of"],
            generated_at=self._now,
            gaps=told["gaps"],
            ticks=ticks_of(self._plan, self._sums, told["totals"]),
        )
