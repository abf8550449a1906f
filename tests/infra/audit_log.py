"""The audit log over a database of its own: events in, entries out, and somebody who tampers."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import auth
from auth.audit import queries
from auth.audit.chaining import Chainer, Retention, receive
from auth.audit.domain import Check, Entry, Point
from auth.audit.service import check_chain
from shared.consumers import deliver, on
from shared.db import SYSTEM, Db
from shared.events import ActionRecorded, Event, make_event

MIGRATIONS = Path(auth.__file__).parent / "migrations"
HANDLERS = (on(ActionRecorded, receive),)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass
class Log:
    """`now` is the chaining clock. `as_superuser` is somebody who owns the database."""

    db: Db
    admin_url: str
    now: datetime = NOON

    @property
    def chainer(self) -> Chainer:
        return Chainer(self.db, lambda: self.now)

    @property
    def retention(self) -> Retention:
        return Retention(self.db, lambda: self.now)

    async def take(self, *events: Event[Any]) -> None:
        """Delivered, each twice, and chained."""
        for event in events:
            assert await deliver(self.db, HANDLERS, event) == "handled"
            assert await deliver(self.db, HANDLERS, event) == "duplicate"
        await self.chain()

    async def chain(self) -> None:
        while await self.chainer.tick():
            pass

    async def purge(self) -> None:
        """What was due, and the entries that tell of it."""
        while await self.retention.tick():
            pass
        async with self.db.tx(SYSTEM) as tx:
            rows = await tx.fetch("delete from outbox returning payload")
        for row in rows:
            await deliver(self.db, HANDLERS, row["payload"].encode())
        await self.chain()

    async def entries(self, organization_id: UUID) -> list[Entry]:
        async with self.db.read(SYSTEM) as tx:
            return [entry async for entry in queries.walk(tx, organization_id)]

    async def head(self, organization_id: UUID) -> Point:
        async with self.db.read(SYSTEM) as tx:
            return (await queries.chain(tx, organization_id)).head

    async def check(self, organization_id: UUID, known: Point | None = None) -> Check:
        async with self.db.read(SYSTEM) as tx:
            states = [state async for state in check_chain(tx, organization_id, known)]
        return states[-1][1]

    async def breaks(
        self, organization_id: UUID, known: Point | None = None
    ) -> list[tuple[str, int]]:
        check = await self.check(organization_id, known)
        return [(found.kind, found.sequence) for found in check.breaks]

    @asynccontextmanager
    async def as_superuser(self) -> AsyncGenerator[asyncpg.Connection]:
        """Row-level security and triggers do not stop them."""
        conn = await asyncpg.connect(self.admin_url)
        try:
            await conn.execute("set search_path = auth; set session_replication_role = replica")
            yield conn
        finally:
            await conn.close()

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


def recorded(organization_id: UUID, actor_id: str = "ana", **told: Any) -> Event[Any]:
    values = {"service": "auth", "action": "brand.changed", "actor_kind": "user", **told}
    data = ActionRecorded.model_validate({**values, "actor_id": actor_id})
    return make_event(data, organization_id)


def wire(event: Event[Any]) -> dict[str, Any]:
    return json.loads(event.model_dump_json())
