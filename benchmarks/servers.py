"""Throw-away servers for benchmarks."""

import socket

import asyncpg
from embedded.postgres import Postgres
from shared.provision import provision_service

PASSWORD = "benchmark"  # noqa: S105 - a server that lives for a minute


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def provisioned(server: Postgres, service: str) -> str:
    """Make the service's role and schema; the URL for its role."""
    conn = await asyncpg.connect(server.url())
    try:
        await provision_service(conn, service, PASSWORD)
    finally:
        await conn.close()
    return server.url("postgres", service, PASSWORD)
