"""GET /amc/accounts and /amc/instances. Any regional host reaches every AMC account."""

import base64
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from sandbox.accounts.access import Caller, authenticate
from sandbox.deps import Deps
from sandbox.envelopes import amc, amc_accounts, json_response
from sandbox.world.tree import AmcAccount, AmcInstance

router = APIRouter()

ACCOUNTS_MEDIA = "application/vnd.amcaudiencesconnections.v1+json"
INSTANCES_MEDIA = "application/vnd.amcinstances.v1+json"
ENTITY_HEADER = "amazon-advertising-api-advertiserid"
MARKETPLACE_HEADER = "amazon-advertising-api-marketplaceid"


@router.get("/amc/accounts")
def list_accounts(request: Request, deps: Deps) -> Response:
    caller = authenticate(request, deps, amc_accounts)
    rows = [
        {
            "accountId": account.account_id,
            "accountName": account.name,
            "marketplaceId": account.market.marketplace_id,
        }
        for account in caller.amc_accounts()
    ]
    return json_response({"amcAccounts": rows}, media=ACCOUNTS_MEDIA)


@router.get("/amc/instances")
def list_instances(request: Request, deps: Deps) -> Response:
    account = _account(request, authenticate(request, deps, amc))
    limit, start = _page(request)
    rows = [_instance_row(item, account) for item in account.instances[start : start + limit]]
    body: dict[str, Any] = {"instances": rows}
    if start + limit < len(account.instances):
        body["nextToken"] = base64.urlsafe_b64encode(f"at:{start + limit}".encode()).decode()
    return json_response(body, media=INSTANCES_MEDIA)


@router.get("/amc/instances/{instance_id}")
def get_instance(request: Request, instance_id: str, deps: Deps) -> Response:
    account = _account(request, authenticate(request, deps, amc))
    for item in account.instances:
        if item.instance_id == instance_id:
            return json_response(_instance_row(item, account), media=INSTANCES_MEDIA)
    raise amc(404, "Instance not found")


def _account(request: Request, caller: Caller) -> AmcAccount:
    """The account of the two AMC headers; a pair that does not belong together is a 403."""
    entity = request.headers.get(ENTITY_HEADER)
    marketplace = request.headers.get(MARKETPLACE_HEADER)
    if not entity or not marketplace:
        name = "MarketplaceId" if entity else "AdvertiserId"
        raise amc(400, f"Amazon-Advertising-API-{name} header is missing")
    for account in caller.amc_accounts():
        if account.account_id == entity and account.market.marketplace_id == marketplace:
            return account
    raise amc(403, "Not authorized to access the account")


def _page(request: Request) -> tuple[int, int]:
    limit = request.query_params.get("limit", "100")
    if not (limit.isascii() and limit.isdigit() and 1 <= int(limit) <= 100):
        raise amc(400, "limit must be from 1 to 100")
    token = request.query_params.get("nextToken")
    if not token:
        return int(limit), 0
    try:
        start = base64.urlsafe_b64decode(token.encode()).decode("ascii").removeprefix("at:")
    except ValueError as error:
        raise amc(400, "nextToken is invalid") from error
    if not start.isdigit():
        raise amc(400, "nextToken is invalid")
    return int(limit), int(start)


def _instance_row(item: AmcInstance, account: AmcAccount) -> dict[str, Any]:
    host = "advertising-api.example"
    return {
        "instanceId": item.instance_id,
        "instanceName": item.name,
        "instanceType": item.kind,
        "customerCanonicalName": item.brand_name,
        "creationStatus": "COMPLETED",
        "creationDatetime": f"{item.created_on.isoformat()}T09:30:00Z",
        "s3BucketName": f"{item.instance_id}-results",
        "s3BucketRegion": None,
        "awsAccountId": None,
        "dataUploadAwsAccountId": "123456789012",
        "apiEndpoint": f"https://{item.instance_id}.{host}/prod",
        "entities": [account.account_id],
        "acrCollaboration": None,
        "advertiserTypes": ["DISPLAY"],
        "optionalDatasets": [],
    }
