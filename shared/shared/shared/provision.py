"""`python -m shared.provision`: the database, and a schema with its own role for each service.

Reads DATABASE_ADMIN_URL (an owner that may create roles) and SERVICE_PASSWORDS (JSON, role → password).
Safe to run again: passwords are set anew, what exists is left.
"""

import asyncio
import json
import os
import re
import sys
from urllib.parse import urlsplit, urlunsplit

import asyncpg

DATABASE = "leadline"
SERVICES = ("auth", "token_refresher", "dsp_ingest", "amc_runner", "reporting", "gateway")
_NAME = re.compile(r"^[a-z_]+$")


async def provision(admin_url: str, passwords: dict[str, str], *, database: str = DATABASE) -> None:
    """Create database, roles and schemas. Raises ValueError when a service has no password."""
    missing = [service for service in SERVICES if not passwords.get(service)]
    if missing:
        raise ValueError(f"SERVICE_PASSWORDS lacks {', '.join(missing)}")
    await _create_database(admin_url, database)
    conn = await asyncpg.connect(at_database(admin_url, database), statement_cache_size=0)
    try:
        async with conn.transaction():
            await conn.execute("select pg_advisory_xact_lock(hashtext('leadline:provision'))")
            await conn.execute("revoke all on schema public from public")
            for service in SERVICES:
                await provision_service(conn, service, passwords[service])
    finally:
        await conn.close()


async def provision_service(conn: asyncpg.Connection, service: str, password: str) -> None:
    """One role and the one schema it may use."""
    if not _NAME.match(service):
        raise ValueError(f"not a service name: {service}")
    secret = await conn.fetchval("select quote_literal($1::text)", password)
    exists = await conn.fetchval("select 1 from pg_roles where rolname = $1", service)
    verb = "alter" if exists else "create"
    await conn.execute(f"{verb} role {service} login nosuperuser nobypassrls password {secret}")
    await conn.execute(f"grant {service} to current_user")
    await conn.execute(f"create schema if not exists {service} authorization {service}")
    await conn.execute(f"alter role {service} set search_path = {service}")


async def _create_database(admin_url: str, database: str) -> None:
    conn = await asyncpg.connect(admin_url, statement_cache_size=0)
    try:
        if not await conn.fetchval("select 1 from pg_database where datname = $1", database):
            await conn.execute(f'create database "{database}"')
    except (asyncpg.DuplicateDatabaseError, asyncpg.UniqueViolationError):
        return  # another provisioner was quicker
    finally:
        await conn.close()


def at_database(url: str, database: str) -> str:
    """The same server, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


def main() -> None:
    admin_url = os.environ.get("DATABASE_ADMIN_URL", "")
    if not admin_url:
        sys.exit("DATABASE_ADMIN_URL is not set")
    passwords = json.loads(os.environ.get("SERVICE_PASSWORDS", "{}"))
    asyncio.run(provision(admin_url, passwords))


if __name__ == "__main__":
    main()
