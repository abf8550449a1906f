"""Use cases of exports: ask, look, cancel, revoke, link, and have the file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from asyncpg import Record
from shared.db import Tx
from shared.errors import Conflict, NotFound, TooManyRequests
from shared.events import ExportFailed, ExportRequested
from shared.ids import new_id
from shared.internal_tokens import Actor

from reporting.metrics.service import Caller
from shared import audit, outbox

from . import queries
from .domain import MAX_UNFINISHED, Format, LinkEnded, LinkKey, Stored

_UNFINISHED = ("pending", "running")


@dataclass(frozen=True)
class Asker:
    """Who calls: the organization, their brands, and whose exports they may see (`own` None: everybody's,
    for who sees every brand; else only what they asked for themselves)."""

    organization_id: UUID
    brand_ids: list[UUID] | None
    kind: str
    subject: str

    @staticmethod
    def of(actor: Actor) -> "Asker":
        caller = Caller.of(actor)
        return Asker(caller.organization_id, caller.brand_ids, actor.kind, actor.subject)

    @property
    def own(self) -> str | None:
        return None if self.brand_ids is None else self.subject


async def request(
    tx: Tx, asker: Asker, form: Format, question: Any, *, bom: bool, now: datetime
) -> dict[str, Any]:
    """Record the intent; a job writes the file. Raises TooManyRequests beyond `MAX_UNFINISHED`."""
    if await queries.count_unfinished(tx, asker.organization_id) >= MAX_UNFINISHED:
        raise TooManyRequests(
            f"{MAX_UNFINISHED} exports are being written already.",
            code="exports_busy",
            hint="Wait until some are ready, or cancel one.",
            retry_after_seconds=30,
        )
    export_id = new_id()
    await queries.add(
        tx,
        (
            asker.organization_id,
            export_id,
            asker.kind,
            asker.subject,
            asker.brand_ids,
            form,
            bom,
            question,
            now,
        ),
    )
    event = ExportRequested(export_id=export_id, format=form, asked_by=asker.subject)
    await outbox.add(
        tx, event, organization_id=asker.organization_id, brand_id=only_brand(asker.brand_ids)
    )
    audit.note(tx, target=("export", export_id), format=form)
    return await read(tx, asker, export_id, now)


def only_brand(brand_ids: Sequence[UUID] | None) -> UUID | None:
    """The brand of an event: where there is one and no other."""
    return brand_ids[0] if brand_ids is not None and len(brand_ids) == 1 else None


async def listed(
    tx: Tx, asker: Asker, now: datetime, before: UUID | None, limit: int
) -> dict[str, Any]:
    """The newest first; `next_cursor` where there are more."""
    rows = await queries.listed(tx, asker.organization_id, asker.own, now, before, limit + 1)
    items = [_shown(row) for row in rows[:limit]]
    more = len(rows) > limit
    return {"items": items, "next_cursor": items[-1]["id"] if more else None}


async def read(tx: Tx, asker: Asker, export_id: UUID, now: datetime) -> dict[str, Any]:
    """One export with its manifest and links."""
    row = await queries.one(tx, asker.organization_id, asker.own, now, export_id)
    if row is None:
        raise _unknown()
    links = await queries.links(tx, asker.organization_id, export_id)
    manifest = None if row["manifest"] is None else orjson.loads(row["manifest"])
    return {**_shown(row), "manifest": manifest, "links": [dict(link) for link in links]}


def _shown(row: Record) -> dict[str, Any]:
    shown = dict(row)
    shown["query"] = orjson.loads(shown.pop("question"))
    shown["bytes"] = shown.pop("byte_count")
    shown["rows"] = shown.pop("rows_written")
    return shown


async def cancel(tx: Tx, asker: Asker, export_id: UUID, now: datetime) -> None:
    """Stop writing it; nothing happens to one that was cancelled before."""
    row = await _held(tx, asker, export_id)
    if row["state"] == "cancelled":
        return
    if row["state"] not in _UNFINISHED:
        raise Conflict(
            f"The export is {row['state']} already.",
            code="export_not_running",
            hint="Revoke it to take its file away.",
        )
    await _end(tx, asker, export_id, row, "cancelled", now)


async def revoke(tx: Tx, asker: Asker, export_id: UUID, now: datetime) -> None:
    """Take the file and its links away, at once and for good; cancels it where it is not ready."""
    row = await _held(tx, asker, export_id)
    if row["state"] in _UNFINISHED:
        await _end(tx, asker, export_id, row, "cancelled", now)
    elif row["state"] == "ready":
        await _end(tx, asker, export_id, row, "revoked", now)


async def _end(
    tx: Tx, asker: Asker, export_id: UUID, row: Record, state: str, now: datetime
) -> None:
    await queries.end(tx, asker.organization_id, export_id, state, now)
    audit.note(tx, target=("export", export_id))
    if state == "cancelled":
        event = ExportFailed(export_id=export_id, format=row["format"], error_code="cancelled")
        await outbox.add(
            tx, event, organization_id=asker.organization_id, brand_id=only_brand(asker.brand_ids)
        )


async def add_link(
    tx: Tx, asker: Asker, export_id: UUID, hours: int, key: LinkKey, now: datetime
) -> dict[str, Any]:
    """A link that ends after `hours`, with the file at the latest; its token is told this once."""
    row = await _held(tx, asker, export_id)
    if row["state"] != "ready":
        raise Conflict(f"The export is {row['state']}.", code="export_not_ready")
    link_id = new_id()
    expires_at = min(now + timedelta(hours=hours), row["expires_at"]).replace(microsecond=0)
    made_by = (asker.kind, asker.subject)
    await queries.add_link(
        tx, (asker.organization_id, link_id, export_id, *made_by, now, expires_at)
    )
    audit.note(tx, target=("export", export_id), link_id=link_id, hours=hours, **_told(row))
    token = key.token(asker.organization_id, link_id, expires_at)
    return {
        "id": link_id,
        "path": f"/v1/exports/download?token={token}",
        "expires_at": expires_at,
        "made_at": now,
    }


async def end_link(tx: Tx, asker: Asker, export_id: UUID, link_id: UUID, now: datetime) -> None:
    await _held(tx, asker, export_id)
    if not await queries.end_link(tx, asker.organization_id, export_id, link_id, now):
        raise NotFound("There is no such link.", code="link_unknown")
    audit.note(tx, target=("export", export_id), link_id=link_id)


async def file(tx: Tx, asker: Asker, export_id: UUID) -> Stored:
    """The file for who may see the export; the audit entry names the brands in it."""
    row = await queries.file(tx, asker.organization_id, asker.own, export_id)
    if row is None:
        raise _unknown()
    if row["state"] != "ready":
        raise Conflict(f"The export is {row['state']}.", code="export_not_ready")
    audit.note(tx, target=("export", export_id), **_told(row))
    return queries.stored(asker.organization_id, row)


async def follow(tx: Tx, organization_id: UUID, link_id: UUID, now: datetime) -> Stored:
    """The file behind a link; counted and told to the audit log by the caller."""
    row = await queries.follow(tx, organization_id, link_id)
    if row is None:
        raise NotFound("This link leads nowhere.", code="link_unknown")
    if row["state"] != "ready" or row["revoked_at"] is not None or row["expires_at"] <= now:
        raise LinkEnded("This link has ended.", hint="Ask whoever gave it to you for a new one.")
    await queries.count_download(tx, organization_id, link_id)
    await audit.record(
        tx,
        "export.downloaded",
        Actor("anonymous", "anonymous", organization_id),
        target=("export", row["export_id"]),
        brand_ids=row["told_brand_ids"],
        every_brand=row["every_brand"],
        origin=audit.current_origin(),
        link_id=link_id,
        link_of=row["made_by"],
    )
    return queries.stored(organization_id, row)


def _told(row: Record) -> dict[str, Any]:
    return {
        "brand_ids": row["told_brand_ids"],
        "every_brand": True if row["every_brand"] else None,
    }


async def _held(tx: Tx, asker: Asker, export_id: UUID) -> Record:
    row = await queries.hold(tx, asker.organization_id, asker.own, export_id)
    if row is None:
        raise _unknown()
    return row


def _unknown() -> NotFound:
    return NotFound("There is no such export.", code="export_unknown")
