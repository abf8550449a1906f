"""Classic names for the columns of reporting v3: dimensions with what they return unasked, and metrics.

Source: Amazon Ads API, DSP reports and the guide of migration to reporting v3.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.reports.types import BOTH, SUMMARY, TYPES

ORDER, LINE_ITEM, CREATIVE = "ORDER", "LINE_ITEM", "CREATIVE"
ENTITIES = (ORDER, LINE_ITEM)


@dataclass(frozen=True, slots=True)
class ClassicType:
    """A type by the v3 type whose rows it shows; `one_of`: dimensions of which one is required."""

    v3: str
    dimensions: tuple[str, ...]
    one_of: tuple[str, ...] = ()
    time_units: tuple[str, ...] = BOTH


TYPE_NAMES: Mapping[str, ClassicType] = {
    "CAMPAIGN": ClassicType("dspCampaign", (*ENTITIES, CREATIVE)),
    "INVENTORY": ClassicType(
        "dspInventory", (*ENTITIES, "SITE", "SUPPLY", "DEAL"), one_of=("SITE", "SUPPLY")
    ),
    "AUDIENCE": ClassicType("dspAudience", ENTITIES, time_units=(SUMMARY,)),
    "PRODUCTS": ClassicType("dspProduct", ENTITIES),
    "TECHNOLOGY": ClassicType(
        "dspTech",
        (*ENTITIES, "OPERATING_SYSTEM", "BROWSER_TYPE", "BROWSER_VERSION", "DEVICE_TYPE",
         "ENVIRONMENT_TYPE"),
    ),
    "GEOGRAPHY": ClassicType(
        "dspGeo",
        (*ENTITIES, "COUNTRY", "STATE_COUNTY_REGION", "CITY", "DMA", "POSTAL_CODE"),
    ),
    "CONVERSION_SOURCE": ClassicType("dspCampaign", (*ENTITIES, CREATIVE)),
}  # fmt: skip

GROUPS: Mapping[str, tuple[str, ...]] = {
    ORDER: ("campaign", "order"), LINE_ITEM: ("ad", "lineItem"), CREATIVE: ("creative",),
    "SITE": ("site",), "SUPPLY": ("supplySource",), "DEAL": ("deal",), "COUNTRY": ("country",),
    "STATE_COUNTY_REGION": ("region",), "CITY": ("city",), "DMA": ("dma",),
    "POSTAL_CODE": ("postalCode",), "OPERATING_SYSTEM": ("operatingSystem",),
    "BROWSER_TYPE": ("browserType",), "BROWSER_VERSION": ("browserVersion",),
    "DEVICE_TYPE": ("deviceType",), "ENVIRONMENT_TYPE": ("environmentType",),
}  # fmt: skip
"""v3's groupBys of a dimension; which of them a type knows differs."""

Names = Mapping[str, str]
ALWAYS: Names = {
    "entityId": "entityId", "advertiserName": "advertiserName", "advertiserId": "advertiserId",
}  # fmt: skip
UNASKED: Mapping[str, Names] = {
    ORDER: {
        name: name
        for name in (
            "orderName", "orderId", "orderStartDate", "orderEndDate", "orderBudget",
            "orderExternalId", "orderCurrency",
        )
    },
    LINE_ITEM: {
        name: name
        for name in (
            "lineItemName", "lineItemId", "lineItemStartDate", "lineItemEndDate", "lineItemBudget",
            "lineItemExternalId",
        )
    },
    CREATIVE: {
        "creativeName": "creativeName", "creativeID": "creativeId", "creativeType": "creativeType",
        "creativeSize": "creativeSize", "creativeAdId": "creativeAdId",
    },
    "SITE": {"siteName": "siteName"},
    "SUPPLY": {"supplySourceName": "supplySourceName"},
    "DEAL": {"deal": "dealName", "dealID": "dealId"},
    "COUNTRY": {"country": "country"},
    "STATE_COUNTY_REGION": {"region": "region"},
    "CITY": {"city": "city"},
    "DMA": {
        "designatedMarketAreaCode": "designatedMarketAreaCode",
        "designatedMarketAreaName": "designatedMarketAreaName",
    },
    "POSTAL_CODE": {"postalCode": "postalCode"},
    "OPERATING_SYSTEM": {"operatingSystem": "operatingSystemName"},
    "BROWSER_TYPE": {"browser": "browserName"},
    "BROWSER_VERSION": {"browserVersion": "browserVersion"},
    "DEVICE_TYPE": {"device": "deviceName"},
    "ENVIRONMENT_TYPE": {"environmentType": "environmentName"},
    "AUDIENCE": {"segment": "segmentName"},
    "PRODUCTS": {
        "amazonStandardId": "asin", "asinConversionType": "conversionType",
        "parentAsin": "parentAsin", "brandName": "brandName", "marketplace": "marketplace",
        "featuredAsin": "featuredAsin",
    },
}  # fmt: skip
"""Columns by dimension or type; the value is v3's name."""
CONSTANTS: Mapping[str, Mapping[str, str | int]] = {
    "PRODUCTS": {"reportGranularity": "ASIN"},
    "CONVERSION_SOURCE": {
        "conversionSourceName": "Amazon", "conversionSourceOwner": "AMAZON",
        "conversionSourceAttributionType": "AMAZON_ATTRIBUTED", "conversionSourceScaled": "false",
        "maxExpectedLatencyHours": 12,
    },
}  # fmt: skip
"""The world has one source of conversions."""

RENAMED: Names = {
    "clickThroughs": "clicks", "CTR": "clickThroughRate",
    "amazonAudienceFee": "amazonDSPAudienceFee", "amazonPlatformFee": "amazonDSPConsoleFee",
    "invalidClickThroughsRate": "invalidClickThroughRate", "dpv14d": "detailPageViews",
    "dpvr14d": "detailPageViewRate", "eCPDPV14d": "eCPDetailPageView", "atc14d": "addToCart",
    "atcr14d": "addToCartRate", "eCPAtc14d": "eCPAddToCart", "atl14d": "addToList",
    "purchases14d": "purchases", "purchasesViews14d": "purchasesViews",
    "purchasesClicks14d": "purchasesClicks", "purchaseRate14d": "purchaseRate", "eCPP14d": "eCPP",
    "sales14d": "sales", "unitsSold14d": "unitsSold", "ROAS14d": "ROAS", "eRPM14d": "eRPM",
    "newToBrandPurchases14d": "newToBrandPurchases",
    "newToBrandPurchaseRate14d": "newToBrandPurchaseRate", "newToBrandECPP14d": "NewToBrandECPP",
    "percentOfPurchasesNewToBrand14d": "newToBrandPurchasesPercentage",
    "newToBrandUnitsSold14d": "newToBrandUnitsSold",
    "newToBrandProductSales14d": "newToBrandProductSales", "newToBrandROAS14d": "newToBrandROAS",
    "newToBrandERPM14d": "newToBrandERPM", "newSubscribeAndSave14d": "newSubscribeAndSave",
    "totalDetailPageViews14d": "totalDetailPageView",
    "totalDetailPageViewsCVR14d": "totalDetailPageViewRate", "totalAddToCart14d": "totalAddToCart",
    "totalPurchases14d": "totalPurchases", "totalPurchaseRate14d": "totalPurchaseRate",
    "totalECPP14d": "totalECPP", "totalUnitsSold14d": "totalUnitsSold",
    "totalSales14d": "totalSales", "totalROAS14d": "totalROAS", "totalERPM14d": "totalERPM",
    "totalSubscribeAndSaveSubscriptions14d": "totalSubscribeAndSave",
    "totalPixel14d": "offAmazonConversions", "totalPixelCVR14d": "offAmazonCVR",
    "totalPixelCPA14d": "offAmazonCPA", "productPurchased": "offAmazonPurchases",
    "offAmazonViews14d": "offAmazonViews", "offAmazonClicks14d": "offAmazonClicks",
    "offAmazonProductSales14d": "offAmazonProductSales",
    "offAmazonUnitsSold14d": "offAmazonUnitsSold", "offAmazonROAS14d": "offAmazonROAS",
    "brandSearch14d": "brandSearches", "brandSearchRate14d": "brandSearchRate",
    "brandSearchCPA14d": "eCPBrandSearch", "videoStart": "videoAdStart",
    "videoFirstQuartile": "videoAdFirstQuartile", "videoMidpoint": "videoAdMidpoint",
    "videoThirdQuartile": "videoAdThirdQuartile", "videoComplete": "videoAdComplete",
    "videoCompletionRate": "videoAdCompletionRate", "pageView14d": "pageViews",
    "lead14d": "lead", "signUpButton14d": "signUp", "checkout14d": "checkout",
    "subscriptionPage14d": "subscribe", "application14d": "application", "contact14d": "contact",
    "search14d": "search", "other14d": "other", "addedToShoppingCart14d": "addToShoppingCart",
    "mobileAppFirstStarts14d": "mobileAppFirstStarts", "videoStreams14d": "videoStreams",
    "downloadedVideoPlays14d": "downloadedVideoPlays", "playTrailers14d": "playTrailers",
    "rentals14d": "rentals",
}  # fmt: skip
_SAME = (
    "impressions totalCost supplyCost agencyFee totalFee eCPM eCPC grossImpressions invalidImpressions "
    "invalidImpressionRate grossClickThroughs invalidClickThroughs viewableImpressions "
    "measurableImpressions measurableRate viewabilityRate combinedPurchases combinedProductSales "
    "combinedUnitsSold combinedROAS combinedECPP 3PFees 3PPreBidFee"
)
METRICS: Names = RENAMED | {name: name for name in _SAME.split()} | {
    "placementName": "placementName", "placementSize": "placementSize",
}  # fmt: skip

NUMBERS = frozenset({"advertiserId", "orderId", "lineItemId", "creativeID", "creativeAdId"})
DATES = frozenset(
    {
        "date", "intervalStart", "intervalEnd", "orderStartDate", "orderEndDate", "lineItemStartDate",
        "lineItemEndDate",
    }
)  # fmt: skip


def groups_of(kind: ClassicType, dimensions: tuple[str, ...]) -> tuple[str, ...]:
    """v3's groupBy for dimensions of a type."""
    known = TYPES[kind.v3].groups
    return tuple(group for name in dimensions for group in GROUPS[name] if group in known)
