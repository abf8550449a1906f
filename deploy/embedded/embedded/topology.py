"""Leadline on one machine, on one page: which processes, where, and after which others.

A part given from outside (``DATABASE_URL_…``, ``REDIS_URL``, ``KAFKA_BOOTSTRAP_SERVERS``, real
Amazon credentials) is left out, and nothing waits for it.
"""

import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Literal

from embedded.environment import DATABASE, Environment
from embedded.kafka import Kafka
from embedded.launch import Launch
from embedded.postgres import Postgres
from embedded.probes import Probe, http_ok
from embedded.secret_file import Secrets
from embedded.server import Server
from embedded.settings import SERVICES, Settings
from embedded.valkey import Valkey

Kind = Literal["infrastructure", "task", "sandbox", "service"]


@dataclass(frozen=True)
class Process:
    """One process. A task runs once and is up when it has ended well; others when ``ready``."""

    name: str
    kind: Kind
    launch: Callable[[], Awaitable[Launch]]
    ready: Probe | None = None
    alive: Probe | None = None
    ports: tuple[int, ...] = ()
    url: str = ""
    after: tuple[str, ...] = ()
    stop_signal: signal.Signals = signal.SIGTERM


def topology(settings: Settings, secrets: Secrets) -> list[Process]:
    """Every process of this installation, in an order in which they can start."""
    home, port, env = settings.home, settings.port, Environment(settings, secrets)
    processes: list[Process] = []

    if settings.embeds_postgres:
        server = Postgres(home / "postgres", port("postgres"), password=secrets.postgres_password)
        processes.append(_part(server, f"postgresql://127.0.0.1:{server.port}/{DATABASE}"))
    if not settings.redis_url:
        server = Valkey(home / "valkey", port("valkey"), password=secrets.redis_password)
        processes.append(_part(server, f"redis://127.0.0.1:{server.port}"))
    if not settings.kafka_bootstrap_servers:
        server = Kafka(home / "kafka", port("kafka"), port("kafka-controller"))
        processes.append(_part(server, server.bootstrap))
    if settings.provisions:
        after = ("postgres",) if settings.embeds_postgres else ()
        provision = _python("shared.provision", env.provision())
        processes.append(Process("provision", "task", provision, after=after))

    infrastructure = tuple(process.name for process in processes)
    if settings.embeds_sandbox:
        sandbox = _web("sandbox", "sandbox", settings, env.sandbox())
        processes.append(replace(sandbox, ports=(*sandbox.ports, port("smtp"))))
    behind = tuple(name for name in SERVICES if name != "gateway")
    return [
        *processes,
        *(_web(name, "service", settings, env.service(name), infrastructure) for name in behind),
        _web("gateway", "service", settings, env.service("gateway"), (*infrastructure, *behind)),
    ]


def _part(server: Server, url: str) -> Process:
    name = type(server).__name__.lower()
    server.log = server.folder.parent / "logs" / f"{name}.log"
    return Process(
        name,
        "infrastructure",
        server.prepare,
        server.ready,
        ports=server.ports,
        url=url,
        stop_signal=server.stop_signal,
    )


def _web(
    name: str, kind: Kind, settings: Settings, env: dict[str, str], after: tuple[str, ...] = ()
) -> Process:
    """A Python process that answers HTTP: ``python -m <package>``."""
    port = settings.port(name)
    return Process(
        name,
        kind,
        _python(name.replace("-", "_"), env),
        http_ok(port, "/_sandbox/health" if kind == "sandbox" else "/readyz"),
        http_ok(port, "/livez") if kind == "service" else None,
        ports=(port,),
        url=settings.url if name == "gateway" else settings.service_url(name),
        after=after,
    )


def _python(module: str, env: dict[str, str]) -> Callable[[], Awaitable[Launch]]:
    async def launch() -> Launch:
        return Launch([sys.executable, "-m", module], env)

    return launch
