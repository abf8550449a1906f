"""The classic family: /dsp/orders, /dsp/lineItems, /dsp/creatives, /dsp/lineItemCreativeAssociations."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from sandbox.accounts.access import Caller, authenticate, scoped_profile
from sandbox.deps import Deps
from sandbox.envelopes import AdsError, dsp, dsp_error, json_response
from sandbox.world.tree import Advertiser

from . import classic_rows as rows
from .catalogue import Ad

router = APIRouter(prefix="/dsp")

Shown = dict[str, Any]
ORDERS = ("dsporders", "v2.6", r"v2(\.[1-6])?")
BASIC_LINE_ITEMS = ("dspbasiclineitems", "v3", r"v3")
LINE_ITEMS = ("dsplineitems", "v3.3", r"v(2(\.\d)?|3(\.[1-3])?)")
CREATIVES = ("dspcreatives", "v2.1", r"v2(\.1)?")
ASSOCIATIONS = ("dsplineitemcreativeassociations", "v2.1", r"v2(\.1)?")
STATUSES = (
    "ACTIVE", "INACTIVE", "DELIVERING", "ENDED", "OUT_OF_BUDGET", "LINEITEMS_NOT_RUNNING",
    "READY_TO_DELIVER", "CREATIVES_NOT_RUNNING",
)  # fmt: skip


@router.get("/orders")
@router.get("/orders/")
def list_orders(request: Request, deps: Deps) -> Response:
    advertisers, media = _enter(request, deps, ORDERS)
    wanted, ids = _one_of(request, "advertiserIdFilter", "orderIdFilter")
    now = deps.clock.now()
    found = [
        rows.order_row(item, now)
        for advertiser in advertisers
        if wanted is None or advertiser.advertiser_id in wanted
        for item in deps.catalogue.campaigns(advertiser, now)
        if ids is None or item.order.order_id in ids
    ]
    return _page(request, _standing(request, found), media)


@router.get("/orders/{order_id}")
def get_order(request: Request, order_id: str, deps: Deps) -> Response:
    advertisers, media = _enter(request, deps, ORDERS)
    now = deps.clock.now()
    for advertiser in advertisers:
        for item in deps.catalogue.campaigns(advertiser, now):
            if item.order.order_id == order_id:
                shown = rows.full_order_row(deps.world, item, now, deps.clock.data_time(now))
                return json_response(shown, media=media)
    raise _missing("orderId", "Order not found")


@router.get("/lineItems")
@router.get("/lineItems/")
def list_line_items(request: Request, deps: Deps) -> Response:
    advertisers, media = _enter(request, deps, BASIC_LINE_ITEMS)
    orders, ids = _one_of(request, "orderIdFilter", "lineItemIdFilter")
    now = deps.clock.now()
    found = [
        rows.line_item_row(item, now)
        for advertiser in advertisers
        for item in deps.catalogue.ad_groups(advertiser, now)
        if (orders is None or item.campaign.order.order_id in orders)
        and (ids is None or item.line_item.line_item_id in ids)
    ]
    return _page(request, _standing(request, found), media)


@router.get("/lineItems/{line_item_id}")
def get_line_item(request: Request, line_item_id: str, deps: Deps) -> Response:
    advertisers, media = _enter(request, deps, LINE_ITEMS)
    now = deps.clock.now()
    for advertiser in advertisers:
        for item in deps.catalogue.ad_groups(advertiser, now):
            if item.line_item.line_item_id == line_item_id:
                shown = rows.full_line_item_row(deps.world.dice, item, now)
                return json_response(shown, media=media)
    raise _missing("lineItemId", "Line item not found")


@router.get("/creatives")
@router.get("/creatives/")
def list_creatives(request: Request, deps: Deps) -> Response:
    advertisers, media = _enter(request, deps, CREATIVES)
    wanted, ids = _one_of(request, "advertiserIdFilter", "creativeIdFilter")
    kinds = _ids(request, "lineItemTypeFilter")
    found = _ads(
        [item for item in advertisers if wanted is None or item.advertiser_id in wanted],
        deps,
        lambda ad: (
            (ids is None or ad.creative.ad_id in ids)
            and (kinds is None or ad.line_item.kind in kinds)
        ),
    )
    return _page(request, [rows.creative_row(ad) for ad in found], media)


@router.get("/lineItemCreativeAssociations")
@router.get("/lineItemCreativeAssociations/")
def list_associations(request: Request, deps: Deps) -> Response:
    advertisers, media = _enter(request, deps, ASSOCIATIONS)
    line_items, ids = _one_of(request, "lineItemIdFilter", "creativeIdFilter")
    found = _ads(
        advertisers,
        deps,
        lambda ad: (
            ad.associated
            and (line_items is None or ad.line_item.line_item_id in line_items)
            and (ids is None or ad.creative.ad_id in ids)
        ),
    )
    return _page(request, [rows.association_row(ad) for ad in found], media)


def _enter(
    request: Request, deps: Deps, media: tuple[str, str, str]
) -> tuple[list[Advertiser], str]:
    """The advertisers of the scope's seat, and the media type asked for."""
    caller: Caller = authenticate(request, deps, dsp)
    seat = scoped_profile(request, caller, dsp)
    if seat.kind != "agency":
        text = "The scope is not a DSP account"
        raise dsp_error(403, "ENTITY_NOT_SUPPORTED", "Amazon-Advertising-API-Scope", text)
    return caller.advertisers(seat), _media(request, *media)


def _media(request: Request, resource: str, newest: str, versions: str) -> str:
    """Accept picks the version; who does not care gets the newest."""
    pattern = rf"application/vnd\.{resource}\.({versions})\+json"
    accepted = request.headers.get("accept", "*/*").split(",")
    names = [item.partition(";")[0].strip() for item in accepted]
    for name in names:
        if re.fullmatch(pattern, name):
            return name
    if {"*/*", "application/*", "application/json"} & set(names):
        return f"application/vnd.{resource}.{newest}+json"
    text = "Invalid `accept` header provided"
    raise dsp_error(406, "NOT_ACCEPTABLE", "Accept", text)


def _ads(advertisers: Sequence[Advertiser], deps: Deps, wanted: Callable[[Ad], bool]) -> list[Ad]:
    now = deps.clock.now()
    return [ad for item in advertisers for ad in deps.catalogue.ads(item, now) if wanted(ad)]


def _one_of(request: Request, *names: str) -> tuple[frozenset[str] | None, frozenset[str] | None]:
    """Two filters, of which one at least is required."""
    first, second = (_ids(request, name) for name in names)
    if first is None and second is None:
        text = f"One of {' and '.join(names)} is required"
        raise dsp_error(400, "MISSING_VALUE", names[0], text)
    return first, second


def _ids(request: Request, name: str) -> frozenset[str] | None:
    text = request.query_params.get(name)
    return frozenset(text.split(",")) if text else None


def _standing(request: Request, found: list[Shown]) -> list[Shown]:
    wanted = _ids(request, "statusFilter")
    if wanted is None:
        return found
    if not wanted <= set(STATUSES):
        raise dsp_error(400, "INVALID_VALUE", "statusFilter", "statusFilter has unknown values")
    return [
        row for row in found if {row["deliveryStatus"], row["deliveryActivationStatus"]} & wanted
    ]


def _page(request: Request, found: Sequence[Shown], media: str) -> Response:
    start = _number(request, "startIndex", 0, 0, 1_000_000)
    count = _number(request, "count", 100, 1, 100)
    page = {"totalResults": len(found), "response": found[start : start + count]}
    return json_response(page, media=media)


def _number(request: Request, name: str, default: int, low: int, high: int) -> int:
    text = request.query_params.get(name, str(default))
    if not (text.isascii() and text.isdigit() and low <= int(text[:9]) <= high):
        raise dsp_error(400, "INVALID_VALUE", name, f"{name} must be from {low} to {high}")
    return int(text)


def _missing(field: str, text: str) -> AdsError:
    return dsp_error(404, "ENTITY_NOT_FOUND", field, text)
