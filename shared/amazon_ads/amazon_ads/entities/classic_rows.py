"""Reads the rows of the classic family."""

from __future__ import annotations

from datetime import datetime

from amazon_ads.fields import (
    identifier,
    mapping,
    optional_decimal,
    optional_identifier,
    optional_integer,
    optional_moment,
    text,
)
from amazon_ads.responses import Json, objects

from .models import (
    Ad,
    AdAssociation,
    AdGroup,
    Budget,
    Campaign,
    Flight,
    FrequencyCap,
    state_of,
)


def order(raw: Json) -> Campaign:
    budget, optimization = mapping(raw, "budget"), mapping(raw, "optimization")
    return Campaign(
        campaign_id=identifier(raw, "orderId"),
        advertiser_id=optional_identifier(raw, "advertiserId"),
        name=text(raw, "name"),
        state=state_of(text(raw, "deliveryActivationStatus")),
        delivery_status=text(raw, "deliveryStatus"),
        delivery_reasons=(),
        currency=text(raw, "currencyCode"),
        budgets=_budgets(budget),
        flights=tuple(_flight(item) for item in objects(budget.get("flights"))),
        frequency_caps=frequency_caps([mapping(raw, "frequencyCap")], "type"),
        agency_fee_percent=optional_decimal(mapping(raw, "agencyFee"), "feePercentage"),
        goal=text(optimization, "goal"),
        kpi=text(optimization, "goalKpi"),
        kpi_target=optional_decimal(optimization, "targetKpi"),
        bid_strategy=text(optimization, "biddingStrategy"),
        purchase_order=text(raw, "externalId"),
        starts_at=optional_moment(raw, "startDateTime"),
        ends_at=optional_moment(raw, "endDateTime"),
        created_at=optional_moment(raw, "creationDate"),
        updated_at=_updated(raw),
        raw=raw,
    )


def line_item(raw: Json) -> AdGroup:
    bidding = mapping(raw, "bidding")
    return AdGroup(
        ad_group_id=identifier(raw, "lineItemId"),
        campaign_id=identifier(raw, "orderId"),
        advertiser_id=optional_identifier(raw, "advertiserId"),
        name=text(raw, "name"),
        kind=text(raw, "lineItemType"),
        state=state_of(text(raw, "deliveryActivationStatus")),
        delivery_status=text(raw, "deliveryStatus"),
        delivery_reasons=(),
        currency=text(raw, "currencyCode"),
        budgets=_budgets(mapping(raw, "budget")),
        frequency_caps=frequency_caps([mapping(raw, "frequencyCap")], "type"),
        base_bid=optional_decimal(bidding, "baseSupplyBid"),
        max_bid=optional_decimal(bidding, "maxSupplyBid"),
        pacing="",
        purchase_order=text(raw, "externalId"),
        starts_at=optional_moment(raw, "startDateTime"),
        ends_at=optional_moment(raw, "endDateTime"),
        created_at=optional_moment(raw, "creationDate"),
        updated_at=_updated(raw),
        raw=raw,
    )


def creative(raw: Json) -> Ad:
    return Ad(
        ad_id=identifier(raw, "creativeId"),
        advertiser_id=optional_identifier(raw, "advertiserId"),
        name=text(raw, "name"),
        kind=text(raw, "type"),
        state="",
        size=text(raw, "size"),
        created_at=optional_moment(raw, "creationDate"),
        updated_at=_updated(raw),
        raw=raw,
    )


def association(raw: Json) -> AdAssociation:
    return AdAssociation(
        association_id=None,
        ad_group_id=identifier(raw, "lineItemId"),
        ad_id=identifier(raw, "creativeId"),
        state="",
        weight=optional_integer(raw, "weight"),
        starts_at=optional_moment(raw, "startDateTime"),
        ends_at=optional_moment(raw, "endDateTime"),
        raw=raw,
    )


def frequency_caps(rows: list[Json], kind: str) -> tuple[FrequencyCap, ...]:
    """The caps among `rows`; those whose `kind` is UNCAPPED are none. Shared with `/dsp/v1`."""
    return tuple(
        FrequencyCap(
            optional_integer(row, "maxImpressions") or 0,
            optional_integer(row, "timeUnitCount") or 0,
            text(row, "timeUnit"),
        )
        for row in rows
        if text(row, kind) not in ("", "UNCAPPED")
    )


def _budgets(raw: Json) -> tuple[Budget, ...]:
    found = [("LIFETIME", optional_decimal(raw, "totalBudgetAmount"))]
    found += [
        (text(cap, "recurrenceTimePeriod"), optional_decimal(cap, "amount"))
        for cap in objects(raw.get("budgetCaps"))
    ]
    return tuple(Budget(period, amount) for period, amount in found if amount is not None)


def _flight(raw: Json) -> Flight:
    return Flight(
        flight_id=optional_identifier(raw, "flightId"),
        name="",
        starts_at=optional_moment(raw, "startDateTime"),
        ends_at=optional_moment(raw, "endDateTime"),
        budget=optional_decimal(raw, "amount"),
        spent=optional_decimal(raw, "spentAmount"),
    )


def _updated(raw: Json) -> datetime | None:
    """The spelling varies by version."""
    return optional_moment(raw, "lastUpdatedDate") or optional_moment(raw, "lastUpdateDate")
