"""HTTP: what advertisers booked, now and on any day, and what changed."""

from typing import Annotated

from fastapi import APIRouter, Query
from shared.deps import ActorTx

from dsp_ingest.deps import NumberReader, brands_of, organization_of

from . import queries
from .domain import Kind
from .schemas import (
    Ad,
    AdGroup,
    AdGroupList,
    AdGroupQuery,
    AdList,
    AdQuery,
    AmazonId,
    Campaign,
    CampaignList,
    CampaignQuery,
    ChangeQuery,
    EntityChangeList,
    EntityVersion,
    EntityVersionList,
    next_cursor,
)

router = APIRouter(prefix="/v1", tags=["campaigns"])


@router.get("/campaigns")
async def list_campaigns(
    actor: NumberReader, asked: Annotated[CampaignQuery, Query()], tx: ActorTx
) -> CampaignList:
    """Campaigns (orders) by name, as they are or were at `at`."""
    wanted = asked.wanted(entity_ids=asked.campaign_id)
    scope = (organization_of(actor), brands_of(actor))
    rows = await queries.list_shown(tx, *scope, "campaign", wanted, asked.place(), asked.limit)
    items = [Campaign.of(row, asked.at) for row in rows]
    return CampaignList(items=items, next_cursor=next_cursor(rows, asked.limit))


@router.get("/ad-groups")
async def list_ad_groups(
    actor: NumberReader, asked: Annotated[AdGroupQuery, Query()], tx: ActorTx
) -> AdGroupList:
    """Ad groups (line items) by name, as they are or were at `at`."""
    wanted = asked.wanted(campaign_ids=asked.campaign_id, entity_ids=asked.ad_group_id)
    scope = (organization_of(actor), brands_of(actor))
    rows = await queries.list_shown(tx, *scope, "ad_group", wanted, asked.place(), asked.limit)
    items = [AdGroup.of(row, asked.at) for row in rows]
    return AdGroupList(items=items, next_cursor=next_cursor(rows, asked.limit))


@router.get("/ads")
async def list_ads(actor: NumberReader, asked: Annotated[AdQuery, Query()], tx: ActorTx) -> AdList:
    """Ads (creatives) by name, with the ad groups that show them, as they are or were at `at`."""
    wanted = asked.wanted(ad_group_id=asked.ad_group_id, entity_ids=asked.ad_id)
    scope = (organization_of(actor), brands_of(actor))
    rows = await queries.list_shown(tx, *scope, "ad", wanted, asked.place(), asked.limit)
    items = [Ad.of(row, asked.at) for row in rows]
    return AdList(items=items, next_cursor=next_cursor(rows, asked.limit))


@router.get("/campaigns/changes")
async def list_changes(
    actor: NumberReader, asked: Annotated[ChangeQuery, Query()], tx: ActorTx
) -> EntityChangeList:
    """What changed of campaigns, ad groups and ads: a feed, oldest first, or the newest."""
    scope = (organization_of(actor), brands_of(actor))
    rows = await queries.list_changes(tx, *scope, asked.wanted(), asked.limit)
    return EntityChangeList.of(rows, asked)


@router.get("/campaigns/versions")
async def list_versions(
    actor: NumberReader,
    kind: Kind,
    entity_id: AmazonId,
    tx: ActorTx,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> EntityVersionList:
    """Every version of one campaign, ad group, ad or association, the newest first."""
    scope = (organization_of(actor), brands_of(actor))
    rows = await queries.list_versions(tx, *scope, kind, entity_id, limit)
    return EntityVersionList(items=[EntityVersion.of(row) for row in rows])
