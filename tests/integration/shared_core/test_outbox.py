"""A committed fact is published at least once, in order, and an uncommitted one never."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from infra.databases import MakeDb
from infra.events import EFFECTS, brand_created
from shared.db import SYSTEM, Db

from shared import outbox


@pytest.fixture
async def db(make_db: MakeDb, tmp_path: Path) -> Db:
    (tmp_path / "0001_effects.sql").write_text(EFFECTS)
    return await make_db("effects", tmp_path)


class Wire:
    """Acknowledges the first `accept` rows of each batch."""

    def __init__(self, accept: int | None = None) -> None:
        self.accept = accept
        self.names: list[str] = []

    async def publish(self, rows: Sequence[Any]) -> tuple[int, Exception | None]:
        accepted = rows[: self.accept]
        self.names += [json.loads(row["payload"])["data"]["name"] for row in accepted]
        cut = len(accepted) < len(rows)
        return len(accepted), ConnectionError("broker gone") if cut else None


async def add(db: Db, organization_id: UUID, *names: str) -> None:
    async with db.tx(SYSTEM) as tx:
        for name in names:
            await outbox.add(tx, brand_created(name), organization_id=organization_id)


async def test_events_leave_in_order_and_once(db: Db, organization_id: UUID) -> None:
    await add(db, organization_id, "a", "b", "c")
    wire = Wire()
    assert await outbox.relay_once(db, wire.publish) == 3
    assert await outbox.relay_once(db, wire.publish) == 0
    assert wire.names == ["a", "b", "c"]


async def test_a_commit_with_an_event_wakes_the_relay_and_a_rollback_does_not(
    db: Db, organization_id: UUID
) -> None:
    with pytest.raises(RuntimeError):
        async with db.tx(SYSTEM) as tx:
            await outbox.add(tx, brand_created(), organization_id=organization_id)
            raise RuntimeError
    assert not db.wake.is_set()
    assert await outbox.relay_once(db, Wire().publish) == 0
    await add(db, organization_id, "a")
    assert db.wake.is_set()


async def test_what_kafka_did_not_acknowledge_is_sent_again(db: Db, organization_id: UUID) -> None:
    await add(db, organization_id, "a", "b", "c")
    wire = Wire(accept=1)
    with pytest.raises(ConnectionError):
        await outbox.relay_once(db, wire.publish)
    wire.accept = None
    assert await outbox.relay_once(db, wire.publish) == 2
    assert wire.names == ["a", "b", "c"]


async def test_two_relays_do_not_send_side_by_side(
    db: Db, make_db: MakeDb, organization_id: UUID
) -> None:
    await add(db, organization_id, "a")
    other = await make_db("effects", url=db.url)
    seen: list[int] = []

    async def publish(rows: Sequence[Any]) -> tuple[int, Exception | None]:
        seen.append(await outbox.relay_once(other, Wire().publish))
        return len(rows), None

    assert await outbox.relay_once(db, publish) == 1
    assert seen == [0]


async def test_old_published_events_are_forgotten_and_waiting_ones_kept(
    db: Db, organization_id: UUID
) -> None:
    await add(db, organization_id, "sent")
    await outbox.relay_once(db, Wire().publish)
    await add(db, organization_id, "waiting")
    async with db.tx(SYSTEM) as tx:
        await tx.execute("update outbox set published_at = published_at - interval '15 days'")
    await outbox.purge(db)
    wire = Wire()
    assert await outbox.relay_once(db, wire.publish) == 1
    assert wire.names == ["waiting"]
