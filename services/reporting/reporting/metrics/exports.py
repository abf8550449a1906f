"""A CSV on its way out: bounded in number, and told to the audit log when it begins and when it ends."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

import anyio
from fastapi import Request
from shared.audit.requests import record_read
from shared.errors import TooManyRequests
from shared.events import Outcome
from shared.internal_tokens import Actor
from shared.notes import Notes

from reporting.deps import Deps
from shared import audit

from . import service
from .domain import Plan

TELL_SECONDS = 5


async def chunks(
    deps: Deps, actor: Actor, checked: Plan, request: Request
) -> AsyncGenerator[bytes]:
    """Opens the snapshot itself: it must stay open while the response is sent."""
    if deps.export_slots.locked():
        raise TooManyRequests(
            "Too many exports are running.", code="exports_busy", retry_after_seconds=5
        )
    outcome: Outcome = "failed"
    async with deps.export_slots, deps.db.read(actor.scope) as tx:
        lines = service.stream_csv(tx, service.Caller.of(actor), checked)
        first = await anext(lines)
        await record_read(deps.db, request, actor, tx.notes)
        try:
            yield first
            async for chunk in lines:
                yield chunk
            outcome = "allowed"
        finally:
            await _tell_end(deps, actor, request, tx.notes, outcome)


async def resume(first: bytes, rest: AsyncGenerator[bytes]) -> AsyncIterator[bytes]:
    """The whole again, after its first piece showed that the answer can begin."""
    async with aclosing(rest):
        yield first
        async for chunk in rest:
            yield chunk


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
