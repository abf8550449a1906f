"""Every report type that is pulled. Names, groups, columns, spans and retention: Amazon Ads API,
reporting v3 report types and columns; conversions use the 14-day window."""

from collections.abc import Mapping

from .domain import ReportType

_ORDER = {"order_id": "orderId", "order_name": "orderName"}
_LINE_ITEM = {"line_item_id": "lineItemId", "line_item_name": "lineItemName"}
_CREATIVE = {
    "creative_id": "creativeId",
    "creative_ad_id": "creativeAdId",
    "creative_name": "creativeName",
}
_TRAFFIC = {"impressions": "impressions", "clicks": "clicks"}
_CONVERSIONS = {
    "detail_page_views": "detailPageViews",
    "purchases": "purchases",
    "units_sold": "unitsSold",
    "new_to_brand_purchases": "newToBrandPurchases",
    "add_to_cart": "addToCart",
}
_COST = {"total_cost": "totalCost"}
_SALES = {"sales": "sales", "new_to_brand_sales": "newToBrandProductSales"}

_TYPES = (
    ReportType(
        name="dspCampaign",
        group_by=("campaign", "ad", "creative"),
        texts=_ORDER | _LINE_ITEM | _CREATIVE,
        counts=_TRAFFIC | _CONVERSIONS,
        money=_COST | _SALES,
        keys=("order_id", "line_item_id", "creative_id"),
    ),
    ReportType(
        name="dspInventory",
        group_by=("supplySource", "site", "campaign", "ad", "deal"),
        texts=_ORDER
        | _LINE_ITEM
        | {
            "supply_source": "supplySourceName",
            "site": "siteName",
            "deal_id": "dealId",
            "deal_name": "dealName",
        },
        counts=_TRAFFIC
        | {
            "measurable_impressions": "measurableImpressions",
            "viewable_impressions": "viewableImpressions",
            "gross_impressions": "grossImpressions",
        }
        | _CONVERSIONS,
        money=_COST | {"supply_cost": "supplyCost"} | _SALES,
        keys=("order_id", "line_item_id", "supply_source", "site", "deal_id"),
    ),
    ReportType(
        name="dspAudience",
        group_by=("order", "lineItem"),
        texts=_ORDER
        | _LINE_ITEM
        | {
            "segment_id": "segmentId",
            "segment_name": "segmentName",
            "segment_type": "segmentType",
            "segment_source": "segmentSource",
            "targeting_method": "targetingMethod",
        },
        counts=_TRAFFIC
        | {name: source for name, source in _CONVERSIONS.items() if name != "units_sold"},
        money=_COST,
        keys=("order_id", "line_item_id", "segment_id", "targeting_method"),
        additive=False,
    ),
    ReportType(
        name="dspProduct",
        group_by=("order", "lineItem"),
        texts=_ORDER
        | _LINE_ITEM
        | {
            "asin": "asin",
            "parent_asin": "parentAsin",
            "product_name": "productName",
            "brand_name": "brandName",
            "conversion_type": "conversionType",
            "featured_asin": "featuredAsin",
        },
        counts=_CONVERSIONS
        | {"total_purchases": "totalPurchases", "total_units_sold": "totalUnitsSold"},
        money=_SALES | {"total_sales": "totalSales"},
        keys=("order_id", "line_item_id", "asin", "conversion_type", "featured_asin"),
    ),
    ReportType(
        name="dspGeo",
        group_by=("order", "lineItem", "country", "region", "city", "dma"),
        texts=_ORDER
        | _LINE_ITEM
        | {
            "country": "country",
            "region": "region",
            "city": "city",
            "market_area_id": "designatedMarketAreaCode",
            "market_area_name": "designatedMarketAreaName",
        },
        counts=_TRAFFIC | {"viewable_impressions": "viewableImpressions"} | _CONVERSIONS,
        money=_COST | _SALES,
        keys=("order_id", "line_item_id", "country", "region", "city", "market_area_id"),
    ),
    ReportType(
        name="dspTech",
        group_by=("order", "lineItem", "operatingSystem", "browserType", "deviceType", "environmentType"),
        texts=_ORDER
        | _LINE_ITEM
        | {
            "operating_system": "operatingSystemName",
            "browser": "browserName",
            "device": "deviceName",
            "environment": "environmentName",
        },
        counts=_TRAFFIC | _CONVERSIONS,
        money=_COST | _SALES,
        keys=("order_id", "line_item_id", "operating_system", "browser", "device", "environment"),
    ),
    ReportType(
        name="dspAudioAndVideo",
        group_by=("campaign", "ad", "supplySource", "content"),
        texts=_ORDER
        | _LINE_ITEM
        | {
            "supply_source": "supplySourceName",
            "content_genre": "contentGenre",
            "content_rating": "contentRating",
            "content_title": "contentTitle",
            "content_type": "contentType",
        },
        counts=_TRAFFIC
        | {
            "video_starts": "videoAdStart",
            "video_first_quartiles": "videoAdFirstQuartile",
            "video_midpoints": "videoAdMidpoint",
            "video_third_quartiles": "videoAdThirdQuartile",
            "video_completes": "videoAdComplete",
        },
        money=_COST,
        keys=(
            "order_id", "line_item_id", "supply_source", "content_genre", "content_rating",
            "content_title", "content_type",
        ),
        time_unit="SUMMARY",
        span_days=395,
        retention_days=395,
    ),
    ReportType(
        name="dspReachFrequency",
        group_by=("advertiser",),
        texts={},
        counts={"reach": "reach", "impressions": "impressions"},
        money=_COST,
        keys=(),
        currency="",
        additive=False,
    ),
)  # fmt: skip

REPORT_TYPES: Mapping[str, ReportType] = {kind.name: kind for kind in _TYPES}


def report_type(name: str) -> ReportType:
    """The type of this name; a name that is not pulled is a mistake of ours (KeyError)."""
    return REPORT_TYPES[name]
