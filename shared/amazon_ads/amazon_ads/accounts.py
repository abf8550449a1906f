"""What a user can see: profiles, manager accounts, DSP advertisers (Amazon Ads API, Accounts)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from .client import AmazonAdsClient
from .fields import identifier, mapping, optional_identifier, text, texts
from .headers import MANAGER, scope
from .paging import by_offset, by_token
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
    body: dict[str, object] = {
        "relationshipTypeFilter": {"include": ["CHILD"]},
        "maxResults": page_size,
    }

    async def ask(token: str | None) -> Json:
        asked = body | ({"nextToken": token} if token else {})
        headers = {MANAGER: manager_account_id}
        return decode_object(await client.query("/query/accountLinks", asked, headers=headers))

    async for raw in by_token(ask, "accountLinks"):
        for link in _account_links(raw):
            yield link


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

    async def ask(start: int) -> Json:
        params = {"startIndex": str(start), "count": str(page_size)}
        answer = await client.get("/dsp/advertisers", headers=scope(profile_id), params=params)
        return decode_object(answer)

    async for raw in by_offset(ask, key="advertiserId", last_offset=_LAST_START_INDEX):
        yield _advertiser(raw)


def _advertiser(raw: Json) -> Advertiser:
    return Advertiser(
        advertiser_id=identifier(raw, "advertiserId"),
        name=text(raw, "name"),
        currency=text(raw, "currency"),
        country=text(raw, "country"),
        timezone=text(raw, "timezone"),
        raw=raw,
    )
