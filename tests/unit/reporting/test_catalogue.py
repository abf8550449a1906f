"""Every metric's formula, from sums alone, exact to the last digit."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reporting.fact_types import FACT_TYPES
from reporting.metrics.catalogue import DIMENSIONS, METRICS
from reporting.metrics.domain import decimal_text, value_text

SUMS = {
    "impressions": 2000,
    "clicks": 30,
    "detail_page_views": 12,
    "purchases": 8,
    "units_sold": 9,
    "new_to_brand_purchases": 2,
    "add_to_cart": 5,
    "total_cost_micros": 12_345_678,
    "sales_micros": 50_000_000,
    "new_to_brand_sales_micros": 7_000_001,
    "gross_impressions": 2100,
    "measurable_impressions": 1600,
    "viewable_impressions": 1200,
    "supply_cost_micros": 9_000_000,
    "total_purchases": 20,
    "total_units_sold": 25,
    "total_sales_micros": 90_000_000,
    "video_starts": 400,
    "video_first_quartiles": 350,
    "video_midpoints": 300,
    "video_third_quartiles": 250,
    "video_completes": 100,
    "reach": 800,
}
ALL_MEASURES = tuple(SUMS)
EXPECTED = {
    "impressions": "2000",
    "clicks": "30",
    "total_cost": "12.345678",
    "sales": "50",
    "purchases": "8",
    "units_sold": "9",
    "detail_page_views": "12",
    "add_to_cart": "5",
    "new_to_brand_purchases": "2",
    "new_to_brand_sales": "7.000001",
    "click_through_rate": "0.015",
    "detail_page_view_rate": "0.006",
    "purchase_rate": "0.004",
    "new_to_brand_share": "0.25",
    "roas": "4.0500003321",
    "cost_per_click": "0.411523",
    "cost_per_mille": "6.172839",
    "cost_per_purchase": "1.54321",
    "gross_impressions": "2100",
    "measurable_impressions": "1600",
    "viewable_impressions": "1200",
    "supply_cost": "9",
    "total_purchases": "20",
    "total_units_sold": "25",
    "total_sales": "90",
    "video_starts": "400",
    "video_first_quartiles": "350",
    "video_midpoints": "300",
    "video_third_quartiles": "250",
    "video_completes": "100",
    "reach": "800",
    "viewability_rate": "0.75",
    "video_completion_rate": "0.25",
    "frequency": "2.5",
}
ANY_SUMS = st.fixed_dictionaries(dict.fromkeys(ALL_MEASURES, st.integers(0, 10**15)))


@pytest.mark.parametrize("name", METRICS)
def test_each_metric_follows_its_formula(name: str) -> None:
    assert value_text(METRICS[name], SUMS) == EXPECTED[name]


@pytest.mark.parametrize("name", [n for n, m in METRICS.items() if m.denominator])
def test_a_ratio_over_nothing_is_no_number(name: str) -> None:
    assert value_text(METRICS[name], dict.fromkeys(ALL_MEASURES, 0)) is None


@given(sums=ANY_SUMS)
def test_values_are_the_nearest_decimal_of_the_exact_quotient(sums: dict[str, int]) -> None:
    for metric in METRICS.values():
        text = value_text(metric, sums)
        if text is None or metric.denominator is None:
            continue
        exact = Fraction(sums[metric.numerator] * metric.factor, sums[metric.denominator])
        if metric.unit == "money":
            exact /= 10**6
        places = 6 if metric.unit == "money" else 10
        assert abs(Fraction(text) - exact) <= Fraction(1, 2 * 10**places)


@given(parts=st.lists(ANY_SUMS, min_size=1, max_size=6), cut=st.integers(0, 5))
def test_totals_are_the_same_however_the_rows_are_grouped(
    parts: list[dict[str, int]], cut: int
) -> None:
    def add(rows: list[dict[str, int]]) -> dict[str, int]:
        return {measure: sum(row[measure] for row in rows) for measure in ALL_MEASURES}

    whole, halves = add(parts), [add(parts[:cut]), add(parts[cut:])]
    for metric in METRICS.values():
        assert value_text(metric, whole) == value_text(metric, add(halves))


def test_a_ratio_is_not_the_average_of_ratios() -> None:
    small = {**dict.fromkeys(ALL_MEASURES, 0), "clicks": 1, "impressions": 2}
    large = {**dict.fromkeys(ALL_MEASURES, 0), "clicks": 1, "impressions": 998}
    both = {measure: small[measure] + large[measure] for measure in ALL_MEASURES}
    assert value_text(METRICS["click_through_rate"], both) == "0.002"


@given(number=st.integers(-(10**18), 10**18), places=st.integers(1, 10))
def test_decimal_text_is_exact_and_plain(number: int, places: int) -> None:
    text = decimal_text(number, places)
    assert Fraction(text) == Fraction(number, 10**places)
    assert "e" not in text.lower()
    assert "." not in text or not text.endswith("0")


def test_names_are_unique_and_every_measure_is_used() -> None:
    used = {m.numerator for m in METRICS.values()} | {
        m.denominator for m in METRICS.values() if m.denominator
    }
    assert used == {m for kind in FACT_TYPES.values() for m in kind.measures}
    columns = [c.name for d in DIMENSIONS.values() for c in d.columns]
    assert len({*columns, *METRICS, "currency", "as_of"}) == len(columns) + len(METRICS) + 2
