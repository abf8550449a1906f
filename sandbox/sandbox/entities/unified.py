"""POST /adsApi/v1/query/{campaigns,adGroups,ads,adAssociations,targets}."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from sandbox.deps import Deps
from sandbox.envelopes import AdsError, ads_api, json_response

from . import unified_rows as rows
from .asking import Asked, RawBody, account, answer
from .booking import association_id, targets

router = APIRouter(prefix="/adsApi/v1/query")

STATES = ("ENABLED", "PAUSED", "ARCHIVED")
TARGET_TYPES = (
    "ADS_IMPRESSION_RETARGETING", "AD_INITIATION", "AD_PLAYER_SIZE", "APP", "AUDIENCE",
    "BRAND_SAFETY_CATEGORY", "BRAND_SAFETY_TIER", "CONTENT_CATEGORY", "CONTENT_GENRE",
    "CONTENT_INSTREAM_POSITION", "CONTENT_OUTSTREAM_POSITION", "CONTENT_RATING", "DAYPART", "DEVICE",
    "DOMAIN", "FOLD_POSITION", "INVENTORY_SOURCE", "KEYWORD", "LOCATION", "NATIVE_CONTENT_POSITION",
    "PLACEMENT_TYPE", "PRODUCT", "PRODUCT_CATEGORY", "THEME", "THIRD_PARTY", "VIDEO_AD_FORMAT",
    "VIDEO_CONTENT_DURATION",
)  # fmt: skip


@router.post("/campaigns")
def query_campaigns(request: Request, body: RawBody, deps: Deps) -> Response:
    advertiser = account(request, deps, ads_api, scoped=False)
    asked = _asked(body)
    _check_product(asked)
    ids, states = asked.included("campaignIdFilter", 1000), _states(asked)
    now = deps.clock.now()
    found = [
        item
        for item in deps.catalogue.campaigns(advertiser, now)
        if (ids is None or item.order.order_id in ids) and item.version.state in states
    ]
    page, token = asked.page(found, 100, 100)
    shown = [rows.campaign_row(deps.world.dice, item, now) for item in page]
    return json_response(answer("campaigns", shown, token))


@router.post("/adGroups")
def query_ad_groups(request: Request, body: RawBody, deps: Deps) -> Response:
    advertiser = account(request, deps, ads_api, scoped=False)
    asked = _asked(body)
    _check_product(asked)
    campaigns, ids = (
        asked.included("campaignIdFilter", 100),
        asked.included("adGroupIdFilter", 1000),
    )
    states, now = _states(asked), deps.clock.now()
    found = [
        item
        for item in deps.catalogue.ad_groups(advertiser, now)
        if (campaigns is None or item.campaign.order.order_id in campaigns)
        and (ids is None or item.line_item.line_item_id in ids)
        and item.version.state in states
    ]
    page, token = asked.page(found, 100, 100)
    shown = [rows.ad_group_row(deps.world.dice, item, now) for item in page]
    return json_response(answer("adGroups", shown, token))


@router.post("/ads")
def query_ads(request: Request, body: RawBody, deps: Deps) -> Response:
    advertiser = account(request, deps, ads_api, scoped=False)
    asked = _asked(body)
    _check_product(asked)
    ids = asked.included("adIdFilter", 100)
    ads = deps.catalogue.ads(advertiser, deps.clock.now())
    page, token = asked.page(
        [item for item in ads if ids is None or item.creative.ad_id in ids], 100, 100
    )
    return json_response(answer("ads", [rows.ad_row(item) for item in page], token))


@router.post("/adAssociations")
def query_associations(request: Request, body: RawBody, deps: Deps) -> Response:
    advertiser = account(request, deps, ads_api, scoped=False)
    asked, dice = _asked(body), deps.world.dice
    ids = asked.included("adAssociationIdFilter", 100)
    groups, ads = asked.included("adGroupIdFilter", 100), asked.included("adIdFilter", 100)
    found = [
        item
        for item in deps.catalogue.ads(advertiser, deps.clock.now())
        if item.associated
        and (ids is None or association_id(dice, item.creative.ad_id) in ids)
        and (groups is None or item.line_item.line_item_id in groups)
        and (ads is None or item.creative.ad_id in ads)
    ]
    page, token = asked.page(found, 100, 100)
    shown = [rows.association_row(dice, item) for item in page]
    return json_response(answer("adAssociations", shown, token))


@router.post("/targets")
def query_targets(request: Request, body: RawBody, deps: Deps) -> Response:
    advertiser = account(request, deps, ads_api, scoped=False)
    asked = _asked(body)
    _check_product(asked)
    groups = asked.included("adGroupIdFilter", 100)
    kinds = asked.included("targetTypeFilter", 17, TARGET_TYPES)
    found = [
        target
        for group in deps.catalogue.ad_groups(advertiser, deps.clock.now())
        if groups is None or group.line_item.line_item_id in groups
        for target in targets(deps.world.dice, group)
        if (kinds is None or rows.target_type(target) in kinds) and "ENABLED" in _states(asked)
    ]
    page, token = asked.page(found, 5000, 5000)
    return json_response(answer("targets", [rows.target_row(item) for item in page], token))


def _asked(raw: bytes) -> Asked:
    return Asked.of(raw, _refuse)


def _refuse(_field: str, text: str) -> AdsError:
    return ads_api(400, text)


def _check_product(asked: Asked) -> None:
    if asked.included("adProductFilter", 1, (rows.DSP,)) is None:
        raise ads_api(400, "adProductFilter is required")


def _states(asked: Asked) -> frozenset[str]:
    return asked.included("stateFilter", len(STATES), STATES) or frozenset(STATES)
