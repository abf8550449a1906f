"""A person suspends a connection and resumes it."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from infra.connected import Connected
from infra.credential_edge import Edge
from infra.credentials import Replica, World, facts, payloads
from shared.db import Scope
from shared.errors import Conflict
from shared.internal_tokens import Actor
from token_refresher import continuity, service
from token_refresher.continuity import Tally

MANAGES = frozenset({"connection:read", "connection:manage"})
REASON = {"reason": "The client asked us to stop until Monday"}


def path(connection_id: UUID) -> str:
    return f"/v1/credentials/{connection_id}/suspension"


def manager(organization_id: UUID, **changes: Any) -> Actor:
    return Actor("user", "u", organization_id, changes.pop("permissions", MANAGES), **changes)


async def suspended(edge: Edge, organization_id: UUID) -> UUID:
    connection_id = uuid4()
    await edge.put(connection_id, organization_id)
    answer = await edge.call("POST", path(connection_id), by=manager(organization_id), json=REASON)
    assert answer.status_code == 200
    return connection_id


async def test_a_suspended_connection_says_why_and_who_ends_it(
    edge: Edge, organization_id: UUID
) -> None:
    await suspended(edge, organization_id)
    (shown,) = await edge.listed(organization_id)
    assert (shown["state"], shown["owner"]) == ("suspended", "user")
    assert shown["suspension_reason"] == REASON["reason"]
    assert shown["next_action"] == "Resume this connection when it may be used again."
    assert shown["next_refresh_at"] is None
    assert shown["suspended_at"] == edge.world.clock().isoformat().replace("+00:00", "Z")


async def test_no_token_is_handed_out_also_not_from_memory(
    edge: Edge, organization_id: UUID
) -> None:
    connection_id = uuid4()
    await edge.put(connection_id, organization_id)
    assert (await edge.take(connection_id, organization_id)).status_code == 200
    await edge.call("POST", path(connection_id), by=manager(organization_id), json=REASON)
    answer = await edge.take(connection_id, organization_id)
    assert (answer.status_code, answer.json()["code"]) == (409, "credential_suspended")
    assert "Resume" in answer.json()["hint"]


async def test_suspending_and_resuming_twice_is_once(edge: Edge, organization_id: UUID) -> None:
    connection_id, by = await suspended(edge, organization_id), manager(organization_id)
    again = await edge.call("POST", path(connection_id), by=by, json={"reason": "another"})
    assert again.json()["suspension_reason"] == REASON["reason"]
    for _ in range(2):
        answer = await edge.call("DELETE", path(connection_id), by=by)
        assert answer.json()["suspension_reason"] is None
    told = await facts(edge.db)
    assert told.count("credential.suspended") == told.count("credential.resumed") == 1
    event = next(e for e in await payloads(edge.db) if e["type"] == "credential.suspended")
    assert event["data"] == {"connection_id": str(connection_id), **REASON}


async def test_a_resumed_connection_is_refreshed_at_once(edge: Edge, organization_id: UUID) -> None:
    connection_id = await suspended(edge, organization_id)
    edge.world.clock.forward(hours=30)
    await edge.call("DELETE", path(connection_id), by=manager(organization_id))
    answer = await edge.take(connection_id, organization_id)
    assert answer.json()["access_token"] == "Atza|minted-1"
    told = [fact for fact in await facts(edge.db) if fact.startswith("credential.")]
    assert told[1:] == [
        "credential.suspended",
        "credential.resumed",
        "credential.recovered",
        "credential.refreshed",
    ]


async def test_only_managers_of_every_brand_may(
    edge: Edge, organization_id: UUID, other_organization_id: UUID
) -> None:
    connection_id = uuid4()
    await edge.put(connection_id, organization_id)
    reader = manager(organization_id, permissions=frozenset({"connection:read"}))
    limited = manager(organization_id, brand_ids=frozenset({uuid4()}))
    stranger = manager(other_organization_id)
    for by, status in ((reader, 403), (limited, 403), (stranger, 404)):
        for method, body in (("POST", REASON), ("DELETE", None)):
            answer = await edge.call(method, path(connection_id), by=by, json=body)
            assert answer.status_code == status
    assert (await edge.take(connection_id, organization_id)).status_code == 200


@pytest.mark.parametrize(
    "body", [{}, {"reason": ""}, {"reason": "  "}, {"reason": "x" * 201}, {"reason": "a\x00b"}]
)
async def test_a_reason_is_needed_and_is_a_line(
    edge: Edge, organization_id: UUID, body: dict[str, str]
) -> None:
    connection_id = uuid4()
    await edge.put(connection_id, organization_id)
    answer = await edge.call("POST", path(connection_id), by=manager(organization_id), json=body)
    assert answer.status_code == 422


async def suspend(world: World, replica: Replica, connection_id: UUID) -> None:
    async with replica.db.tx(Scope.organization(world.organization_id)) as tx:
        ids = (connection_id, world.organization_id)
        await service.suspend(tx, *ids, "audit", world.clock())


async def resume(world: World, replica: Replica, connection_id: UUID) -> None:
    async with replica.db.tx(Scope.organization(world.organization_id)) as tx:
        await service.resume(tx, connection_id, world.organization_id, world.clock())


async def test_nothing_is_refreshed_or_due_while_suspended(world: World) -> None:
    replica = await world.replica()
    connection_id = await world.grant(replica.db)
    await suspend(world, replica, connection_id)
    world.clock.forward(days=3)
    await replica.refresher.tick()
    with pytest.raises(Conflict):
        await replica.handout.get(world.ask(connection_id))
    assert world.amazon.asked == []
    await resume(world, replica, connection_id)
    await replica.refresher.tick()
    async with replica.db.read(Scope.organization(world.organization_id)) as tx:
        tally = await continuity.read(tx, world.organization_id, world.clock(), 24)
    assert tally == Tally(due=1, done=1, late=0, failed=0)


async def test_a_refresh_under_way_writes_nothing_over_a_suspension(world: World) -> None:
    replica = await world.replica()
    connection_id = await world.grant(replica.db)
    world.clock.forward(minutes=51)

    async def suspend_now() -> None:
        await suspend(world, replica, connection_id)

    world.amazon.before_answer = suspend_now
    await replica.refresher.tick()
    row = await world.row(replica.db, connection_id)
    assert (row.state, row.version, row.lease_until) == ("suspended", 1, None)


async def test_a_new_consent_is_kept_and_the_suspension_stands(connected: Connected) -> None:
    world, replica = connected.world, await connected.world.replica()
    await suspend(world, replica, connected.connection_id)
    await connected.consent()
    row = await world.row(connected.db, connected.connection_id)
    assert (row.state, row.suspension_reason, row.version) == ("suspended", "audit", 2)
    await resume(world, replica, connected.connection_id)
    assert await connected.tick(after=0) == "healthy"
    assert (await facts(connected.db))[-1] == "credential.refreshed"


async def test_an_outage_does_not_touch_suspended_ones(world: World) -> None:
    replica = await world.replica(batch=1)
    ids = [await world.grant(replica.db, number=n) for n in range(7)]
    await suspend(world, replica, ids[6])
    world.clock.forward(minutes=51)
    world.amazon.script = [httpx.Response(503) for _ in range(5)]
    for _ in range(6):
        await replica.refresher.tick()
        world.clock.forward(seconds=31)
    states = [(await world.row(replica.db, i)).state for i in ids]
    assert states == [*["healthy"] * 6, "suspended"]
