"""Connecting to Apache Kafka: security settings, topics, and the idempotent producer of the relay."""

import asyncio
import ssl
from collections.abc import Sequence
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from asyncpg import Record
from faststream.kafka.security import parse_security
from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

from .settings import KafkaSettings

_SASL = {
    "PLAIN": SASLPlaintext,
    "SCRAM-SHA-256": SASLScram256,
    "SCRAM-SHA-512": SASLScram512,
}
TOPIC_ALREADY_EXISTS = 36


def security_of(settings: KafkaSettings) -> BaseSecurity | None:
    """What FastStream and aiokafka need for the settings' protocol; None for plain text."""
    protocol = settings.kafka_security_protocol
    if protocol == "PLAINTEXT":
        return None
    tls = protocol in ("SSL", "SASL_SSL")
    context = ssl.create_default_context(cafile=settings.kafka_ca_file) if tls else None
    if protocol == "SSL":
        return BaseSecurity(ssl_context=context, use_ssl=True)
    return _SASL[settings.kafka_sasl_mechanism](
        settings.kafka_sasl_username,
        settings.kafka_sasl_password.get_secret_value(),
        ssl_context=context,
        use_ssl=tls,
    )


def client_options(settings: KafkaSettings) -> dict[str, Any]:
    """Keyword arguments every aiokafka client takes."""
    return {
        "bootstrap_servers": settings.kafka_bootstrap_servers,
        **parse_security(security_of(settings)),
    }


async def ensure_topics(settings: KafkaSettings, topics: Sequence[str]) -> None:
    """Create the topics that are missing; an existing one is left as it is."""
    admin = AIOKafkaAdminClient(**client_options(settings), request_timeout_ms=10_000)
    await admin.start()
    try:
        existing = set(await admin.list_topics())
        missing = [
            NewTopic(name, settings.kafka_topic_partitions, settings.kafka_replication_factor)
            for name in topics
            if name not in existing
        ]
        if missing:
            _check(await admin.create_topics(missing))
    finally:
        await admin.close()


def _check(response: Any) -> None:
    for name, code, *rest in response.topic_errors:
        if code not in (0, TOPIC_ALREADY_EXISTS):
            raise RuntimeError(f"topic {name} was not created: error {code} {rest}")


def make_producer(settings: KafkaSettings) -> AIOKafkaProducer:
    """Idempotent and acknowledged by all in-sync replicas: an event is sent once per attempt."""
    return AIOKafkaProducer(
        **client_options(settings),
        acks="all",
        enable_idempotence=True,
        linger_ms=2,
        max_batch_size=1 << 18,
        request_timeout_ms=15_000,
    )


async def publish_rows(
    producer: AIOKafkaProducer, rows: Sequence[Record]
) -> tuple[int, Exception | None]:
    """Send outbox rows pipelined; the length of the acknowledged prefix and the error that cut it."""
    futures: list[asyncio.Future[Any]] = []
    failure: Exception | None = None
    for row in rows:
        try:
            futures.append(await _send(producer, row))
        except Exception as error:  # noqa: BLE001 - handed to the relay, which raises it
            failure = error
            break
    results = await asyncio.gather(*futures, return_exceptions=True)
    for index, result in enumerate(results):
        if isinstance(result, Exception):
            return index, result
    return len(results), failure


async def _send(producer: AIOKafkaProducer, row: Record) -> asyncio.Future[Any]:
    headers = [
        ("event_id", str(row["event_id"]).encode()),
        ("content-type", b"application/cloudevents+json"),
    ]
    if row["traceparent"]:
        headers.append(("traceparent", row["traceparent"].encode()))
    return await producer.send(
        row["topic"], row["payload"].encode(), key=row["key"].encode(), headers=headers
    )
