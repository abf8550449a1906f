"""However a cell is looked at, its parts add up to it and keep its order."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sandbox.world.delivery import ZERO, Metrics
from sandbox.world.facts import Cell, World
from sandbox.world.parts import looks
from sandbox.world.parts.split import split

WORLD = World("parts", 4)
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = date(2026, 5, 3)
ADVERTISER = next(iter(WORLD.tree.advertisers.values()))
CELLS = list(WORLD.cells(ADVERTISER, DAY, DAY + timedelta(days=2), NOW))
ADDITIVE = [looks.by_place, looks.by_device, looks.by_supply, looks.by_product, looks.by_frequency]
ORDERS = [
    ("clicks", "impressions"), ("clicks", "gross_clicks"), ("impressions", "gross_impressions"),
    ("viewable_impressions", "measurable_impressions"), ("measurable_impressions", "impressions"),
    ("add_to_cart", "detail_page_views"), ("purchases", "add_to_cart"),
    ("new_to_brand_purchases", "purchases"), ("purchases", "total_purchases"),
    ("sales_micros", "total_sales_micros"),
]  # fmt: skip


def total(parts: list[looks.Part]) -> Metrics:
    found = ZERO
    for _, metrics in parts:
        found = found.plus(metrics)
    return found


@pytest.mark.parametrize("look", ADDITIVE, ids=lambda look: look.__name__)
def test_the_parts_of_a_cell_add_up_to_it(look: looks.Look) -> None:
    for cell in CELLS:
        assert total(look(WORLD.dice, cell)) == cell.metrics


def test_content_adds_up_to_the_cells_of_video_only() -> None:
    kinds = Counter[str]()
    for cell in every_kind():
        parts = looks.by_content(WORLD.dice, cell)
        kinds[cell.line_item.kind] += 1
        assert total(parts) == (cell.metrics if cell.line_item.kind == "VIDEO" else ZERO)
    assert len(kinds) == 2


def every_kind() -> list[Cell]:
    return [
        cell
        for advertiser in WORLD.tree.advertisers.values()
        for cell in WORLD.cells(advertiser, DAY, DAY, NOW)
    ]


def test_a_segment_holds_no_more_than_its_line_item() -> None:
    for cell in CELLS:
        parts = looks.by_segment(WORLD.dice, cell)
        assert len({names["segmentId"] for names, _ in parts}) == len(parts) <= 4
        for _, metrics in parts:
            assert all(a <= b for a, b in zip(metrics, cell.metrics, strict=True))


@pytest.mark.parametrize("look", ADDITIVE, ids=lambda look: look.__name__)
def test_a_part_keeps_the_order_of_its_measures(look: looks.Look) -> None:
    for cell in CELLS:
        for _, metrics in look(WORLD.dice, cell):
            for less, more in ORDERS:
                assert getattr(metrics, less) <= getattr(metrics, more), (less, more)


@given(
    st.lists(st.integers(0, 10**6), min_size=25, max_size=25),
    st.lists(st.floats(0.01, 1), min_size=1, max_size=12),
)
def test_nothing_is_lost_whatever_the_cell(values: list[int], weights: list[float]) -> None:
    metrics = Metrics(*values)
    parts = split(metrics, [weight / sum(weights) for weight in weights])
    summed = ZERO
    for part in parts:
        summed = summed.plus(part)
    assert summed == metrics
