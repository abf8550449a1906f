"""The same servers as containers (needs a Docker engine): the images of docker-compose.yml."""

import contextlib
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

from infra.embedded_parts import PASSWORD, free_port

COMPOSE = Path(__file__).parents[2] / "docker-compose.yml"


@cache
def image_of(service: str) -> str:
    """The image that docker-compose.yml gives to `service`."""
    document: Any = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    return str(document["services"][service]["image"])


class ContainersInfra:
    def __init__(self) -> None:
        self._stack = contextlib.ExitStack()
        self._urls: dict[str, str] = {}

    def postgres_url(self) -> str:
        return self._url("postgres", 5432, postgres, "postgresql://postgres:{p}@{at}/postgres")

    def redis_url(self) -> str:
        return self._url("valkey", 6379, valkey, "redis://:{p}@{at}/0")

    def kafka_bootstrap(self) -> str:
        return self._url("kafka", 9092, kafka, "{at}")

    def close(self) -> None:
        self._stack.close()

    def _url(self, name: str, inner: int, build: Any, form: str) -> str:
        if name not in self._urls:
            port = free_port()
            container: DockerContainer = build(port).with_bind_ports(inner, port)
            self._stack.enter_context(container)
            host = container.get_container_host_ip()
            self._urls[name] = form.format(p=PASSWORD, at=f"{host}:{port}")
        return self._urls[name]


def postgres(_port: int) -> DockerContainer:
    ready = LogMessageWaitStrategy("PostgreSQL init process complete")
    container = DockerContainer(image_of("postgres")).with_env("POSTGRES_PASSWORD", PASSWORD)
    return container.waiting_for(ready)


def valkey(_port: int) -> DockerContainer:
    container = DockerContainer(image_of("valkey"))
    return container.with_command(f"valkey-server --requirepass {PASSWORD}").waiting_for(
        LogMessageWaitStrategy("Ready to accept connections")
    )


def kafka(port: int) -> DockerContainer:
    environment = {
        "KAFKA_NODE_ID": "1",
        "KAFKA_PROCESS_ROLES": "broker,controller",
        "KAFKA_LISTENERS": "OUTSIDE://:9092,CONTROLLER://:9093",
        "KAFKA_ADVERTISED_LISTENERS": f"OUTSIDE://127.0.0.1:{port}",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "OUTSIDE:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "KAFKA_INTER_BROKER_LISTENER_NAME": "OUTSIDE",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
        "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
    }
    container = DockerContainer(image_of("kafka"))
    for name, value in environment.items():
        container = container.with_env(name, value)
    return container.waiting_for(LogMessageWaitStrategy("Kafka Server started"))
