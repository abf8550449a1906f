"""Measures of DSP reports: in which types each is found, and how it comes from a row's sums.

Ratios are fractions, 0 where the denominator is 0; money is in currency units (numbers exact to
the micro). Source of the names: Amazon Ads API, reporting v3 columns.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from sandbox.world.delivery import Metrics
from sandbox.world.facts import Cell

Value = str | int | float
LONG_TERM = 1.35


@dataclass(frozen=True, slots=True)
class Row:
    """Sums of one report row; `cell` is any cell of it and carries the names, `part` those of the
    look that the report takes at a cell (place, device …)."""

    cell: Cell
    metrics: Metrics
    first_day: date
    last_day: date
    part: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Column:
    """One of `groups` must be asked for in groupBy, `time_unit` must match; empty: always there."""

    value: Callable[[Row], Value]
    groups: tuple[str, ...] = ()
    time_unit: Literal["DAILY", "SUMMARY"] | None = None


def units(micros: int) -> Value:
    """Micros as a JSON number of currency units: 6 decimals at most, whole amounts as integers."""
    return micros // 1_000_000 if micros % 1_000_000 == 0 else micros / 1_000_000


def _per(part: float, whole: float) -> float:
    return round(part / whole, 6) if whole else 0


def _fee(row: Row, parts_per_thousand: int) -> int:
    return row.metrics.total_cost_micros * parts_per_thousand // 1000


def _supply(row: Row) -> int:
    fees = sum(_fee(row, share) for share in (90, 80, 50))
    return row.metrics.total_cost_micros - fees


def _reach(row: Row, factor: float) -> int:
    """Unique people: a frequency that grows with the length of the row's span."""
    days = (row.last_day - row.first_day).days + 1
    return int(row.metrics.impressions / (factor * (1.3 + 0.09 * days)))


def _count(field: str) -> Column:
    index = Metrics._fields.index(field)
    return Column(lambda row: row.metrics[index])


def _money(field: str) -> Column:
    index = Metrics._fields.index(field)
    return Column(lambda row: units(row.metrics[index]))


def _ratio(part: str, whole: str, *, times: int = 1) -> Column:
    top, bottom = Metrics._fields.index(part), Metrics._fields.index(whole)
    scale_top = 1_000_000 if part.endswith("_micros") else 1
    scale_bottom = 1_000_000 if whole.endswith("_micros") else 1
    scale = scale_bottom * times / scale_top
    return Column(lambda row: _per(row.metrics[top] * scale, row.metrics[bottom]))


def _video(share: float) -> Column:
    return Column(lambda row: int(row.metrics.video_starts * share))


COUNTS = {
    "impressions": "impressions", "clicks": "clicks", "grossImpressions": "gross_impressions",
    "grossClickThroughs": "gross_clicks", "viewableImpressions": "viewable_impressions",
    "measurableImpressions": "measurable_impressions", "detailPageViews": "detail_page_views",
    "addToCart": "add_to_cart", "addToList": "add_to_list", "purchases": "purchases",
    "purchasesClicks": "purchases_from_clicks", "unitsSold": "units_sold",
    "newToBrandPurchases": "new_to_brand_purchases",
    "newToBrandUnitsSold": "new_to_brand_units_sold",
    "newSubscribeAndSave": "new_subscribe_and_save",
    "totalDetailPageView": "total_detail_page_views", "totalAddToCart": "total_add_to_cart",
    "totalPurchases": "total_purchases", "totalUnitsSold": "total_units_sold",
    "brandSearches": "brand_searches", "videoAdStart": "video_starts",
    "combinedPurchases": "total_purchases", "combinedUnitsSold": "total_units_sold",
}  # fmt: skip
MONEY = {
    "totalCost": "total_cost_micros", "sales": "sales_micros",
    "newToBrandProductSales": "new_to_brand_sales_micros", "totalSales": "total_sales_micros",
    "combinedProductSales": "total_sales_micros",
}  # fmt: skip
RATIOS = {
    "clickThroughRate": ("clicks", "impressions", 1),
    "eCPM": ("total_cost_micros", "impressions", 1000),
    "eCPC": ("total_cost_micros", "clicks", 1),
    "measurableRate": ("measurable_impressions", "impressions", 1),
    "viewabilityRate": ("viewable_impressions", "measurable_impressions", 1),
    "detailPageViewRate": ("detail_page_views", "impressions", 1),
    "eCPDetailPageView": ("total_cost_micros", "detail_page_views", 1),
    "addToCartRate": ("add_to_cart", "impressions", 1),
    "eCPAddToCart": ("total_cost_micros", "add_to_cart", 1),
    "purchaseRate": ("purchases", "impressions", 1),
    "eCPP": ("total_cost_micros", "purchases", 1),
    "ROAS": ("sales_micros", "total_cost_micros", 1),
    "eRPM": ("sales_micros", "impressions", 1000),
    "newToBrandPurchaseRate": ("new_to_brand_purchases", "impressions", 1),
    "NewToBrandECPP": ("total_cost_micros", "new_to_brand_purchases", 1),
    "newToBrandPurchasesPercentage": ("new_to_brand_purchases", "purchases", 1),
    "newToBrandROAS": ("new_to_brand_sales_micros", "total_cost_micros", 1),
    "newToBrandERPM": ("new_to_brand_sales_micros", "impressions", 1000),
    "totalDetailPageViewRate": ("total_detail_page_views", "impressions", 1),
    "totalPurchaseRate": ("total_purchases", "impressions", 1),
    "totalECPP": ("total_cost_micros", "total_purchases", 1),
    "totalROAS": ("total_sales_micros", "total_cost_micros", 1),
    "totalERPM": ("total_sales_micros", "impressions", 1000),
    "combinedROAS": ("total_sales_micros", "total_cost_micros", 1),
    "combinedECPP": ("total_cost_micros", "total_purchases", 1),
    "brandSearchRate": ("brand_searches", "impressions", 1),
    "eCPBrandSearch": ("total_cost_micros", "brand_searches", 1),
}
QUIET = (
    "3PFees", "3PPreBidFee", "omnichannelMetricsFee", "offAmazonConversions", "offAmazonViews",
    "offAmazonClicks", "offAmazonCVR", "offAmazonCPA", "offAmazonPurchases", "offAmazonUnitsSold",
    "offAmazonProductSales", "offAmazonROAS", "pageViews", "lead", "signUp", "checkout",
    "subscribe", "application", "contact", "search", "other", "addToShoppingCart",
    "mobileAppFirstStarts", "videoStreams", "downloadedVideoPlays", "playTrailers", "rentals",
    "audioAdStart", "audioAdCompletions", "audioAdCompletionRate", "interactiveImpressions",
)  # fmt: skip


def _invalid(gross: str, valid: str) -> Column:
    top, bottom = Metrics._fields.index(gross), Metrics._fields.index(valid)
    return Column(lambda row: row.metrics[top] - row.metrics[bottom])


def _invalid_rate(gross: str, valid: str) -> Column:
    top, bottom = Metrics._fields.index(gross), Metrics._fields.index(valid)
    return Column(lambda row: _per(row.metrics[top] - row.metrics[bottom], row.metrics[top]))


def _derived() -> dict[str, Column]:
    return {
        "invalidImpressions": _invalid("gross_impressions", "impressions"),
        "invalidImpressionRate": _invalid_rate("gross_impressions", "impressions"),
        "invalidClickThroughs": _invalid("gross_clicks", "clicks"),
        "invalidClickThroughRate": _invalid_rate("gross_clicks", "clicks"),
        "purchasesViews": _invalid("purchases", "purchases_from_clicks"),
        "supplyCost": Column(lambda r: units(_supply(r))),
        "amazonDSPAudienceFee": Column(lambda r: units(_fee(r, 90))),
        "amazonDSPConsoleFee": Column(lambda r: units(_fee(r, 80))),
        "agencyFee": Column(lambda r: units(_fee(r, 50))),
        "totalFee": Column(lambda r: units(r.metrics.total_cost_micros - _supply(r))),
        "videoAdImpressions": _video(1.02),
        "videoAdFirstQuartile": _video(0.9),
        "videoAdMidpoint": _video(0.84),
        "videoAdThirdQuartile": _video(0.8),
        "videoAdComplete": _video(0.77),
        "videoAdCompletionRate": Column(
            lambda r: _per(int(r.metrics.video_starts * 0.77), r.metrics.video_starts)
        ),
    }


def _people() -> dict[str, Column]:
    """Unique reach and projections, which need groupBy campaign."""
    return {
        "reach": _unlocked(lambda r: _reach(r, 1.0)),
        "householdReach": _unlocked(lambda r: _reach(r, 1.4)),
        "frequencyAverage": _unlocked(lambda r: _per(r.metrics.impressions, _reach(r, 1.0))),
        "householdFrequencyAverage": _unlocked(
            lambda r: _per(r.metrics.impressions, _reach(r, 1.4))
        ),
        "longTermSales": _unlocked(lambda r: units(int(r.metrics.sales_micros * LONG_TERM))),
        "longTermROAS": _unlocked(
            lambda r: _per(r.metrics.sales_micros * LONG_TERM, r.metrics.total_cost_micros)
        ),
    }


def _unlocked(value: Callable[[Row], Value]) -> Column:
    return Column(value, ("campaign",))


def _more(whole: str, part: str) -> Column:
    """What is in `whole` and not in `part`."""
    return _invalid(whole, part)


def bids(row: Row) -> int:
    """How often was bid: grows with what was won and a little less with what could be seen."""
    return 5 * row.metrics.gross_impressions - row.metrics.viewable_impressions


def _brand_halo() -> dict[str, Column]:
    """What was sold of the brand beyond the promoted products; only product reports tell."""
    money = Column(lambda r: units(r.metrics.total_sales_micros - r.metrics.sales_micros))
    return {
        "purchasesBrandHalo": _more("total_purchases", "purchases"),
        "unitsSoldBrandHalo": _more("total_units_sold", "units_sold"),
        "detailPageViewsBrandHalo": _more("total_detail_page_views", "detail_page_views"),
        "addToCartBrandHalo": _more("total_add_to_cart", "add_to_cart"),
        "salesBrandHalo": money,
    }


def _brand_new() -> dict[str, Column]:
    """New-to-brand of the whole brand: the promoted ones, which is all the world tells apart."""
    return {
        "totalNewToBrandPurchases": _count("new_to_brand_purchases"),
        "totalNewToBrandSales": _money("new_to_brand_sales_micros"),
        "totalNewToBrandUnitsSold": _count("new_to_brand_units_sold"),
        "totalSubscribeAndSave": _count("new_subscribe_and_save"),
        "totalNewToBrandROAS": _ratio("new_to_brand_sales_micros", "total_cost_micros"),
        "totalNewToBrandPurchasesPercentage": _ratio("new_to_brand_purchases", "total_purchases"),
    }


MEASURES: dict[str, Column] = {
    **{name: _count(field) for name, field in COUNTS.items()},
    **{name: _money(field) for name, field in MONEY.items()},
    **{name: _ratio(part, whole, times=times) for name, (part, whole, times) in RATIOS.items()},
    **_derived(),
    **_brand_new(),
    **{name: Column(lambda _: 0) for name in QUIET},
}
BIDS = {
    "bids": Column(bids),
    "winRate": Column(lambda r: _per(r.metrics.impressions, bids(r))),
}
PEOPLE = _people()
BRAND_HALO = _brand_halo()

# In which types a measure stands: Campaign, Inventory, Audience, Product, Geo, Tech.
# Source: Amazon Ads API, reporting v3 columns. Measures that are named nowhere stand in all six.
_NOT_EVERYWHERE: dict[str, str] = {
    "CIAGT": """clickThroughRate totalCost eCPM eCPC grossImpressions invalidImpressions
        invalidImpressionRate grossClickThroughs invalidClickThroughs offAmazonConversions
        offAmazonViews offAmazonClicks brandSearches brandSearchRate eCPBrandSearch videoAdStart
        videoAdFirstQuartile videoAdMidpoint videoAdThirdQuartile videoAdComplete
        videoAdCompletionRate pageViews lead signUp checkout subscribe application contact search
        other addToShoppingCart mobileAppFirstStarts videoStreams downloadedVideoPlays playTrailers
        rentals""",
    "CIAG": "invalidClickThroughRate",
    "CIGT": "agencyFee viewableImpressions offAmazonPurchases offAmazonProductSales",
    "CIA": """supplyCost amazonDSPAudienceFee amazonDSPConsoleFee detailPageViewRate
        eCPDetailPageView addToCartRate eCPAddToCart purchaseRate eCPP newToBrandPurchaseRate
        NewToBrandECPP offAmazonCVR offAmazonCPA""",
    "CI": """totalFee 3PFees measurableImpressions measurableRate viewabilityRate ROAS eRPM
        newToBrandROAS newToBrandERPM totalDetailPageViewRate totalPurchaseRate totalECPP totalROAS
        totalERPM totalNewToBrandROAS offAmazonROAS combinedROAS combinedECPP""",
    "C": "3PPreBidFee omnichannelMetricsFee",
    "CIPGT": """sales unitsSold newToBrandUnitsSold newToBrandProductSales totalSales
        combinedProductSales""",
    "CAP": "newToBrandPurchasesPercentage",
    "CP": "totalNewToBrandPurchasesPercentage",
    "CIPG": """totalDetailPageView totalAddToCart totalPurchases totalUnitsSold
        totalNewToBrandPurchases totalNewToBrandSales totalNewToBrandUnitsSold
        totalSubscribeAndSave""",
    "CIG": "combinedPurchases combinedUnitsSold offAmazonUnitsSold",
}
_WHERE = {name: where for where, names in _NOT_EVERYWHERE.items() for name in names.split()}


def measures_in(letter: str) -> dict[str, Column]:
    """The measures of one type, by its letter."""
    return {name: c for name, c in MEASURES.items() if letter in _WHERE.get(name, letter)}
