"""A tiny service on the bus, for tests of the shared core."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID

from shared.db import SYSTEM, Db, Tx
from shared.events import BrandCreated, Event
from shared.ids import new_id
from shared.internal_tokens import generate_keypair
from shared.settings import ServiceSettings

EFFECTS = "create table effects (event_id uuid not null, name text not null);"


def service_settings(db_url: str, kafka: str = "127.0.0.1:1", **extra: Any) -> ServiceSettings:
    """Settings of a service that needs nothing but Postgres and perhaps Kafka."""
    private, public = generate_keypair()
    values: dict[str, Any] = {
        "database_url": db_url,
        "kafka_bootstrap_servers": kafka,
        "redis_url": "redis://127.0.0.1:1/0",
        "object_store_url": "memory:///",
        "service_port": 1,
        "internal_signing_key": private,
        "internal_public_keys": {"gateway": public},
        "public_url": "http://127.0.0.1:1",
        **extra,
    }
    return ServiceSettings(**values)


def brand_created(name: str = "Contoso") -> BrandCreated:
    return BrandCreated(brand_id=new_id(), name=name)


async def record_effect(tx: Tx, event: Event[BrandCreated]) -> None:
    """A handler whose effect can be counted."""
    await tx.execute("insert into effects values ($1, $2)", event.id, event.data.name)


async def effects(db: Db) -> list[tuple[UUID, str]]:
    async with db.read(SYSTEM) as tx:
        rows = await tx.fetch("select event_id, name from effects order by name")
    return [(row["event_id"], row["name"]) for row in rows]


async def eventually(check: Callable[[], Any], *, seconds: float = 30) -> Any:
    """Ask until the answer is true; the last answer when time is up."""
    answer = None
    async with asyncio.timeout(seconds):
        while not (answer := await check()):
            await asyncio.sleep(0.05)
    return answer
