"""Names in DSP reports: which groupBy unlocks each, and what makes a row distinct."""

from collections.abc import Callable, Mapping

from sandbox.world.facts import Cell

from .measures import Column, units

ORDER, LINE_ITEM, CREATIVE = ("campaign", "order"), ("ad", "lineItem"), ("creative",)


def _part(name: str, *groups: str) -> Column:
    return Column(lambda row: row.part.get(name, ""), groups)


BASE: dict[str, Column] = {
    "date": Column(lambda r: r.cell.day.isoformat(), time_unit="DAILY"),
    "intervalStart": Column(lambda r: r.first_day.isoformat(), time_unit="SUMMARY"),
    "intervalEnd": Column(lambda r: r.last_day.isoformat(), time_unit="SUMMARY"),
    "advertiserId": Column(lambda r: r.cell.advertiser.advertiser_id),
    "advertiserName": Column(lambda r: r.cell.advertiser.name),
    "advertiserTimezone": Column(lambda r: r.cell.advertiser.timezone),
    "advertiserCountry": Column(lambda r: r.cell.advertiser.market.country),
    "entityId": Column(lambda r: r.cell.advertiser.seat.entity_id),
    "marketplace": Column(lambda r: r.cell.advertiser.market.country),
    "proposalId": Column(lambda _: ""),
}


def order_names(*groups: str) -> dict[str, Column]:
    """Columns about the order; without `groups` they are there without asking (dspCampaign)."""
    return {
        "orderId": Column(lambda r: r.cell.order.order_id, groups),
        "orderName": Column(lambda r: r.cell.order.name, groups),
        "orderStartDate": Column(lambda r: r.cell.order.first_day.isoformat(), groups),
        "orderEndDate": Column(lambda r: r.cell.order.last_day.isoformat(), groups),
        "orderBudget": Column(lambda r: units(r.cell.order.budget_micros), groups),
        "orderCurrency": Column(lambda r: r.cell.advertiser.currency, groups),
        "orderExternalId": Column(lambda r: r.cell.order.external_id, groups),
    }


LINE_ITEM_NAMES: dict[str, Column] = {
    "lineItemId": Column(lambda r: r.cell.line_item.line_item_id, LINE_ITEM),
    "lineItemName": Column(lambda r: r.cell.line_item.name, LINE_ITEM),
    "lineItemType": Column(lambda r: r.cell.line_item.kind, LINE_ITEM),
    "lineItemStartDate": Column(lambda r: r.cell.line_item.first_day.isoformat(), LINE_ITEM),
    "lineItemEndDate": Column(lambda r: r.cell.order.last_day.isoformat(), LINE_ITEM),
    "lineItemBudget": Column(lambda r: units(r.cell.line_item.budget_micros), LINE_ITEM),
    "lineItemExternalId": Column(lambda _: "", LINE_ITEM),
    "lineItemStatus": Column(lambda _: "ENABLED", LINE_ITEM),
}
CREATIVE_NAMES: dict[str, Column] = {
    "creativeId": Column(lambda r: r.cell.creative.creative_id, CREATIVE),
    "creativeAdId": Column(lambda r: r.cell.creative.ad_id, CREATIVE),
    "creativeName": Column(lambda r: r.cell.creative.name, CREATIVE),
    "creativeType": Column(lambda r: r.cell.creative.kind, CREATIVE),
    "creativeSize": Column(lambda r: r.cell.creative.size, CREATIVE),
    "creativeLanguage": Column(lambda r: r.cell.creative.language, CREATIVE),
    "creativeWeight": Column(lambda r: round(r.cell.creative.weight, 4), CREATIVE),
}
SUPPLY_NAMES: dict[str, Column] = {
    "supplySourceName": _part("supplySourceName", "supplySource"),
    "siteName": _part("siteName", "site"),
    "placementName": _part("placementName", "placement"),
    "placementSize": _part("placementSize", "placementSize"),
    "dealName": _part("dealName", "deal"),
    "dealId": _part("dealId", "deal"),
}
PLACE_NAMES: dict[str, Column] = {
    "country": _part("country", "country"),
    "region": _part("region", "region"),
    "city": _part("city", "city"),
    "postalCode": _part("postalCode", "postalCode"),
    "designatedMarketAreaCode": _part("designatedMarketAreaCode", "dma"),
    "designatedMarketAreaName": _part("designatedMarketAreaName", "dma"),
}
DEVICE_NAMES: dict[str, Column] = {
    "operatingSystemName": _part("operatingSystemName", "operatingSystem"),
    "browserName": _part("browserName", "browserType"),
    "browserVersion": _part("browserVersion", "browserVersion"),
    "deviceName": _part("deviceName", "deviceType"),
    "environmentName": _part("environmentName", "environmentType"),
}
CONTENT_NAMES: dict[str, Column] = {
    name: _part(name, "content")
    for name in ("contentGenre", "contentRating", "contentTitle", "contentType")
}
SEGMENT_NAMES: dict[str, Column] = {
    name: _part(name)
    for name in (
        "segmentName", "segmentId", "segmentType", "segmentSource", "segmentClassCode",
        "targetingMethod",
    )
}  # fmt: skip
PRODUCT_NAMES: dict[str, Column] = {
    name: _part(name)
    for name in (
        "asin", "parentAsin", "brandName", "productName", "conversionType", "featuredAsin",
    )
}  # fmt: skip
_TERMS = "bidAdjustmentMatchedTerms"
BID_NAMES: dict[str, Column] = {
    **{name: BASE[name] for name in ("date", "advertiserName", "advertiserId")},
    "orderName": Column(lambda r: r.cell.order.name),
    "orderId": Column(lambda r: r.cell.order.order_id),
    "lineItemName": Column(lambda r: r.cell.line_item.name),
    "lineItemId": Column(lambda r: r.cell.line_item.line_item_id),
    "bidAdjustmentRule": _part("bidAdjustmentRule"),
    "bidAdjustmentRuleId": _part("bidAdjustmentRuleId"),
    _TERMS: _part(_TERMS, _TERMS),
    "bidAdjustmentMatchedTermIds": _part("bidAdjustmentMatchedTermIds", _TERMS),
    "bidAdjustment": Column(lambda r: float(r.part["bidAdjustment"]), (_TERMS,)),
    "matchRate": Column(lambda r: float(r.part["matchRate"]), (_TERMS,), "DAILY"),
}
FREQUENCY_NAMES: dict[str, Column] = {"frequencyGroup": _part("frequencyGroup", "frequencyGroup")}

Part = Mapping[str, str]
Key = Callable[[Cell, Part], str]


def _of_part(name: str) -> Key:
    return lambda _cell, part: part.get(name, "")


KEYS: dict[str, Key] = {
    "advertiser": lambda _cell, _part: "",
    **dict.fromkeys(ORDER, lambda cell, _part: cell.order.order_id),
    **dict.fromkeys(LINE_ITEM, lambda cell, _part: cell.line_item.line_item_id),
    "creative": lambda cell, _part: cell.creative.ad_id,
    "supplySource": _of_part("supplySourceName"),
    "site": _of_part("siteName"),
    "placement": _of_part("placementName"),
    "placementSize": _of_part("placementSize"),
    "deal": _of_part("dealId"),
    "country": _of_part("country"),
    "region": _of_part("region"),
    "city": _of_part("city"),
    "postalCode": _of_part("postalCode"),
    "dma": _of_part("designatedMarketAreaCode"),
    "operatingSystem": _of_part("operatingSystemName"),
    "browserType": _of_part("browserName"),
    "browserVersion": _of_part("browserVersion"),
    "deviceType": _of_part("deviceName"),
    "environmentType": _of_part("environmentName"),
    "content": lambda _cell, part: f"{part.get('contentTitle')}/{part.get('contentGenre')}",
    "frequencyGroup": _of_part("frequencyGroup"),
    "segment": _of_part("segmentId"),
    "asin": _of_part("asin"),
    "bidAdjustmentRule": _of_part("bidAdjustmentRuleId"),
    _TERMS: _of_part("bidAdjustmentMatchedTermIds"),
}
"""What a groupBy tells apart; `segment` and `asin` are not asked for, their types always have them."""
