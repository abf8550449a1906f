"""Reads the rows of `/adsApi/v1`."""

from __future__ import annotations

from decimal import Decimal

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
    texts,
)
from amazon_ads.responses import Json, objects

from .models import Ad, AdAssociation, AdGroup, Budget, Campaign, Flight, FrequencyCap, Target


def campaign(raw: Json) -> Campaign:
    status, optimizations = mapping(raw, "status"), mapping(raw, "optimizations")
    goals = mapping(optimizations, "goalSettings")
    flights = objects(raw.get("flights"))
    return Campaign(
        campaign_id=identifier(raw, "campaignId"),
        advertiser_id=None,
        name=text(raw, "name"),
        state=text(raw, "state"),
        delivery_status=text(status, "deliveryStatus"),
        delivery_reasons=texts(status, "deliveryReasons"),
        currency=_currency(
            [*objects(raw.get("budgets")), *(mapping(f, "budget") for f in flights)]
        ),
        budgets=_budgets(raw),
        flights=tuple(_flight(item) for item in flights),
        frequency_caps=_frequency_caps(raw),
        agency_fee_percent=_agency_fee(raw),
        goal=text(goals, "goal"),
        kpi=text(goals, "kpi"),
        kpi_target=optional_decimal(goals, "kpiValue"),
        bid_strategy=text(mapping(optimizations, "bidSettings"), "bidStrategy"),
        purchase_order=text(raw, "purchaseOrderNumber"),
        starts_at=optional_moment(raw, "startDateTime"),
        ends_at=optional_moment(raw, "endDateTime"),
        created_at=optional_moment(raw, "creationDateTime"),
        updated_at=optional_moment(raw, "lastUpdatedDateTime"),
        raw=raw,
    )


def ad_group(raw: Json) -> AdGroup:
    status, bid = mapping(raw, "status"), mapping(raw, "bid")
    return AdGroup(
        ad_group_id=identifier(raw, "adGroupId"),
        campaign_id=identifier(raw, "campaignId"),
        advertiser_id=None,
        name=text(raw, "name"),
        kind=text(raw, "inventoryType"),
        state=text(raw, "state"),
        delivery_status=text(status, "deliveryStatus"),
        delivery_reasons=texts(status, "deliveryReasons"),
        currency=_currency(objects(raw.get("budgets"))) or text(bid, "currencyCode"),
        budgets=_budgets(raw),
        frequency_caps=_frequency_caps(raw),
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


def ad(raw: Json) -> Ad:
    return Ad(
        ad_id=identifier(raw, "adId"),
        advertiser_id=None,
        name=text(raw, "name"),
        kind=text(raw, "adType"),
        state=text(raw, "state"),
        size=_size(raw),
        created_at=optional_moment(raw, "creationDateTime"),
        updated_at=optional_moment(raw, "lastUpdatedDateTime"),
        raw=raw,
    )


def ad_association(raw: Json) -> AdAssociation:
    return AdAssociation(
        association_id=identifier(raw, "adAssociationId"),
        ad_group_id=identifier(raw, "adGroupId"),
        ad_id=identifier(raw, "adId"),
        state=text(raw, "state"),
        weight=optional_integer(raw, "weight"),
        starts_at=optional_moment(raw, "startDateTime"),
        ends_at=optional_moment(raw, "endDateTime"),
        raw=raw,
    )


def target(raw: Json) -> Target:
    return Target(
        target_id=identifier(raw, "targetId"),
        ad_group_id=identifier(raw, "adGroupId"),
        kind=text(raw, "targetType"),
        negative=flag(raw, "negative"),
        state=text(raw, "state"),
        details=mapping(raw, "targetDetails"),
        raw=raw,
    )


def _money(budget: Json) -> Json:
    """{currencyCode, value} of a budget."""
    value = mapping(budget, "budgetValue")
    return mapping(mapping(value, "monetaryBudgetValue"), "monetaryBudget")


def _currency(budgets: list[Json]) -> str:
    return next((code for item in budgets if (code := text(_money(item), "currencyCode"))), "")


def _budgets(raw: Json) -> tuple[Budget, ...]:
    found = [
        (text(item, "recurrenceTimePeriod"), optional_decimal(_money(item), "value"))
        for item in objects(raw.get("budgets"))
    ]
    return tuple(Budget(period, amount) for period, amount in found if amount is not None)


def _flight(raw: Json) -> Flight:
    return Flight(
        flight_id=optional_identifier(raw, "flightId"),
        name=text(raw, "name"),
        starts_at=optional_moment(raw, "startDateTime"),
        ends_at=optional_moment(raw, "endDateTime"),
        budget=optional_decimal(_money(mapping(raw, "budget")), "value"),
    )


def _frequency_caps(raw: Json) -> tuple[FrequencyCap, ...]:
    return tuple(
        FrequencyCap(
            optional_integer(item, "eventMaxCount") or 0,
            optional_integer(item, "timeCount") or 0,
            text(item, "timeUnit"),
            text(item, "frequencyTargetingSetting"),
        )
        for item in objects(raw.get("frequencies"))
    )


def _agency_fee(raw: Json) -> Decimal | None:
    fees = (item for item in objects(raw.get("fees")) if text(item, "feeType") == "AGENCY")
    return next((optional_decimal(item, "feeValue") for item in fees), None)


def _size(raw: Json) -> str:
    """The first size of a display creative, whatever its settings are called."""
    creative = mapping(mapping(raw, "creative"), "displayCreative")
    for settings in members(creative):
        for size in objects(settings.get("creativeSizes")):
            return f"{text(size, 'width')}x{text(size, 'height')}"
    return ""
