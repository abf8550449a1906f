"""`POST /dsp/v1/campaign/insights` (beta): who converts, and how fast; always answered with 207.

Amazon describes neither the scale of shares nor of `index`, so they are handed on as they come.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from amazon_ads.client import AmazonAdsClient
from amazon_ads.errors import MalformedResponse
from amazon_ads.fields import (
    identifier,
    mapping,
    optional_date,
    optional_decimal,
    optional_identifier,
    optional_integer,
    text,
)
from amazon_ads.headers import insight_account
from amazon_ads.responses import Json, decode_object, objects

MOST_REQUESTS = 25
SHOPPER_TRAITS = "PERFORMANCE_PLUS_SHOPPER_TRAIT"
_PATH = "/dsp/v1/campaign/insights"
_MEDIA = "application/vnd.dspDspCampaignInsights.v1+json"


@dataclass(frozen=True, slots=True)
class InsightRequest:
    """A campaign, or one ad group of it."""

    campaign_id: str
    ad_group_id: str | None = None

    def payload(self) -> dict[str, str]:
        """An entry of `requests`."""
        whose = {} if self.ad_group_id is None else {"adGroupId": self.ad_group_id}
        return {"campaignId": self.campaign_id, **whose, "insightType": SHOPPER_TRAITS}


@dataclass(frozen=True, slots=True)
class TimeToConvert:
    """The share of conversions within a range of hours, in Amazon's words."""

    range: str
    conversion_share: Decimal | None


@dataclass(frozen=True, slots=True)
class ShopperTrait:
    """A trait of the shoppers who were reached. `cost` in the advertiser's currency."""

    name: str
    description: str
    index: int | None
    impression_share: Decimal | None
    impressions: int | None
    cost: Decimal | None
    total_purchases: int | None
    off_amazon_conversions: int | None
    median_hours_to_convert: Decimal | None
    raw: Json = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class ShopperTraitInsight:
    """What Amazon learned of one ad group, or (`ad_group_id` None) of the whole campaign."""

    ad_group_id: str | None
    tactic: str
    median_hours_to_convert: Decimal | None
    time_to_convert: tuple[TimeToConvert, ...]
    traits: tuple[ShopperTrait, ...]
    raw: Json = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class CampaignInsights:
    """The insights of one request. `insight_date` is None where Amazon gives none."""

    request: InsightRequest
    insight_date: date | None
    insights: tuple[ShopperTraitInsight, ...]
    raw: Json = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class InsightError:
    """Why one request has no insights: no Performance+ tactic, too little activity, not found."""

    request: InsightRequest
    code: str
    message: str
    raw: Json = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class InsightsAnswer:
    """A 207, each request in one of the two lists, in the order asked."""

    success: tuple[CampaignInsights, ...]
    error: tuple[InsightError, ...]


async def get_campaign_insights(
    client: AmazonAdsClient,
    profile_id: str,
    advertiser_id: str,
    requests: Sequence[InsightRequest],
) -> InsightsAnswer:
    """One call with 1 to `MOST_REQUESTS` requests. MalformedResponse when an answer is for none of
    them, or when one is left unanswered."""
    if not 1 <= len(requests) <= MOST_REQUESTS:
        raise ValueError(f"from 1 to {MOST_REQUESTS} requests in a call, not {len(requests)}")
    headers = {
        **insight_account(profile_id, advertiser_id),
        "Accept": _MEDIA,
        "Content-Type": _MEDIA,
    }
    body = {"requests": [request.payload() for request in requests]}
    raw = decode_object(await client.query(_PATH, body, headers=headers))
    return _read(raw, requests)


async def iterate_campaign_insights(
    client: AmazonAdsClient,
    profile_id: str,
    advertiser_id: str,
    requests: Sequence[InsightRequest],
) -> AsyncIterator[CampaignInsights | InsightError]:
    """Any number of requests, in calls of `MOST_REQUESTS`."""
    for start in range(0, len(requests), MOST_REQUESTS):
        some = requests[start : start + MOST_REQUESTS]
        answer = await get_campaign_insights(client, profile_id, advertiser_id, some)
        for item in (*answer.success, *answer.error):
            yield item


def _read(raw: Json, requests: Sequence[InsightRequest]) -> InsightsAnswer:
    success = _by_index(objects(raw.get("success")), len(requests))
    error = _by_index(objects(raw.get("error")), len(requests))
    if success.keys() & error.keys() or len(success) + len(error) != len(requests):
        raise MalformedResponse("the answer does not have every request once", status=207)
    return InsightsAnswer(
        tuple(_insights(requests[index], success[index]) for index in sorted(success)),
        tuple(_error(requests[index], error[index]) for index in sorted(error)),
    )


def _by_index(rows: list[Json], count: int) -> dict[int, Json]:
    found: dict[int, Json] = {}
    for row in rows:
        index = optional_integer(row, "index")
        if index is None or not 0 <= index < count or index in found:
            raise MalformedResponse("an answer is for no request", status=207)
        found[index] = row
    return found


def _insights(request: InsightRequest, raw: Json) -> CampaignInsights:
    if identifier(raw, "campaignId") != request.campaign_id:
        raise MalformedResponse("an answer is for another campaign", status=207)
    groups = objects(raw.get("campaignInsights"))
    return CampaignInsights(
        request,
        optional_date(raw, "insightDate"),
        tuple(found for group in groups if (found := _shopper_traits(group))),
        raw,
    )


def _shopper_traits(raw: Json) -> ShopperTraitInsight | None:
    """None for a kind of insight which Amazon added since."""
    inner = mapping(mapping(raw, "insights"), "performancePlusShopperTraitInsight")
    if not inner:
        return None
    return ShopperTraitInsight(
        ad_group_id=optional_identifier(raw, "adGroupId"),
        tactic=text(inner, "performancePlusTargetingTactic"),
        median_hours_to_convert=optional_decimal(inner, "medianTimeToConvertInHours"),
        time_to_convert=tuple(
            TimeToConvert(text(item, "range"), optional_decimal(item, "conversionShare"))
            for item in objects(inner.get("timeToConvertBuckets"))
        ),
        traits=tuple(_trait(item) for item in objects(inner.get("performancePlusShopperTraits"))),
        raw=raw,
    )


def _trait(raw: Json) -> ShopperTrait:
    return ShopperTrait(
        name=text(raw, "shopperTraitName"),
        description=text(raw, "shopperTraitDescription"),
        index=optional_integer(raw, "shopperTraitIndex"),
        impression_share=optional_decimal(raw, "impressionShare"),
        impressions=optional_integer(raw, "impressions"),
        cost=optional_decimal(raw, "cost"),
        total_purchases=optional_integer(raw, "totalPurchases"),
        off_amazon_conversions=optional_integer(raw, "offAmazonConversions"),
        median_hours_to_convert=optional_decimal(raw, "medianTimeToConvertInHoursPerTrait"),
        raw=raw,
    )


def _error(request: InsightRequest, raw: Json) -> InsightError:
    return InsightError(request, text(raw, "errorCode"), text(raw, "errorMessage"), raw)
