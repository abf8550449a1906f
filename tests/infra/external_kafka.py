"""A Kafka that only lets in whoever comes over TLS with a name and a password (SCRAM)."""

import asyncio
import contextlib
import ssl
from pathlib import Path

from embedded.kafka import Kafka
from embedded.launch import Launch

from infra.embedded_parts import PASSWORD, free_port
from infra.external_certificates import write_certificates

MECHANISM = "SCRAM-SHA-512"
USERNAME = "leadline"
_LOGIN = "org.apache.kafka.common.security.scram.ScramLoginModule required"
_SECURITY = """\
listeners=SASL_SSL://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=SASL_SSL://127.0.0.1:{port}
listener.security.protocol.map=SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT
inter.broker.listener.name=SASL_SSL
sasl.enabled.mechanisms={mechanism}
sasl.mechanism.inter.broker.protocol={mechanism}
listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config={login} username="{user}" password="{password}";
ssl.keystore.type=PEM
ssl.keystore.location={keystore}
ssl.truststore.type=PEM
ssl.truststore.location={ca_file}
"""


class GuardedKafka(Kafka):
    """The embedded Kafka with other listeners; `ca_file` is what its clients must trust."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, free_port(), free_port())
        self.ca_file = folder.with_name("kafka-ca.pem")
        self._keystore = folder.with_name("kafka-keystore.pem")

    @property
    def settings(self) -> dict[str, str]:
        """How Leadline is told about it."""
        return {
            "KAFKA_BOOTSTRAP_SERVERS": self.bootstrap,
            "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
            "KAFKA_SASL_MECHANISM": MECHANISM,
            "KAFKA_SASL_USERNAME": USERNAME,
            "KAFKA_SASL_PASSWORD": PASSWORD,
            "KAFKA_CA_FILE": str(self.ca_file),
            "KAFKA_TOPIC_PARTITIONS": "2",
        }

    async def prepare(self) -> Launch:
        if not self.ca_file.exists():
            write_certificates(self.ca_file, self._keystore)
        launch = await super().prepare()
        security = _SECURITY.format(
            port=self.port,
            controller_port=self.controller_port,
            mechanism=MECHANISM,
            login=_LOGIN,
            user=USERNAME,
            password=PASSWORD,
            keystore=self._keystore,
            ca_file=self.ca_file,
        )
        with (self.folder / "server.properties").open("a") as properties:
            properties.write(security)  # of two lines with one name the later counts
        return launch

    def _java(self, jars: Path, main: str, *arguments: str) -> Launch:
        """Formatting also writes the one login there is."""
        if main == "kafka.tools.StorageTool":
            login = f"{MECHANISM}=[name={USERNAME},password={PASSWORD}]"
            arguments = (*arguments, "--add-scram", login)
        return super()._java(jars, main, *arguments)

    async def ready(self) -> bool:
        """A TLS handshake that its own authority vouches for."""
        trust = ssl.create_default_context(cafile=self.ca_file)
        with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
            async with asyncio.timeout(2):
                _, writer = await asyncio.open_connection("127.0.0.1", self.port, ssl=trust)
                writer.close()
                await writer.wait_closed()
                return True
        return False
