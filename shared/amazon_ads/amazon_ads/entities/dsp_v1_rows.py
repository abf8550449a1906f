"""Reads the rows of `/dsp/v1`."""

from __future__ import annotations

from typing import cast

from amazon_ads.fields import (
    flag,
    identifier,
    mapping,
    members,
    optional_decimal,
    optional_identifier,
    optional_integer,
    optional_moment,
    text,
)
from amazon_ads.responses import Json, objects

from .classic_rows import frequency_caps
from .models import Ad, AdAssociation, AdGroup, Budget, Campaign, Flight, Target, state_of


def campaign(raw: Json) -> Campaign:
    optimization = mapping(raw, "optimization")
    goal = mapping(optimization, "goalSetting")
    return Campaign(
        campaign_id=identifier(raw, "campaignId"),
        advertiser_id=optional_identifier(raw, "advertiserId"),
        name=text(raw, "name"),
        state=state_of(text(raw, "state")),
        delivery_status=text(raw, "deliveryStatus"),
        delivery_reasons=(),
        currency=text(raw, "currencyCode"),
        budgets=(),
        flights=tuple(flight(item) for item in _flights(raw)),
        frequency_caps=frequency_caps(objects(raw.get("frequencies")), "frequencyType"),
        agency_fee_percent=optional_decimal(mapping(raw, "agencyFee"), "feePercentage"),
        goal=text(goal, "goal"),
        kpi=text(goal, "kpi"),
        kpi_target=optional_decimal(goal, "kpiValue"),
        bid_strategy=text(optimization, "bidStrategy"),
        purchase_order=text(raw, "purchaseOrderNumber"),
        starts_at=optional_moment(raw, "startDateTime"),
        ends_at=optional_moment(raw, "endDateTime"),
        created_at=optional_moment(raw, "creationDateTime"),
        updated_at=optional_moment(raw, "lastUpdatedDateTime"),
        raw=raw,
    )


def flight(raw: Json) -> Flight:
    return Flight(
        flight_id=optional_identifier(raw, "flightId"),
        name=text(raw, "name"),
        starts_at=optional_moment(raw, "startDateTime"),
        ends_at=optional_moment(raw, "endDateTime"),
        budget=optional_decimal(raw, "budgetAmount"),
    )


def ad_group(raw: Json) -> AdGroup:
    bid, budget = mapping(raw, "bid"), optional_decimal(raw, "budgetAmount")
    return AdGroup(
        ad_group_id=identifier(raw, "adGroupId"),
        campaign_id=identifier(raw, "campaignId"),
        advertiser_id=optional_identifier(raw, "advertiserId"),
        name=text(raw, "name"),
        kind=text(raw, "inventoryType"),
        state=state_of(text(raw, "state")),
        delivery_status=text(raw, "deliveryStatus"),
        delivery_reasons=(),
        currency=text(raw, "currencyCode"),
        budgets=() if budget is None else (Budget("LIFETIME", budget),),
        frequency_caps=frequency_caps(objects(raw.get("frequencies")), "frequencyType"),
        base_bid=optional_decimal(bid, "baseBid"),
        max_bid=optional_decimal(bid, "maxAverageBid"),
        pacing=text(mapping(raw, "pacing"), "deliveryProfile"),
        purchase_order=text(raw, "purchaseOrderNumber"),
        starts_at=optional_moment(raw, "startDateTime"),
        ends_at=optional_moment(raw, "endDateTime"),
        created_at=optional_moment(raw, "creationDateTime"),
        updated_at=optional_moment(raw, "lastUpdatedDateTime"),
        raw=raw,
    )


def ad_creative(raw: Json) -> Ad:
    return Ad(
        ad_id=identifier(raw, "adCreativeId"),
        advertiser_id=optional_identifier(raw, "advertiserId"),
        name=text(raw, "name"),
        kind=text(raw, "adCreativeType"),
        state=state_of(text(raw, "state")),
        size=text(raw, "size"),
        created_at=optional_moment(raw, "creationDateTime"),
        updated_at=optional_moment(raw, "lastUpdatedDateTime"),
        raw=raw,
    )


def association(raw: Json) -> AdAssociation:
    return AdAssociation(
        association_id=None,
        ad_group_id=identifier(raw, "adGroupId"),
        ad_id=identifier(raw, "adCreativeId"),
        state=state_of(text(raw, "state")),
        weight=optional_integer(raw, "weight"),
        starts_at=optional_moment(raw, "startDate"),
        ends_at=optional_moment(raw, "endDate"),
        raw=raw,
    )


def target(raw: Json) -> Target:
    details = mapping(raw, "targetDetails")
    kinds = [text(branch, "targetType") for branch in members(details)]
    return Target(
        target_id=identifier(raw, "targetId"),
        ad_group_id=identifier(raw, "adGroupId"),
        kind=next((kind for kind in kinds if kind), text(raw, "targetType")),
        negative=flag(raw, "negative"),
        state=state_of(text(raw, "state")),
        details=details,
        raw=raw,
    )


def _flights(raw: Json) -> list[Json]:
    """Flights have been seen as a list and as {"flights": [...]}."""
    given = raw.get("flights")
    return objects(cast("Json", given).get("flights") if isinstance(given, dict) else given)
