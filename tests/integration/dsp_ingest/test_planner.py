"""The plan on real Postgres: every type lands, within its budget, and nobody stands behind anybody."""

from collections import Counter
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from dsp_ingest import jobs
from dsp_ingest.deps import Deps
from dsp_ingest.planning import backfill_service
from dsp_ingest.planning.domain import local
from dsp_ingest.planning.lanes import LANES, bound
from dsp_ingest.planning.schemas import BackfillView
from dsp_ingest.report_types import REPORT_TYPES
from infra.ingest import Advertiser, Rig
from shared.db import SYSTEM
from shared.events import MetricsGapFound
from shared.ids import new_id

ALL: dict[str, Any] = {"sync_report_types": ",".join(REPORT_TYPES)}
QUIET: dict[str, Any] = {"sync_intraday_per_day": 0}


def today_of(rig: Rig, advertiser: Advertiser) -> date:
    return local(advertiser.raw["timezone"], rig.clock()).today


async def coverage(rig: Rig, name: str) -> dict[date, Any]:
    async with rig.db.read(SYSTEM) as tx:
        rows = await tx.fetch("select day, as_of from coverage where report_type = $1", name)
    return {row["day"]: row["as_of"] for row in rows}


async def test_every_type_lands_planned_once_within_its_budget_the_dashboards_first(
    rig: Rig, organization_id: UUID
) -> None:
    advertiser = await rig.advertiser(organization_id)
    await rig.hold_data()
    deps = rig.deps(**ALL, **QUIET)
    await rig.link(advertiser)
    await rig.settle(deps)
    reports = await rig.reports()
    asked = Counter(report["report_type"] for report in reports)
    assert set(asked) == set(REPORT_TYPES)
    assert max(asked.values()) <= 2
    assert {report["state"] for report in reports} == {"landed"}
    landed = [event["data"]["report_type"] for event in await rig.events("report.landed")]
    assert set(landed[:2]) == {"dspCampaign"}
    today = today_of(rig, advertiser)
    for kind in REPORT_TYPES.values():
        days = set(await coverage(rig, kind.name))
        if kind.time_unit == "DAILY":
            first = 0 if kind.name == "dspCampaign" else 1
            assert days == {today - timedelta(days=n) for n in range(first, 31)}
        else:
            assert days
    await rig.settle(deps)
    assert len(await rig.reports()) == len(reports)


async def test_a_day_is_pulled_at_its_checkpoints_and_never_after_the_last(
    rig: Rig, organization_id: UUID
) -> None:
    advertiser = await rig.advertiser(organization_id)
    deps = rig.deps(sync_history_days=3, sync_fresh_days=0, **QUIET)
    await rig.link(advertiser)
    await rig.settle(deps)
    day = today_of(rig, advertiser) - timedelta(days=1)
    ages: list[int] = []
    for _ in range(46):
        before = (await coverage(rig, "dspCampaign"))[day]
        rig.clock.forward(hours=24)
        await rig.settle(deps)
        if (await coverage(rig, "dspCampaign"))[day] != before:
            ages.append((today_of(rig, advertiser) - day).days)
    assert {3, 7, 14, 28, 42} <= set(ages)
    assert max(ages) <= 43


async def test_days_that_reporting_misses_are_pulled_anew_once(
    rig: Rig, organization_id: UUID, other_organization_id: UUID
) -> None:
    advertiser = await rig.advertiser(organization_id)
    deps = rig.deps(sync_requests_per_day=4, **QUIET)
    await rig.link(advertiser)
    await rig.settle(deps)
    day = today_of(rig, advertiser) - timedelta(days=20)
    before = await coverage(rig, "dspCampaign")
    rig.clock.forward(minutes=5)
    gap = MetricsGapFound(
        advertiser_id=advertiser.advertiser_id,
        report_type="dspCampaign",
        days=(day,),
        reason="mismatch",
    )
    await rig.tell(gap, other_organization_id)
    await rig.settle(deps)
    assert await coverage(rig, "dspCampaign") == before
    await rig.tell(gap, organization_id)
    await rig.settle(deps)
    after = await coverage(rig, "dspCampaign")
    assert {known for known in after if after[known] != before[known]} == {day}
    [report] = [r for r in await rig.reports() if r["reason"] == "gap"]
    assert (report["start_date"], report["end_date"], report["lane"]) == (day, day, "settle")
    async with rig.db.read(SYSTEM) as tx:
        assert await tx.fetchval("select count(*) from gap") == 0


async def test_a_gap_of_a_type_nobody_pulls_or_older_than_amazon_keeps_asks_for_nothing(
    rig: Rig, organization_id: UUID
) -> None:
    advertiser = await rig.advertiser(organization_id)
    deps = rig.deps(sync_requests_per_day=4, **QUIET)
    await rig.link(advertiser)
    await rig.settle(deps)
    asked = len(await rig.reports())
    old = today_of(rig, advertiser) - timedelta(days=300)
    for name in ("dspCampaign", "dspForgotten"):
        gap = MetricsGapFound(
            advertiser_id=advertiser.advertiser_id, report_type=name, days=(old,), reason="gap"
        )
        await rig.tell(gap, organization_id)
    rig.clock.forward(minutes=5)
    await rig.settle(deps)
    assert len(await rig.reports()) == asked


async def test_a_slow_old_report_holds_up_nothing_new(rig: Rig, organization_id: UUID) -> None:
    advertiser = await rig.advertiser(organization_id)
    deps = rig.deps()
    await rig.link(advertiser)
    await rig.settle(deps)
    async with rig.db.tx(SYSTEM) as tx:
        await tx.execute(
            """
            insert into sync select (jsonb_populate_record(s, jsonb_build_object(
                'sync_id', $1::uuid, 'urgent', false, 'state', 'running', 'closed_at', null))).*
            from sync s
            """,
            new_id(),
        )
    rig.clock.forward(hours=2)
    await rig.settle(deps, hours=1)
    newest = (await rig.reports())[-1]
    assert (newest["reason"], newest["state"]) == ("intraday", "landed")


async def _crowd(rig: Rig, organization_id: UUID, noisy: int) -> tuple[UUID, UUID]:
    """Two brands' advertisers; `noisy` due reports of the first in every lane, one of the other's."""
    first = await rig.advertiser(organization_id, brand_id=new_id())
    second = await rig.advertiser(organization_id, number=1, brand_id=new_id())
    for advertiser in (first, second):
        await rig.link(advertiser)
    deps = rig.deps()
    while await jobs.plan(deps):
        pass
    async with rig.db.tx(SYSTEM) as tx:
        await tx.execute(
            """
            insert into report select (jsonb_populate_record(r, jsonb_build_object(
                'report_id', gen_random_uuid(), 'lane', wanted.lane))).*
            from report r, unnest($2::text[]) as wanted (lane), generate_series(1, $3)
            where r.report_id = (select report_id from report where advertiser_id = $1 limit 1)
            """,
            first.advertiser_id,
            list(LANES),
            noisy,
        )
    return first.advertiser_id, second.advertiser_id


async def test_a_noisy_brand_delays_anothers_report_by_no_more_claims_than_the_bound(
    rig: Rig, organization_id: UUID
) -> None:
    _, quiet = await _crowd(rig, organization_id, 40)
    deps = rig.deps()
    for _ in range(bound("fresh", 2)):
        work = await jobs.claim(deps)
        assert work is not None
        if work.report.advertiser_id == quiet:
            break
    else:
        raise AssertionError("not served within the bound")


async def _order(rig: Rig, deps: Deps, advertiser: Advertiser) -> UUID:
    whose = (advertiser.organization_id, None, advertiser.advertiser_id)
    async with rig.db.tx(SYSTEM) as tx:
        return await backfill_service.order(
            tx, whose, ["dspCampaign"], None, deps.planner, rig.clock()
        )


async def _see(rig: Rig, deps: Deps, advertiser: Advertiser, backfill_id: UUID) -> BackfillView:
    async with rig.db.tx(SYSTEM) as tx:
        whose = (advertiser.organization_id, None)
        seen = await backfill_service.view(tx, *whose, deps.planner, rig.clock(), backfill_id)
    return BackfillView.of(seen)


async def _change(
    rig: Rig, deps: Deps, advertiser: Advertiser, backfill_id: UUID, state: str
) -> None:
    async with rig.db.tx(SYSTEM) as tx:
        whose = (advertiser.organization_id, None)
        await backfill_service.change(tx, *whose, backfill_id, state, rig.clock())


async def test_a_backfill_rests_goes_on_and_ends_about_when_it_said(
    rig: Rig, organization_id: UUID
) -> None:
    advertiser = await rig.advertiser(organization_id)
    deps = rig.deps(**QUIET)
    await rig.link(advertiser)
    await rig.settle(deps)
    given = rig.clock()
    backfill_id = await _order(rig, deps, advertiser)
    first = await _see(rig, deps, advertiser, backfill_id)
    assert (first.state, first.days_done, first.days_total) == ("running", 0, 64)
    assert first.eta is not None
    await _change(rig, deps, advertiser, backfill_id, "paused")
    rig.clock.forward(hours=2)
    await rig.settle(deps, hours=1)
    resting = await _see(rig, deps, advertiser, backfill_id)
    assert (resting.state, resting.days_done, resting.eta) == ("paused", 0, None)
    await _change(rig, deps, advertiser, backfill_id, "running")
    now = resting
    for _ in range(30 * 4):
        rig.clock.forward(hours=1.2)
        await rig.settle(deps, hours=1)
        now = await _see(rig, deps, advertiser, backfill_id)
        if now.state == "completed":
            break
    assert (now.state, now.days_done + now.days_lost) == ("completed", 64)
    took, said = rig.clock() - given, first.eta - given
    assert abs(took - said) <= said * 0.2 + timedelta(hours=3)


async def test_a_cancelled_backfill_asks_for_nothing_more(rig: Rig, organization_id: UUID) -> None:
    advertiser = await rig.advertiser(organization_id)
    deps = rig.deps(**QUIET)
    await rig.link(advertiser)
    await rig.settle(deps)
    backfill_id = await _order(rig, deps, advertiser)
    await _change(rig, deps, advertiser, backfill_id, "cancelled")
    rig.clock.forward(hours=26)
    await rig.settle(deps)
    assert {r["reason"] for r in await rig.reports()} <= {"fresh", "settle", "restate", "backfill"}
    ended = await _see(rig, deps, advertiser, backfill_id)
    assert (ended.state, ended.days_done) == ("cancelled", 0)
    await _order(rig, deps, advertiser)
