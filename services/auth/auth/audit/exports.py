"""The log as a file: CSV that no spreadsheet executes, or JSON lines; verifiable without us.

The owner of a whole chain gets `document`, the exact text that was hashed, `previous_hash` and `hash`
(scripts/verify_audit.py checks such a file). People of some brands get what they see on the page.
"""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncGenerator
from typing import Any

from shared.db import Tx

from . import queries
from .domain import Entry, canonical, instant
from .queries import Filter
from .service import Viewer

MAX_ROWS = 1_000_000
ROWS_PER_CHUNK = 200
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001

COLUMNS = (
    "sequence", "occurred_at", "service", "action", "outcome", "code", "count", "actor_kind",
    "actor_id", "impersonator", "brand_ids", "every_brand", "target_type", "target_id", "ip",
    "user_agent", "request_id", "details",
)  # fmt: skip
CHAIN_COLUMNS = ("previous_hash", "hash", "document")


class Export:
    """One file on its way out; `rows` counts the entries written."""

    def __init__(self, viewer: Viewer, wanted: Filter) -> None:
        self._viewer = viewer
        self._wanted = wanted
        self.rows = 0

    async def csv(self, tx: Tx) -> AsyncGenerator[bytes]:
        """RFC 4180, newest first."""
        names = COLUMNS if self._viewer.limited else COLUMNS + CHAIN_COLUMNS
        yield _line(names)
        async for entries in self._batches(tx):
            yield b"".join(_line(_cells(entry, self._viewer.limited)) for entry in entries)

    async def json_lines(self, tx: Tx) -> AsyncGenerator[bytes]:
        """One object a line, newest first."""
        async for entries in self._batches(tx):
            yield b"".join(_json_line(entry, self._viewer.limited) for entry in entries)

    async def _batches(self, tx: Tx) -> AsyncGenerator[list[Entry]]:
        batch: list[Entry] = []
        async for entry in queries.stream(tx, self._viewer.scope, self._wanted, MAX_ROWS):
            batch.append(self._viewer.shown(entry))
            if len(batch) == ROWS_PER_CHUNK:
                self.rows += len(batch)
                yield batch
                batch = []
        self.rows += len(batch)
        if batch:
            yield batch


def guarded(text: str) -> str:
    """A leading formula sign gets an apostrophe before it."""
    return "'" + text if text.startswith(_FORMULA_STARTS) else text


def _cells(entry: Entry, limited: bool) -> tuple[Any, ...]:
    cells = (
        entry.sequence,
        instant(entry.occurred_at),
        entry.service,
        entry.action,
        entry.outcome,
        entry.code,
        entry.count,
        entry.actor_kind,
        entry.actor_id,
        entry.impersonator,
        " ".join(map(str, entry.brand_ids)),
        str(entry.every_brand).lower(),
        entry.target_type,
        entry.target_id,
        entry.ip,
        entry.user_agent,
        entry.request_id,
        canonical(entry.details).decode(),
    )
    if limited:
        return cells
    document = canonical(entry.document()).decode()
    return (*cells, entry.previous_hash.hex(), entry.hash.hex(), document)


def _line(cells: tuple[Any, ...]) -> bytes:
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL).writerow([guarded(str(cell)) for cell in cells])
    return written.getvalue().encode()


def _json_line(entry: Entry, limited: bool) -> bytes:
    document = entry.document()
    if limited:
        del document["previous_hash"]
        return canonical(document) + b"\n"
    return canonical({"document": document, "hash": entry.hash.hex()}) + b"\n"
