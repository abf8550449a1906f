"""The stored measures: integers that add up. Money is in micros of the row's currency.

Source of the names: Amazon Ads API, reporting v3 columns for dspCampaign (14-day attribution).
"""

from typing import Final, LiteralString

MEASURES: Final[tuple[LiteralString, ...]] = (
    "impressions",
    "clicks",
    "detail_page_views",
    "purchases",
    "units_sold",
    "new_to_brand_purchases",
    "add_to_cart",
    "total_cost_micros",
    "sales_micros",
    "new_to_brand_sales_micros",
)

MICROS_SUFFIX: Final = "_micros"


def is_money(measure: str) -> bool:
    """Whether the measure is micros of a currency and must never be added across currencies."""
    return measure.endswith(MICROS_SUFFIX)
