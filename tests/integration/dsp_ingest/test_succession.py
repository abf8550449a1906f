"""dsp-ingest follows the connection that auth chose, also in the middle of a pull, in any order of events."""

from itertools import permutations
from uuid import UUID

import pytest
from dsp_ingest import jobs
from infra.ingest import Advertiser, Rig, assert_truth
from shared.events import CredentialReauthRequired
from shared.ids import new_id


async def two(rig: Rig, organization_id: UUID) -> tuple[Advertiser, UUID]:
    """An advertiser seen by two connections, served by its own."""
    advertiser = await rig.advertiser(organization_id)
    await rig.hold_data()
    spare = new_id()
    await rig.consent(spare)
    await rig.link(advertiser, serving_connection_id=advertiser.connection_id)
    rig.clock.forward(seconds=1)
    await rig.link(advertiser, connection_id=spare, serving_connection_id=advertiser.connection_id)
    rig.clock.forward(seconds=1)
    return advertiser, spare


async def used(rig: Rig) -> set[UUID]:
    return {report["connection_id"] for report in await rig.reports()}


async def test_the_chosen_connection_is_used(rig: Rig, organization_id: UUID) -> None:
    advertiser, spare = await two(rig, organization_id)
    await rig.link(advertiser, connection_id=spare, serving_connection_id=spare)
    await rig.settle(rig.deps())
    await assert_truth(rig, advertiser)
    assert await used(rig) == {spare}


async def test_a_choice_told_late_does_not_replace_a_newer_one(
    rig: Rig, organization_id: UUID
) -> None:
    advertiser, spare = await two(rig, organization_id)
    earlier = rig.clock()
    rig.clock.forward(seconds=5)
    await rig.link(advertiser, connection_id=spare, serving_connection_id=spare)
    late = advertiser.linked(serving_connection_id=advertiser.connection_id)
    await rig.tell(late, organization_id, at=earlier)
    await rig.settle(rig.deps())
    assert await used(rig) == {spare}


@pytest.mark.parametrize("order", list(permutations(range(2))))
async def test_a_failover_in_the_middle_of_a_pull_leaves_no_gap(
    rig: Rig, organization_id: UUID, order: tuple[int, ...]
) -> None:
    advertiser, spare = await two(rig, organization_id)
    deps = rig.deps()
    await jobs.plan(deps)
    await jobs.work_one(deps)
    rig.desk.problems[str(advertiser.connection_id)] = (409, "reauth_required")
    facts = [
        CredentialReauthRequired(
            connection_id=advertiser.connection_id, error_code="invalid_grant"
        ),
        advertiser.linked(connection_id=spare, serving_connection_id=spare),
    ]
    for index in order:
        await rig.tell(facts[index], organization_id)
    await rig.settle(deps)
    await assert_truth(rig, advertiser)
    assert await rig.events("sync.failed") == []


async def test_a_grant_that_dies_before_any_event_tells_gives_way_and_fails_nothing(
    rig: Rig, organization_id: UUID
) -> None:
    advertiser, spare = await two(rig, organization_id)
    rig.desk.problems[str(advertiser.connection_id)] = (409, "reauth_required")
    await rig.settle(rig.deps(paused_retry_seconds=1_000_000))
    await assert_truth(rig, advertiser)
    assert await used(rig) == {spare}
    assert await rig.events("sync.failed") == []


async def test_when_both_are_dead_the_sync_says_so_and_asks_no_more(
    rig: Rig, organization_id: UUID
) -> None:
    advertiser, spare = await two(rig, organization_id)
    for connection_id in (advertiser.connection_id, spare):
        rig.desk.problems[str(connection_id)] = (409, "reauth_required")
    await rig.settle(rig.deps(paused_retry_seconds=1_000_000, sync_interval_seconds=1_000_000))
    [sync] = await rig.syncs()
    assert (sync["state"], sync["error_code"]) == ("failed", "reauth_required")


async def test_reports_that_wait_after_trouble_are_due_at_once_under_the_new_connection(
    rig: Rig, organization_id: UUID
) -> None:
    advertiser, spare = await two(rig, organization_id)
    deps = rig.deps(sync_interval_seconds=1_000_000)
    await jobs.plan(deps)
    rig.desk.problems[str(advertiser.connection_id)] = (503, "token_unavailable")
    while await jobs.work_one(deps):
        pass
    waiting = await rig.reports()
    assert all(report["next_attempt_at"] > rig.clock() for report in waiting)
    rig.clock.forward(seconds=0.1)
    await rig.link(advertiser, connection_id=spare, serving_connection_id=spare)
    assert all(report["next_attempt_at"] <= rig.clock() for report in await rig.reports())
