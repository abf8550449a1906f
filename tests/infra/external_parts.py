"""Postgres behind a pooler, Valkey, Kafka and S3 that belong to somebody else than Leadline."""

import asyncio
import re
from pathlib import Path
from types import TracebackType
from typing import Self

import asyncpg
from embedded.postgres import Postgres
from embedded.valkey import Valkey

from infra.embedded_parts import PASSWORD, free_port
from infra.external_kafka import GuardedKafka
from infra.external_pooler import PgBouncer
from infra.external_s3 import S3


class ExternalParts:
    def __init__(self, folder: Path) -> None:
        self.postgres = Postgres(folder / "postgres", free_port(), password=PASSWORD, durable=False)
        self.pooler = PgBouncer(self.postgres)
        self.valkey = Valkey(folder / "valkey", free_port(), password=PASSWORD)
        self.kafka = GuardedKafka(folder / "kafka")
        self.s3 = S3(folder / "s3")
        self._servers = (self.postgres, self.pooler, self.valkey, self.kafka, self.s3)

    @property
    def settings(self) -> dict[str, str]:
        """What the operator writes into `.env`."""
        return {
            "DATABASE_URL_ADMIN": self.pooler.url,
            "DATABASE_POOLER": "true",
            "REDIS_URL": self.valkey.url,
            **self.kafka.settings,
            **self.s3.settings,
        }

    def cut_server_connections(self) -> int:
        """Ends every connection the pooler has to Postgres (a failover); how many there were."""
        return asyncio.run(self._terminate())

    def crash_pooler(self) -> None:
        """kill -9, with every transaction that runs through it; then it is started again."""
        asyncio.run(self.pooler.kill())
        asyncio.run(self.pooler.start())

    def statements(self) -> list[str]:
        """What Leadline executed, from Postgres's log: `leadline <role>: LOG:  execute <name>: …`."""
        lines = self.postgres.log.read_text(errors="replace").splitlines()
        return [line for line in lines if re.match(r"leadline \w+: LOG:  execute ", line)]

    async def _log_statements(self) -> None:
        connection = await asyncpg.connect(self.postgres.url(), ssl=False)
        await connection.execute("alter system set log_statement = 'all'")
        await connection.execute("select pg_reload_conf()")
        await connection.close()

    async def _terminate(self) -> int:
        connection = await asyncpg.connect(self.postgres.url(), ssl=False)
        try:
            return await connection.fetchval(
                """select count(pg_terminate_backend(pid)) from pg_stat_activity
                   where datname = 'leadline' and pid <> pg_backend_pid()"""
            )
        finally:
            await connection.close()

    def __enter__(self) -> Self:
        for server in self._servers:
            asyncio.run(server.start())
        asyncio.run(self._log_statements())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for server in reversed(self._servers):
            asyncio.run(server.stop())
