"""`/dsp/orders`, `/dsp/lineItems`, `/dsp/creatives`: the classic family, by seat (Scope = profile id).

Announced to end on 30 Sep 2025 and seen answering since: use it for what the others lack (what a
flight has spent). Forbidden or NotFound where Amazon has switched it off for the caller.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from urllib.parse import quote

from amazon_ads.client import AmazonAdsClient
from amazon_ads.headers import scope
from amazon_ads.paging import by_offset, chunks
from amazon_ads.responses import Json, decode_object

from . import classic_rows as rows
from .models import Ad, AdAssociation, AdGroup, Campaign

PAGE_SIZE = 100
_ORDERS = "application/vnd.dsporders.v2.6+json"
_LINE_ITEMS = "application/vnd.dspbasiclineitems.v3+json"
_LINE_ITEM = "application/vnd.dsplineitems.v3.3+json"
_CREATIVES = "application/vnd.dspcreatives.v2.1+json"
_ASSOCIATIONS = "application/vnd.dsplineitemcreativeassociations.v2.1+json"
_IDS = 100


async def iterate_orders(
    client: AmazonAdsClient,
    profile_id: str,
    advertiser_ids: Sequence[str],
    *,
    page_size: int = PAGE_SIZE,
) -> AsyncIterator[Campaign]:
    """The orders of some advertisers of the seat; without their flights (`get_order`)."""
    for ids in chunks(advertiser_ids, _IDS):
        query = _query(page_size, advertiserIdFilter=ids)
        async for raw in _list(client, profile_id, "/dsp/orders", _ORDERS, query, key="orderId"):
            yield rows.order(raw)


async def get_order(client: AmazonAdsClient, profile_id: str, order_id: str) -> Campaign:
    """One order whole: with flights and what they spent, frequency cap, goal and fee."""
    return rows.order(await _get(client, profile_id, "/dsp/orders", order_id, _ORDERS))


async def iterate_line_items(
    client: AmazonAdsClient,
    profile_id: str,
    order_ids: Sequence[str],
    *,
    page_size: int = PAGE_SIZE,
) -> AsyncIterator[AdGroup]:
    """The line items of some orders; without bids and caps (`get_line_item`)."""
    for ids in chunks(order_ids, _IDS):
        path, query = "/dsp/lineItems", _query(page_size, orderIdFilter=ids)
        async for raw in _list(client, profile_id, path, _LINE_ITEMS, query, key="lineItemId"):
            yield rows.line_item(raw)


async def get_line_item(client: AmazonAdsClient, profile_id: str, line_item_id: str) -> AdGroup:
    """One line item whole: with bids, targeting and frequency cap."""
    return rows.line_item(
        await _get(client, profile_id, "/dsp/lineItems", line_item_id, _LINE_ITEM)
    )


async def iterate_creatives(
    client: AmazonAdsClient,
    profile_id: str,
    advertiser_ids: Sequence[str],
    *,
    page_size: int = PAGE_SIZE,
) -> AsyncIterator[Ad]:
    """The creatives of some advertisers of the seat."""
    for ids in chunks(advertiser_ids, _IDS):
        path, query = "/dsp/creatives", _query(page_size, advertiserIdFilter=ids)
        async for raw in _list(client, profile_id, path, _CREATIVES, query, key="creativeId"):
            yield rows.creative(raw)


async def iterate_associations(
    client: AmazonAdsClient,
    profile_id: str,
    line_item_ids: Sequence[str],
    *,
    page_size: int = PAGE_SIZE,
) -> AsyncIterator[AdAssociation]:
    """The creatives of some line items. They have no id: a changing list may repeat one."""
    for ids in chunks(line_item_ids, _IDS):
        path, query = "/dsp/lineItemCreativeAssociations", _query(page_size, lineItemIdFilter=ids)
        async for raw in _list(client, profile_id, path, _ASSOCIATIONS, query):
            yield rows.association(raw)


def _query(page_size: int, **filters: Sequence[str] | None) -> dict[str, str]:
    given = {name: ",".join(ids) for name, ids in filters.items() if ids is not None}
    return {**given, "count": str(page_size)}


async def _get(
    client: AmazonAdsClient, profile_id: str, path: str, entity_id: str, media: str
) -> Json:
    headers = {**scope(profile_id), "Accept": media}
    return decode_object(await client.get(f"{path}/{quote(entity_id, safe='')}", headers=headers))


def _list(
    client: AmazonAdsClient,
    profile_id: str,
    path: str,
    media: str,
    query: dict[str, str],
    *,
    key: str = "",
) -> AsyncIterator[Json]:
    async def ask(start: int) -> Json:
        headers, params = {**scope(profile_id), "Accept": media}, query | {"startIndex": str(start)}
        return decode_object(await client.get(path, headers=headers, params=params))

    return by_offset(ask, key=key)
