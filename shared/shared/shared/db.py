"""The pool and the transaction. One request, event or tick is one transaction, bound to a tenant.

Nothing here keeps session state (settings are transaction-local, locks are transaction-level), so a
transaction pooler may stand between a service and Postgres: set DATABASE_POOLER=true for one.
"""

import asyncio
import contextlib
import logging
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString
from uuid import UUID

import asyncpg
from asyncpg import Record

from .migrations import migrate
from .notes import Notes

log = logging.getLogger(__name__)

_EMIT = """
insert into outbox (event_id, topic, key, payload, traceparent)
select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[])
"""
CONNECTION_ERRORS = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    TimeoutError,
)


@dataclass(frozen=True)
class Scope:
    """Whose rows a transaction may see. None means all: organizations (the service's own work), brands."""

    organization_id: UUID | None
    brand_ids: frozenset[UUID] | None = None

    @staticmethod
    def system() -> "Scope":
        """The service's own work, over every organization."""
        return SYSTEM

    @staticmethod
    def organization(organization_id: UUID, brand_ids: frozenset[UUID] | None = None) -> "Scope":
        """A caller's: one organization and, where given, only these brands."""
        return Scope(organization_id, brand_ids)

    def local_settings(self) -> tuple[str, str]:
        """The values of app.organization_id and app.brand_ids."""
        organization = "*" if self.organization_id is None else str(self.organization_id)
        brands = "*" if self.brand_ids is None else ",".join(map(str, sorted(self.brand_ids)))
        return organization, brands


SYSTEM = Scope(None, None)


class Tx:
    """An open transaction. Queries are literals: SQL built from values does not type-check."""

    __slots__ = ("_conn", "notes", "outgoing", "service")

    def __init__(self, conn: Any, service: str) -> None:
        self._conn = conn
        self.service = service
        self.notes = Notes()
        self.outgoing: list[tuple[object, ...]] = []
        """Outbox rows of this transaction, written in one statement when it ends."""

    async def execute(self, query: LiteralString, *args: object) -> str:
        """Run a statement; returns the command tag."""
        return await self._conn.execute(query, *args)

    async def executemany(self, query: LiteralString, args: Iterable[Sequence[object]]) -> None:
        await self._conn.executemany(query, args)

    async def fetch(self, query: LiteralString, *args: object) -> list[Record]:
        return await self._conn.fetch(query, *args)

    async def fetchrow(self, query: LiteralString, *args: object) -> Record | None:
        return await self._conn.fetchrow(query, *args)

    async def fetchval(self, query: LiteralString, *args: object) -> Any:
        return await self._conn.fetchval(query, *args)

    async def copy_records_to_table(
        self, table: LiteralString, *, records: Iterable[Sequence[object]], columns: Sequence[str]
    ) -> str:
        return await self._conn.copy_records_to_table(table, records=records, columns=columns)

    def cursor(self, query: LiteralString, *args: object, prefetch: int = 500) -> Any:
        """An async iterator over the rows at flat memory."""
        return self._conn.cursor(query, *args, prefetch=prefetch)

    async def copy_csv(
        self,
        query: LiteralString,
        *args: object,
        output: Callable[[bytes], Awaitable[None]],
        timeout_seconds: float,
    ) -> None:
        """The rows as Postgres' CSV with a line of names first; each piece given to `output` holds whole
        lines. The slower of the two sets the pace."""
        await self._conn.copy_from_query(
            query, *args, output=output, format="csv", header=True, timeout=timeout_seconds
        )

    @contextlib.asynccontextmanager
    async def savepoint(self) -> AsyncGenerator[None]:
        """A nested block that can fail without ending the transaction; its events go with it."""
        before = len(self.outgoing)
        try:
            async with self._conn.transaction():
                yield
        except BaseException:
            del self.outgoing[before:]
            raise


class Db:
    """One service's schema. A resource: `start` waits for Postgres, migrates and opens the pool."""

    def __init__(
        self,
        url: str,
        *,
        schema: str,
        pool_size: int = 8,
        migrations: Path | None = None,
        pooler: bool = False,
    ) -> None:
        self.schema = schema
        self.service = schema.replace("_", "-")
        self.wake = asyncio.Event()
        self.url = url
        self._pool_size = pool_size
        self._migrations = migrations
        self._statement_cache = 0 if pooler else 256
        self._pool: Any = None

    async def start(self) -> None:
        """Raises MigrationError, or a connection error when Postgres stays away for a minute."""
        conn = await self._connect_patiently()
        try:
            applied = await migrate(conn, self.schema, self._migrations)
        finally:
            await conn.close()
        if applied:
            log.info("migrated %s: %s", self.schema, ", ".join(applied))
        self._pool = await asyncpg.create_pool(
            self.url,
            min_size=1,
            max_size=self._pool_size,
            reset=_keep,
            command_timeout=60,
            statement_cache_size=self._statement_cache,
        )

    async def stop(self) -> None:
        if self._pool is None:
            return
        pool, self._pool = self._pool, None
        try:
            await asyncio.wait_for(pool.close(), 5)
        except TimeoutError:
            pool.terminate()

    async def ready(self) -> str | None:
        """None when a query answers within two seconds, else why not."""
        if self._pool is None:
            return "database: not started"
        try:
            await asyncio.wait_for(self._pool.fetchval("select 1"), 2)
        except (*CONNECTION_ERRORS, asyncpg.PostgresError) as error:
            return f"database: {type(error).__name__}"
        return None

    @contextlib.asynccontextmanager
    async def tx(self, scope: Scope) -> AsyncGenerator[Tx]:
        """A read-write transaction; committed when the block ends, rolled back when it raises."""
        async with self._open(scope, readonly=False) as tx:
            yield tx
            if tx.outgoing:
                await tx.execute(_EMIT, *zip(*tx.outgoing, strict=True))
        if tx.outgoing:
            self.wake.set()

    async def emit(self, rows: Sequence[Sequence[object]]) -> None:
        """Outbox rows alone: one statement that is its own transaction."""
        await self._opened().execute(_EMIT, *zip(*rows, strict=True))
        self.wake.set()

    @contextlib.asynccontextmanager
    async def read(self, scope: Scope) -> AsyncGenerator[Tx]:
        """A read-only transaction over one snapshot."""
        async with self._open(scope, readonly=True) as tx:
            yield tx

    @contextlib.asynccontextmanager
    async def _open(self, scope: Scope, *, readonly: bool) -> AsyncGenerator[Tx]:
        isolation = "repeatable_read" if readonly else "read_committed"
        async with (
            self._opened().acquire(timeout=15) as conn,
            conn.transaction(isolation=isolation, readonly=readonly),
        ):
            await conn.execute(
                "select set_config('app.organization_id', $1, true), set_config('app.brand_ids', $2, true)",
                *scope.local_settings(),
            )
            yield Tx(conn, self.service)

    def _opened(self) -> Any:
        if self._pool is None:
            raise asyncpg.InterfaceError("the database is not started")
        return self._pool

    async def _connect_patiently(self) -> asyncpg.Connection:
        pause = 0.2
        for attempt in range(30):
            try:
                return await asyncpg.connect(
                    self.url, timeout=10, statement_cache_size=self._statement_cache
                )
            except CONNECTION_ERRORS as error:
                if attempt == 29:
                    raise
                log.warning("postgres is not there yet: %s", type(error).__name__)
                await asyncio.sleep(pause * random.uniform(0.8, 1.2))  # noqa: S311
                pause = min(pause * 1.5, 3)
        raise AssertionError("unreachable")


async def _keep(_conn: Any) -> None:
    """No session state is ever set, so a connection goes back to the pool as it is."""
