"""The fact types. Names of columns are those that dsp-ingest lands (Amazon Ads API, reporting v3 report
types; conversions use the 14-day window)."""

from collections.abc import Mapping
from typing import Final, LiteralString

from reporting.measures import MEASURES

from .domain import FactType

Names = dict[LiteralString, tuple[LiteralString, LiteralString]]

_ORDER: Final[Names] = {"order": ("order_id", "order_name")}
_LINE_ITEM: Final[Names] = {"line_item": ("line_item_id", "line_item_name")}
_ENTITIES: Final[Names] = _ORDER | _LINE_ITEM
_TRAFFIC: Final[tuple[LiteralString, ...]] = ("impressions", "clicks")
_CONVERSIONS: Final[tuple[LiteralString, ...]] = (
    "detail_page_views", "purchases", "units_sold", "new_to_brand_purchases", "add_to_cart",
)  # fmt: skip
_COST: Final[LiteralString] = "total_cost_micros"
_SALES: Final[tuple[LiteralString, ...]] = ("sales_micros", "new_to_brand_sales_micros")

CAMPAIGN: Final = FactType(
    "dspCampaign",
    "campaign",
    keys=("order_id", "line_item_id", "creative_id"),
    names={
        **_ENTITIES,
        "creative": ("creative_id", "creative_name"),
        "creative_ad": ("creative_id", "creative_ad_id"),
    },
    measures=MEASURES,
    rollups=("order", "line_item", "creative"),
)

_OTHERS: Final = (
    FactType(
        "dspInventory",
        "inventory",
        keys=("order_id", "line_item_id", "supply_source", "site", "deal_id"),
        names={**_ENTITIES, "deal": ("deal_id", "deal_name")},
        measures=(
            *_TRAFFIC, "measurable_impressions", "viewable_impressions", "gross_impressions",
            *_CONVERSIONS, _COST, "supply_cost_micros", *_SALES,
        ),
    ),
    FactType(
        "dspAudience",
        "audience",
        keys=("order_id", "line_item_id", "segment_id", "targeting_method"),
        names={
            **_ENTITIES,
            "segment": ("segment_id", "segment_name"),
            "segment_type": ("segment_id", "segment_type"),
            "segment_source": ("segment_id", "segment_source"),
        },
        measures=(
            *_TRAFFIC, "detail_page_views", "purchases", "new_to_brand_purchases", "add_to_cart",
            _COST,
        ),
        additive=False,
    ),
    FactType(
        "dspProduct",
        "product",
        keys=("order_id", "line_item_id", "asin", "conversion_type", "featured_asin"),
        names={
            **_ENTITIES,
            "product": ("asin", "product_name"),
            "product_brand": ("asin", "brand_name"),
            "parent_product": ("asin", "parent_asin"),
        },
        measures=(
            *_CONVERSIONS, "total_purchases", "total_units_sold", *_SALES, "total_sales_micros",
        ),
    ),
    FactType(
        "dspGeo",
        "geo",
        keys=("order_id", "line_item_id", "country", "region", "city", "market_area_id"),
        names={**_ENTITIES, "market_area": ("market_area_id", "market_area_name")},
        measures=(*_TRAFFIC, "viewable_impressions", *_CONVERSIONS, _COST, *_SALES),
    ),
    FactType(
        "dspTech",
        "tech",
        keys=(
            "order_id", "line_item_id", "operating_system", "browser", "device", "environment",
        ),
        names=_ENTITIES,
        measures=(*_TRAFFIC, *_CONVERSIONS, _COST, *_SALES),
    ),
    FactType(
        "dspAudioAndVideo",
        "content",
        keys=(
            "order_id", "line_item_id", "supply_source", "content_genre", "content_rating",
            "content_title", "content_type",
        ),
        names=_ENTITIES,
        measures=(
            *_TRAFFIC, "video_starts", "video_first_quartiles", "video_midpoints",
            "video_third_quartiles", "video_completes", _COST,
        ),
        summary=True,
    ),
    FactType(
        "dspReachFrequency",
        "reach",
        keys=("currency",),
        names={},
        measures=("reach", "impressions", _COST),
        additive=False,
    ),
)  # fmt: skip

FACT_TYPES: Final[Mapping[str, FactType]] = {
    kind.report_type: kind for kind in (CAMPAIGN, *_OTHERS)
}


def fact_type(report_type: str) -> FactType:
    """The facts of a report type; one that is not loaded is a mistake of ours (KeyError)."""
    return FACT_TYPES[report_type]
