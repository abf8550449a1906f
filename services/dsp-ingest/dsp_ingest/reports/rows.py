"""The columns asked of Amazon, the row they come back as, and the columns landed.

Names and types: Amazon Ads API, reporting v3, dspCampaign; conversions use the 14-day window.
"""

from datetime import date
from decimal import Decimal
from typing import Any, Final

import msgspec
import pyarrow as pa

GROUP_BY: Final = ("campaign", "ad", "creative")

Id = str | int | None


class Row(msgspec.Struct, gc=False, rename="camel"):
    """One day of one creative of one line item. Every column must be there; values may be null."""

    date: date
    advertiser_id: Id
    order_id: Id
    order_name: str | None
    order_currency: str | None
    line_item_id: Id
    line_item_name: str | None
    creative_id: Id
    creative_ad_id: Id
    creative_name: str | None
    impressions: int | None
    clicks: int | None
    total_cost: Decimal | None
    detail_page_views: int | None
    add_to_cart: int | None
    purchases: int | None
    units_sold: int | None
    sales: Decimal | None
    new_to_brand_purchases: int | None
    new_to_brand_product_sales: Decimal | None


COLUMNS: Final = tuple(field.encode_name for field in msgspec.structs.fields(Row))

IDS: Final = ("order_id", "line_item_id", "creative_id", "creative_ad_id")
NAMES: Final = ("order_name", "line_item_name", "creative_name")
COUNTS: Final = (
    "impressions",
    "clicks",
    "detail_page_views",
    "purchases",
    "units_sold",
    "new_to_brand_purchases",
    "add_to_cart",
)
MONEY: Final = {
    "total_cost_micros": "total_cost",
    "sales_micros": "sales",
    "new_to_brand_sales_micros": "new_to_brand_product_sales",
}

SCHEMA: Final[Any] = pa.schema(
    [
        ("date", pa.date32()),
        ("order_id", pa.string()),
        ("order_name", pa.string()),
        ("line_item_id", pa.string()),
        ("line_item_name", pa.string()),
        ("creative_id", pa.string()),
        ("creative_ad_id", pa.string()),
        ("creative_name", pa.string()),
        ("currency", pa.string()),
        *((name, pa.int64()) for name in (*COUNTS, *MONEY)),
    ]
)
