"""Which connection is used, and what happens while one is dead or out of tokens."""

import hashlib
from datetime import timedelta
from uuid import UUID

from dsp_ingest import jobs
from infra.ingest import Rig, assert_truth
from shared.events import CredentialReauthRequired, CredentialRecovered, CredentialSuspended
from shared.ids import new_id

CREATE = "POST /reporting/reports"


async def test_a_dead_consent_fails_the_sync_until_it_is_given_again(
    rig: Rig, organization_id: UUID
) -> None:
    advertiser = await rig.advertiser(organization_id)
    await rig.hold_data()
    deps = rig.deps(paused_retry_seconds=1_000_000, sync_interval_seconds=1_000_000)
    rig.desk.problems[str(advertiser.connection_id)] = (409, "reauth_required")
    await rig.link(advertiser)
    await rig.settle(deps, hours=1)
    [sync] = await rig.syncs()
    assert (sync["state"], sync["error_code"], sync["closed_at"]) == (
        "failed",
        "reauth_required",
        None,
    )
    assert len(await rig.events("sync.failed")) == 1
    dead = CredentialReauthRequired(
        connection_id=advertiser.connection_id, error_code="invalid_grant"
    )
    await rig.tell(dead, organization_id)

    rig.clock.forward(hours=3)
    rig.desk.problems.clear()
    recovered = CredentialRecovered(
        connection_id=advertiser.connection_id, expires_at=rig.clock() + timedelta(hours=1)
    )
    await rig.tell(recovered, organization_id)
    await rig.settle(deps)
    await assert_truth(rig, advertiser)


async def test_no_call_is_made_through_a_connection_known_to_be_dead(
    rig: Rig, organization_id: UUID
) -> None:
    advertiser = await rig.advertiser(organization_id)
    dead = CredentialReauthRequired(
        connection_id=advertiser.connection_id, error_code="invalid_grant"
    )
    await rig.link(advertiser)
    await jobs.plan(rig.deps())
    await rig.tell(dead, organization_id)
    await rig.settle(rig.deps(), hours=0.1)
    assert rig.desk.asked == []
    [sync] = await rig.syncs()
    assert (sync["state"], sync["error_code"]) == ("failed", "reauth_required")


async def test_no_call_is_made_through_a_suspended_connection_until_it_is_resumed(
    rig: Rig, organization_id: UUID
) -> None:
    advertiser = await rig.advertiser(organization_id)
    await rig.hold_data()
    deps = rig.deps(paused_retry_seconds=1_000_000, sync_interval_seconds=1_000_000)
    await rig.link(advertiser)
    await jobs.plan(deps)
    suspended = CredentialSuspended(connection_id=advertiser.connection_id, reason="audit")
    await rig.tell(suspended, organization_id)
    await rig.settle(deps, hours=0.1)
    assert rig.desk.asked == []
    rig.clock.forward(minutes=1)
    recovered = CredentialRecovered(
        connection_id=advertiser.connection_id, expires_at=rig.clock() + timedelta(hours=1)
    )
    await rig.tell(recovered, organization_id)
    await rig.settle(deps)
    await assert_truth(rig, advertiser)


async def test_a_suspension_not_heard_of_yet_pauses_the_sync(
    rig: Rig, organization_id: UUID
) -> None:
    advertiser = await rig.advertiser(organization_id)
    rig.desk.problems[str(advertiser.connection_id)] = (409, "credential_suspended")
    await rig.link(advertiser)
    await rig.settle(rig.deps(paused_retry_seconds=1_000_000), hours=1)
    [sync] = await rig.syncs()
    assert (sync["state"], sync["error_code"]) == ("failed", "credential_suspended")


async def test_another_connection_takes_over(rig: Rig, organization_id: UUID) -> None:
    advertiser = await rig.advertiser(organization_id)
    await rig.hold_data()
    deps = rig.deps()
    spare = new_id()
    await rig.consent(spare)
    await rig.link(advertiser)
    rig.clock.forward(seconds=1)
    await rig.link(advertiser, connection_id=spare)
    await jobs.plan(deps)
    await jobs.work_one(deps)
    dead = CredentialReauthRequired(
        connection_id=advertiser.connection_id, error_code="invalid_grant"
    )
    await rig.tell(dead, organization_id)
    await rig.settle(deps)
    await assert_truth(rig, advertiser)
    assert {report["connection_id"] for report in await rig.reports()} == {spare}


async def test_a_connection_without_access_gives_way_to_one_with_access(
    rig: Rig, organization_id: UUID
) -> None:
    advertiser = await rig.advertiser(organization_id, number=0)
    await rig.hold_data()
    poor = UUID(int=1)
    world = (await rig.control.get("/_sandbox/world")).json()
    stranger = next(u for u in world["users"] if advertiser.amazon_id not in u["advertiser_ids"])
    await rig.consent(poor, stranger["user"])
    await rig.link(advertiser)
    rig.clock.forward(seconds=1)
    await rig.link(advertiser, connection_id=poor)
    await rig.settle(rig.deps())
    await assert_truth(rig, advertiser)
    assert {r["connection_id"] for r in await rig.reports()} == {advertiser.connection_id}


async def test_an_account_nobody_may_read_ends_the_sync_with_the_reason(
    rig: Rig, organization_id: UUID
) -> None:
    advertiser = await rig.advertiser(organization_id)
    await rig.faults({"match": CREATE, "kind": "401"})
    await rig.link(advertiser)
    await rig.settle(rig.deps(), hours=0.9)
    [sync] = await rig.syncs()
    assert (sync["state"], sync["error_code"]) == ("failed", "unauthorized")


async def test_a_refused_token_is_named_to_get_another(rig: Rig, organization_id: UUID) -> None:
    advertiser = await rig.advertiser(organization_id)
    first = rig.desk.tokens[str(advertiser.connection_id)]
    await rig.faults({"match": CREATE, "kind": "401", "count": 1})
    await rig.link(advertiser)
    await rig.settle(rig.deps())
    assert [sync["state"] for sync in await rig.syncs()] == ["completed"]
    refused = [body["refused_token_sha256"] for body in rig.desk.asked if len(body) > 1]
    assert refused == [hashlib.sha256(first.encode()).hexdigest()]


async def test_token_refresher_out_of_tokens_only_delays(rig: Rig, organization_id: UUID) -> None:
    advertiser = await rig.advertiser(organization_id)
    await rig.hold_data()
    deps = rig.deps()
    rig.desk.problems[str(advertiser.connection_id)] = (503, "credential_retrying")
    await rig.link(advertiser)
    await rig.settle(deps, hours=0.1)
    [sync] = await rig.syncs()
    assert (sync["state"], sync["error_code"]) == ("running", "credential_retrying")
    rig.desk.problems.clear()
    await rig.settle(deps)
    await assert_truth(rig, advertiser)


async def test_nothing_is_planned_for_an_advertiser_only_a_dead_connection_sees(
    rig: Rig, organization_id: UUID
) -> None:
    advertiser = await rig.advertiser(organization_id)
    dead = CredentialReauthRequired(
        connection_id=advertiser.connection_id, error_code="invalid_grant"
    )
    await rig.tell(dead, organization_id)
    await rig.link(advertiser)
    assert not await jobs.plan(rig.deps())
    assert await rig.syncs() == []
