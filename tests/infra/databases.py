"""A database per test: cloned from a template that was migrated once per session and schema."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg
from shared.db import Db
from shared.ids import new_id
from shared.provision import at_database, provision_service

PASSWORD = "test-service"
MakeDb = Callable[..., Awaitable[Db]]


class Databases:
    """Templates of one session; `create` clones one."""

    def __init__(self, admin_url: str) -> None:
        self._admin_url = admin_url
        self._templates: set[str] = set()
        self._made: list[str] = []

    async def create(self, schema: str, migrations: Path | None) -> str:
        """The URL (as the service's role) of a new database holding the migrated schema."""
        await self._ensure_template(schema, migrations)
        name = f"t_{schema}_{new_id().hex[:12]}"
        await self._admin(f'create database "{name}" template "{self._template(schema)}"')
        self._made.append(name)
        return as_role(self._admin_url, schema, name)

    async def drop_all(self) -> None:
        """Drop the clones made since the last call."""
        made, self._made = self._made, []
        for name in made:
            await self._admin(f'drop database if exists "{name}" with (force)')

    def admin_url(self, service_url: str) -> str:
        """The superuser's URL of the same database."""
        return at_database(self._admin_url, urlsplit(service_url).path.lstrip("/"))

    async def _ensure_template(self, schema: str, migrations: Path | None) -> None:
        if schema in self._templates:
            return
        name = self._template(schema)
        await self._admin(f'drop database if exists "{name}" with (force)')
        await self._admin(f'create database "{name}"')
        conn = await asyncpg.connect(at_database(self._admin_url, name))
        await conn.execute("revoke all on schema public from public")
        await provision_service(conn, schema, PASSWORD)
        await conn.close()
        db = Db(
            as_role(self._admin_url, schema, name),
            schema=schema,
            migrations=migrations,
        )
        await db.start()
        await db.stop()
        self._templates.add(schema)

    def _template(self, schema: str) -> str:
        return f"template_{schema}"

    async def _admin(self, statement: str) -> None:
        conn = await asyncpg.connect(self._admin_url)
        try:
            await conn.execute(statement)
        finally:
            await conn.close()


def as_role(admin_url: str, role: str, database: str) -> str:
    """The URL of `database` for the service's role."""
    parts = urlsplit(admin_url)
    where = f"{role}:{quote(PASSWORD)}@{parts.hostname}:{parts.port}"
    return urlunsplit((parts.scheme, where, f"/{database}", "", ""))
