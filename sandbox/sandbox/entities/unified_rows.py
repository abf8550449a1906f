"""Entities as /adsApi/v1 prints them. Source of the shapes: Amazon Ads API, AdsAPIv1DSP."""

from datetime import datetime
from typing import Any

from sandbox.clock import stamp
from sandbox.reports.measures import units
from sandbox.world.dice import Dice

from .booking import AGENCY_FEE_PERCENT, GOALS, Flight, Target, association_id, cap, flights
from .catalogue import Ad, AdGroup, Campaign
from .history import Origin, Version
from .standing import ad_group_status, campaign_status

Shown = dict[str, Any]
DSP = "AMAZON_DSP"
_AGENCY_FEE = {
    "feeType": "AGENCY",
    "feeValue": AGENCY_FEE_PERCENT,
    "feeValueType": "PERCENTAGE_OF_BUDGET",
}
_LOCALES = {"EN": "en_US", "DE": "de_DE", "FR": "fr_FR", "JA": "ja_JP"}


def campaign_row(dice: Dice, campaign: Campaign, at: datetime) -> Shown:
    order, advertiser = campaign.order, campaign.advertiser
    currency, country = advertiser.currency, country_code(advertiser.market.country)
    return {
        "campaignId": order.order_id,
        "adProduct": DSP,
        "name": campaign.version.name,
        "state": campaign.version.state,
        "status": campaign_status(campaign, at),
        **_times(campaign.origin, campaign.version),
        **_span(campaign.origin),
        "budgets": [_budget(campaign.version.budget_micros, currency)],
        "flights": [_flight(flight, currency) for flight in flights(dice, campaign)],
        "frequencies": _frequencies(dice, order.order_id),
        "fees": [_AGENCY_FEE],
        "optimizations": _optimizations(campaign),
        "countries": [country],
        "marketplaces": [country],
        "purchaseOrderNumber": order.external_id,
        "targetsAmazonDeal": False,
    }


def _flight(flight: Flight, currency: str) -> Shown:
    return {
        "flightId": flight.flight_id,
        "name": flight.name,
        "startDateTime": stamp(flight.start),
        "endDateTime": stamp(flight.end),
        "budget": _value(flight.budget_micros, currency),
    }


def _optimizations(campaign: Campaign) -> Shown:
    goal, kpi = GOALS[campaign.order.programme]
    video = campaign.order.programme == "awareness"
    return {
        "bidSettings": {"bidStrategy": "SPEND_BUDGET_IN_FULL"},
        "budgetSettings": {
            "budgetAllocation": "AUTO",
            "flightBudgetRolloverStrategy": "NO_ROLLOVER",
        },
        "goalSettings": {"goal": goal, "kpi": kpi, "currencyCode": campaign.advertiser.currency},
        "primaryInventoryTypes": ["VIDEO_STV" if video else "DISPLAY"],
    }


def ad_group_row(dice: Dice, group: AdGroup, at: datetime) -> Shown:
    line_item, currency = group.line_item, group.campaign.advertiser.currency
    return {
        "adGroupId": line_item.line_item_id,
        "campaignId": group.campaign.order.order_id,
        "adProduct": DSP,
        "name": group.version.name,
        "inventoryType": inventory_type(group),
        "state": group.version.state,
        "status": ad_group_status(group, at),
        **_times(group.origin, group.version),
        **_span(group.origin),
        "advertisedProductCategoryIds": [dice.digits(18, "category", line_item.line_item_id)],
        "bid": {
            "baseBid": base_bid(group),
            "currencyCode": currency,
            "maxAverageBid": round(base_bid(group) * 2, 2),
        },
        "budgets": [_budget(group.version.budget_micros, currency)],
        "creativeRotationType": "WEIGHTED",
        "fees": [],
        "frequencies": _frequencies(dice, line_item.line_item_id),
        "optimization": {
            "bidStrategy": "USE_CAMPAIGN_STRATEGY",
            "budgetSettings": {"budgetAllocation": "AUTO"},
        },
        "pacing": {"deliveryProfile": "EVEN"},
        "targetingSettings": targeting_settings(),
    }


def ad_row(ad: Ad) -> Shown:
    return {
        "adId": ad.creative.ad_id,
        "adProduct": DSP,
        "adType": "VIDEO" if ad.line_item.kind == "VIDEO" else "DISPLAY",
        "name": ad.version.name,
        "state": ad.version.state,
        **_times(ad.origin, ad.version),
        "marketplaces": [country_code(ad.advertiser.market.country)],
        "creative": _video(ad) if ad.line_item.kind == "VIDEO" else _display(ad),
    }


def association_row(dice: Dice, ad: Ad) -> Shown:
    return {
        "adAssociationId": association_id(dice, ad.creative.ad_id),
        "adGroupId": ad.line_item.line_item_id,
        "adId": ad.creative.ad_id,
        "state": ad.version.state,
        "weight": weight(ad),
        **_span(ad.origin),
    }


def target_row(target: Target) -> Shown:
    group, segment = target.ad_group, target.segment
    audience = {
        "audienceTarget": {
            "audienceId": {"defaultValue": segment.segment_id},
            "groupId": "2" if target.negative else "1",
        }
    } if segment else {}  # fmt: skip
    country = country_code(group.campaign.advertiser.market.country)
    return {
        "targetId": target.target_id,
        "adGroupId": group.line_item.line_item_id,
        "adProduct": DSP,
        "negative": target.negative,
        "state": "ENABLED",
        "targetLevel": "AD_GROUP",
        "targetType": target_type(target),
        "targetDetails": audience or {"locationTarget": {"locationId": country}},
        **_times(group.origin, group.version),
    }


def target_type(target: Target) -> str:
    return "AUDIENCE" if target.segment else "LOCATION"


def inventory_type(group: AdGroup) -> str:
    """Newer inventory types by what line items of video are named after; display is one type."""
    if group.line_item.kind != "VIDEO":
        return "DISPLAY"
    return "ONLINE_VIDEO" if group.line_item.name.startswith("Online video") else "STREAMING_TV"


def base_bid(group: AdGroup) -> float:
    return round(group.line_item.cpm_micros / 1_000_000, 2)


def weight(ad: Ad) -> int:
    return round(ad.creative.weight * 100)


def country_code(country: str) -> str:
    return "GB" if country == "UK" else country


def targeting_settings() -> Shown:
    return {
        "amazonViewability": {
            "includeUnmeasurableImpressions": True,
            "viewabilityTier": "ALL_TIERS",
        },
        "timeZoneType": "ADVERTISER_REGION",
        "userLocationSignal": "CURRENT",
    }


def _times(origin: Origin, version: Version) -> Shown:
    return {
        "creationDateTime": stamp(origin.created_at),
        "lastUpdatedDateTime": stamp(version.updated_at),
    }


def _span(origin: Origin) -> Shown:
    return {"startDateTime": stamp(origin.first), "endDateTime": stamp(origin.last)}


def _value(micros: int, currency: str) -> Shown:
    budget = {"currencyCode": currency, "value": units(micros)}
    value = {"monetaryBudgetValue": {"monetaryBudget": budget}}
    return {"budgetType": "MONETARY", "budgetValue": value}


def _budget(micros: int, currency: str) -> Shown:
    return _value(micros, currency) | {"recurrenceTimePeriod": "LIFETIME"}


def _frequencies(dice: Dice, entity_id: str) -> list[Shown]:
    found = cap(dice, entity_id)
    if not found:
        return []
    return [
        {
            "eventMaxCount": found.impressions,
            "frequencyTargetingSetting": "USER",
            "timeCount": found.days,
            "timeUnit": "DAYS",
        }
    ]


def _asset(ad: Ad) -> Shown:
    return {"assetId": f"amzn1.assetlibrary.asset1.{ad.creative.creative_id}", "assetVersion": "1"}


def _display(ad: Ad) -> Shown:
    width, _, height = ad.creative.size.partition("x")
    return {
        "displayCreative": {
            "standardDisplaySettings": {
                "adChoicesPosition": "TOP_RIGHT",
                "creativeSizes": [{"width": int(width), "height": int(height)}],
                "customImages": [_asset(ad)],
                "language": _LOCALES[ad.creative.language],
            }
        }
    }


def _video(ad: Ad) -> Shown:
    settings = {"language": _LOCALES[ad.creative.language], "videos": _asset(ad)}
    return {"videoCreative": {"streamingTvSettings": settings}}
