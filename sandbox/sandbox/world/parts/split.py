"""Cuts a cell's measures into parts that add up to it exactly and keep its inner order.

A part never has more clicks than impressions or more purchases than carts: each measure is cut where
its parent is cut. Money is cut with the events it was earned or spent on, in whole micros.
"""

from collections.abc import Sequence
from itertools import accumulate

from sandbox.world.delivery import ZERO, Metrics

_ROOT = "impressions"
_CHAIN: tuple[tuple[str, str], ...] = (
    ("total_cost_micros", _ROOT), ("measurable_impressions", _ROOT),
    ("viewable_impressions", "measurable_impressions"), ("video_starts", _ROOT),
    ("clicks", _ROOT), ("brand_searches", _ROOT), ("detail_page_views", _ROOT),
    ("add_to_list", "detail_page_views"), ("add_to_cart", "detail_page_views"),
    ("purchases", "add_to_cart"), ("purchases_from_clicks", "purchases"),
    ("units_sold", "purchases"), ("sales_micros", "purchases"),
    ("new_subscribe_and_save", "purchases"), ("new_to_brand_purchases", "purchases"),
    ("new_to_brand_units_sold", "new_to_brand_purchases"),
    ("new_to_brand_sales_micros", "new_to_brand_purchases"),
)  # fmt: skip
_ABOVE: tuple[tuple[str, str, str], ...] = (
    ("gross_impressions", "impressions", _ROOT), ("gross_clicks", "clicks", _ROOT),
    ("total_detail_page_views", "detail_page_views", _ROOT),
    ("total_add_to_cart", "add_to_cart", _ROOT), ("total_purchases", "purchases", _ROOT),
    ("total_units_sold", "units_sold", "total_purchases"),
    ("total_sales_micros", "sales_micros", "total_purchases"),
)  # fmt: skip
"""Measures that hold another one and something more: only what is more is cut anew."""

Edges = list[int]


def split(metrics: Metrics, shares: Sequence[float]) -> list[Metrics]:
    """One part per share; the shares add up to 1."""
    totals = metrics._asdict()
    edges: dict[str, Edges] = {_ROOT: _first_cut(totals[_ROOT], shares)}
    for name, parent in _CHAIN:
        edges[name] = _cut(totals[name], edges[parent], shares)
    extra: dict[str, Edges] = {}
    for name, part, parent in _ABOVE:
        more = totals[name] - totals[part]
        extra[name] = _cut(more, extra.get(parent) or edges[parent], shares)
        edges[name] = [below + above for below, above in zip(edges[part], extra[name], strict=True)]
    columns = [_between(edges[name]) for name in Metrics._fields]
    return [Metrics(*values) for values in zip(*columns, strict=True)]


def overlap(metrics: Metrics, share: float) -> Metrics:
    """The part of a cell that one of several overlapping groups holds."""
    return split(metrics, (share, 1 - share))[0] if any(metrics) else ZERO


def _first_cut(total: int, shares: Sequence[float]) -> Edges:
    edges = [int(total * reached) for reached in accumulate(shares)]
    edges[-1] = total
    return edges


def _cut(total: int, parent: Edges, shares: Sequence[float]) -> Edges:
    """The child's edges at the same places; where the parent has nothing, by the shares."""
    whole = parent[-1]
    if not whole:
        return _first_cut(total, shares)
    return [total * edge // whole for edge in parent]


def _between(edges: Edges) -> list[int]:
    return [edge - before for before, edge in zip([0, *edges], edges, strict=False)]
