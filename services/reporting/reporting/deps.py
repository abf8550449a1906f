"""What routes work with, and the dependencies they name in their signatures."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from shared.audit.requests import record_read
from shared.bus import Bus
from shared.clock import Clock
from shared.db import Db, Tx
from shared.deps import AdmittedActor, get_deps, require
from shared.internal_tokens import Actor
from shared.objects import ObjectStore

from .exports.domain import LinkKey


@dataclass(frozen=True)
class Deps:
    """Wired once in `main`. `export_slots` bounds how many streams hold a connection; `link_key` signs
    links to the files in `objects`."""

    db: Db
    bus: Bus
    clock: Clock
    export_slots: asyncio.Semaphore
    objects: ObjectStore
    link_key: LinkKey


AppDeps = Annotated[Deps, Depends(get_deps)]
Reader = Annotated[Actor, Depends(require("report:read"))]
Exporter = Annotated[Actor, Depends(require("report:export"))]
LoadManager = Annotated[Actor, Depends(require("sync:manage"))]


async def open_snapshot(request: Request, deps: AppDeps, actor: AdmittedActor) -> AsyncIterator[Tx]:
    """A read-only transaction over one snapshot, bound to what the caller was admitted to; the audit
    entry of the look is written after it and before the answer leaves."""
    async with deps.db.read(actor.scope) as tx:
        yield tx
    await record_read(deps.db, request, actor, tx.notes)


Snapshot = Annotated[Tx, Depends(open_snapshot, scope="function")]
