"""Pages of an advertiser's lists, in our own words."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, Protocol

from amazon_ads import AmazonAdsClient
from amazon_ads.entities import Ad, AdAssociation, AdGroup, Budget, Campaign, FrequencyCap, unified
from amazon_ads.errors import MalformedResponse

from dsp_ingest.entities.domain import Kind, Listed

from .domain import Page

_MICROS = Decimal(1_000_000)


class _Booked(Protocol):
    """What campaigns and ad groups share."""

    @property
    def name(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def delivery_status(self) -> str: ...
    @property
    def delivery_reasons(self) -> tuple[str, ...]: ...
    @property
    def budgets(self) -> tuple[Budget, ...]: ...
    @property
    def frequency_caps(self) -> tuple[FrequencyCap, ...]: ...
    @property
    def purchase_order(self) -> str: ...
    @property
    def starts_at(self) -> datetime | None: ...
    @property
    def ends_at(self) -> datetime | None: ...


async def page_of(
    client: AmazonAdsClient, amazon_advertiser_id: str, kind: Kind, token: str | None, rows: int
) -> Page:
    """A page of the kind's list. Raises AmazonError."""
    noun, read = _LISTS[kind]
    found = await unified.get_page(client, amazon_advertiser_id, noun, token, page_size=rows)
    if token is not None and found.next_token == token:
        raise MalformedResponse(f"the list of {noun} repeats a page token", status=200)
    rows_by_id = {row.entity_id: row for row in map(read, found.rows)}
    return Page(tuple(rows_by_id.values()), found.next_token)


def _campaign(found: Campaign) -> Listed:
    flights = [
        {
            "flight_id": flight.flight_id,
            "name": flight.name,
            "starts_at": _moment(flight.starts_at),
            "ends_at": _moment(flight.ends_at),
            "budget_micros": _micros(flight.budget),
        }
        for flight in found.flights
    ]
    fields = {
        **_booked(found),
        "flights": flights,
        "goal": found.goal,
        "kpi": found.kpi,
        "kpi_target_micros": _micros(found.kpi_target),
        "bid_strategy": found.bid_strategy,
        "agency_fee_percent": _text(found.agency_fee_percent),
    }
    return Listed("campaign", found.campaign_id, fields, found.created_at, found.updated_at)


def _ad_group(found: AdGroup) -> Listed:
    fields = {
        **_booked(found),
        "campaign_id": found.campaign_id,
        "inventory_type": found.kind,
        "base_bid_micros": _micros(found.base_bid),
        "max_bid_micros": _micros(found.max_bid),
        "pacing": found.pacing,
    }
    return Listed("ad_group", found.ad_group_id, fields, found.created_at, found.updated_at)


def _ad(found: Ad) -> Listed:
    fields = {"name": found.name, "state": found.state, "type": found.kind, "size": found.size}
    return Listed("ad", found.ad_id, fields, found.created_at, found.updated_at)


def _association(found: AdAssociation) -> Listed:
    """Amazon tells no times of it."""
    fields = {
        "ad_group_id": found.ad_group_id,
        "ad_id": found.ad_id,
        "state": found.state,
        "weight": found.weight,
        "starts_at": _moment(found.starts_at),
        "ends_at": _moment(found.ends_at),
    }
    own = found.association_id or f"{found.ad_group_id}:{found.ad_id}"
    return Listed("ad_association", own, fields, None, None)


_LISTS: Final[dict[Kind, tuple[unified.Noun, Callable[[Any], Listed]]]] = {
    "campaign": ("campaigns", _campaign),
    "ad_group": ("adGroups", _ad_group),
    "ad": ("ads", _ad),
    "ad_association": ("adAssociations", _association),
}


def _booked(found: _Booked) -> dict[str, Any]:
    """The budget over the whole time where there is one, else the first that is told."""
    budgets = sorted(found.budgets, key=lambda each: each.period != "LIFETIME")
    main = budgets[0] if budgets else None
    return {
        "name": found.name,
        "state": found.state,
        "delivery_status": found.delivery_status,
        "delivery_reasons": sorted(found.delivery_reasons),
        "budget_micros": _micros(main.amount) if main else None,
        "budget_period": main.period if main else None,
        "more_budgets": [
            {"period": each.period, "budget_micros": _micros(each.amount)} for each in budgets[1:]
        ],
        "frequency_caps": [_cap(each) for each in found.frequency_caps],
        "purchase_order": found.purchase_order,
        "starts_at": _moment(found.starts_at),
        "ends_at": _moment(found.ends_at),
    }


def _cap(cap: FrequencyCap) -> dict[str, Any]:
    return {
        "impressions": cap.impressions,
        "count": cap.count,
        "unit": cap.unit,
        "to_each": cap.to_each,
    }


def _micros(amount: Decimal | None) -> int | None:
    return None if amount is None else int((amount * _MICROS).to_integral_value())


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat()


def _text(number: Decimal | None) -> str | None:
    return None if number is None else format(number.normalize(), "f")
