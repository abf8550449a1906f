"""Answers that are streamed from one snapshot, each told to the log itself when it begins and ends."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing

import anyio
from fastapi import Request
from fastapi.responses import StreamingResponse
from shared.db import Db
from shared.errors import Forbidden
from shared.events import Outcome
from shared.internal_tokens import Actor

from shared import audit

from .domain import Point
from .exports import Export
from .queries import Filter
from .schemas import AuditVerification
from .service import Viewer, check_chain

TELL_SECONDS = 5


class NdjsonResponse(StreamingResponse):
    """A JSON document per line."""

    media_type = "application/x-ndjson"


class CsvResponse(StreamingResponse):
    media_type = "text/csv; charset=utf-8"


async def verification(
    db: Db, reader: Actor, known: str | None, request: Request
) -> StreamingResponse:
    """The check of the reader's chain; its verdict is an entry, too."""
    return NdjsonResponse(_verify(db, reader, Point.parse(known) if known else None, request))


async def csv(db: Db, reader: Actor, wanted: Filter, request: Request) -> StreamingResponse:
    export = Export(Viewer(reader.subject, reader.scope), wanted)
    await _tell(db, reader, request, "audit.exported", details={"format": "csv"})
    body = _export(db, reader, export, request, as_csv=True)
    return CsvResponse(body, headers=_attachment("leadline-audit.csv"))


async def json_lines(db: Db, reader: Actor, wanted: Filter, request: Request) -> StreamingResponse:
    export = Export(Viewer(reader.subject, reader.scope), wanted)
    await _tell(db, reader, request, "audit.exported", details={"format": "jsonl"})
    body = _export(db, reader, export, request, as_csv=False)
    return NdjsonResponse(body, headers=_attachment("leadline-audit.jsonl"))


async def _verify(
    db: Db, reader: Actor, known: Point | None, request: Request
) -> AsyncIterator[bytes]:
    if reader.organization_id is None:
        raise Forbidden("This caller belongs to no organization.", code="no_organization")
    verdict: dict[str, object] = {"state": "not_read_to_the_end"}
    try:
        async with db.read(reader.scope) as tx:
            async for chain, check, done in check_chain(tx, reader.organization_id, known):
                line = AuditVerification.of(chain, check, done=done)
                if done:
                    verdict = {"state": line.state, "checked": line.checked, "broken": line.broken}
                yield line.model_dump_json().encode() + b"\n"
    finally:
        await _tell(db, reader, request, "audit.verified", details=verdict)


async def _export(
    db: Db, reader: Actor, export: Export, request: Request, *, as_csv: bool
) -> AsyncIterator[bytes]:
    outcome: Outcome = "failed"
    try:
        async with db.read(reader.scope) as tx:
            chunks = export.csv(tx) if as_csv else export.json_lines(tx)
            async with aclosing(chunks):
                async for chunk in chunks:
                    yield chunk
        outcome = "allowed"
    finally:
        await _tell(
            db, reader, request, "audit.export_ended", outcome, details={"rows": export.rows}
        )


async def _tell(
    db: Db,
    reader: Actor,
    request: Request,
    action: str,
    outcome: Outcome = "allowed",
    *,
    details: Mapping[str, object],
) -> None:
    told = audit.row(
        db.service,
        action,
        reader,
        origin=audit.origin_of(request),
        brand_ids=reader.brand_ids or (),
        outcome=outcome,
        code="" if outcome == "allowed" else "not_read_to_the_end",
        details=details,
    )
    with anyio.move_on_after(TELL_SECONDS, shield=True):
        await db.emit([told])


def _attachment(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}
