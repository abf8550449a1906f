"""/dsp/v1: campaigns, flights, ad groups, targets and ad creatives in pages."""

import uuid
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from sandbox.deps import Deps
from sandbox.envelopes import AdsError, dsp_error, dsp_v1, json_response

from . import dsp_v1_rows as rows
from .asking import Asked, RawBody, account, answer
from .booking import flights, targets

router = APIRouter(prefix="/dsp/v1")

MEDIA = "application/json"
IDS = 1000


@router.post("/campaigns/list")
def list_campaigns(request: Request, body: RawBody, deps: Deps) -> Response:
    advertiser, asked = account(request, deps, dsp_v1, scoped=True), _asked(body)
    ids, now = asked.texts("campaignIdFilter", IDS), deps.clock.now()
    campaigns = deps.catalogue.campaigns(advertiser, now)
    found = [item for item in campaigns if ids is None or item.order.order_id in ids]
    page, token = asked.page(found, 100, 100)
    shown = [rows.campaign_row(deps.world.dice, item, now) for item in page]
    return _page("campaigns", shown, token)


@router.post("/campaigns/{campaign_id}/flights/list")
def list_flights(request: Request, campaign_id: str, body: RawBody, deps: Deps) -> Response:
    advertiser, asked = account(request, deps, dsp_v1, scoped=True), _asked(body)
    for item in deps.catalogue.campaigns(advertiser, deps.clock.now()):
        if item.order.order_id == campaign_id:
            page, token = asked.page(flights(deps.world.dice, item), 100, 150)
            return _page("flights", [rows.flight_row(flight) for flight in page], token)
    raise _missing("campaignId", "Campaign not found")


@router.post("/adGroups/list")
def list_ad_groups(request: Request, body: RawBody, deps: Deps) -> Response:
    advertiser, asked = account(request, deps, dsp_v1, scoped=True), _asked(body)
    campaigns, ids = asked.texts("campaignIdFilter", IDS), asked.texts("adGroupIdFilter", IDS)
    now = deps.clock.now()
    found = [
        item
        for item in deps.catalogue.ad_groups(advertiser, now)
        if (campaigns is None or item.campaign.order.order_id in campaigns)
        and (ids is None or item.line_item.line_item_id in ids)
    ]
    page, token = asked.page(found, 100, 100)
    shown = [rows.ad_group_row(deps.world.dice, item, now) for item in page]
    return _page("adGroups", shown, token)


@router.post("/targets/list")
def list_targets(request: Request, body: RawBody, deps: Deps) -> Response:
    advertiser, asked = account(request, deps, dsp_v1, scoped=True), _asked(body)
    groups = asked.texts("adGroupIdFilter", IDS)
    found = [
        target
        for group in deps.catalogue.ad_groups(advertiser, deps.clock.now())
        if groups is None or group.line_item.line_item_id in groups
        for target in targets(deps.world.dice, group)
    ]
    page, token = asked.page(found, 100, 1000)
    return _page("targets", [rows.target_row(item) for item in page], token)


@router.post("/adCreatives/list")
def list_ad_creatives(request: Request, body: RawBody, deps: Deps) -> Response:
    advertiser, asked = account(request, deps, dsp_v1, scoped=True), _asked(body)
    ids = asked.texts("adCreativeIdFilter", IDS)
    ads = deps.catalogue.ads(advertiser, deps.clock.now())
    found = [item for item in ads if ids is None or item.creative.ad_id in ids]
    page, token = asked.page(found, 100, 100)
    return _page("adCreatives", [rows.ad_creative_row(item) for item in page], token)


@router.get("/adCreatives/{ad_creative_id}")
def get_ad_creative(request: Request, ad_creative_id: str, deps: Deps) -> Response:
    advertiser = account(request, deps, dsp_v1, scoped=True)
    for item in deps.catalogue.ads(advertiser, deps.clock.now()):
        if item.creative.ad_id == ad_creative_id:
            return json_response({"requestId": _request_id(), **rows.ad_creative_row(item)})
    raise _missing("adCreativeId", "Ad creative not found")


@router.post("/adCreatives/associations/adGroups/list")
def list_associations(request: Request, body: RawBody, deps: Deps) -> Response:
    advertiser, asked = account(request, deps, dsp_v1, scoped=True), _asked(body)
    groups, ads = asked.texts("adGroupIdFilter", IDS), asked.texts("adCreativeIdFilter", IDS)
    found = [
        item
        for item in deps.catalogue.ads(advertiser, deps.clock.now())
        if item.associated
        and (groups is None or item.line_item.line_item_id in groups)
        and (ads is None or item.creative.ad_id in ads)
    ]
    page, token = asked.page(found, 100, 100)
    return _page("associations", [rows.association_row(item) for item in page], token)


def _asked(raw: bytes) -> Asked:
    return Asked.of(raw, _refuse)


def _refuse(field: str, text: str) -> AdsError:
    return dsp_error(400, "INVALID_VALUE", field, text, MEDIA)


def _missing(field: str, text: str) -> AdsError:
    return dsp_error(404, "ENTITY_NOT_FOUND", field, text, MEDIA)


def _page(name: str, shown: Sequence[dict[str, Any]], token: str | None) -> Response:
    return json_response({"requestId": _request_id(), **answer(name, shown, token)})


def _request_id() -> str:
    return str(uuid.uuid4())
