"""Entities as /dsp/v1 prints them. Names are those of Amazon's developer guide; its schemas are not public."""

from datetime import datetime, timedelta
from typing import Any

from sandbox.clock import stamp
from sandbox.reports.measures import units
from sandbox.world.dice import Dice

from .booking import AGENCY_FEE_PERCENT, GOALS, Flight, Target, cap, flights
from .catalogue import Ad, AdGroup, Campaign
from .history import Origin, Version
from .standing import activity, classic_status
from .unified_rows import (
    base_bid,
    country_code,
    inventory_type,
    target_type,
    targeting_settings,
    weight,
)

Shown = dict[str, Any]
FORGOTTEN = timedelta(days=270)
"""Campaigns that ended longer ago come without state and deliveryStatus."""


def campaign_row(dice: Dice, campaign: Campaign, at: datetime) -> Shown:
    order, version = campaign.order, campaign.version
    goal, kpi = GOALS[order.programme]
    shown: Shown = {
        "campaignId": order.order_id,
        "advertiserId": campaign.advertiser.advertiser_id,
        "name": version.name,
        "currencyCode": campaign.advertiser.currency,
        "purchaseOrderNumber": order.external_id,
        **_span(campaign.origin),
        "flights": [flight_row(flight) for flight in flights(dice, campaign)],
        "frequencies": _frequencies(dice, order.order_id),
        "agencyFee": {"feePercentage": AGENCY_FEE_PERCENT},
        "optimization": {
            "bidStrategy": "SPEND_BUDGET_IN_FULL",
            "automateBudgetAllocation": True,
            "goalSetting": {"goal": goal, "kpi": kpi},
        },
        **_times(campaign.origin, version),
    }
    if at < campaign.origin.last + FORGOTTEN:
        shown |= _standing(campaign.origin, version, at)
    return shown


def flight_row(flight: Flight) -> Shown:
    return {
        "flightId": flight.flight_id,
        "startDateTime": stamp(flight.start),
        "endDateTime": stamp(flight.end),
        "budgetAmount": units(flight.budget_micros),
    }


def ad_group_row(dice: Dice, group: AdGroup, at: datetime) -> Shown:
    line_item = group.line_item
    return {
        "adGroupId": line_item.line_item_id,
        "campaignId": group.campaign.order.order_id,
        "advertiserId": group.campaign.advertiser.advertiser_id,
        "name": group.version.name,
        "inventoryType": inventory_type(group),
        **_standing(group.origin, group.version, at),
        **_span(group.origin),
        "budgetAmount": units(group.version.budget_micros),
        "currencyCode": group.campaign.advertiser.currency,
        "advertisedProductCategoryIds": [dice.digits(18, "category", line_item.line_item_id)],
        "bid": {"baseBid": base_bid(group)},
        "creativeRotationType": "WEIGHTED",
        "frequencies": _frequencies(dice, line_item.line_item_id),
        "pacing": {"deliveryProfile": "EVEN", "catchUpBoostPercentage": 0},
        "optimization": {"bidStrategy": "USE_CAMPAIGN_STRATEGY", "automateBudgetAllocation": True},
        "targetingSettings": targeting_settings(),
        **_times(group.origin, group.version),
    }


def target_row(target: Target) -> Shown:
    group, segment = target.ad_group, target.segment
    country = country_code(group.campaign.advertiser.market.country)
    details: Shown = {"locationTarget": {"geoLocation": country, "targetType": "LOCATION"}}
    if segment:
        details = {
            "audienceTarget": {
                "audienceId": segment.segment_id,
                "groupId": "2" if target.negative else "1",
                "targetType": target_type(target),
            }
        }
    return {
        "targetId": target.target_id,
        "adGroupId": group.line_item.line_item_id,
        "adProduct": "AMAZON_DSP",
        "negative": target.negative,
        "state": "ENABLED",
        "targetDetails": details,
    }


def ad_creative_row(ad: Ad) -> Shown:
    return {
        "adCreativeId": ad.creative.ad_id,
        "advertiserId": ad.advertiser.advertiser_id,
        "name": ad.version.name,
        "adCreativeType": ad.creative.kind,
        "size": ad.creative.size,
        "language": ad.creative.language,
        "state": activity(ad.version),
        **_times(ad.origin, ad.version),
    }


def association_row(ad: Ad) -> Shown:
    return {
        "adGroupId": ad.line_item.line_item_id,
        "adCreativeId": ad.creative.ad_id,
        "startDate": stamp(ad.origin.first),
        "endDate": stamp(ad.origin.last),
        "weight": weight(ad),
        "state": activity(ad.version),
    }


def _standing(origin: Origin, version: Version, at: datetime) -> Shown:
    return {"state": activity(version), "deliveryStatus": classic_status(origin, version, at)}


def _span(origin: Origin) -> Shown:
    return {"startDateTime": stamp(origin.first), "endDateTime": stamp(origin.last)}


def _times(origin: Origin, version: Version) -> Shown:
    return {
        "creationDateTime": stamp(origin.created_at),
        "lastUpdatedDateTime": stamp(version.updated_at),
    }


def _frequencies(dice: Dice, entity_id: str) -> list[Shown]:
    found = cap(dice, entity_id)
    if not found:
        return [{"frequencyType": "UNCAPPED"}]
    return [
        {
            "frequencyType": "CUSTOM",
            "maxImpressions": found.impressions,
            "timeUnitCount": found.days,
            "timeUnit": "DAYS",
        }
    ]
