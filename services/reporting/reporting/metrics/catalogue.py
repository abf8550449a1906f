"""What can be asked for: metrics with unit and formula, dimensions with their columns. Pure.

Formulas and attribution: Amazon Ads API, reporting v3 columns; conversions count within 14 days of a
click or view, for the promoted products.
"""

from dataclasses import dataclass
from typing import Final, Literal, LiteralString

from reporting.fact_types import CAMPAIGN, FACT_TYPES, FactType
from reporting.maturity.domain import Group, group_of
from reporting.measures import is_money

Unit = Literal["count", "money", "ratio", "multiple"]


@dataclass(frozen=True)
class Metric:
    """A sum of one measure, or the ratio of two sums (never an average of ratios).

    `sort_sql` orders rows by it: the same formula over the sums of a cell `c`.
    """

    name: str
    label: str
    unit: Unit
    formula: str
    description: str
    numerator: LiteralString
    sort_sql: LiteralString
    denominator: LiteralString | None = None
    factor: int = 1
    summable: bool = True

    @property
    def additive(self) -> bool:
        """Whether values may be added up over dimensions (money: within one currency)."""
        return self.denominator is None and self.summable

    @property
    def measures(self) -> tuple[LiteralString, ...]:
        """What it is made of."""
        return (self.numerator,) if self.denominator is None else (self.numerator, self.denominator)

    @property
    def maturity_group(self) -> Group:
        """Whose ripeness is its own: the slower one's of its parts."""
        conversion = any(group_of(measure) == "conversion" for measure in self.measures)
        return "conversion" if conversion else "traffic"

    @property
    def attribution_days(self) -> int | None:
        """Conversions count within so many days after a click or view; None for traffic."""
        return 14 if self.maturity_group == "conversion" else None

    @property
    def aggregability(self) -> str:
        """How values are brought together over rows."""
        if not self.summable:
            return "not summable: people are counted once per advertiser and day"
        return "sum" if self.denominator is None else "ratio of sums"

    @property
    def fact_types(self) -> list[FactType]:
        """The report types that have it."""
        return [k for k in FACT_TYPES.values() if set(self.measures) <= set(k.measures)]


@dataclass(frozen=True)
class Column:
    """A column of the answer that a dimension brings."""

    name: str
    label: str
    is_id: bool = False


@dataclass(frozen=True)
class Dimension:
    """Something to split by. `key`: its column in the key tables, none for what every fact has. `names`: kind
    of entity that names it. `kind`: the report type that alone has it."""

    name: LiteralString
    label: str
    columns: tuple[Column, ...]
    key: LiteralString | None = None
    names: LiteralString | None = None
    kind: FactType | None = None

    @property
    def needs_key(self) -> bool:
        """Not to be had from the days' sums per advertiser."""
        return self.key is not None


def _named(
    name: LiteralString, label: str, *, key: LiteralString = "", kind: FactType | None = None
) -> Dimension:
    columns = (
        Column(f"{name}_id", f"{label} id", is_id=True),
        Column(f"{name}_name", label),
    )
    return Dimension(name, label, columns, key or name + "_id", name, kind)


def _plain(name: LiteralString, label: str, report_type: str) -> Dimension:
    columns = (Column(name, label),)
    return Dimension(name, label, columns, name, None, FACT_TYPES[report_type])


def _sum(
    name: str, label: str, description: str, measure: LiteralString, formula: str = ""
) -> Metric:
    unit: Unit = "money" if is_money(measure) else "count"
    text = formula or f"sum({name})"
    return Metric(name, label, unit, text, description, measure, "c." + measure)


def _ratio(
    name: str,
    label: str,
    unit: Unit,
    description: str,
    numerator: LiteralString,
    denominator: LiteralString,
    *,
    formula: str,
    factor: int = 1,
    summable: bool = True,
) -> Metric:
    sort_sql = "c." + numerator + "::float8 / nullif(c." + denominator + ", 0)"
    return Metric(
        name, label, unit, formula, description, numerator, sort_sql, denominator, factor, summable
    )


METRICS: Final = {
    metric.name: metric
    for metric in (
        _sum("impressions", "Impressions", "Ads served, invalid traffic removed.", "impressions"),
        _sum("clicks", "Clicks", "Valid clicks on ads.", "clicks"),
        _sum(
            "total_cost",
            "Total cost",
            "All spend except third-party fees that the agency pays itself.",
            "total_cost_micros",
        ),
        _sum("sales", "Sales", "Sales value of promoted products.", "sales_micros"),
        _sum("purchases", "Purchases", "Purchases of promoted products.", "purchases"),
        _sum("units_sold", "Units sold", "Units of promoted products sold.", "units_sold"),
        _sum(
            "detail_page_views",
            "Detail page views",
            "Views of promoted products' detail pages.",
            "detail_page_views",
        ),
        _sum("add_to_cart", "Add to cart", "Promoted products put in a cart.", "add_to_cart"),
        _sum(
            "new_to_brand_purchases",
            "New-to-brand purchases",
            "Purchases by shoppers who bought nothing of the brand in the 365 days before.",
            "new_to_brand_purchases",
        ),
        _sum(
            "new_to_brand_sales",
            "New-to-brand sales",
            "Sales value of new-to-brand purchases.",
            "new_to_brand_sales_micros",
        ),
        _ratio(
            "click_through_rate",
            "CTR",
            "ratio",
            "Clicks per impression.",
            "clicks",
            "impressions",
            formula="clicks / impressions",
        ),
        _ratio(
            "detail_page_view_rate",
            "DPVR",
            "ratio",
            "Detail page views per impression.",
            "detail_page_views",
            "impressions",
            formula="detail_page_views / impressions",
        ),
        _ratio(
            "purchase_rate",
            "Purchase rate",
            "ratio",
            "Purchases per impression.",
            "purchases",
            "impressions",
            formula="purchases / impressions",
        ),
        _ratio(
            "new_to_brand_share",
            "New-to-brand share",
            "ratio",
            "Share of purchases that are new to the brand.",
            "new_to_brand_purchases",
            "purchases",
            formula="new_to_brand_purchases / purchases",
        ),
        _ratio(
            "roas",
            "ROAS",
            "multiple",
            "Sales per unit of cost.",
            "sales_micros",
            "total_cost_micros",
            formula="sales / total_cost",
        ),
        _ratio(
            "cost_per_click",
            "CPC",
            "money",
            "Cost per click.",
            "total_cost_micros",
            "clicks",
            formula="total_cost / clicks",
        ),
        _ratio(
            "cost_per_mille",
            "CPM",
            "money",
            "Cost per thousand impressions.",
            "total_cost_micros",
            "impressions",
            formula="1000 * total_cost / impressions",
            factor=1000,
        ),
        _ratio(
            "cost_per_purchase",
            "Cost per purchase",
            "money",
            "Cost per purchase.",
            "total_cost_micros",
            "purchases",
            formula="total_cost / purchases",
        ),
        _sum(
            "gross_impressions",
            "Gross impressions",
            "Ads served, invalid traffic included.",
            "gross_impressions",
        ),
        _sum(
            "measurable_impressions",
            "Measurable impressions",
            "Impressions whose viewability could be measured.",
            "measurable_impressions",
        ),
        _sum(
            "viewable_impressions",
            "Viewable impressions",
            "Impressions that met the MRC standard.",
            "viewable_impressions",
        ),
        _sum("supply_cost", "Supply cost", "Spend on media alone.", "supply_cost_micros"),
        _sum(
            "total_purchases", "Brand purchases", "Purchases of the whole brand.", "total_purchases"
        ),
        _sum(
            "total_units_sold", "Brand units sold", "Units of the whole brand.", "total_units_sold"
        ),
        _sum("total_sales", "Brand sales", "Sales value of the whole brand.", "total_sales_micros"),
        _sum("video_starts", "Video starts", "Videos begun.", "video_starts"),
        _sum(
            "video_first_quartiles", "Video 25 %", "Played to a quarter.", "video_first_quartiles"
        ),
        _sum("video_midpoints", "Video 50 %", "Played to the half.", "video_midpoints"),
        _sum(
            "video_third_quartiles",
            "Video 75 %",
            "Played to three quarters.",
            "video_third_quartiles",
        ),
        _sum("video_completes", "Video completes", "Played to the end.", "video_completes"),
        Metric(
            "reach",
            "Reach",
            "count",
            "reach",
            "People who saw an ad; of one advertiser and day.",
            "reach",
            "c.reach",
            summable=False,
        ),
        _ratio(
            "viewability_rate",
            "Viewability",
            "ratio",
            "Viewable of measurable impressions.",
            "viewable_impressions",
            "measurable_impressions",
            formula="viewable_impressions / measurable_impressions",
        ),
        _ratio(
            "video_completion_rate",
            "VCR",
            "ratio",
            "Videos played to the end, of those begun.",
            "video_completes",
            "video_starts",
            formula="video_completes / video_starts",
        ),
        _ratio(
            "frequency",
            "Frequency",
            "multiple",
            "Impressions per person reached; of one advertiser and day.",
            "impressions",
            "reach",
            formula="impressions / reach",
            summable=False,
        ),
    )
}

DIMENSIONS: Final = {
    dimension.name: dimension
    for dimension in (
        Dimension("date", "Date", (Column("date", "Date", is_id=True),)),
        Dimension(
            "brand",
            "Brand",
            (Column("brand_id", "Brand id", is_id=True), Column("brand_name", "Brand")),
        ),
        Dimension(
            "advertiser",
            "Advertiser",
            (
                Column("advertiser_id", "Advertiser id", is_id=True),
                Column("advertiser_name", "Advertiser"),
            ),
        ),
        _named("order", "Order"),
        _named("line_item", "Line item"),
        _named("creative", "Creative", kind=CAMPAIGN),
        _plain("supply_source", "Supply source", "dspInventory"),
        _plain("site", "Site", "dspInventory"),
        _named("deal", "Deal", kind=FACT_TYPES["dspInventory"]),
        _named("segment", "Audience segment", kind=FACT_TYPES["dspAudience"]),
        _plain("targeting_method", "Targeting method", "dspAudience"),
        _named("product", "Product", key="asin", kind=FACT_TYPES["dspProduct"]),
        _plain("conversion_type", "Conversion type", "dspProduct"),
        _plain("country", "Country", "dspGeo"),
        _plain("region", "Region", "dspGeo"),
        _plain("city", "City", "dspGeo"),
        _named("market_area", "Market area", kind=FACT_TYPES["dspGeo"]),
        _plain("operating_system", "Operating system", "dspTech"),
        _plain("browser", "Browser", "dspTech"),
        _plain("device", "Device", "dspTech"),
        _plain("environment", "Environment", "dspTech"),
        _plain("content_genre", "Content genre", "dspAudioAndVideo"),
        _plain("content_rating", "Content rating", "dspAudioAndVideo"),
        _plain("content_title", "Content title", "dspAudioAndVideo"),
        _plain("content_type", "Content type", "dspAudioAndVideo"),
    )
}
