"""How often people saw ads, and what frequency caps saved; within the past 90 days.

`POST /dsp/v1/frequencyDistributionInsights/list` and `/dsp/v1/frequencySavingsInsights/list`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from amazon_ads.client import AmazonAdsClient
from amazon_ads.fields import (
    identifier,
    mapping,
    optional_date,
    optional_decimal,
    optional_identifier,
    text,
)
from amazon_ads.headers import insight_account
from amazon_ads.paging import by_token, chunks
from amazon_ads.responses import Json, decode_object, objects

PAGE_SIZE = 10_000
_DISTRIBUTION = "frequencyDistributionInsights"
_SAVINGS = "frequencySavingsInsights"
_DISTRIBUTION_MEDIA = "application/vnd.dspFrequencyDistributionInsight.v1+json"
_SAVINGS_MEDIA = "application/vnd.dspFrequencySavingsInsight.v1+json"
_DISTRIBUTION_IDS, _SAVINGS_IDS = 10, 1000


@dataclass(frozen=True, slots=True)
class Metric:
    """A value, or the reason why there is none: INSUFFICIENT_DATA, METRIC_NOT_APPLICABLE,
    FREQUENCY_CAP_NOT_REACHED, FREQUENCY_CAP_NOT_SET, NOT_AVAILABLE."""

    name: str
    value: Decimal | None
    no_data_reason: str
    currency: str = ""


@dataclass(frozen=True, slots=True)
class FrequencyBin:
    """What holds for those who saw ads `frequency` times ("1" … "9", "10+") in the days from
    `starts_on`, a day, week or month by `time_grain`. `metrics` by Amazon's names."""

    campaign_id: str
    ad_group_id: str | None
    starts_on: date | None
    time_grain: str
    frequency: str
    metrics: tuple[Metric, ...]
    raw: Json = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Saving:
    """One metric of one day of a capped campaign or ad group."""

    campaign_id: str | None
    ad_group_id: str | None
    saved_on: date | None
    metric: Metric
    raw: Json = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Days:
    """Both inclusive, in the advertiser's time zone. None: what Amazon thinks (the last 15 days)."""

    first: date | None = None
    last: date | None = None

    def filters(self) -> dict[str, str]:
        """As members of `filters`."""
        first = {"startDateFilter": self.first.isoformat()} if self.first else {}
        return first | ({"endDateFilter": self.last.isoformat()} if self.last else {})


async def iterate_distribution(
    client: AmazonAdsClient,
    profile_id: str,
    advertiser_id: str,
    *,
    campaign_ids: Sequence[str] | None = None,
    level: str = "CAMPAIGN",
    time_grain: str = "DAILY",
    metrics: Sequence[str] = (),
    days: Days | None = None,
    page_size: int = PAGE_SIZE,
) -> AsyncIterator[FrequencyBin]:
    """Bins of every campaign, or of some; `level` CAMPAIGN or AD_GROUP, `time_grain` DAILY, WEEKLY
    or MONTHLY. Without `metrics` all of them."""
    filters = {
        "advertiserIdFilter": [advertiser_id],
        "levelFilter": level,
        "timeGrainFilter": time_grain,
        **({"metricsFilter": list(metrics)} if metrics else {}),
        **(days or Days()).filters(),
    }
    listing = _Listing(client, profile_id, advertiser_id, page_size)
    for ids in chunks(campaign_ids, _DISTRIBUTION_IDS):
        whose = {} if ids is None else {"campaignIdFilter": list(ids)}
        async for raw in listing.rows(_DISTRIBUTION, _DISTRIBUTION_MEDIA, filters | whose):
            yield _bin(raw)


async def iterate_savings(
    client: AmazonAdsClient,
    profile_id: str,
    advertiser_id: str,
    *,
    campaign_ids: Sequence[str] | None = None,
    metrics: Sequence[str] = (),
    days: Days | None = None,
    page_size: int = PAGE_SIZE,
) -> AsyncIterator[Saving]:
    """What the caps of every campaign saved, or of some, day by day; 1 to 4 `metrics`, or all."""
    filters = {
        "advertiserIdFilter": [advertiser_id],
        **({"metricsFilter": list(metrics)} if metrics else {}),
        **(days or Days()).filters(),
    }
    listing = _Listing(client, profile_id, advertiser_id, page_size)
    for ids in chunks(campaign_ids, _SAVINGS_IDS):
        async for raw in listing.rows(_SAVINGS, _SAVINGS_MEDIA, filters | _campaign_caps(ids)):
            yield _saving(raw)


def _campaign_caps(ids: Sequence[str] | None) -> dict[str, object]:
    kind = {"frequencyCapType": "CAMPAIGN_FREQUENCY_CAP"}
    inner = kind if ids is None else {**kind, "campaignIds": list(ids)}
    return {"frequencyCapTypeFilter": {"campaignFrequencyCapFilter": inner}}


class _Listing:
    """Walks lists of insights of one advertiser."""

    def __init__(
        self, client: AmazonAdsClient, profile_id: str, advertiser_id: str, page_size: int
    ) -> None:
        self._client = client
        self._account = insight_account(profile_id, advertiser_id)
        self._page_size = page_size

    def rows(self, name: str, media: str, filters: Json) -> AsyncIterator[Json]:
        headers = {**self._account, "Accept": media, "Content-Type": media}
        body = {"filters": filters, "maxResults": self._page_size}

        async def ask(token: str | None) -> Json:
            asked = body | ({"nextToken": token} if token else {})
            return decode_object(
                await self._client.query(f"/dsp/v1/{name}/list", asked, headers=headers)
            )

        return by_token(ask, name)


def _bin(raw: Json) -> FrequencyBin:
    return FrequencyBin(
        campaign_id=identifier(raw, "campaignId"),
        ad_group_id=optional_identifier(raw, "adGroupId"),
        starts_on=optional_date(raw, "date"),
        time_grain=text(raw, "timeGrain"),
        frequency=text(raw, "frequency"),
        metrics=tuple(_metric(item) for item in objects(raw.get("metrics"))),
        raw=raw,
    )


def _saving(raw: Json) -> Saving:
    return Saving(
        campaign_id=optional_identifier(raw, "campaignId"),
        ad_group_id=optional_identifier(raw, "adGroupId"),
        saved_on=optional_date(raw, "date"),
        metric=_metric(mapping(raw, "metrics")),
        raw=raw,
    )


def _metric(raw: Json) -> Metric:
    return Metric(
        text(raw, "metricName"),
        optional_decimal(raw, "metricValue"),
        text(raw, "noDataReasonCode"),
        text(raw, "currencyCode"),
    )
