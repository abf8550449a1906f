"""What an advertiser booked, the same types from all three families. Absent values are None or empty.

Money is in the entity's `currency`, exact. `state` is in unified's words in all families: ENABLED,
PAUSED, ARCHIVED, or empty (old, ended campaigns of `/dsp/v1` can lack it). `raw` is the row as it came.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from amazon_ads.responses import Json

_STATES = {"ACTIVE": "ENABLED", "INACTIVE": "PAUSED"}


def state_of(activation: str) -> str:
    """The state in unified's words, from what `/dsp/v1` and the classic family say."""
    return _STATES.get(activation, activation)


@dataclass(frozen=True, slots=True)
class Budget:
    """`period`: LIFETIME, DAILY or MONTHLY."""

    period: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class FrequencyCap:
    """At most `impressions` in `count` of `unit` (DAYS, HOURS, MINUTES), to each USER or HOUSEHOLD."""

    impressions: int
    count: int
    unit: str
    to_each: str = "USER"


@dataclass(frozen=True, slots=True)
class Flight:
    """A part of a campaign's time with its share of the budget. `spent` comes from classic only."""

    flight_id: str | None
    name: str
    starts_at: datetime | None
    ends_at: datetime | None
    budget: Decimal | None
    spent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign (classic: order). `goal` AWARENESS, CONSIDERATION, CONVERSIONS, or classic's longer
    list; `flights` only where the call gives them (classic: `get_order`)."""

    campaign_id: str
    advertiser_id: str | None
    name: str
    state: str
    delivery_status: str
    delivery_reasons: tuple[str, ...]
    currency: str
    budgets: tuple[Budget, ...]
    flights: tuple[Flight, ...]
    frequency_caps: tuple[FrequencyCap, ...]
    agency_fee_percent: Decimal | None
    goal: str
    kpi: str
    kpi_target: Decimal | None
    bid_strategy: str
    purchase_order: str
    starts_at: datetime | None
    ends_at: datetime | None
    created_at: datetime | None
    updated_at: datetime | None
    raw: Json = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class AdGroup:
    """An ad group (classic: line item). `kind`: the inventory type, or classic's line item type."""

    ad_group_id: str
    campaign_id: str
    advertiser_id: str | None
    name: str
    kind: str
    state: str
    delivery_status: str
    delivery_reasons: tuple[str, ...]
    currency: str
    budgets: tuple[Budget, ...]
    frequency_caps: tuple[FrequencyCap, ...]
    base_bid: Decimal | None
    max_bid: Decimal | None
    pacing: str
    purchase_order: str
    starts_at: datetime | None
    ends_at: datetime | None
    created_at: datetime | None
    updated_at: datetime | None
    raw: Json = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Ad:
    """An ad (classic: creative). It belongs to ad groups by associations only. `size` like 300x250,
    empty for video and where the family does not say."""

    ad_id: str
    advertiser_id: str | None
    name: str
    kind: str
    state: str
    size: str
    created_at: datetime | None
    updated_at: datetime | None
    raw: Json = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class AdAssociation:
    """An ad in an ad group. Only unified gives it an id."""

    association_id: str | None
    ad_group_id: str
    ad_id: str
    state: str
    weight: int | None
    starts_at: datetime | None
    ends_at: datetime | None
    raw: Json = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Target:
    """What an ad group aims at, or (`negative`) keeps away from; details as Amazon gives them."""

    target_id: str
    ad_group_id: str
    kind: str
    negative: bool
    state: str
    details: Json = field(repr=False)
    raw: Json = field(repr=False, compare=False)
