"""Discovery of AMC accounts and instances: once in effect, whatever happens half-way."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from amazon_ads import amc
from amc_runner import queries
from amc_runner.consumers import HANDLERS
from asyncpg import Record
from infra.amc import Runner, Stage
from sandbox.faults.rules import Rule
from shared.db import Scope
from shared.events import (
    ConnectionReauthorized,
    ConnectionRevoked,
    CredentialRecovered,
    make_event,
)
from shared.ids import new_id

from shared import consumers

SIX_HOURS = timedelta(hours=7)


@pytest.fixture
def connection_id() -> UUID:
    return new_id()


async def instances(runner: Runner, organization_id: UUID) -> list[Record]:
    async with runner.db.read(Scope.organization(organization_id)) as tx:
        return await queries.list_instances(tx, organization_id)


async def accounts(runner: Runner, organization_id: UUID) -> list[Record]:
    async with runner.db.read(Scope.organization(organization_id)) as tx:
        return await queries.list_accounts(tx, organization_id)


async def discovery(runner: Runner, organization_id: UUID) -> Record:
    async with runner.db.read(Scope.organization(organization_id)) as tx:
        [row] = await queries.list_discoveries(tx, organization_id)
    return row


def found(rows: list[Record]) -> dict[str, str]:
    return {row["amazon_instance_id"]: row["account_id"] for row in rows}


async def test_a_consent_delivered_twice_finds_every_instance_once(
    runner: Runner, stage: Stage, organization_id: UUID, connection_id: UUID
) -> None:
    await runner.authorize(connection_id, organization_id)
    await runner.discoverer.tick()
    await runner.discoverer.tick()
    rows = await instances(runner, organization_id)
    assert found(rows) == stage.expected_instances()
    assert {row["status"] for row in rows} == {"ready"}
    assert len(await accounts(runner, organization_id)) == 3
    events = await runner.emitted()
    assert sorted(e["data"]["amazon_instance_id"] for e in events) == sorted(found(rows))
    assert {e["type"] for e in events} == {"instance.discovered"}
    assert {e["tenantid"] for e in events} == {str(organization_id)}
    assert len(stage.asked) == 1
    assert stage.asked[0]["organization_id"] == organization_id
    state = await discovery(runner, organization_id)
    assert (state["state"], state["accounts"], state["instances"]) == ("done", 3, len(rows))


async def test_each_account_is_asked_with_its_own_headers(
    runner: Runner, stage: Stage, organization_id: UUID, connection_id: UUID
) -> None:
    await runner.authorize(connection_id, organization_id)
    await runner.discoverer.tick()
    asked = [
        (
            call.headers["amazon-advertising-api-advertiserid"],
            call.headers["amazon-advertising-api-marketplaceid"],
        )
        for call in stage.amazon_calls
        if call.url.path == "/na/amc/instances"
    ]
    known = [
        (a["account_id"], a["marketplace_id"]) for a in await accounts(runner, organization_id)
    ]
    assert sorted(asked) == sorted(known)
    assert "amazon-advertising-api-scope" not in stage.amazon_calls[0].headers


async def test_another_organization_and_brand_bound_callers_see_nothing(
    runner: Runner, organization_id: UUID, other_organization_id: UUID, connection_id: UUID
) -> None:
    await runner.authorize(connection_id, organization_id)
    await runner.discoverer.tick()
    assert await instances(runner, other_organization_id) == []
    assert await accounts(runner, other_organization_id) == []
    for scope in (
        Scope.organization(other_organization_id),
        Scope.organization(organization_id, frozenset({new_id()})),
    ):
        async with runner.db.read(scope) as tx:
            for rows in (
                await queries.list_instances(tx, organization_id),
                await queries.list_accounts(tx, organization_id),
                await queries.list_discoveries(tx, organization_id),
            ):
                assert rows == []


async def test_looking_again_says_nothing_new(
    runner: Runner, stage: Stage, organization_id: UUID, connection_id: UUID
) -> None:
    await runner.authorize(connection_id, organization_id)
    await runner.discoverer.tick()
    before = len(await runner.emitted())
    stage.now += SIX_HOURS
    await runner.discoverer.tick()
    assert len(stage.asked) == 2
    assert len(await runner.emitted()) == before


async def test_a_death_in_the_middle_is_taken_over_and_changes_nothing_twice(
    runner: Runner, stage: Stage, organization_id: UUID, connection_id: UUID
) -> None:
    await runner.authorize(connection_id, organization_id)
    in_the_middle = asyncio.Event()

    async def hang(request: httpx.Request) -> None:
        if request.url.path == "/na/amc/instances":
            in_the_middle.set()
            await asyncio.Event().wait()

    stage.before_call = hang
    dying = asyncio.create_task(runner.discoverer.tick())
    await in_the_middle.wait()
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    stage.before_call = None
    assert await instances(runner, organization_id) == []
    await runner.discoverer.tick()
    assert await instances(runner, organization_id) == []
    stage.now += timedelta(seconds=121)
    await runner.discoverer.tick()
    rows = await instances(runner, organization_id)
    assert found(rows) == stage.expected_instances()
    assert len(await runner.emitted()) == len(rows)


async def test_a_slow_process_whose_lease_was_taken_stores_nothing(
    runner: Runner, stage: Stage, organization_id: UUID, connection_id: UUID
) -> None:
    await runner.authorize(connection_id, organization_id)
    released, slow_is_in = asyncio.Event(), asyncio.Event()

    async def hold_first(request: httpx.Request) -> None:
        stage.before_call = None
        slow_is_in.set()
        await released.wait()

    stage.before_call = hold_first
    slow = asyncio.create_task(runner.discoverer.tick())
    await slow_is_in.wait()
    stage.now += timedelta(seconds=121)
    await runner.discoverer.tick()
    emitted = len(await runner.emitted())
    released.set()
    await slow
    assert len(await runner.emitted()) == emitted > 0
    assert (await discovery(runner, organization_id))["state"] == "done"


async def test_two_processes_do_not_do_the_same_discovery(
    runner: Runner, stage: Stage, organization_id: UUID, connection_id: UUID
) -> None:
    await runner.authorize(connection_id, organization_id)
    await asyncio.gather(runner.discoverer.tick(), runner.discoverer.tick())
    assert len(stage.asked) == 1


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("429", "rate_limited"),
        ("429_no_retry_after", "rate_limited"),
        ("500", "unavailable"),
        ("503", "unavailable"),
        ("malformed", "malformed_response"),
    ],
)
async def test_an_account_that_fails_hides_no_other_and_is_tried_again(
    runner: Runner, stage: Stage, organization_id: UUID, connection_id: UUID, kind: Any, code: str
) -> None:
    await runner.authorize(connection_id, organization_id)
    stage.faults(Rule("GET /amc/instances", kind, count=1))
    await runner.discoverer.tick()
    state = await discovery(runner, organization_id)
    assert (state["state"], state["error_code"]) == ("failed", code)
    assert "Halyard Media AMC" in state["error_detail"]
    assert 0 < len(await instances(runner, organization_id)) < len(stage.expected_instances())
    stage.now = state["next_attempt_at"]
    await runner.discoverer.tick()
    assert found(await instances(runner, organization_id)) == stage.expected_instances()
    state = await discovery(runner, organization_id)
    assert (state["state"], state["error_code"], state["attempts"]) == ("done", None, 0)


async def test_what_was_known_stays_while_amazon_cannot_be_read(
    runner: Runner, stage: Stage, organization_id: UUID, connection_id: UUID
) -> None:
    await runner.authorize(connection_id, organization_id)
    await runner.discoverer.tick()
    for rule in (Rule("GET /amc/instances", "500"), Rule("GET /amc/accounts", "500")):
        stage.now += SIX_HOURS
        stage.faults(rule)
        await runner.discoverer.tick()
        assert (await discovery(runner, organization_id))["state"] == "failed"
        assert found(await instances(runner, organization_id)) == stage.expected_instances()
        assert len(await accounts(runner, organization_id)) == 3


async def test_an_account_no_longer_reached_is_forgotten(
    runner: Runner, stage: Stage, organization_id: UUID, connection_id: UUID
) -> None:
    await runner.authorize(connection_id, organization_id)
    await runner.discoverer.tick()
    stage.user = "robin"
    stage.now += SIX_HOURS
    await runner.discoverer.tick()
    assert found(await instances(runner, organization_id)) == stage.expected_instances()
    assert len(await accounts(runner, organization_id)) == 1


async def test_a_user_without_amc_is_done_with_nothing(
    runner: Runner, stage: Stage, organization_id: UUID, connection_id: UUID
) -> None:
    stage.user = "sam"
    await runner.authorize(connection_id, organization_id)
    await runner.discoverer.tick()
    state = await discovery(runner, organization_id)
    assert (state["state"], state["accounts"], state["instances"]) == ("done", 0, 0)


async def test_a_dead_grant_is_shown_and_its_recovery_looks_at_once(
    runner: Runner, stage: Stage, organization_id: UUID, connection_id: UUID
) -> None:
    await runner.authorize(connection_id, organization_id)
    stage.refusal = (409, "reauth_required")
    await runner.discoverer.tick()
    state = await discovery(runner, organization_id)
    assert (state["state"], state["error_code"]) == ("failed", "reauth_required")
    assert state["next_attempt_at"] > stage.now + timedelta(hours=5)
    stage.refusal = None
    recovered = CredentialRecovered(connection_id=connection_id, expires_at=stage.now)
    await runner.deliver(recovered, organization_id)
    await runner.discoverer.tick()
    assert (await discovery(runner, organization_id))["state"] == "done"


async def test_token_refresher_away_is_tried_again_soon(
    runner: Runner, stage: Stage, organization_id: UUID, connection_id: UUID
) -> None:
    await runner.authorize(connection_id, organization_id)
    stage.refusal = (503, "retrying")
    await runner.discoverer.tick()
    state = await discovery(runner, organization_id)
    assert state["error_code"] == "retrying"
    assert state["next_attempt_at"] <= stage.now + timedelta(seconds=15)


async def test_a_token_refused_by_amazon_is_replaced_once(
    runner: Runner, stage: Stage, organization_id: UUID, connection_id: UUID
) -> None:
    await runner.authorize(connection_id, organization_id)
    stage.faults(Rule("GET /amc/accounts", "401", count=1))
    await runner.discoverer.tick()
    assert (await discovery(runner, organization_id))["state"] == "done"
    assert [len(ask.get("refused_token_sha256", "")) for ask in stage.asked] == [0, 64]


async def test_a_revoked_connection_shows_nothing_and_does_not_come_back_by_replay(
    runner: Runner, stage: Stage, organization_id: UUID, connection_id: UUID
) -> None:
    await runner.authorize(connection_id, organization_id)
    await runner.discoverer.tick()
    revoked = ConnectionRevoked(connection_id=connection_id, reason="asked")
    await runner.deliver(revoked, organization_id)
    assert await instances(runner, organization_id) == []
    await runner.authorize(connection_id, organization_id)
    stage.now += SIX_HOURS
    await runner.discoverer.tick()
    assert await instances(runner, organization_id) == []
    assert len(stage.asked) == 1


async def test_a_connection_revoked_while_it_is_looked_at_stays_empty(
    runner: Runner, stage: Stage, organization_id: UUID, connection_id: UUID
) -> None:
    await runner.authorize(connection_id, organization_id)

    async def revoke(request: httpx.Request) -> None:
        stage.before_call = None
        revoked = ConnectionRevoked(connection_id=connection_id, reason="asked")
        await runner.deliver(revoked, organization_id)

    stage.before_call = revoke
    await runner.discoverer.tick()
    assert await instances(runner, organization_id) == []
    assert await accounts(runner, organization_id) == []
    assert await runner.emitted() == []


async def test_a_consent_during_a_look_is_looked_at_again(
    runner: Runner, stage: Stage, organization_id: UUID, connection_id: UUID
) -> None:
    await runner.authorize(connection_id, organization_id)

    async def consent_again(request: httpx.Request) -> None:
        stage.before_call = None
        again = ConnectionReauthorized(
            connection_id=connection_id,
            region="NA",
            amazon_user_name="A",
            consented_at=stage.now,
            scopes=[],
        )
        await runner.deliver(again, organization_id)

    stage.before_call = consent_again
    await runner.discoverer.tick()
    await runner.discoverer.tick()
    assert len(stage.asked) == 2


async def test_an_instance_reached_by_two_connections_is_one_and_outlives_either(
    runner: Runner, stage: Stage, organization_id: UUID, connection_id: UUID
) -> None:
    second = new_id()
    await runner.authorize(connection_id, organization_id)
    await runner.authorize(second, organization_id)
    await runner.discoverer.tick()
    assert found(await instances(runner, organization_id)) == stage.expected_instances()
    assert len(await accounts(runner, organization_id)) == 6
    revoked = ConnectionRevoked(connection_id=connection_id, reason="asked")
    await runner.deliver(revoked, organization_id)
    rows = await instances(runner, organization_id)
    assert {row["connection_id"] for row in rows} == {second}
    assert found(rows) == stage.expected_instances()


async def test_an_event_of_another_organization_cannot_touch_a_connection(
    runner: Runner, organization_id: UUID, other_organization_id: UUID, connection_id: UUID
) -> None:
    await runner.authorize(connection_id, organization_id)
    await runner.discoverer.tick()
    revoked = ConnectionRevoked(connection_id=connection_id, reason="asked")
    await runner.deliver(revoked, other_organization_id)
    assert len(await instances(runner, organization_id)) > 0


async def test_every_page_of_instances_is_read(
    runner: Runner, stage: Stage, organization_id: UUID, connection_id: UUID,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    real = amc.iterate_instances
    monkeypatch.setattr(amc, "iterate_instances", lambda c, a: real(c, a, page_size=2))
    await runner.authorize(connection_id, organization_id)
    await runner.discoverer.tick()
    assert found(await instances(runner, organization_id)) == stage.expected_instances()
    assert any("nextToken" in call.url.params for call in stage.amazon_calls)


async def test_a_broken_event_of_a_known_type_is_parked(
    runner: Runner, organization_id: UUID
) -> None:
    raw = make_event(
        ConnectionRevoked(connection_id=new_id(), reason="x"), organization_id
    ).model_dump_json()
    broken = raw.replace('"reason":"x"', '"reason":7').encode()
    assert await consumers.deliver(runner.db, HANDLERS, broken) == "parked"
