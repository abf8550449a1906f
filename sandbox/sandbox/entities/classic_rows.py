"""Orders, line items and creatives as the classic family prints them."""

from datetime import date, datetime
from typing import Any

from sandbox.clock import stamp
from sandbox.reports.measures import units
from sandbox.world.dice import Dice
from sandbox.world.facts import World

from .booking import AGENCY_FEE_PERCENT, GOALS, Flight, cap, flights, targets
from .catalogue import Ad, AdGroup, Campaign
from .history import Origin, Version
from .standing import activity, classic_status
from .unified_rows import base_bid, weight

Shown = dict[str, Any]


def order_row(campaign: Campaign, at: datetime) -> Shown:
    """What a list shows; goals, caps and flights come with the single order."""
    return {
        "orderId": campaign.order.order_id,
        "advertiserId": campaign.advertiser.advertiser_id,
        "name": campaign.version.name,
        "externalId": campaign.order.external_id,
        "comments": "",
        "currencyCode": campaign.advertiser.currency,
        **_span(campaign.origin),
        "budget": {
            "totalBudgetAmount": units(campaign.version.budget_micros),
            "budgetCaps": [{"recurrenceTimePeriod": "UNCAPPED"}],
        },
        **_standing(campaign.origin, campaign.version, at),
        "creationDate": stamp(campaign.origin.created_at),
        "lastUpdatedDate": stamp(campaign.version.updated_at),
    }


def full_order_row(world: World, campaign: Campaign, at: datetime, data_at: datetime) -> Shown:
    shown = order_row(campaign, at)
    spent = _spent(world, campaign, data_at)
    goal, kpi = GOALS[campaign.order.programme]
    shown["budget"]["flights"] = [
        _flight_row(item, sum(cost for day, cost in spent.items() if _during(item, day)))
        for item in flights(world.dice, campaign)
    ]
    shown["agencyFee"] = {"feePercentage": AGENCY_FEE_PERCENT}
    shown["frequencyCap"] = _frequency_cap(world.dice, campaign.order.order_id)
    shown["optimization"] = {
        "productLocation": "SOLD_ON_AMAZON",
        "goal": goal,
        "goalKpi": kpi,
        "autoOptimizations": ["BUDGET", "BID"],
        "biddingStrategy": "SPEND_BUDGET_IN_FULL",
    }
    return shown


def line_item_row(group: AdGroup, at: datetime) -> Shown:
    return {
        "lineItemId": group.line_item.line_item_id,
        "orderId": group.campaign.order.order_id,
        "advertiserId": group.campaign.advertiser.advertiser_id,
        "name": group.version.name,
        "externalId": "",
        "lineItemType": group.line_item.kind,
        **_span(group.origin),
        **_standing(group.origin, group.version, at),
        "budget": {"totalBudgetAmount": units(group.version.budget_micros)},
        "currencyCode": group.campaign.advertiser.currency,
        "creationDate": stamp(group.origin.created_at),
        "lastUpdatedDate": stamp(group.version.updated_at),
    }


def full_line_item_row(dice: Dice, group: AdGroup, at: datetime) -> Shown:
    line_item_id = group.line_item.line_item_id
    segments = [
        {"segmentId": item.segment.segment_id, "isNot": item.negative}
        for item in targets(dice, group)
        if item.segment
    ]
    joined = {"segments": segments, "intraOperator": "OR", "interOperator": "ALL"}
    return line_item_row(group, at) | {
        "comments": "",
        "lineItemClassification": {
            "productCategories": [dice.digits(18, "category", line_item_id)]
        },
        "frequencyCap": _frequency_cap(dice, line_item_id),
        "targeting": {"segmentTargeting": {"segmentGroups": [joined]}},
        "appliedFees": [],
        "bidding": {
            "baseSupplyBid": base_bid(group),
            "maxSupplyBid": round(base_bid(group) * 2, 2),
        },
        "optimization": {"budgetOptimization": True},
        "creativeOptions": {"creativeRotationType": "WEIGHTED"},
    }


def creative_row(ad: Ad) -> Shown:
    return {
        "creativeId": ad.creative.ad_id,
        "advertiserId": ad.advertiser.advertiser_id,
        "name": ad.version.name,
        "type": "VIDEO" if ad.line_item.kind == "VIDEO" else "IMAGE",
        "externalId": "",
        "size": ad.creative.size,
        "supportedLineItemTypes": [ad.line_item.kind],
        "creationDate": stamp(ad.origin.created_at),
        "lastUpdatedDate": stamp(ad.version.updated_at),
    }


def association_row(ad: Ad) -> Shown:
    return {
        "lineItemId": ad.line_item.line_item_id,
        "creativeId": ad.creative.ad_id,
        "startDateTime": stamp(ad.origin.first),
        "endDateTime": stamp(ad.origin.last),
        "weight": weight(ad),
    }


def _spent(world: World, campaign: Campaign, at: datetime) -> dict[date, int]:
    """Micros that reports of this moment show for each day of the order."""
    order, spent = campaign.order, dict[date, int]()
    for cell in world.cells(campaign.advertiser, order.first_day, order.last_day, at):
        if cell.order.order_id == order.order_id:
            spent[cell.day] = spent.get(cell.day, 0) + cell.metrics.total_cost_micros
    return spent


def _during(flight: Flight, day: date) -> bool:
    return flight.first_day <= day <= flight.last_day


def _flight_row(flight: Flight, spent: int) -> Shown:
    return {
        "flightId": flight.flight_id,
        "startDateTime": stamp(flight.start),
        "endDateTime": stamp(flight.end),
        "amount": units(flight.budget_micros),
        "spentAmount": units(spent),
        "remainingAmount": units(max(0, flight.budget_micros - spent)),
    }


def _span(origin: Origin) -> Shown:
    return {"startDateTime": stamp(origin.first), "endDateTime": stamp(origin.last)}


def _standing(origin: Origin, version: Version, at: datetime) -> Shown:
    return {
        "deliveryActivationStatus": activity(version),
        "deliveryStatus": classic_status(origin, version, at),
    }


def _frequency_cap(dice: Dice, entity_id: str) -> Shown:
    found = cap(dice, entity_id)
    if not found:
        return {"type": "UNCAPPED"}
    return {
        "type": "CUSTOM",
        "maxImpressions": found.impressions,
        "timeUnitCount": found.days,
        "timeUnit": "DAYS",
    }
