"""The records of the adsp-* performance datasets: one creative in one hour, as a difference.

Fields and their order are those of Amazon's dataset pages. A value is worked out from the hour as it
was and as it is, and the record holds the difference, so sums of records are exact.
"""

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sandbox.entities.booking import flight_id_on
from sandbox.reports.measures import units
from sandbox.world.delivery import Metrics
from sandbox.world.dice import Dice
from sandbox.world.tree import Advertiser

from .hours import HourOfCell

Values = dict[str, int]
_NAMESPACE = uuid.UUID("6f0c7c1e-5d3a-4e1b-9b57-9d3f6f1f2a10")
_FEES = {"agency_fee": 50, "amazon_dsp_audience_fee": 90, "amazon_dsp_console_fee": 80}


def _traffic(m: Metrics) -> Values:
    fees = {name: m.total_cost_micros * share // 1000 for name, share in _FEES.items()}
    return {
        **fees,
        "supply_cost": m.total_cost_micros - sum(fees.values()),
        "total_cost": m.total_cost_micros,
        "gross_impressions": m.gross_impressions,
        "impressions": m.impressions,
        "invalid_impressions": m.gross_impressions - m.impressions,
        "measurable_impressions": m.measurable_impressions,
        "viewable_impressions": m.viewable_impressions,
        "clicks": m.clicks,
    }


def _shared(name: str, total: int, clicks: int) -> Values:
    """A measure with its parts after views and after clicks."""
    return {name: total, f"{name}_views": total - clicks, f"{name}_clicks": clicks}


def _conversion(m: Metrics) -> Values:
    """Of all purchases two in five follow a click, as in the reports."""
    clicks, halo = m.purchases_from_clicks, m.total_purchases - m.purchases
    halo_clicks, new_clicks = halo * 2 // 5, m.new_to_brand_purchases * 2 // 5
    units_clicks = m.units_sold * clicks // m.purchases if m.purchases else 0
    return {
        "units_sold": m.units_sold,
        "new_to_brand_units_sold": m.new_to_brand_units_sold,
        "total_units_sold": m.total_units_sold,
        "total_new_to_brand_units_sold": m.new_to_brand_units_sold,
        "sales": m.sales_micros,
        "new_to_brand_product_sales": m.new_to_brand_sales_micros,
        "total_sales": m.total_sales_micros,
        "total_new_to_brand_product_sales": m.new_to_brand_sales_micros,
        **_shared("purchases", m.purchases, clicks),
        **_shared("new_to_brand_purchases", m.new_to_brand_purchases, new_clicks),
        **_shared("total_purchases", m.total_purchases, clicks + halo_clicks),
        **_shared("total_new_to_brand_purchases", m.new_to_brand_purchases, new_clicks),
        **_shared("app_subscription_sign_up_free_trial", 0, 0),
        **_shared("new_to_brand_purchases_brand_halo", 0, 0),
        **_shared("app_subscription_sign_up_paid", 0, 0),
        **_shared("purchases_brand_halo", halo, halo_clicks),
        **_shared("app_subscription_sign_up", 0, 0),
        "sales_clicks": m.sales_micros * clicks // m.purchases if m.purchases else 0,
        "units_sold_clicks": units_clicks,
        "units_sold_promoted_clicks": units_clicks,
    }


_QUIET_CLICKSTREAM = (
    "add_to_watchlist", "video_downloads", "downloaded_video_plays", "play_trailers",
    "video_streams", "rentals", "skill_invocation", "total_product_review_page_visits",
    "click_to_apply", "off_amazon_other", "off_amazon_search", "off_amazon_contact",
    "off_amazon_checkout", "off_amazon_lead", "off_amazon_subscribe",
    "off_amazon_add_to_shopping_cart", "off_amazon_purchases", "off_amazon_application",
    "product_review_page_visits",
)  # fmt: skip
_ODD_CLICKSTREAM = (
    "total_new_to_brand_dpv_clicks", "total_new_to_brand_dpvs", "total_new_to_brand_dpv_views",
    "off_amazon_page_view_clicks", "off_amazon_page_views", "off_amazon_page_view_views",
    "off_amazon_signup_views", "off_amazon_mobile_app_first_start_clicks",
    "off_amazon_mobile_app_starts", "off_amazon_mobile_app_first_start_views",
    "off_amazon_product_sales", "off_amazon_clicks", "off_amazon_views",
    "new_to_brand_detail_page_view_clicks", "new_to_brand_detail_page_views",
    "new_to_brand_detail_page_view_views",
)  # fmt: skip


def _viewed(name: str, plural: str, total: int) -> Values:
    """Detail page views, whose parts are named after one view."""
    clicks = total * 2 // 5
    return {plural: total, f"{name}_clicks": clicks, f"{name}_views": total - clicks}


def _clickstream(m: Metrics) -> Values:
    """What this world does not know (off Amazon, Prime Video, skills) is 0."""
    totals = {
        "add_to_cart": m.add_to_cart, "add_to_list": m.add_to_list,
        "subscribe_and_save": m.new_subscribe_and_save, "total_add_to_cart": m.total_add_to_cart,
        "total_add_to_list": m.add_to_list, "total_subscribe_and_save": m.new_subscribe_and_save,
        "brand_searches": m.brand_searches,
    }  # fmt: skip
    values: Values = {}
    for name, total in totals.items():
        values |= _shared(name, total, total * 2 // 5)
    values |= _viewed("detail_page_view", "detail_page_views", m.detail_page_views)
    values |= _viewed(
        "total_detail_page_view", "total_detail_page_views", m.total_detail_page_views
    )
    for name in _QUIET_CLICKSTREAM:
        values |= _shared(name, 0, 0)
    return values | dict.fromkeys(_ODD_CLICKSTREAM, 0)


_AUDIO = (
    "companion_banner_clicks", "companion_banner_views", "completions", "first_quartile",
    "midpoint", "mute", "pause", "progression", "resume", "rewind", "skip", "start",
    "third_quartile", "unmute", "views",
)  # fmt: skip
_VIDEO = {
    "complete": 0.77, "first_quartile": 0.9, "midpoint": 0.84, "mute": 0.0, "pause": 0.0,
    "resume": 0.0, "start": 1.0, "third_quartile": 0.8, "unmute": 0.0,
}  # fmt: skip


def _rich_media(m: Metrics) -> Values:
    """Video as in the reports; nobody advertises by audio here."""
    audio = {f"audio_ad_{name}": 0 for name in _AUDIO}
    return audio | {
        f"video_ad_{name}": int(m.video_starts * share) for name, share in _VIDEO.items()
    }


PERFORMANCE: Mapping[str, Callable[[Metrics], Values]] = {
    "adsp-traffic": _traffic,
    "adsp-conversion": _conversion,
    "adsp-clickstream": _clickstream,
    "adsp-rich-media": _rich_media,
}
MONEY = frozenset({
    *_FEES, "supply_cost", "total_cost", "sales", "new_to_brand_product_sales", "total_sales",
    "total_new_to_brand_product_sales", "sales_clicks", "off_amazon_product_sales",
})  # fmt: skip


def performance_record(
    dice: Dice, dataset: str, hour: HourOfCell, at: datetime
) -> dict[str, Any] | None:
    """The record of one hour as told at `at`; None where this dataset has nothing to correct."""
    valued = PERFORMANCE[dataset]
    before, after = valued(hour.before), valued(hour.after)
    change = {name: value - before[name] for name, value in after.items()}
    if not any(change.values()):
        return None
    shown = {name: units(value) if name in MONEY else value for name, value in change.items()}
    return {
        "dataset_id": dataset,
        "idempotency_id": _idempotency_id(dataset, hour, at),
        **_dimensions(dice, dataset, hour),
        **shown,
    }


def _idempotency_id(dataset: str, hour: HourOfCell, at: datetime) -> str:
    cell = hour.cell
    told = (dataset, cell.line_item.line_item_id, cell.creative.ad_id, hour.start, at)
    return str(uuid.uuid5(_NAMESPACE, repr(told)))


def _dimensions(dice: Dice, dataset: str, hour: HourOfCell) -> dict[str, Any]:
    """Place, device and supply are null: a record stands for all of them."""
    cell = hour.cell
    advertiser, creative = cell.advertiser, cell.creative
    whose = {
        "time_window_start": window_start(advertiser, hour.start),
        "adgroup_id": cell.line_item.line_item_id,
        "advertiser_country": advertiser.market.country,
        "advertiser_id": advertiser.advertiser_id,
        "advertiser_name": advertiser.name,
        "advertiser_timezone": advertiser.timezone,
        "country": None,
        "creative_id": creative.creative_id,
        "creative_language": creative.language,
        "creative_name": creative.name,
        "creative_size": creative.size,
        "creative_type": creative.kind,
        "deal": None, "deal_id": None, "deal_type": None, "device": None,
        "dsp_entity_id": advertiser.seat.entity_id,
        "placement_name": None, "proposal_id": None, "region": None, "site": None,
        "supply_source_name": None,
        "marketplace_id": advertiser.market.marketplace_id,
        "campaign_id": cell.order.order_id,
    }  # fmt: skip
    if dataset == "adsp-traffic":
        whose["flight_id"] = flight_id_on(dice, cell.order, cell.day)
    return whose


def window_start(advertiser: Advertiser, hour: datetime) -> str:
    """ISO 8601 in the advertiser's own zone, with its offset."""
    return hour.astimezone(advertiser.zone).isoformat()
