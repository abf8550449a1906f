"""What a user can see: profiles, manager accounts, DSP advertisers (Amazon Ads API, Accounts)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from .client import AmazonAdsClient
from .errors import MalformedResponse
from .fields import identifier, mapping, optional_identifier, optional_integer, text
from .responses import Json, decode_list, decode_object, objects

PAGE_SIZE = 100
_LAST_START_INDEX = 29_900
DSP_ACCOUNT = "DSP_ADVERTISING_ACCOUNT"


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile of this host's region. DSP seats have type `agency`, `account_id` = ENTITY id."""

    profile_id: str
    country: str
    currency: str
    timezone: str
    account_id: str
    account_type: str
    account_name: str
    marketplace_id: str
    raw: Json = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class LinkedAccount:
    """An account under a manager; `dsp_advertiser_id` for DSP, `profile_id` for the others."""

    account_id: str
    account_name: str
    account_type: str
    dsp_advertiser_id: str | None
    marketplace_id: str
    profile_id: str | None
    raw: Json = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class ManagerAccount:
    """A manager account. Amazon lists at most 50 linked accounts of each."""

    manager_account_id: str
    name: str
    linked_accounts: tuple[LinkedAccount, ...]
    raw: Json = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Advertiser:
    """A DSP advertiser of a seat."""

    advertiser_id: str
    name: str
    currency: str
    country: str
    timezone: str
    raw: Json = field(repr=False, compare=False)


async def list_profiles(client: AmazonAdsClient, *, view_only: bool = False) -> list[Profile]:
    """`GET /v2/profiles`. `view_only` also shows profiles the user may only read reports of."""
    params = {"apiProgram": "report", "accessLevel": "view"} if view_only else None
    response = await client.get("/v2/profiles", params=params)
    return [_profile(raw) for raw in decode_list(response)]


def _profile(raw: Json) -> Profile:
    account = mapping(raw, "accountInfo")
    return Profile(
        profile_id=identifier(raw, "profileId"),
        country=text(raw, "countryCode"),
        currency=text(raw, "currencyCode"),
        timezone=text(raw, "timezone"),
        account_id=text(account, "id"),
        account_type=text(account, "type"),
        account_name=text(account, "name"),
        marketplace_id=text(account, "marketplaceStringId"),
        raw=raw,
    )


async def list_manager_accounts(client: AmazonAdsClient) -> list[ManagerAccount]:
    """`GET /managerAccounts`."""
    accept = {"Accept": "application/vnd.getmanageraccountsresponse.v1+json"}
    response = await client.get("/managerAccounts", headers=accept)
    return [_manager(raw) for raw in objects(decode_object(response).get("managerAccounts"))]


def _manager(raw: Json) -> ManagerAccount:
    linked = objects(raw.get("linkedAccounts"))
    return ManagerAccount(
        manager_account_id=identifier(raw, "managerAccountId"),
        name=text(raw, "managerAccountName"),
        linked_accounts=tuple(_linked(account) for account in linked),
        raw=raw,
    )


def _linked(raw: Json) -> LinkedAccount:
    return LinkedAccount(
        account_id=text(raw, "accountId"),
        account_name=text(raw, "accountName"),
        account_type=text(raw, "accountType"),
        dsp_advertiser_id=optional_identifier(raw, "dspAdvertiserId"),
        marketplace_id=text(raw, "marketplaceId"),
        profile_id=optional_identifier(raw, "profileId"),
        raw=raw,
    )


async def iterate_advertisers(
    client: AmazonAdsClient, profile_id: str, *, page_size: int = PAGE_SIZE
) -> AsyncIterator[Advertiser]:
    """`GET /dsp/advertisers` of a seat, page by page; an advertiser repeated by a list that
    changes between pages comes out once. MalformedResponse when Amazon stops short of its total."""
    seen: set[str] = set()
    start = 0
    while start <= _LAST_START_INDEX:
        page, total = await _advertiser_page(client, profile_id, start, page_size)
        for advertiser in page:
            if advertiser.advertiser_id not in seen:
                seen.add(advertiser.advertiser_id)
                yield advertiser
        start += len(page)
        if start >= total:
            return
        if not page:
            raise MalformedResponse(f"advertisers end at {start} of {total}", status=200)


async def _advertiser_page(
    client: AmazonAdsClient, profile_id: str, start: int, count: int
) -> tuple[list[Advertiser], int]:
    response = await client.get(
        "/dsp/advertisers",
        headers={"Amazon-Advertising-API-Scope": profile_id},
        params={"startIndex": str(start), "count": str(count)},
    )
    body = decode_object(response)
    page = [_advertiser(raw) for raw in objects(body.get("response"))]
    total = optional_integer(body, "totalResults")
    return page, start + len(page) if total is None else total


def _advertiser(raw: Json) -> Advertiser:
    return Advertiser(
        advertiser_id=identifier(raw, "advertiserId"),
        name=text(raw, "name"),
        currency=text(raw, "currency"),
        country=text(raw, "country"),
        timezone=text(raw, "timezone"),
        raw=raw,
    )
