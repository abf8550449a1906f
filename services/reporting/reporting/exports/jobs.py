"""Writing export files in the background: claim → write and store (nothing locked) → apply where the
lease still holds. A killed process loses only its lease; the next one begins the file anew, because a file
of two snapshots would be no true file."""

import asyncio
import logging
from collections.abc import Coroutine
from contextlib import aclosing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import asyncpg
from shared.clock import Clock
from shared.db import SYSTEM, Db, Scope
from shared.errors import AppError, Unprocessable
from shared.events import ExportFailed, ExportReady
from shared.ids import new_id
from shared.loops import Loops
from shared.notes import Notes
from shared.objects import ObjectStore, Stored

from reporting.metrics.domain import plan
from reporting.metrics.schemas import QueryIn
from reporting.metrics.service import Caller, to_json
from shared import outbox

from . import queries
from .domain import Job, LeaseLost, next_attempt_at
from .fields import fields_of
from .service import only_brand
from .writing import Writing, file_of

T = TypeVar("T")
log = logging.getLogger(__name__)

TRANSIENT = (AppError, OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError)
KEEP_ROWS = timedelta(days=90)


@dataclass(frozen=True)
class Runner:
    """What a job needs. `beat_seconds`: between two signs of life, far below the lease."""

    db: Db
    objects: ObjectStore
    clock: Clock
    lease: timedelta
    max_attempts: int
    keep: timedelta
    temp_folder: Path
    beat_seconds: float = 1.0


def schedule_exports(loops: Loops, runner: Runner, *, poll_seconds: float, workers: int) -> None:
    async def run() -> bool:
        return await run_next(runner)

    async def tidy() -> bool:
        return await tidy_up(runner)

    for number in range(workers):
        loops.every(poll_seconds, run, f"export-{number}")
    loops.every(10, tidy, "export-tidy")


async def run_next(runner: Runner) -> bool:
    """Write one due export; False when none is due."""
    now = runner.clock()
    async with runner.db.tx(SYSTEM) as tx:
        for row in await queries.give_up(tx, now=now, max_attempts=runner.max_attempts):
            failed = ExportFailed(
                export_id=row["export_id"], format=row["format"], error_code=row["error_code"]
            )
            brand = only_brand(row["brand_ids"])
            await outbox.add(tx, failed, organization_id=row["organization_id"], brand_id=brand)
        job = await queries.claim(
            tx, token=new_id(), now=now, lease=runner.lease, max_attempts=runner.max_attempts
        )
    if job is None:
        return False
    await _attempt(runner, job)
    return True


async def _attempt(runner: Runner, job: Job) -> None:
    try:
        await _write_and_apply(runner, job)
    except LeaseLost:
        log.info("export %s is no longer ours", job.export_id)
    except Unprocessable as error:
        await _fail(runner, job, error.code, error.detail)
    except TRANSIENT as error:
        code = error.code if isinstance(error, AppError) else type(error).__name__
        log.warning("export %s is postponed: %s: %s", job.export_id, code, error)
        now = runner.clock()
        async with runner.db.tx(Scope.organization(job.organization_id)) as tx:
            until = next_attempt_at(now, job.attempts)
            await queries.postpone(tx, job, until, code, str(error)[:500])


async def _write_and_apply(runner: Runner, job: Job) -> None:
    asked = plan(QueryIn.model_validate(job.question).question())
    brands = None if job.brand_ids is None else list(job.brand_ids)
    file = file_of(job.format, fields_of(asked), bom=job.bom)
    writing = Writing(Caller(job.organization_id, brands), asked, file, runner.clock())
    with TemporaryDirectory(prefix="leadline-export-", dir=runner.temp_folder) as folder:
        path = Path(folder) / f"file.{job.format}"
        notes = await _holding(runner, job, writing, _write(runner, job, writing, path))
        key = f"{_folder(job)}/{job.lease_token}.{job.format}"
        stored = await _holding(runner, job, writing, runner.objects.put(key, path))
    await _apply(runner, job, writing, notes, stored)


async def _write(runner: Runner, job: Job, writing: Writing, path: Path) -> Notes:
    """The whole file, in a snapshot bound to the brands of who asked."""
    brands = None if job.brand_ids is None else frozenset(job.brand_ids)
    scope = Scope.organization(job.organization_id, brands)
    with path.open("wb") as file:
        async with runner.db.read(scope) as tx, aclosing(writing.chunks(tx)) as chunks:
            async for chunk in chunks:
                await asyncio.to_thread(file.write, chunk)
            return tx.notes


async def _holding(runner: Runner, job: Job, writing: Writing, work: Coroutine[None, None, T]) -> T:
    """The result of `work`, while the lease is renewed; raises LeaseLost when that is not possible."""
    task = asyncio.create_task(work)
    try:
        while not (await asyncio.wait({task}, timeout=runner.beat_seconds))[0]:
            await _beat(runner, job, writing)
        return task.result()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _beat(runner: Runner, job: Job, writing: Writing) -> None:
    until = runner.clock() + runner.lease
    async with runner.db.tx(Scope.organization(job.organization_id)) as tx:
        held = await queries.touch(
            tx,
            job,
            leased_until=until,
            rows=writing.rows,
            part=max(writing.part - 1, 0),
            parts=writing.parts,
        )
    if not held:
        raise LeaseLost


async def _apply(runner: Runner, job: Job, writing: Writing, notes: Notes, stored: Stored) -> None:
    now = runner.clock()
    manifest = writing.told()
    document = to_json({**manifest.document(), "bytes": stored.bytes, "sha256": stored.sha256})
    whole = notes.every_brand is None and job.brand_ids is None
    brands = sorted(notes.brand_ids or job.brand_ids or ())
    row = (
        stored.uri,
        stored.bytes,
        stored.sha256,
        writing.rows,
        document.decode(),
        writing.advertiser_ids,
        brands,
        whole,
        now,
        now + runner.keep,
        writing.parts,
    )
    ready = ExportReady(
        export_id=job.export_id,
        format=job.format,
        rows=writing.rows,
        bytes=stored.bytes,
        sha256=stored.sha256,
        as_of=manifest.as_of,
        expires_at=now + runner.keep,
    )
    async with runner.db.tx(Scope.organization(job.organization_id)) as tx:
        held = await queries.finish(tx, job, row)
        if held:
            brand = only_brand(job.brand_ids)
            await outbox.add(tx, ready, organization_id=job.organization_id, brand_id=brand)
    if not held:
        await runner.objects.delete(stored.uri)
        raise LeaseLost


async def _fail(runner: Runner, job: Job, code: str, detail: str) -> None:
    failed = ExportFailed(export_id=job.export_id, format=job.format, error_code=code)
    async with runner.db.tx(Scope.organization(job.organization_id)) as tx:
        if await queries.fail(tx, job, runner.clock(), code, detail):
            brand = only_brand(job.brand_ids)
            await outbox.add(tx, failed, organization_id=job.organization_id, brand_id=brand)


async def tidy_up(runner: Runner) -> bool:
    """Ends what has expired, deletes files nobody may have any more, forgets old rows. True: go on."""
    now = runner.clock()
    async with runner.db.tx(SYSTEM) as tx:
        await queries.expire(tx, now)
        await queries.forget(tx, now - KEEP_ROWS)
        ended = await queries.leftovers(tx, now)
    for organization_id, export_id in ended:
        await runner.objects.delete_folder(_folder_of(str(organization_id), str(export_id)))
        async with runner.db.tx(Scope.organization(organization_id)) as tx:
            await queries.mark_deleted(tx, organization_id, export_id, now)
    return bool(ended)


def _folder(job: Job) -> str:
    return _folder_of(str(job.organization_id), str(job.export_id))


def _folder_of(organization_id: str, export_id: str) -> str:
    return f"exports/{organization_id}/{export_id}"
