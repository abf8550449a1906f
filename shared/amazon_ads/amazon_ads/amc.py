"""Amazon Marketing Cloud administration: accounts and instances (AMC Administration 3.0)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from .client import AmazonAdsClient
from .fields import identifier, text
from .paging import by_token
from .responses import Json, decode_object, objects

PAGE_SIZE = 100


@dataclass(frozen=True, slots=True)
class AmcAccount:
    """An AMC account; `account_id` is an ENTITY id."""

    account_id: str
    account_name: str
    marketplace_id: str
    raw: Json = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class AmcInstance:
    """An AMC instance; `creation_status` REQUESTED … COMPLETED (SUCCEEDED is its old name)."""

    instance_id: str
    name: str
    instance_type: str
    customer_name: str
    creation_status: str
    raw: Json = field(repr=False, compare=False)


async def list_amc_accounts(client: AmazonAdsClient) -> list[AmcAccount]:
    """`GET /amc/accounts`: every AMC account of the user."""
    body = decode_object(await client.get("/amc/accounts"))
    return [
        AmcAccount(
            identifier(raw, "accountId"),
            text(raw, "accountName"),
            text(raw, "marketplaceId"),
            raw,
        )
        for raw in objects(body.get("amcAccounts"))
    ]


async def iterate_instances(
    client: AmazonAdsClient, account: AmcAccount, *, page_size: int = PAGE_SIZE
) -> AsyncIterator[AmcInstance]:
    """`GET /amc/instances` of an account, all pages. Amazon wraps the list as `instances` and has
    been seen to answer `instance`: both are read."""
    headers = {
        "Amazon-Advertising-API-AdvertiserId": account.account_id,
        "Amazon-Advertising-API-MarketplaceId": account.marketplace_id,
    }

    async def ask(token: str | None) -> Json:
        params = {"limit": str(page_size)} | ({"nextToken": token} if token else {})
        body = decode_object(await client.get("/amc/instances", headers=headers, params=params))
        return {"instances": _instances(body), "nextToken": body.get("nextToken")}

    async for raw in by_token(ask, "instances"):
        yield _instance(raw)


def _instances(body: Json) -> list[Json]:
    single = body.get("instance")
    if "instances" in body or single is None:
        return objects(body.get("instances"))
    return objects(single if isinstance(single, list) else [single])


def _instance(raw: Json) -> AmcInstance:
    return AmcInstance(
        instance_id=identifier(raw, "instanceId"),
        name=text(raw, "instanceName"),
        instance_type=text(raw, "instanceType"),
        customer_name=text(raw, "customerCanonicalName"),
        creation_status=text(raw, "creationStatus"),
        raw=raw,
    )
