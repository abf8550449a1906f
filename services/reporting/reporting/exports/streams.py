"""A file on its way out without a job: bounded in number, and told to the audit log when it begins and
when it ends."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

import anyio
from fastapi import Request
from fastapi.responses import StreamingResponse
from shared.audit.requests import record_read
from shared.errors import TooManyRequests
from shared.events import Outcome
from shared.internal_tokens import Actor
from shared.notes import Notes

from reporting.deps import Deps
from reporting.metrics.domain import Plan
from reporting.metrics.service import Caller
from shared import audit

from .domain import Format, file_name
from .fields import fields_of
from .writing import File, Writing, file_of

TELL_SECONDS = 5


async def streamed(
    deps: Deps, actor: Actor, checked: Plan, request: Request, form: Format, *, bom: bool = False
) -> StreamingResponse:
    """The answer whose body is the file; errors before its first byte are told as problems."""
    file = file_of(form, fields_of(checked), bom=bom)
    pieces = _pieces(deps, actor, checked, request, file)
    first = await anext(pieces)
    name = file_name(form, checked.start_date, checked.end_date)
    return StreamingResponse(
        resume(first, pieces),
        media_type=file.media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def resume(first: bytes, rest: AsyncGenerator[bytes]) -> AsyncIterator[bytes]:
    """The whole again, after its first piece showed that the answer can begin."""
    async with aclosing(rest):
        yield first
        async for piece in rest:
            yield piece


async def _pieces(
    deps: Deps, actor: Actor, checked: Plan, request: Request, file: File
) -> AsyncGenerator[bytes]:
    """Opens the snapshot itself: it must stay open while the response is sent."""
    if deps.export_slots.locked():
        raise TooManyRequests(
            "Too many exports are running.", code="exports_busy", retry_after_seconds=5
        )
    outcome: Outcome = "failed"
    async with deps.export_slots, deps.db.read(actor.scope) as tx:
        writing = Writing(Caller.of(actor), checked, file, deps.clock())
        async with aclosing(writing.chunks(tx)) as chunks:
            first = await anext(chunks)
            await record_read(deps.db, request, actor, tx.notes)
            try:
                yield first
                async for chunk in chunks:
                    if chunk:
                        yield chunk
                outcome = "allowed"
            finally:
                await _tell_end(deps, actor, request, tx.notes, outcome)


async def _tell_end(
    deps: Deps, actor: Actor, request: Request, notes: Notes, outcome: Outcome
) -> None:
    """How many rows went out; also when the reader left before the last."""
    told = audit.row(
        deps.db.service,
        "metrics.export_ended",
        actor,
        origin=audit.origin_of(request),
        brand_ids=notes.brand_ids or actor.brand_ids or (),
        every_brand=actor.brand_ids is None and notes.every_brand is None,
        outcome=outcome,
        code="" if outcome == "allowed" else "not_read_to_the_end",
        details={"rows": notes.details.get("rows", 0)},
    )
    with anyio.move_on_after(TELL_SECONDS, shield=True):
        await deps.db.emit([told])
