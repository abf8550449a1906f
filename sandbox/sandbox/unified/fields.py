"""Dotted fields of unified reporting and the v3 columns they stand for.

The plain conversion metrics count the whole brand, which v3 calls total; `...Promoted` is what v3 calls
by the plain name. Names: Amazon's field catalogue of reporting v1.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sandbox.world.facts import Cell


@dataclass(frozen=True, slots=True)
class Dimension:
    """A v3 column with the groupBy that unlocks it; `kind` is the report type that knows it."""

    column: str
    group: str = ""
    kind: str = "dspCampaign"


CAMPAIGN, AD_GROUP, AD = "campaign", "ad", "creative"
DIMENSIONS: Mapping[str, Dimension] = {
    "date.value": Dimension("date"),
    "advertiserAccount.id": Dimension("advertiserId"),
    "advertiserAccount.name": Dimension("advertiserName"),
    "advertiserAccount.entityId": Dimension("entityId"),
    "advertiserAccount.timeZone": Dimension("advertiserTimezone"),
    "campaign.id": Dimension("orderId", CAMPAIGN),
    "campaign.name": Dimension("orderName", CAMPAIGN),
    "campaign.startDate": Dimension("orderStartDate", CAMPAIGN),
    "campaign.endDate": Dimension("orderEndDate", CAMPAIGN),
    "campaign.budgetAmount": Dimension("orderBudget", CAMPAIGN),
    "campaign.currencyCode": Dimension("orderCurrency", CAMPAIGN),
    "campaign.purchaseOrderNumber": Dimension("orderExternalId", CAMPAIGN),
    "adGroup.id": Dimension("lineItemId", AD_GROUP),
    "adGroup.name": Dimension("lineItemName", AD_GROUP),
    "adGroup.type": Dimension("lineItemType", AD_GROUP),
    "adGroup.startDate": Dimension("lineItemStartDate", AD_GROUP),
    "adGroup.endDate": Dimension("lineItemEndDate", AD_GROUP),
    "adGroup.budgetAmount": Dimension("lineItemBudget", AD_GROUP),
    "ad.id": Dimension("creativeAdId", AD),
    "ad.name": Dimension("creativeName", AD),
    "ad.format": Dimension("creativeType", AD),
    "ad.size": Dimension("creativeSize", AD),
    "ad.language": Dimension("creativeLanguage", AD),
    "supplySource.name": Dimension("supplySourceName", "supplySource", "dspInventory"),
    "siteApp.value": Dimension("siteName", "site", "dspInventory"),
    "placement.name": Dimension("placementName", "placement", "dspInventory"),
    "placement.size": Dimension("placementSize", "placementSize", "dspInventory"),
    "deal.id": Dimension("dealId", "deal", "dspInventory"),
    "deal.name": Dimension("dealName", "deal", "dspInventory"),
    "country.name": Dimension("country", "country", "dspGeo"),
    "region.name": Dimension("region", "region", "dspGeo"),
    "city.name": Dimension("city", "city", "dspGeo"),
    "postalCode.value": Dimension("postalCode", "postalCode", "dspGeo"),
    "dma.id": Dimension("designatedMarketAreaCode", "dma", "dspGeo"),
    "dma.name": Dimension("designatedMarketAreaName", "dma", "dspGeo"),
    "operatingSystem.value": Dimension("operatingSystemName", "operatingSystem", "dspTech"),
    "browserName.value": Dimension("browserName", "browserType", "dspTech"),
    "browserVersion.value": Dimension("browserVersion", "browserVersion", "dspTech"),
    "deviceType.value": Dimension("deviceName", "deviceType", "dspTech"),
    "environment.value": Dimension("environmentName", "environmentType", "dspTech"),
}
RANGE, PRODUCT, CURRENCY = "dateRange.value", "adProduct.value", "budgetCurrency.value"
"""Fields that are not a column of v3."""
METRICS: Mapping[str, str] = {
    "metric.impressions": "impressions",
    "metric.clicks": "clicks",
    "metric.ctr": "clickThroughRate",
    "metric.cpc": "eCPC",
    "metric.cpm": "eCPM",
    "metric.totalCost": "totalCost",
    "metric.supplyCost": "supplyCost",
    "metric.agencyFees": "agencyFee",
    "metric.amazonAudienceFees": "amazonDSPAudienceFee",
    "metric.amazonConsoleFees": "amazonDSPConsoleFee",
    "metric.totalFees": "totalFee",
    "metric.grossClicks": "grossClickThroughs",
    "metric.invalidClicks": "invalidClickThroughs",
    "metric.invalidClickRate": "invalidClickThroughRate",
    "metric.invalidImpressions": "invalidImpressions",
    "metric.invalidImpressionRate": "invalidImpressionRate",
    "metric.measurableImpressions": "measurableImpressions",
    "metric.measurableRate": "measurableRate",
    "metric.viewableImpressions": "viewableImpressions",
    "metric.viewableRate": "viewabilityRate",
    "metric.purchases": "totalPurchases",
    "metric.purchasesPromoted": "purchases",
    "metric.purchaseRate": "totalPurchaseRate",
    "metric.purchaseRatePromoted": "purchaseRate",
    "metric.costPerPurchase": "totalECPP",
    "metric.costPerPurchasePromoted": "eCPP",
    "metric.sales": "totalSales",
    "metric.salesPromoted": "sales",
    "metric.unitsSold": "totalUnitsSold",
    "metric.unitsSoldPromoted": "unitsSold",
    "metric.roas": "totalROAS",
    "metric.roasPromoted": "ROAS",
    "metric.detailPageViews": "totalDetailPageView",
    "metric.detailPageViewsPromoted": "detailPageViews",
    "metric.addToCart": "totalAddToCart",
    "metric.addToCartPromoted": "addToCart",
    "metric.addToListPromoted": "addToList",
    "metric.newToBrandPurchases": "totalNewToBrandPurchases",
    "metric.newToBrandSales": "totalNewToBrandSales",
    "metric.newToBrandUnitsSold": "totalNewToBrandUnitsSold",
    "metric.newToBrandRoas": "totalNewToBrandROAS",
    "metric.newToBrandPurchasesPromoted": "newToBrandPurchases",
    "metric.brandedSearches": "brandSearches",
    "metric.subscribeAndSaveSubscriptions": "totalSubscribeAndSave",
    "metric.combinedPurchases": "combinedPurchases",
    "metric.combinedSales": "combinedProductSales",
    "metric.combinedUnitsSold": "combinedUnitsSold",
    "metric.combinedRoas": "combinedROAS",
    "metric.startsVideoAd": "videoAdStart",
    "metric.firstQuartileVideoAd": "videoAdFirstQuartile",
    "metric.midpointVideoAd": "videoAdMidpoint",
    "metric.thirdQuartileVideoAd": "videoAdThirdQuartile",
    "metric.completeViewsVideoAd": "videoAdComplete",
    "metric.completionRateVideoAd": "videoAdCompletionRate",
    "metric.impressionsVideoAd": "videoAdImpressions",
    "metric.userReach": "reach",
    "metric.householdReach": "householdReach",
    "metric.averageUserImpressionFrequency": "frequencyAverage",
    "metric.longTermSales": "longTermSales",
    "metric.longTermRoas": "longTermROAS",
}
PEOPLE = frozenset(
    {
        "metric.userReach", "metric.householdReach", "metric.averageUserImpressionFrequency",
        "metric.longTermSales", "metric.longTermRoas",
    }
)  # fmt: skip
"""Metrics that need a campaign to be among the fields."""
FILTERS: Mapping[str, Callable[[Cell], str]] = {
    PRODUCT: lambda _cell: "AMAZON_DSP",
    "advertiserAccount.id": lambda cell: cell.advertiser.advertiser_id,
    "campaign.id": lambda cell: cell.order.order_id,
    "adGroup.id": lambda cell: cell.line_item.line_item_id,
    "ad.id": lambda cell: cell.creative.ad_id,
}
"""What a filter compares."""
