"""Instances that several connections reach are served by one whose grant works."""

from datetime import timedelta
from itertools import permutations
from uuid import UUID

import pytest
from amc_runner import queries
from infra.amc import Runner, Stage
from shared.db import Scope
from shared.events import CredentialReauthRequired, CredentialRecovered, EventData
from shared.ids import new_id


async def serving(runner: Runner, organization_id: UUID) -> set[tuple[UUID, bool]]:
    async with runner.db.read(Scope.organization(organization_id)) as tx:
        rows = await queries.list_instances(tx, organization_id)
    return {(row["connection_id"], row["served"]) for row in rows}


@pytest.fixture
async def two(runner: Runner, stage: Stage, organization_id: UUID) -> tuple[UUID, UUID]:
    """Two connections of the same Amazon user; the first has reached the instances longest."""
    first, second = new_id(), new_id()
    for connection_id in (first, second):
        await runner.authorize(connection_id, organization_id)
        await runner.discoverer.tick()
        stage.now += timedelta(minutes=1)
    return first, second


def fallen(connection_id: UUID) -> EventData:
    return CredentialReauthRequired(connection_id=connection_id, error_code="invalid_grant")


async def test_a_dead_grant_hands_its_instances_over(
    runner: Runner, stage: Stage, organization_id: UUID, two: tuple[UUID, UUID]
) -> None:
    assert await serving(runner, organization_id) == {(two[0], True)}
    await runner.deliver(fallen(two[0]), organization_id)
    assert await serving(runner, organization_id) == {(two[1], True)}
    await runner.deliver(fallen(two[1]), organization_id)
    assert {served for _, served in await serving(runner, organization_id)} == {False}
    recovered = CredentialRecovered(connection_id=two[0], expires_at=stage.now)
    await runner.deliver(recovered, organization_id)
    assert await serving(runner, organization_id) == {(two[0], True)}


@pytest.mark.parametrize("order", list(permutations(range(2))))
async def test_falls_in_any_order_end_alike(
    runner: Runner, organization_id: UUID, two: tuple[UUID, UUID], order: tuple[int, ...]
) -> None:
    for index in order:
        await runner.deliver(fallen(two[index]), organization_id)
    assert {served for _, served in await serving(runner, organization_id)} == {False}


async def test_instances_no_longer_reached_are_told_lost(
    runner: Runner, stage: Stage, organization_id: UUID, two: tuple[UUID, UUID]
) -> None:
    before = stage.expected_instances()
    stage.user = "sam"
    stage.now += timedelta(hours=7)
    await runner.discoverer.tick()
    lost = [e["data"] for e in await runner.emitted() if e["type"] == "instance.lost"]
    assert {UUID(e["connection_id"]) for e in lost} == set(two)
    assert len(lost) == 2 * len(before)
