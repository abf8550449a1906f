"""`POST /dsp/v1/*/list`: the entities of one advertiser, by seat and advertiser (both headers).

Its schemas are not public: names are those of Amazon's developer and migration guides, and every
field may be absent. It gives no campaign budgets but those of its flights.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from urllib.parse import quote

from amazon_ads.client import AmazonAdsClient
from amazon_ads.headers import account, scope
from amazon_ads.paging import by_token, chunks
from amazon_ads.responses import Json, decode_object

from . import dsp_v1_rows as rows
from .models import Ad, AdAssociation, AdGroup, Campaign, Flight, Target

PAGE_SIZE = 100
_IDS = 100


async def iterate_campaigns(
    client: AmazonAdsClient,
    profile_id: str,
    advertiser_id: str,
    *,
    campaign_ids: Sequence[str] | None = None,
    page_size: int = PAGE_SIZE,
) -> AsyncIterator[Campaign]:
    """Every campaign, or some."""
    for ids in chunks(campaign_ids, _IDS):
        walk = _Walk(client, profile_id, advertiser_id, page_size)
        async for raw in walk.rows("campaigns", "campaignId", campaignIdFilter=ids):
            yield rows.campaign(raw)


async def iterate_flights(
    client: AmazonAdsClient,
    profile_id: str,
    advertiser_id: str,
    campaign_id: str,
    *,
    page_size: int = PAGE_SIZE,
) -> AsyncIterator[Flight]:
    """The flights of one campaign: at most 150."""
    walk = _Walk(client, profile_id, advertiser_id, page_size)
    path = f"campaigns/{quote(campaign_id, safe='')}/flights"
    async for raw in walk.rows("flights", "flightId", path=path):
        yield rows.flight(raw)


async def iterate_ad_groups(
    client: AmazonAdsClient,
    profile_id: str,
    advertiser_id: str,
    *,
    campaign_ids: Sequence[str] | None = None,
    page_size: int = PAGE_SIZE,
) -> AsyncIterator[AdGroup]:
    """Every ad group, or those of some campaigns."""
    for ids in chunks(campaign_ids, _IDS):
        walk = _Walk(client, profile_id, advertiser_id, page_size)
        async for raw in walk.rows("adGroups", "adGroupId", campaignIdFilter=ids):
            yield rows.ad_group(raw)


async def iterate_ad_creatives(
    client: AmazonAdsClient,
    profile_id: str,
    advertiser_id: str,
    *,
    ad_creative_ids: Sequence[str] | None = None,
    page_size: int = PAGE_SIZE,
) -> AsyncIterator[Ad]:
    """Every ad creative, or some."""
    for ids in chunks(ad_creative_ids, _IDS):
        walk = _Walk(client, profile_id, advertiser_id, page_size)
        async for raw in walk.rows("adCreatives", "adCreativeId", adCreativeIdFilter=ids):
            yield rows.ad_creative(raw)


async def iterate_associations(
    client: AmazonAdsClient,
    profile_id: str,
    advertiser_id: str,
    *,
    ad_group_ids: Sequence[str] | None = None,
    page_size: int = PAGE_SIZE,
) -> AsyncIterator[AdAssociation]:
    """Ad creatives in ad groups. They have no id: a changing list may repeat one."""
    for ids in chunks(ad_group_ids, _IDS):
        walk = _Walk(client, profile_id, advertiser_id, page_size)
        path = "adCreatives/associations/adGroups"
        async for raw in walk.rows("associations", "", path=path, adGroupIdFilter=ids):
            yield rows.association(raw)


async def iterate_targets(
    client: AmazonAdsClient,
    profile_id: str,
    advertiser_id: str,
    *,
    ad_group_ids: Sequence[str] | None = None,
    page_size: int = PAGE_SIZE,
) -> AsyncIterator[Target]:
    """Every target of every ad group, or of some."""
    for ids in chunks(ad_group_ids, _IDS):
        walk = _Walk(client, profile_id, advertiser_id, page_size)
        async for raw in walk.rows("targets", "targetId", adGroupIdFilter=ids):
            yield rows.target(raw)


class _Walk:
    """Walks lists of one advertiser."""

    def __init__(
        self, client: AmazonAdsClient, profile_id: str, advertiser_id: str, page_size: int
    ) -> None:
        self._client = client
        self._headers = {**scope(profile_id), **account(advertiser_id)}
        self._page_size = page_size

    def rows(
        self, name: str, key: str, *, path: str = "", **filters: Sequence[str] | None
    ) -> AsyncIterator[Json]:
        body: dict[str, object] = {n: list(ids) for n, ids in filters.items() if ids is not None}
        body["maxResults"] = self._page_size

        async def ask(token: str | None) -> Json:
            asked = body | ({"nextToken": token} if token else {})
            url = f"/dsp/v1/{path or name}/list"
            return decode_object(await self._client.query(url, asked, headers=self._headers))

        return by_token(ask, name, key=key)
