"""Rows of truth, as the control API prints them."""

from typing import Any

from sandbox.world.delivery import Metrics
from sandbox.world.facts import Cell, Level

TRUTH_METRICS = (
    "impressions", "clicks", "detail_page_views", "add_to_cart", "purchases", "units_sold",
    "new_to_brand_purchases", "total_cost_micros", "sales_micros", "new_to_brand_sales_micros",
)  # fmt: skip


def truth_row(cell: Cell, metrics: Metrics, level: Level) -> dict[str, Any]:
    row: dict[str, Any] = {"date": cell.day.isoformat()}
    if level != "advertiser":
        row |= {"order_id": cell.order.order_id, "order_name": cell.order.name}
    if level in {"line_item", "creative"}:
        row |= {
            "line_item_id": cell.line_item.line_item_id,
            "line_item_name": cell.line_item.name,
        }
    if level == "creative":
        row |= {
            "creative_id": cell.creative.creative_id,
            "creative_ad_id": cell.creative.ad_id,
            "creative_name": cell.creative.name,
        }
    return row | measures(metrics)


def measures(metrics: Metrics) -> dict[str, int]:
    values = metrics._asdict()
    return {name: values[name] for name in TRUTH_METRICS}


def total(rows: list[Metrics]) -> Metrics:
    found = Metrics()
    for row in rows:
        found = found.plus(row)
    return found
