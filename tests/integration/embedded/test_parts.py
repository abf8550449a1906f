"""Real Postgres, Valkey and Kafka on their own: start, crash, return, stop."""

import os
import signal
from collections.abc import Callable, Generator
from pathlib import Path

import asyncpg
import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from embedded.kafka import Kafka
from embedded.launch import kill_group
from embedded.postgres import Postgres
from embedded.server import Server, StartFailedError
from embedded.unprivileged import scratch_folder
from embedded.valkey import Valkey
from redis.asyncio import Redis
from redis.exceptions import AuthenticationError


@pytest.fixture
def folder() -> Generator[Path]:
    with scratch_folder() as scratch:
        yield scratch


@pytest.fixture
def base(free_base: Callable[[], int]) -> int:
    return free_base()


async def test_postgres_keeps_committed_rows_over_a_kill(folder: Path, base: int) -> None:
    postgres = Postgres(folder / "postgres", base, password="it's@secret/")
    async with postgres:
        connection = await asyncpg.connect(postgres.url())
        await connection.execute("create table t(n int); insert into t values (42)")
        await postgres.kill()
        connection.terminate()
        await postgres.start()
        connection = await asyncpg.connect(postgres.url())
        assert await connection.fetchval("select n from t") == 42
        await connection.close()


async def test_postgres_asks_for_the_password_and_does_not_run_as_root(
    folder: Path, base: int
) -> None:
    async with Postgres(folder / "postgres", base, password="right", durable=False) as postgres:
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(postgres.url(password="wrong"))
        assert postgres.process is not None
        assert psutil.Process(postgres.process.pid).uids().real != 0


async def test_postgres_starts_beside_a_lock_file_whose_number_belongs_to_another(
    folder: Path, base: int
) -> None:
    postgres = Postgres(folder / "postgres", base, password="pw", durable=False)
    async with postgres:
        lock = next((folder / "postgres").glob("data/postmaster.pid"))
        lines = lock.read_text().splitlines()
        await postgres.kill()
        lock.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
        await postgres.start()
        assert await postgres.ready()


async def test_postgres_stops_with_clients_connected(folder: Path, base: int) -> None:
    postgres = Postgres(folder / "postgres", base, password="pw", durable=False)
    await postgres.start()
    connection = await asyncpg.connect(postgres.url())
    await postgres.stop()
    connection.terminate()
    assert not await postgres.ready()


async def test_an_initdb_cut_short_is_begun_again(folder: Path, base: int) -> None:
    unfinished = folder / "postgres" / "data.new"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")
    async with Postgres(folder / "postgres", base, password="pw", durable=False) as postgres:
        assert await postgres.ready()
    assert not unfinished.exists()


async def test_valkey_keeps_acknowledged_writes_over_a_kill(folder: Path, base: int) -> None:
    async with Valkey(folder / "valkey", base, password="pw") as valkey:
        async with Redis.from_url(valkey.url) as client:
            await client.set("k", "v")
        await valkey.kill()
        await valkey.start()
        async with Redis.from_url(valkey.url) as client:
            assert await client.get("k") == b"v"


async def test_valkey_asks_for_the_password(folder: Path, base: int) -> None:
    async with Valkey(folder / "valkey", base, password="pw") as valkey:
        async with Redis(port=valkey.port) as client:
            with pytest.raises(AuthenticationError):
                await client.get("k")
        assert valkey.process is not None
        assert "pw" not in " ".join(psutil.Process(valkey.process.pid).cmdline()).split()


async def produce(kafka: Kafka, value: bytes) -> None:
    producer = AIOKafkaProducer(
        bootstrap_servers=kafka.bootstrap, enable_idempotence=True, acks="all"
    )
    await producer.start()
    await producer.send_and_wait("facts", value)
    await producer.stop()


async def consume(kafka: Kafka, count: int) -> list[bytes]:
    consumer = AIOKafkaConsumer(
        "facts", bootstrap_servers=kafka.bootstrap, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        return [(await consumer.getone()).value or b"" for _ in range(count)]
    finally:
        await consumer.stop()


async def test_kafka_keeps_acknowledged_records_over_a_kill_and_a_stop(
    folder: Path, base: int
) -> None:
    async with Kafka(folder / "kafka", base, base + 1) as kafka:
        admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
        await admin.start()
        await admin.create_topics([NewTopic("facts", 1, 1)])
        await admin.close()
        await produce(kafka, b"before the kill")
        await kafka.kill()
        await kafka.start()
        await produce(kafka, b"after the kill")
        await kafka.stop()
        await kafka.start()
        assert await consume(kafka, 2) == [b"before the kill", b"after the kill"]


@pytest.mark.parametrize("part", ["postgres", "valkey"])
async def test_a_port_in_use_ends_the_start_with_the_reason(
    folder: Path, base: int, part: str
) -> None:
    def server(name: str) -> Server:
        if part == "valkey":
            return Valkey(folder / name, base, password=name)
        return Postgres(folder / name, base, password=name, durable=False)

    async with server("first"):
        with pytest.raises(StartFailedError, match=r"(?i)address already in use"):
            await server("second").start()


async def test_a_server_dies_with_what_it_forked(folder: Path, base: int) -> None:
    async with Postgres(folder / "postgres", base, password="pw", durable=False) as postgres:
        assert postgres.process is not None
        family = psutil.Process(postgres.process.pid).children(recursive=True)
        assert family
        postgres.process.send_signal(signal.SIGSTOP)
        kill_group(postgres.process)
        _, alive = psutil.wait_procs(family, timeout=30)
        assert not alive
