"""The looks: a cell as the parts that one kind of report shows, each with its names."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from sandbox.world.delivery import ZERO, Metrics
from sandbox.world.dice import Dice
from sandbox.world.facts import Cell

from . import devices, supply
from .audiences import SEGMENTS, Segment
from .bidding import rule_of
from .places import PLACES
from .products import HALO, products
from .split import overlap, split

Names = Mapping[str, str]
Part = tuple[Names, Metrics]
Look = Callable[[Dice, Cell], list[Part]]


def whole(_dice: Dice, cell: Cell) -> list[Part]:
    """The cell itself, not cut."""
    return [({}, cell.metrics)]


def by_place(dice: Dice, cell: Cell) -> list[Part]:
    """Country, region, city, postal code and (in the US) market area."""
    places = PLACES[cell.advertiser.market.country]
    shares = _shares(dice, "place", cell.line_item.line_item_id, tuple(p.weight for p in places))
    names = [
        {
            "country": p.country,
            "region": p.region,
            "city": p.city,
            "postalCode": p.postal_code,
            "designatedMarketAreaCode": p.dma_code,
            "designatedMarketAreaName": p.dma_name,
        }
        for p in places
    ]
    return _cut(names, cell.metrics, shares)


def by_device(dice: Dice, cell: Cell) -> list[Part]:
    """Device, operating system, browser and environment."""
    found = devices.VIDEO if cell.line_item.kind == "VIDEO" else devices.DISPLAY
    shares = _shares(dice, "device", cell.line_item.line_item_id, tuple(d.weight for d in found))
    names = [
        {
            "deviceName": d.device,
            "operatingSystemName": d.operating_system,
            "browserName": d.browser,
            "browserVersion": d.browser_version,
            "environmentName": d.environment,
        }
        for d in found
    ]
    return _cut(names, cell.metrics, shares)


def by_supply(dice: Dice, cell: Cell) -> list[Part]:
    """Supply source, site, placement and deal."""
    found = supply.VIDEO if cell.line_item.kind == "VIDEO" else supply.DISPLAY
    shares = _shares(dice, "supply", cell.line_item.line_item_id, tuple(s.weight for s in found))
    names = [
        {
            "supplySourceName": s.source,
            "siteName": s.site,
            "placementName": s.placement,
            "placementSize": s.placement_size,
            "dealName": s.deal_name,
            "dealId": s.deal_id,
        }
        for s in found
    ]
    return _cut(names, cell.metrics, shares)


def by_content(dice: Dice, cell: Cell) -> list[Part]:
    """Supply source and what was on; only line items of video have any."""
    if cell.line_item.kind != "VIDEO":
        return []
    shares = tuple(content.weight for content in supply.CONTENTS)
    shares = _shares(dice, "content", cell.line_item.line_item_id, shares)
    contents = [
        {
            "contentGenre": c.genre,
            "contentRating": c.rating,
            "contentTitle": c.title,
            "contentType": c.kind,
        }
        for c in supply.CONTENTS
    ]
    return [
        ({**source, **names}, metrics)
        for source, part in by_supply(dice, cell)
        for names, metrics in _cut(contents, part, shares)
    ]


def by_product(dice: Dice, cell: Cell) -> list[Part]:
    """Promoted products hold the promoted measures; those of the halo hold what the brand sold beyond."""
    found = products(dice, cell.advertiser)
    promoted, halo = _promoted_and_halo(cell.metrics)
    parts: list[Part] = []
    for kind, metrics in ((False, promoted), (True, halo)):
        chosen = [product for product in found if (product.kind == HALO) == kind]
        names = [
            {
                "asin": p.asin,
                "parentAsin": p.parent_asin,
                "productName": p.name,
                "conversionType": p.kind,
                "featuredAsin": p.featured_asin,
                "brandName": cell.advertiser.brand.name,
            }
            for p in chosen
        ]
        shares = _shares(
            dice, "asin", cell.advertiser.advertiser_id, tuple(p.weight for p in chosen)
        )
        parts += _cut(names, metrics, shares)
    return parts


def by_segment(dice: Dice, cell: Cell) -> list[Part]:
    """Four segments of the line item; they overlap, so their sum is more than the cell."""
    line_item = cell.line_item.line_item_id
    parts: list[Part] = []
    for segment in segments_of(dice, line_item):
        share = 0.15 + 0.7 * dice.unit("segment", line_item, segment.segment_id)
        names = {
            "segmentName": segment.name,
            "segmentId": segment.segment_id,
            "segmentType": segment.kind,
            "segmentSource": segment.source,
            "segmentClassCode": segment.class_code,
            "targetingMethod": segment.method,
        }
        parts.append((names, overlap(cell.metrics, share)))
    return _active(parts)


def segments_of(dice: Dice, line_item_id: str) -> tuple[Segment, ...]:
    """The segments a line item targets."""
    first = dice.between(0, len(SEGMENTS) - 4, "segments", line_item_id)
    return SEGMENTS[first : first + 4]


def by_bid_term(dice: Dice, cell: Cell) -> list[Part]:
    """Rule and matched term; line items without a rule have no part."""
    rule = rule_of(dice, cell.line_item.line_item_id)
    if rule is None:
        return []
    shares = [term.weight for term in rule.terms]
    names = [
        {
            "bidAdjustmentRule": rule.name,
            "bidAdjustmentRuleId": rule.rule_id,
            "bidAdjustmentMatchedTerms": term.name,
            "bidAdjustmentMatchedTermIds": term.term_id,
            "bidAdjustment": str(term.factor),
            "matchRate": str(term.weight),
        }
        for term in rule.terms
    ]
    return _cut(names, cell.metrics, shares)


def by_frequency(_dice: Dice, cell: Cell) -> list[Part]:
    """How often people saw the ads."""
    names = [{"frequencyGroup": group} for group, _ in supply.FREQUENCIES]
    return _cut(names, cell.metrics, [share for _, share in supply.FREQUENCIES])


def _promoted_and_halo(metrics: Metrics) -> tuple[Metrics, Metrics]:
    promoted = metrics._replace(
        total_detail_page_views=metrics.detail_page_views,
        total_add_to_cart=metrics.add_to_cart,
        total_purchases=metrics.purchases,
        total_units_sold=metrics.units_sold,
        total_sales_micros=metrics.sales_micros,
    )
    beyond = Metrics(*map(int.__sub__, metrics, promoted))
    return promoted, beyond


@lru_cache(maxsize=65_536)
def _shares(dice: Dice, look: str, key: str, weights: tuple[float, ...]) -> tuple[float, ...]:
    """Shares that add up to 1, a little different for each `key`."""
    moved = [w * (0.7 + 0.6 * dice.unit(look, key, place)) for place, w in enumerate(weights)]
    return tuple(weight / sum(moved) for weight in moved)


def _cut(names: Sequence[Names], metrics: Metrics, shares: Sequence[float]) -> list[Part]:
    return _active(list(zip(names, split(metrics, shares), strict=True)))


def _active(parts: list[Part]) -> list[Part]:
    return [part for part in parts if part[1] != ZERO]
