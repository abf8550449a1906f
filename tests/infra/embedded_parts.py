"""The parts of deploy/embedded, each on a free port, in a scratch folder."""

import asyncio
import contextlib
import socket
from pathlib import Path
from typing import TypeVar

from embedded.kafka import Kafka
from embedded.postgres import Postgres
from embedded.server import Server
from embedded.unprivileged import scratch_folder
from embedded.valkey import Valkey

PASSWORD = "test-only"
S = TypeVar("S", bound=Server)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class EmbeddedInfra:
    def __init__(self) -> None:
        self._stack = contextlib.ExitStack()
        self._folder: Path = self._stack.enter_context(scratch_folder())
        self._postgres: Postgres | None = None
        self._valkey: Valkey | None = None
        self._kafka: Kafka | None = None

    def postgres_url(self) -> str:
        if self._postgres is None:
            server = Postgres(
                self._folder / "postgres", free_port(), password=PASSWORD, durable=False
            )
            self._postgres = self._begin(server)
        return self._postgres.url()

    def redis_url(self) -> str:
        if self._valkey is None:
            self._valkey = self._begin(
                Valkey(self._folder / "valkey", free_port(), password=PASSWORD)
            )
        return self._valkey.url

    def kafka_bootstrap(self) -> str:
        if self._kafka is None:
            self._kafka = self._begin(Kafka(self._folder / "kafka", free_port(), free_port()))
        return self._kafka.bootstrap

    def close(self) -> None:
        self._stack.close()

    def _begin(self, server: S) -> S:
        asyncio.run(server.start())
        self._stack.callback(lambda: asyncio.run(server.stop()))
        return server
