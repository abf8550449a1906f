"""One cell of the world: what one creative did on one day, finally and as known so far.

Counts are integers, money integer micros. A cell is computed from (seed, creative, date) alone.
"""

from datetime import date
from typing import NamedTuple

from .dice import Dice
from .restatement import Knowledge
from .seasons import Season
from .tree import Advertiser, Creative, LineItem, Order


class Metrics(NamedTuple):
    """Base measures; everything else a report prints is derived from these."""

    impressions: int = 0
    clicks: int = 0
    total_cost_micros: int = 0
    detail_page_views: int = 0
    add_to_cart: int = 0
    purchases: int = 0
    units_sold: int = 0
    sales_micros: int = 0
    new_to_brand_purchases: int = 0
    new_to_brand_sales_micros: int = 0
    gross_impressions: int = 0
    gross_clicks: int = 0
    viewable_impressions: int = 0
    measurable_impressions: int = 0
    video_starts: int = 0
    purchases_from_clicks: int = 0
    total_detail_page_views: int = 0
    total_add_to_cart: int = 0
    total_purchases: int = 0
    total_units_sold: int = 0
    total_sales_micros: int = 0
    new_to_brand_units_sold: int = 0
    add_to_list: int = 0
    brand_searches: int = 0
    new_subscribe_and_save: int = 0

    def plus(self, other: "Metrics") -> "Metrics":
        return Metrics(*map(int.__add__, self, other))


ZERO = Metrics()


class Final(NamedTuple):
    """The day's last word about one creative, from which every earlier view is cut."""

    gross_impressions: int
    invalid_impressions: int
    gross_clicks: int
    invalid_clicks: int
    cpm_micros: int
    viewable_share: float
    video_share: float
    detail_page_views: int
    add_to_cart: int
    purchases: int
    units_sold: int
    sales_micros: int
    new_to_brand_purchases: int
    halo_purchases: int
    minor_unit_micros: int
    luck: float


def final_cell(
    dice: Dice,
    advertiser: Advertiser,
    order: Order,
    line_item: LineItem,
    creative: Creative,
    day: date,
    season: Season,
) -> Final:
    """What the day comes to once everything has settled."""
    units = dice.units("cell", line_item.line_item_id, creative.ad_id, day.toordinal())
    gross = _impressions(advertiser, order, line_item, creative, day, season, units)
    clicks = min(gross, _chance(gross * line_item.click_rate * (0.6 + 0.8 * units[9]), units[10]))
    views, carts, purchases = _funnel(advertiser, line_item, gross, season, units)
    share = advertiser.brand.new_to_brand_share * (0.6 + 0.8 * units[11])
    return Final(
        gross_impressions=gross,
        invalid_impressions=int(gross * (0.004 + 0.016 * units[12])),
        gross_clicks=clicks,
        invalid_clicks=int(clicks * 0.06 * units[12]),
        cpm_micros=int(line_item.cpm_micros * (0.85 + 0.3 * units[13])),
        viewable_share=0.55 + 0.3 * units[14],
        video_share=0.94 + 0.05 * units[14] if line_item.kind == "VIDEO" else 0.0,
        detail_page_views=views,
        add_to_cart=carts,
        purchases=purchases,
        units_sold=purchases + _chance(purchases * 0.18, units[15]),
        sales_micros=_basket(advertiser, units[3]) * purchases,
        new_to_brand_purchases=min(purchases, _chance(purchases * share, units[5])),
        halo_purchases=_chance(purchases * 0.45, units[7]),
        minor_unit_micros=advertiser.market.minor_unit_micros,
        luck=units[15],
    )


def _impressions(
    advertiser: Advertiser,
    order: Order,
    line_item: LineItem,
    creative: Creative,
    day: date,
    season: Season,
    units: tuple[float, ...],
) -> int:
    age = (day - creative.first_day).days
    if age < 0 or day > order.last_day or day < line_item.first_day:
        return 0
    launch = min(1.0, 0.3 + 0.07 * age)
    taper = 0.55 if (order.last_day - day).days < 2 else 1.0
    noise = 0.7 + 0.2 * (units[0] + units[1] + units[2])
    share = line_item.weight * creative.weight
    expected = advertiser.impressions_per_day * share * season.traffic * launch * taper * noise
    return _chance(expected, units[2])


def _funnel(
    advertiser: Advertiser,
    line_item: LineItem,
    gross: int,
    season: Season,
    units: tuple[float, ...],
) -> tuple[int, int, int]:
    """Detail page views, carts and purchases, each at most the one before."""
    seen = gross * line_item.page_view_rate * (0.7 + 0.6 * units[3])
    views = min(gross, _chance(seen, units[4]))
    appeal = advertiser.brand.appeal * season.buying
    carts = min(views, _chance(views * (0.12 + 0.12 * units[5]) * appeal, units[6]))
    purchases = min(carts, _chance(carts * (0.25 + 0.25 * units[7]), units[8]))
    return views, carts, purchases


def _basket(advertiser: Advertiser, luck: float) -> int:
    """Micros of one purchase, whole cents (whole yen in Japan)."""
    market = advertiser.market
    price = advertiser.brand.basket_micros * market.money_per_dollar * (0.8 + 0.4 * luck)
    return _whole(int(price), market.minor_unit_micros)


def _chance(expected: float, luck: float) -> int:
    """Rounds up as often as the fraction says, so that small numbers keep their mean."""
    return int(expected + luck)


def as_known(final: Final, known: Knowledge) -> Metrics:
    """The cell as Amazon would print it now. Conversions only rise; invalid traffic is removed."""
    gross = int(final.gross_impressions * known.traffic)
    if not gross:
        return ZERO
    return Metrics(**_traffic(final, known, gross), **_conversions(final, known))


def _traffic(final: Final, known: Knowledge, gross: int) -> dict[str, int]:
    impressions = gross - min(gross, int(final.invalid_impressions * known.invalid))
    gross_clicks = min(gross, _arrived(final.gross_clicks, known.traffic, final.luck))
    clicks = gross_clicks - min(gross_clicks, int(final.invalid_clicks * known.invalid))
    return {
        "impressions": impressions,
        "clicks": min(clicks, impressions),
        "total_cost_micros": impressions * final.cpm_micros // 1000,
        "gross_impressions": gross,
        "gross_clicks": gross_clicks,
        "viewable_impressions": int(impressions * 0.96 * final.viewable_share),
        "measurable_impressions": int(impressions * 0.96),
        "video_starts": int(impressions * final.video_share),
        "brand_searches": impressions // 1400 + clicks // 9,
    }


def _conversions(final: Final, known: Knowledge) -> dict[str, int]:
    share, luck = known.conversions, final.luck
    views = _arrived(final.detail_page_views, share, luck)
    carts = _arrived(final.add_to_cart, share, luck)
    bought = _arrived(final.purchases, share, luck)
    new = _arrived(final.new_to_brand_purchases, share, luck)
    halo = _arrived(final.halo_purchases, share, luck)
    units = _scaled(final.units_sold, bought, final.purchases)
    sales = _scaled(final.sales_micros, bought, final.purchases)
    halo_basket = _scaled(final.sales_micros, 1, final.purchases) * 4 // 5
    return {
        "detail_page_views": views,
        "add_to_cart": carts,
        "purchases": bought,
        "units_sold": units,
        "sales_micros": sales,
        "new_to_brand_purchases": new,
        "new_to_brand_sales_micros": _scaled(final.sales_micros, new, final.purchases),
        "purchases_from_clicks": bought * 2 // 5,
        "total_detail_page_views": views + views // 3,
        "total_add_to_cart": carts + carts // 4 + halo,
        "total_purchases": bought + halo,
        "total_units_sold": units + halo,
        "total_sales_micros": sales + halo * _whole(halo_basket, final.minor_unit_micros),
        "new_to_brand_units_sold": min(units, new + new // 6),
        "add_to_list": views // 25,
        "new_subscribe_and_save": bought // 11,
    }


def _arrived(count: int, share: float, luck: float) -> int:
    """How many of `count` are known: unbiased for small counts, never falling as `share` rises."""
    return min(count, int(count * share + luck)) if share > 0 else 0


def _whole(micros: int, unit: int) -> int:
    return micros // unit * unit


def _scaled(total: int, part: int, whole: int) -> int:
    """Baskets of a cell cost the same, so `part` of `whole` is exact in minor units."""
    return total * part // whole if whole else 0
