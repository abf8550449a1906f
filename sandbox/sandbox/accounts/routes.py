"""/v2/profiles and /dsp/advertisers."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from sandbox.deps import Deps
from sandbox.envelopes import dsp, dsp_error, json_response, universal
from sandbox.world.tree import Advertiser, Profile

from .access import Caller, authenticate, scoped_profile

router = APIRouter()

_PROGRAMS = {"billing", "campaign", "paymentMethod", "store", "report", "account", "posts"}
_KINDS = {"seller", "vendor", "agency"}


@router.get("/v2/profiles")
def list_profiles(request: Request, deps: Deps) -> Response:
    caller = authenticate(request, deps, universal)
    query = request.query_params
    if query.get("apiProgram", "campaign") not in _PROGRAMS:
        raise universal(400, "Invalid apiProgram")
    level = query.get("accessLevel", "view")
    if level not in {"edit", "view"}:
        raise universal(400, "Invalid accessLevel")
    kinds = set(query.get("profileTypeFilter", ",".join(_KINDS)).split(","))
    if not kinds <= _KINDS:
        raise universal(400, "Invalid profileTypeFilter")
    visible = caller.profiles() if level in {"view", caller.user.access} else []
    return json_response([_profile_row(profile) for profile in visible if profile.kind in kinds])


@router.get("/v2/profiles/{profile_id}")
def get_profile(request: Request, profile_id: str, deps: Deps) -> Response:
    profile = authenticate(request, deps, universal).profile(profile_id)
    if not profile:
        raise universal(404, "Profile not found")
    return json_response(_profile_row(profile))


def _profile_row(profile: Profile) -> dict[str, Any]:
    account: dict[str, Any] = {
        "marketplaceStringId": profile.market.marketplace_id,
        "id": profile.entity_id,
        "type": profile.kind,
        "name": profile.name,
    }
    if profile.kind == "vendor":
        account["validPaymentMethod"] = True
    return {
        "profileId": int(profile.profile_id),
        "countryCode": profile.market.country,
        "currencyCode": profile.market.currency,
        "timezone": profile.market.profile_timezone,
        "accountInfo": account,
    }


@router.get("/dsp/advertisers")
def list_advertisers(request: Request, deps: Deps) -> Response:
    caller = authenticate(request, deps, dsp)
    seat = _seat(request, caller)
    start = _number(request, "startIndex", 0, 0, 29_900)
    count = _number(request, "count", 100, 1, 100)
    rows = caller.advertisers(seat)
    wanted = request.query_params.get("advertiserIdFilter")
    if wanted is not None:
        ids = set(wanted.split(","))
        rows = [item for item in rows if item.advertiser_id in ids]
    contains = request.query_params.get("nameContains", "").lower()
    rows = [item for item in rows if contains in item.name.lower()]
    page = [_advertiser_row(item) for item in rows[start : start + count]]
    return json_response({"totalResults": len(rows), "response": page})


@router.get("/dsp/advertisers/{advertiser_id}")
def get_advertiser(request: Request, advertiser_id: str, deps: Deps) -> Response:
    caller = authenticate(request, deps, dsp)
    for item in caller.advertisers(_seat(request, caller)):
        if item.advertiser_id == advertiser_id:
            return json_response(_advertiser_row(item))
    raise dsp_error(404, "ENTITY_NOT_FOUND", "advertiserId", "Advertiser not found")


def _seat(request: Request, caller: Caller) -> Profile:
    profile = scoped_profile(request, caller, dsp)
    if profile.kind != "agency":
        text = "The scope is not a DSP account"
        raise dsp_error(403, "ENTITY_NOT_SUPPORTED", "Amazon-Advertising-API-Scope", text)
    return profile


def _number(request: Request, name: str, default: int, low: int, high: int) -> int:
    text = request.query_params.get(name, str(default))
    if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
        raise dsp_error(400, "INVALID_VALUE", name, f"{name} must be from {low} to {high}")
    return int(text)


def _advertiser_row(item: Advertiser) -> dict[str, Any]:
    country = item.market.country
    return {
        "advertiserId": item.advertiser_id,
        "name": item.name,
        "currency": item.currency,
        "country": "GB" if country == "UK" else country,
        "timezone": item.timezone,
        "url": item.url,
    }
