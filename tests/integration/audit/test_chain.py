"""The chain in Postgres: exactly once, under two replicas, over crashes, and against its own owner."""

import asyncio
from typing import Any, LiteralString
from uuid import UUID

import asyncpg
import pytest
from auth.audit import chain_queries, queries
from auth.audit.chaining import Chainer
from auth.audit.domain import Entry, Point
from infra.audit_log import HANDLERS, MIGRATIONS, Log, recorded
from infra.databases import MakeDb
from shared.consumers import Inbox, deliver
from shared.db import SYSTEM, Scope
from shared.ids import new_id


class Raw:
    """A Kafka record."""

    topic, partition, key = "auth.audit.v1", 0, None

    def __init__(self, offset: int, value: bytes) -> None:
        self.offset = offset
        self.value = value


async def test_delivered_twice_it_is_one_entry_and_the_chain_holds(
    log: Log, organization_id: UUID
) -> None:
    brand = new_id()
    events = [
        recorded(organization_id, details={"n": n, "ż": "☂"}, brand_ids=[brand]) for n in range(3)
    ]
    await log.take(*events)
    entries = await log.entries(organization_id)
    assert [entry.sequence for entry in entries] == [1, 2, 3]
    assert [entry.event_id for entry in entries] == [event.id for event in events]
    assert await log.breaks(organization_id) == []
    assert (await log.check(organization_id)).checked == 3


async def test_each_organization_has_a_chain_of_its_own(
    log: Log, organization_id: UUID, other_organization_id: UUID
) -> None:
    await log.take(*(recorded(o) for o in (organization_id, other_organization_id) for _ in "ab"))
    for organization in (organization_id, other_organization_id):
        assert [e.sequence for e in await log.entries(organization)] == [1, 2]
        assert await log.breaks(organization) == []


async def test_looks_and_all_the_rest_are_told_apart_and_make_up_the_whole(
    log: Log, organization_id: UUID
) -> None:
    actions = ["metrics.read", "brand.changed", "live.opened", "moon.landed", "metrics.exported"]
    await log.take(*(recorded(organization_id, action=action) for action in actions))
    found: dict[bool | None, list[str]] = {}
    async with log.db.read(Scope(organization_id)) as tx:
        for looks in (True, False, None):
            wanted = queries.Filter(looks=looks)
            entries = await queries.newest(tx, Scope(organization_id), wanted, 10)
            found[looks] = [entry.action for entry in entries]
    assert found[True] == ["metrics.exported", "live.opened", "metrics.read"]
    assert found[False] == ["moon.landed", "brand.changed"]
    assert found[None] == actions[::-1]


async def test_two_replicas_make_one_chain_without_gaps_or_doubles(
    log: Log, make_db: MakeDb, organization_id: UUID, other_organization_id: UUID
) -> None:
    second = await make_db("auth", MIGRATIONS, url=log.db.url)
    events = [
        recorded((organization_id, other_organization_id)[n % 2], f"actor {n % 7}")
        for n in range(200)
    ]
    raw = [Raw(n, event.model_dump_json().encode()) for n, event in enumerate(events)]

    async def replica(db: Any, order: list[Raw]) -> None:
        inbox, chainer = Inbox(db, HANDLERS), Chainer(db, lambda: log.now)
        for start in range(0, len(order), 40):
            await inbox.deliver_all(order[start : start + 40])
            await chainer.tick()

    await asyncio.gather(replica(log.db, raw), replica(second, raw[::-1]))
    await log.chain()
    for organization in (organization_id, other_organization_id):
        entries = await log.entries(organization)
        assert [entry.sequence for entry in entries] == list(range(1, 101))
        assert len({entry.event_id for entry in entries}) == 100
        assert await log.breaks(organization) == []


async def test_a_crash_between_arrival_and_commit_loses_and_doubles_nothing(
    log: Log, organization_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    await log.take(recorded(organization_id))
    await deliver(log.db, HANDLERS, recorded(organization_id))
    append = chain_queries.append

    async def die(*_: Any) -> None:
        await append(*_)
        raise ConnectionResetError

    monkeypatch.setattr(chain_queries, "append", die)
    with pytest.raises(ConnectionResetError):
        await log.chainer.tick()
    assert len(await log.entries(organization_id)) == 1
    monkeypatch.setattr(chain_queries, "append", append)
    await log.chain()
    assert [entry.sequence for entry in await log.entries(organization_id)] == [1, 2]
    assert await log.breaks(organization_id) == []


async def test_an_event_that_comes_again_after_the_inbox_forgot_it_is_not_chained_again(
    log: Log, organization_id: UUID
) -> None:
    event = recorded(organization_id)
    await log.take(event)
    async with log.db.tx(SYSTEM) as tx:
        await tx.execute("delete from inbox")
    await log.take(event)
    assert len(await log.entries(organization_id)) == 1
    assert await log.breaks(organization_id) == []


# ── immutability ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "statement",
    [
        "update audit_entry set actor_id = 'somebody else'",
        "delete from audit_entry",
        "truncate audit_entry",
        "delete from audit_chain",
        "update audit_chain set sequence = 0, anchor_sequence = 0",
    ],
)
@pytest.mark.parametrize("system", [True, False])
async def test_the_service_itself_cannot_change_what_was_chained(
    log: Log, organization_id: UUID, statement: LiteralString, system: bool
) -> None:
    await log.take(recorded(organization_id), recorded(organization_id))
    before = await log.entries(organization_id)
    scope = SYSTEM if system else Scope.organization(organization_id)
    try:
        async with log.db.tx(scope) as tx:
            await tx.execute(statement)
    except asyncpg.InsufficientPrivilegeError:
        pass
    assert await log.entries(organization_id) == before
    assert await log.breaks(organization_id) == []


# ── tampering by the owner of the database ───────────────────────────────────────────────────────


async def filled(log: Log, organization_id: UUID, count: int = 6) -> list[Entry]:
    await log.take(*(recorded(organization_id, details={"n": n}) for n in range(count)))
    return await log.entries(organization_id)


@pytest.mark.parametrize(
    "statement",
    [
        "update audit_entry set actor_id = 'mallory' where sequence = 3",
        "update audit_entry set details = '{\"n\": 99}' where sequence = 3",
        "update audit_entry set occurred_at = occurred_at - interval '1 hour' where sequence = 3",
        "update audit_entry set outcome = 'refused' where sequence = 3",
        "update audit_entry set brand_ids = array[gen_random_uuid()] where sequence = 3",
    ],
)
async def test_a_changed_entry_is_found(log: Log, organization_id: UUID, statement: str) -> None:
    await filled(log, organization_id)
    async with log.as_superuser() as conn:
        assert await conn.execute(statement) == "UPDATE 1"
    assert await log.breaks(organization_id) == [("changed", 3)]


async def test_an_entry_changed_and_hashed_anew_is_found_at_the_next(
    log: Log, organization_id: UUID
) -> None:
    entries = await filled(log, organization_id)
    async with log.as_superuser() as conn:
        await conn.execute("update audit_entry set actor_id = 'mallory' where sequence = 3")
        [_, _, altered, *_] = await log.entries(organization_id)
        await conn.execute(
            "update audit_entry set hash = $1 where sequence = 3", altered.computed_hash()
        )
    assert entries[2].hash != altered.computed_hash()
    assert await log.breaks(organization_id) == [("relinked", 4)]


@pytest.mark.parametrize(
    ("first", "last"),
    [(3, 3), (1, 2), (5, 6), (1, 6)],
)
async def test_removed_entries_are_found(
    log: Log, organization_id: UUID, first: int, last: int
) -> None:
    await filled(log, organization_id)
    async with log.as_superuser() as conn:
        await conn.execute("delete from audit_entry where sequence between $1 and $2", first, last)
    assert await log.breaks(organization_id) == [("removed", first)]


async def test_an_inserted_entry_is_found(log: Log, organization_id: UUID) -> None:
    await filled(log, organization_id)
    async with log.as_superuser() as conn:
        await conn.execute("update audit_entry set sequence = sequence + 100 where sequence >= 4")
        await conn.execute("update audit_entry set sequence = sequence - 99 where sequence >= 104")
        await conn.execute(
            """
            insert into audit_entry select organization_id, 4, gen_random_uuid(), occurred_at,
                recorded_at, service, action, operation, 'user', 'mallory', impersonator, brand_ids,
                every_brand, target_type, target_id, outcome, code, count, ip, user_agent,
                request_id, details, hash, hash from audit_entry where sequence = 3
            """
        )
    found = await log.breaks(organization_id)
    assert ("changed", 4) in found
    assert ("head", 7) in found


async def test_reordered_entries_are_found(log: Log, organization_id: UUID) -> None:
    await filled(log, organization_id)
    async with log.as_superuser() as conn:
        for before, after in ((3, 999), (4, 3), (999, 4)):
            await conn.execute(
                "update audit_entry set sequence = $2 where sequence = $1", before, after
            )
    found = await log.breaks(organization_id)
    assert {("changed", 3), ("changed", 4)} <= set(found)


async def test_an_end_cut_off_with_its_head_is_found_by_a_head_noted_outside(
    log: Log, organization_id: UUID
) -> None:
    entries = await filled(log, organization_id)
    noted = await log.head(organization_id)
    async with log.as_superuser() as conn:
        await conn.execute("delete from audit_entry where sequence > 4")
        await conn.execute("update audit_chain set sequence = 4, hash = $1", entries[3].hash)
    assert await log.breaks(organization_id) == []
    assert await log.breaks(organization_id, noted) == [("removed", 5)]


async def test_a_chain_rewritten_as_a_whole_is_found_by_a_head_noted_outside(
    log: Log, organization_id: UUID
) -> None:
    entries = await filled(log, organization_id)
    noted = await log.head(organization_id)
    previous = bytes(32)
    async with log.as_superuser() as conn:
        await conn.execute("update audit_entry set actor_id = 'nobody'")
        for altered in await log.entries(organization_id):
            linked = altered.chained(altered.sequence, previous)
            previous = linked.hash
            await conn.execute(
                "update audit_entry set previous_hash = $2, hash = $3 where sequence = $1",
                linked.sequence, linked.previous_hash, linked.hash,
            )  # fmt: skip
        await conn.execute("update audit_chain set hash = $1", previous)
    assert await log.breaks(organization_id) == []
    assert await log.breaks(organization_id, noted) == [("rewritten", len(entries))]


# ── retention ────────────────────────────────────────────────────────────────────────────────────


async def test_retention_removes_the_oldest_leaves_an_anchor_and_tells_of_itself(
    log: Log, organization_id: UUID
) -> None:
    old = await filled(log, organization_id, 3)
    log.forward(days=300)
    await filled(log, organization_id, 2)
    log.forward(days=101)
    await log.purge()
    entries = await log.entries(organization_id)
    assert [(e.sequence, e.action) for e in entries] == [
        (4, "brand.changed"),
        (5, "brand.changed"),
        (6, "audit.purged"),
    ]
    assert entries[-1].details == {
        "entries": 3,
        "anchor": str(Point(3, old[2].hash)),
        "retention_days": 400,
    }
    assert entries[-1].actor_kind == "service"
    assert await log.breaks(organization_id) == []
    assert await log.breaks(organization_id, Point(3, old[2].hash)) == []
    assert await log.breaks(organization_id, Point(3, bytes(32))) == [("rewritten", 3)]


async def test_retention_is_each_organizations_own(
    log: Log, organization_id: UUID, other_organization_id: UUID
) -> None:
    await log.take(recorded(organization_id), recorded(other_organization_id))
    async with log.db.tx(Scope.organization(organization_id)) as tx:
        await tx.execute("update audit_chain set retention_days = 90")
    log.forward(days=91)
    await log.purge()
    assert [e.action for e in await log.entries(organization_id)] == ["audit.purged"]
    assert [e.action for e in await log.entries(other_organization_id)] == ["brand.changed"]


async def test_removing_what_retention_left_is_found(log: Log, organization_id: UUID) -> None:
    await filled(log, organization_id, 3)
    log.forward(days=401)
    await filled(log, organization_id, 3)
    await log.purge()
    async with log.as_superuser() as conn:
        await conn.execute("delete from audit_entry where sequence = 4")
    assert await log.breaks(organization_id) == [("removed", 4)]
