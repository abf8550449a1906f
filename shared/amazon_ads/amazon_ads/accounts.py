"""What a user can see: profiles, manager accounts, DSP advertisers (Amazon Ads API, Accounts)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from .client import AmazonAdsClient
from .errors import MalformedResponse
from .fields import identifier, mapping, optional_identifier, optional_integer, text, texts
from .responses import Json, decode_list, decode_object, objects

PAGE_SIZE = 100
LINK_LIMIT = 50
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
    """A manager account. Amazon lists at most `LINK_LIMIT` linked accounts of each, without paging."""

    manager_account_id: str
    name: str
    linked_accounts: tuple[LinkedAccount, ...]
    raw: Json = field(repr=False, compare=False)

    @property
    def truncated(self) -> bool:
        """Whether there may be more linked accounts than Amazon listed."""
        return len(self.linked_accounts) >= LINK_LIMIT


@dataclass(frozen=True, slots=True)
class AccountLink:
    """A child of a manager account, as the closed beta of account links tells it; one with several
    DSP advertisers is told once for each."""

    account_id: str
    account_name: str
    dsp_advertiser_id: str | None
    region: str
    country: str
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


async def list_profiles(
    client: AmazonAdsClient, *, view_only: bool = False, edit_only: bool = False
) -> list[Profile]:
    """`GET /v2/profiles`. `view_only` also shows profiles the user may only read reports of;
    `edit_only` those the user may change things in. Without either Amazon's documents disagree."""
    params = {"apiProgram": "report", "accessLevel": "view"} if view_only else None
    if edit_only:
        params = {"accessLevel": "edit"}
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


async def iterate_account_links(
    client: AmazonAdsClient, manager_account_id: str, *, page_size: int = PAGE_SIZE
) -> AsyncIterator[AccountLink]:
    """`POST /query/accountLinks`: every child of a manager account, page by page. A closed beta:
    Forbidden or NotFound for a client that Amazon has not let in."""
    headers = {"Amazon-Ads-Manager-AccountId": manager_account_id}
    body: dict[str, object] = {
        "relationshipTypeFilter": {"include": ["CHILD"]},
        "maxResults": page_size,
    }
    seen_tokens: set[str] = set()
    while True:
        response = await client.post("/query/accountLinks", body, headers=headers)
        answer = decode_object(response)
        for raw in objects(answer.get("accountLinks")):
            for link in _account_links(raw):
                yield link
        token = text(answer, "nextToken")
        if not token:
            return
        if token in seen_tokens:
            raise MalformedResponse("the list of account links repeats a page token", status=200)
        seen_tokens.add(token)
        body = {**body, "nextToken": token}


def _account_links(raw: Json) -> list[AccountLink]:
    """One per DSP advertiser, or one without."""
    ids = [alternate for alternate in objects(raw.get("alternateIds")) if alternate]
    countries = texts(raw, "countryCode")
    country = countries[0] if len(countries) == 1 else ""
    found = [(optional_identifier(i, "dspAdvertiserId"), text(i, "region")) for i in ids]
    named = [(advertiser_id, region) for advertiser_id, region in found if advertiser_id]
    return [
        AccountLink(
            account_id=identifier(raw, "accountId"),
            account_name=text(raw, "accountName"),
            dsp_advertiser_id=advertiser_id,
            region=region,
            country=country,
            raw=raw,
        )
        for advertiser_id, region in (named or [(None, "")])
    ]


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
