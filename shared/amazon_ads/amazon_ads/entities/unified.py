"""`POST /adsApi/v1/query/*`: the entities of one DSP advertiser, without a Scope header.

Filters take any number of ids and are asked in runs as long as Amazon allows. None asks for all, an
empty list for nothing. Reads are eventually consistent: a write may show 30 s later.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from amazon_ads.client import AmazonAdsClient
from amazon_ads.fields import text
from amazon_ads.headers import account
from amazon_ads.paging import by_token, chunks
from amazon_ads.responses import Json, decode_object, objects

from . import unified_rows as rows
from .models import Ad, AdAssociation, AdGroup, Campaign, Target

DSP = "AMAZON_DSP"
PAGE_SIZE = 100
TARGET_PAGE_SIZE = 5000
_PATH = "/adsApi/v1/query/"
_PRODUCT: Json = {"adProductFilter": {"include": [DSP]}}
_MANY, _FEW = 1000, 100

Noun = Literal["campaigns", "adGroups", "ads", "adAssociations"]
Row = Campaign | AdGroup | Ad | AdAssociation
_READ: Final[dict[Noun, Callable[[Json], Row]]] = {
    "campaigns": rows.campaign,
    "adGroups": rows.ad_group,
    "ads": rows.ad,
    "adAssociations": rows.ad_association,
}


@dataclass(frozen=True, slots=True)
class Page:
    """A page of one noun's list; the last one has no token."""

    rows: tuple[Row, ...]
    next_token: str | None


async def get_page(
    client: AmazonAdsClient,
    advertiser_id: str,
    noun: Noun,
    token: str | None = None,
    *,
    page_size: int = PAGE_SIZE,
) -> Page:
    """One page, for who walks a list at their own pace and keeps the token. Unlike the iterators it may
    show a row that an earlier page had."""
    body = _body(page_size, {} if noun == "adAssociations" else _PRODUCT)
    asked = {**body, "nextToken": token} if token else body
    answer = await client.query(_PATH + noun, asked, headers=account(advertiser_id))
    page = decode_object(answer)
    found = tuple(_READ[noun](raw) for raw in objects(page.get(noun)))
    return Page(found, text(page, "nextToken") or None)


async def iterate_campaigns(
    client: AmazonAdsClient,
    advertiser_id: str,
    *,
    campaign_ids: Sequence[str] | None = None,
    states: Sequence[str] | None = None,
    page_size: int = PAGE_SIZE,
) -> AsyncIterator[Campaign]:
    """Every campaign, also ARCHIVED ones unless `states` leaves them out."""
    for ids in chunks(campaign_ids, _MANY):
        body = _body(page_size, _PRODUCT, campaignIdFilter=ids, stateFilter=states)
        async for raw in _query(client, advertiser_id, "campaigns", "campaignId", body):
            yield rows.campaign(raw)


async def iterate_ad_groups(
    client: AmazonAdsClient,
    advertiser_id: str,
    *,
    campaign_ids: Sequence[str] | None = None,
    states: Sequence[str] | None = None,
    page_size: int = PAGE_SIZE,
) -> AsyncIterator[AdGroup]:
    """Every ad group, or those of some campaigns."""
    for ids in chunks(campaign_ids, _FEW):
        body = _body(page_size, _PRODUCT, campaignIdFilter=ids, stateFilter=states)
        async for raw in _query(client, advertiser_id, "adGroups", "adGroupId", body):
            yield rows.ad_group(raw)


async def iterate_ads(
    client: AmazonAdsClient,
    advertiser_id: str,
    *,
    ad_ids: Sequence[str] | None = None,
    page_size: int = PAGE_SIZE,
) -> AsyncIterator[Ad]:
    """Every ad, or some. Which ad groups show them: `iterate_ad_associations`."""
    for ids in chunks(ad_ids, _FEW):
        body = _body(page_size, _PRODUCT, adIdFilter=ids)
        async for raw in _query(client, advertiser_id, "ads", "adId", body):
            yield rows.ad(raw)


async def iterate_ad_associations(
    client: AmazonAdsClient,
    advertiser_id: str,
    *,
    ad_group_ids: Sequence[str] | None = None,
    page_size: int = PAGE_SIZE,
) -> AsyncIterator[AdAssociation]:
    """Every ad in every ad group, or in some."""
    for ids in chunks(ad_group_ids, _FEW):
        body = _body(page_size, {}, adGroupIdFilter=ids)
        name, key = "adAssociations", "adAssociationId"
        async for raw in _query(client, advertiser_id, name, key, body):
            yield rows.ad_association(raw)


async def iterate_targets(
    client: AmazonAdsClient,
    advertiser_id: str,
    *,
    ad_group_ids: Sequence[str] | None = None,
    page_size: int = TARGET_PAGE_SIZE,
) -> AsyncIterator[Target]:
    """Every target of every ad group, or of some."""
    for ids in chunks(ad_group_ids, _FEW):
        body = _body(page_size, _PRODUCT, adGroupIdFilter=ids)
        async for raw in _query(client, advertiser_id, "targets", "targetId", body):
            yield rows.target(raw)


def _body(page_size: int, base: Json, **filters: Sequence[str] | None) -> Json:
    given = {n: {"include": list(ids)} for n, ids in filters.items() if ids is not None}
    return {**base, **given, "maxResults": page_size}


def _query(
    client: AmazonAdsClient, advertiser_id: str, name: str, key: str, body: Json
) -> AsyncIterator[Json]:
    async def ask(token: str | None) -> Json:
        asked = {**body, "nextToken": token} if token else body
        headers = account(advertiser_id)
        return decode_object(await client.query(_PATH + name, asked, headers=headers))

    return by_token(ask, name, key=key)
