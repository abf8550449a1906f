"""Manager accounts: /managerAccounts without paging, and the closed beta of /query/accountLinks with it."""

from typing import Any

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response

from sandbox.deps import Deps
from sandbox.envelopes import json_response, manager
from sandbox.world.tree import Profile

from .access import Caller, authenticate

router = APIRouter()

MANAGER_MEDIA = "application/vnd.getmanageraccountsresponse.v1+json"
MANAGER_HEADER = "amazon-ads-manager-accountid"
LINK_LIMIT = 50
_LARGEST_PAGE = 100


@router.get("/managerAccounts")
def list_manager_accounts(request: Request, deps: Deps) -> Response:
    caller = authenticate(request, deps, manager)
    accounts: list[dict[str, Any]] = []
    if caller.user.manager:
        accounts.append(
            {
                "managerAccountId": deps.world.tree.manager_account_id,
                "managerAccountName": deps.world.tree.agency,
                "linkedAccounts": [_shown(row) for row in _linked(caller)[:LINK_LIMIT]],
            }
        )
    return json_response({"managerAccounts": accounts}, media=MANAGER_MEDIA)


@router.post("/query/accountLinks")
async def query_account_links(request: Request, deps: Deps) -> Response:
    caller = authenticate(request, deps, manager)
    if not deps.whims.managers.account_links:
        raise manager(403, "The application is not allowed to use this operation")
    wanted = request.headers.get(MANAGER_HEADER)
    if not caller.user.manager or wanted != deps.world.tree.manager_account_id:
        raise manager(403, "Not authorized to access the manager account")
    start, count = _page(await request.body())
    rows = [_child(row, caller.region) for row in _linked(caller)]
    answer: dict[str, Any] = {"accountLinks": rows[start : start + count]}
    if start + count < len(rows):
        answer["nextToken"] = str(start + count)
    return json_response(answer)


def _page(body: bytes) -> tuple[int, int]:
    try:
        asked: Any = orjson.loads(body)
        start, count = int(asked.get("nextToken") or 0), int(asked.get("maxResults") or 10)
    except (ValueError, AttributeError, TypeError) as error:
        raise manager(400, "Malformed request") from error
    if not 1 <= count <= _LARGEST_PAGE or start < 0:
        raise manager(400, "maxResults or nextToken is invalid")
    return start, count


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "country"}


def _child(row: dict[str, Any], region: str) -> dict[str, Any]:
    dsp = row["dspAdvertiserId"]
    return {
        "accountId": row["accountId"],
        "accountName": row["accountName"],
        "accountType": "ADVERTISER_ACCOUNT",
        "adProductGroups": ["ADSP" if dsp else "SPONSORED_ADS"],
        "alternateIds": [{"dspAdvertiserId": dsp, "region": region.upper()}] if dsp else [],
        "countryCode": [row["country"]],
        "relationshipType": "CHILD",
    }


def _linked(caller: Caller) -> list[dict[str, Any]]:
    """DSP advertisers, AMC accounts and vendors of the region; behind as many more as were asked for."""
    rows = [
        _link(a.seat.entity_id, a.name, "DSP_ADVERTISING_ACCOUNT", a.seat, a.advertiser_id)
        for a in caller.advertisers()
    ]
    rows += [
        {
            "accountId": account.account_id,
            "accountName": account.name,
            "accountType": "MARKETING_CLOUD",
            "dspAdvertiserId": "",
            "marketplaceId": account.market.marketplace_id,
            "profileId": "",
            "country": account.market.country,
        }
        for account in caller.amc_accounts()
        if account.market.region == caller.region
    ]
    vendors = [p for p in caller.profiles() if p.kind == "vendor"]
    rows += [_link(p.entity_id, p.name, "VENDOR", p) for p in vendors]
    return [*_extra(caller), *rows]


def _extra(caller: Caller) -> list[dict[str, Any]]:
    tree = caller.deps.world.tree
    market = next(p.market for p in tree.profiles if p.market.region == caller.region)
    return [
        {
            "accountId": f"ENTITYEXTRA{number:05}",
            "accountName": f"Vendor {number}",
            "accountType": "VENDOR",
            "dspAdvertiserId": "",
            "marketplaceId": market.marketplace_id,
            "profileId": "",
            "country": market.country,
        }
        for number in range(caller.deps.whims.managers.extra_links)
    ]


def _link(
    entity_id: str, name: str, kind: str, profile: Profile, advertiser_id: str = ""
) -> dict[str, Any]:
    return {
        "accountId": entity_id,
        "accountName": name,
        "accountType": kind,
        "dspAdvertiserId": advertiser_id,
        "marketplaceId": profile.market.marketplace_id,
        "profileId": "" if advertiser_id else profile.profile_id,
        "country": profile.market.country,
    }
