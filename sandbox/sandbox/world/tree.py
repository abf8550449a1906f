"""What exists: agency users, seats, brands, advertisers, orders, line items, creatives.

Ids are 18-digit strings (profile ids 16 digits, because /v2/profiles prints them as numbers).
Money is in micros of the advertiser's currency.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal
from zoneinfo import ZoneInfo

Region = Literal["na", "eu", "fe"]
AccessLevel = Literal["edit", "view"]


@dataclass(frozen=True, slots=True)
class Marketplace:
    country: str
    region: Region
    marketplace_id: str
    currency: str
    profile_timezone: str
    timezones: tuple[str, ...]
    money_per_dollar: float
    minor_unit_micros: int = 10_000


@dataclass(frozen=True, slots=True)
class Profile:
    """One row of /v2/profiles; `kind` agency is a DSP seat, vendor is there to be ignored."""

    profile_id: str
    entity_id: str
    kind: Literal["agency", "vendor"]
    name: str
    market: Marketplace


@dataclass(frozen=True, slots=True)
class Brand:
    key: str
    name: str
    basket_micros: int
    new_to_brand_share: float
    appeal: float


@dataclass(frozen=True, slots=True)
class Advertiser:
    advertiser_id: str
    name: str
    brand: Brand
    seat: Profile
    timezone: str
    url: str
    impressions_per_day: int

    @property
    def market(self) -> Marketplace:
        return self.seat.market

    @property
    def currency(self) -> str:
        return self.seat.market.currency

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


@dataclass(frozen=True, slots=True)
class Creative:
    """An ad inside a line item; `ad_id` is the id /dsp/creatives knows, `creative_id` may differ."""

    creative_id: str
    ad_id: str
    name: str
    size: str
    kind: str
    language: str
    weight: float
    first_day: date


@dataclass(frozen=True, slots=True)
class LineItem:
    line_item_id: str
    name: str
    kind: Literal["STANDARD_DISPLAY", "VIDEO"]
    first_day: date
    budget_micros: int
    weight: float
    cpm_micros: int
    click_rate: float
    page_view_rate: float
    creatives: tuple[Creative, ...]


@dataclass(frozen=True, slots=True)
class Order:
    order_id: str
    name: str
    programme: str
    first_day: date
    last_day: date
    budget_micros: int
    external_id: str
    line_items: tuple[LineItem, ...]


@dataclass(frozen=True, slots=True)
class AmcInstance:
    instance_id: str
    name: str
    kind: Literal["STANDARD", "SANDBOX"]
    brand_name: str
    created_on: date
    advertiser_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AmcAccount:
    account_id: str
    name: str
    market: Marketplace
    instances: tuple[AmcInstance, ...]


@dataclass(frozen=True, slots=True)
class User:
    """An Amazon user who can sign in on the consent page, and what that user may see."""

    key: str
    name: str
    email: str
    note: str
    access: AccessLevel
    profile_ids: frozenset[str]
    advertiser_ids: frozenset[str]
    amc_account_ids: frozenset[str]
    manager: bool


@dataclass(frozen=True, slots=True)
class Tree:
    agency: str
    manager_account_id: str
    profiles: tuple[Profile, ...]
    brands: tuple[Brand, ...]
    advertisers: dict[str, Advertiser]
    amc_accounts: tuple[AmcAccount, ...]
    users: dict[str, User]
    profiles_by_id: dict[str, Profile] = field(default_factory=dict[str, Profile])
