"""Exactly once in effect: doubles, failures, broken messages and replays."""

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from infra.databases import MakeDb
from infra.events import EFFECTS, brand_created, effects, record_effect
from shared.consumers import Inbox, Stopping, on
from shared.db import SYSTEM, Db, Tx
from shared.events import BrandCreated, BrandUpdated, Event, make_event

from shared import consumers


@dataclass(frozen=True)
class Record:
    value: bytes
    offset: int = 0
    topic: str = "auth.brand.v1"
    partition: int = 0
    key: bytes | None = None


@pytest.fixture
async def db(make_db: MakeDb, tmp_path: Path) -> Db:
    (tmp_path / "0001_effects.sql").write_text(EFFECTS)
    return await make_db("effects", tmp_path)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "RETRY_PAUSES_SECONDS", (0.0, 0.0))


HANDLERS = (on(BrandCreated, record_effect),)


async def parked(db: Db) -> list[str]:
    async with db.read(SYSTEM) as tx:
        return [row["error"] for row in await tx.fetch("select error from parked_message")]


async def test_an_event_delivered_twice_takes_effect_once(db: Db, organization_id: UUID) -> None:
    event = make_event(brand_created(), organization_id)
    assert await consumers.deliver(db, HANDLERS, event) == "handled"
    assert await consumers.deliver(db, HANDLERS, event) == "duplicate"
    assert await effects(db) == [(event.id, "Contoso")]


async def test_an_event_twice_in_one_batch_takes_effect_once(db: Db, organization_id: UUID) -> None:
    raw = make_event(brand_created(), organization_id).model_dump_json().encode()
    await Inbox(db, HANDLERS).deliver_all([Record(raw, 1), Record(raw, 2)])
    assert len(await effects(db)) == 1


async def test_types_without_a_handler_and_unknown_types_are_ignored(
    db: Db, organization_id: UUID
) -> None:
    updated = BrandUpdated(brand_id=brand_created().brand_id, name="x")
    assert await consumers.deliver(db, HANDLERS, make_event(updated, organization_id)) == "ignored"
    assert await consumers.deliver(db, HANDLERS, b'{"type": "brand.exploded"}') == "ignored"


async def test_a_bad_message_is_parked_and_its_neighbours_are_handled(
    db: Db, organization_id: UUID
) -> None:
    good = [
        Record(make_event(brand_created(name), organization_id).model_dump_json().encode(), offset)
        for offset, name in ((1, "a"), (3, "b"))
    ]
    await Inbox(db, HANDLERS).deliver_all([good[0], Record(b"\xff not json", 2), good[1]])
    assert [name for _, name in await effects(db)] == ["a", "b"]
    assert len(await parked(db)) == 1


async def test_a_failing_handler_leaves_nothing_is_parked_once_and_can_be_replayed(
    db: Db, organization_id: UUID
) -> None:
    async def fails(tx: Tx, event: Event[BrandCreated]) -> None:
        await record_effect(tx, event)
        raise RuntimeError("half-way")

    event = make_event(brand_created(), organization_id)
    raw = event.model_dump_json().encode()
    inbox = Inbox(db, (on(BrandCreated, fails),))
    for _ in range(2):
        assert await inbox.deliver(Record(raw, 7)) == "parked"
    assert await effects(db) == []
    assert await parked(db) == ["RuntimeError: half-way"]
    assert await Inbox(db, HANDLERS).deliver_once(raw) == "handled"
    assert len(await effects(db)) == 1


async def test_a_handler_that_fails_once_is_tried_again(db: Db, organization_id: UUID) -> None:
    calls: list[int] = []

    async def flaky(tx: Tx, event: Event[BrandCreated]) -> None:
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError("first time")
        await record_effect(tx, event)

    event = make_event(brand_created(), organization_id)
    assert await consumers.deliver(db, (on(BrandCreated, flaky),), event) == "handled"
    assert len(await effects(db)) == 1
    assert await parked(db) == []


async def test_while_postgres_is_away_nothing_is_parked_or_skipped(
    db: Db, organization_id: UUID
) -> None:
    raw = make_event(brand_created(), organization_id).model_dump_json().encode()
    inbox = Inbox(db, HANDLERS)
    await db.stop()
    inbox.stopping.set()
    with pytest.raises(Stopping):
        await inbox.deliver(Record(raw))
    await db.start()
    assert await inbox.deliver(Record(raw)) == "handled"
