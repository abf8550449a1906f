"""POST /dsp/v1/campaign/insights."""

from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from fastapi import APIRouter, Request
from fastapi.responses import Response

from sandbox.deps import Deps, SandboxDeps
from sandbox.entities.asking import Asked, RawBody
from sandbox.entities.catalogue import AdGroup
from sandbox.envelopes import AdsError, dsp_error, insights, json_response
from sandbox.world.tree import Advertiser

from .asking import insight_advertisers
from .traits import TACTICS, insight_day, trait_insight

router = APIRouter()

Shown = dict[str, Any]
MEDIA = "application/vnd.dspDspCampaignInsights.v1+json"
KIND = "PERFORMANCE_PLUS_SHOPPER_TRAIT"
MOST_REQUESTS = 25
MULTI_STATUS = 207


@dataclass(frozen=True, slots=True)
class Wish:
    """One entry of `requests`."""

    index: int
    campaign_id: str
    ad_group_id: str | None


class NoInsightError(Exception):
    """This entry has no insight; the others may have."""


@router.post("/dsp/v1/campaign/insights")
def campaign_insights(request: Request, body: RawBody, deps: Deps) -> Response:
    """Always 207, each entry with its own success or error."""
    advertisers = insight_advertisers(request, deps, insights, MEDIA)
    success: list[Shown] = []
    failed: list[Shown] = []
    for wish in _wishes(body):
        try:
            success.append(_insight(wish, advertisers, deps))
        except NoInsightError as error:
            failed.append(_failure(wish, str(error)))
    shown = {"success": success} if success else {}
    shown |= {"error": failed} if failed else {}
    return json_response(shown, MULTI_STATUS, MEDIA)


def _wishes(raw: bytes) -> list[Wish]:
    entries = Asked.of(raw, _refuse).fields.get("requests")
    items = cast("list[Any]", entries) if isinstance(entries, list) else []
    if not 1 <= len(items) <= MOST_REQUESTS:
        raise _refuse("requests", f"requests must have from 1 to {MOST_REQUESTS} entries")
    return [_wish(index, item) for index, item in enumerate(items)]


def _wish(index: int, item: object) -> Wish:
    fields = cast("dict[str, Any]", item) if isinstance(item, dict) else {}
    campaign, group = fields.get("campaignId"), fields.get("adGroupId")
    if not isinstance(campaign, str) or not (group is None or isinstance(group, str)):
        where = f"requests[{index}]"
        raise _refuse(where, "campaignId is required, and ids must be strings")
    if fields.get("insightType") != KIND:
        raise _refuse(f"requests[{index}].insightType", f"insightType must be {KIND}")
    return Wish(index, campaign, group)


def _insight(wish: Wish, advertisers: list[Advertiser], deps: SandboxDeps) -> Shown:
    now = deps.clock.now()
    groups = [
        group
        for advertiser in advertisers
        for group in deps.catalogue.ad_groups(advertiser, now)
        if group.campaign.order.order_id == wish.campaign_id
    ]
    if not groups:
        raise NoInsightError("Campaign not found")
    chosen = [g for g in groups if wish.ad_group_id in {None, g.line_item.line_item_id}]
    if not chosen:
        raise NoInsightError("Ad group not found in the campaign")
    tactic = TACTICS.get(groups[0].campaign.order.programme)
    if tactic is None:
        raise NoInsightError("The campaign has no Performance+ or Brand+ tactic")
    day = insight_day(now.astimezone(groups[0].campaign.advertiser.zone).date())
    entries = _entries(wish, chosen, tactic, day, deps)
    if not entries:
        raise NoInsightError("The campaign has too little activity for insights")
    return {
        "index": wish.index,
        "campaignId": wish.campaign_id,
        "insightDate": day.isoformat(),
        "campaignInsights": entries,
    }


def _entries(
    wish: Wish, groups: list[AdGroup], tactic: str, day: date, deps: SandboxDeps
) -> list[Shown]:
    """For a whole campaign first all its ad groups together, then each."""
    wanted: list[tuple[str | None, list[AdGroup], str]] = [
        (group.line_item.line_item_id, [group], tactic) for group in groups
    ]
    if wish.ad_group_id is None:
        wanted.insert(0, (None, groups, "All"))
    at = deps.clock.data_time(deps.clock.now())
    found: list[Shown] = []
    for ad_group_id, members, name in wanted:
        shown = trait_insight(deps.world, members, name, day, at)
        if shown:
            whose = {"adGroupId": ad_group_id} if ad_group_id else {}
            found.append(whose | {"insights": {"performancePlusShopperTraitInsight": shown}})
    return found


def _failure(wish: Wish, text: str) -> Shown:
    whose = {"adGroupId": wish.ad_group_id} if wish.ad_group_id else {}
    return {
        "index": wish.index,
        "campaignId": wish.campaign_id,
        **whose,
        "errorCode": 404,
        "errorMessage": text,
    }


def _refuse(field: str, text: str) -> AdsError:
    return dsp_error(400, "BAD_REQUEST", field, text, "application/json", "fieldName")
