"""Numbered forward-only SQL per service, each file once, under a transaction-level advisory lock.

A file that was edited after it was applied stops the service: the schema would not be what the code
believes. All of it is one transaction, so a failing file leaves nothing behind and a transaction
pooler in between does no harm.
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import asyncpg

CORE = Path(__file__).parent / "core_migrations"
_NAME = re.compile(r"^(\d{4})_[a-z0-9_]+\.sql$")


class MigrationError(Exception):
    """The files and the database do not agree; the message says which file and how."""


@dataclass(frozen=True)
class Migration:
    """One file: `version` is unique per schema, e.g. `core/0001` or `0001`."""

    version: str
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


def collect(folder: Path, prefix: str = "") -> list[Migration]:
    """The folder's migrations in order. Raises MigrationError for a misnamed or doubled file."""
    found: dict[str, Migration] = {}
    for path in sorted(folder.glob("*.sql")):
        match = _NAME.match(path.name)
        if match is None:
            raise MigrationError(f"{path.name}: expected NNNN_name.sql")
        version = prefix + match[1]
        if version in found:
            raise MigrationError(f"{path.name}: version {version} exists twice")
        found[version] = Migration(version, path.stem, path.read_text(encoding="utf-8"))
    return list(found.values())


async def migrate(conn: asyncpg.Connection, schema: str, folder: Path | None) -> list[str]:
    """Apply what is missing in `schema` (the connection's own); returns the versions applied."""
    wanted = collect(CORE, "core/") + (collect(folder) if folder else [])
    async with conn.transaction():
        await conn.execute("select pg_advisory_xact_lock(hashtext('migrate:' || $1))", schema)
        await conn.execute("set local lock_timeout = '5s'")
        applied = await _applied(conn)
        _refuse_edited(wanted, applied)
        missing = [m for m in wanted if m.version not in applied]
        for migration in missing:
            await _apply(conn, migration)
    return [m.version for m in missing]


async def _applied(conn: asyncpg.Connection) -> dict[str, str]:
    await conn.execute(
        """create table if not exists schema_migrations (
             version text primary key, name text not null, checksum text not null,
             applied_at timestamptz not null default now())"""
    )
    rows = await conn.fetch("select version, checksum from schema_migrations")
    return {row["version"]: row["checksum"] for row in rows}


def _refuse_edited(wanted: list[Migration], applied: dict[str, str]) -> None:
    for migration in wanted:
        if applied.get(migration.version, migration.checksum) != migration.checksum:
            raise MigrationError(
                f"{migration.name}.sql was edited after it was applied; write a new migration instead"
            )


async def _apply(conn: asyncpg.Connection, migration: Migration) -> None:
    try:
        await conn.execute(migration.sql)
    except asyncpg.PostgresError as error:
        raise MigrationError(f"{migration.name}.sql: {error}") from error
    await conn.execute(
        "insert into schema_migrations (version, name, checksum) values ($1, $2, $3)",
        migration.version,
        migration.name,
        migration.checksum,
    )
