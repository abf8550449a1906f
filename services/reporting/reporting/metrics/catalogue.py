"""What can be asked for: metrics with unit and formula, dimensions with their columns. Pure.

Formulas and attribution: Amazon Ads API, reporting v3 columns; conversions count within 14 days of a
click or view, for the promoted products.
"""

from dataclasses import dataclass
from typing import Final, Literal, LiteralString

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
    numerator: str
    sort_sql: LiteralString
    denominator: str | None = None
    factor: int = 1

    @property
    def additive(self) -> bool:
        """Whether values may be added up over dimensions (money: within one currency)."""
        return self.denominator is None


@dataclass(frozen=True)
class Column:
    """A column of the answer that a dimension brings."""

    name: str
    label: str
    is_id: bool = False


@dataclass(frozen=True)
class Dimension:
    """Something to split by. `needs_placement`: not to be had from the days' sums per advertiser."""

    name: str
    label: str
    columns: tuple[Column, ...]
    needs_placement: bool = False


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
) -> Metric:
    sort_sql = "c." + numerator + "::float8 / nullif(c." + denominator + ", 0)"
    return Metric(name, label, unit, formula, description, numerator, sort_sql, denominator, factor)


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
        Dimension(
            "order",
            "Order",
            (Column("order_id", "Order id", is_id=True), Column("order_name", "Order")),
            needs_placement=True,
        ),
        Dimension(
            "line_item",
            "Line item",
            (
                Column("line_item_id", "Line item id", is_id=True),
                Column("line_item_name", "Line item"),
            ),
            needs_placement=True,
        ),
        Dimension(
            "creative",
            "Creative",
            (Column("creative_id", "Creative id", is_id=True), Column("creative_name", "Creative")),
            needs_placement=True,
        ),
    )
}
