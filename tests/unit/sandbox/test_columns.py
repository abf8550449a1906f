"""Report columns: unlocked by groupBy, consistent with each other, exact in money."""

from datetime import UTC, date, datetime
from decimal import Decimal

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sandbox.reports.measures import Row, units
from sandbox.reports.types import TYPES
from sandbox.world.facts import World

WORLD = World("leadline", 3)
CAMPAIGN = TYPES["dspCampaign"]
COLUMNS = CAMPAIGN.columns
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 7)
AT = datetime(2026, 11, 20, tzinfo=UTC)


def _rows() -> list[Row]:
    advertiser = next(iter(WORLD.tree.advertisers.values()))
    return [
        Row(cell, cell.metrics, FIRST, LAST) for cell in WORLD.cells(advertiser, FIRST, LAST, AT)
    ]


ROWS = _rows()


@given(st.integers(0, 10**15 - 1))
def test_money_survives_json_to_the_micro(micros: int) -> None:
    text = orjson.dumps(units(micros)).decode()
    assert Decimal(text) * 1_000_000 == micros


@pytest.mark.parametrize(
    ("groups", "absent", "present"),
    [
        (("campaign",), {"lineItemId", "creativeId"}, {"orderId", "reach", "date"}),
        (("ad",), {"reach", "creativeId"}, {"orderId", "lineItemId"}),
        (("creative",), {"reach", "lineItemId"}, {"orderId", "creativeAdId"}),
        (("campaign", "ad", "creative"), set[str](), set(COLUMNS) - {"intervalStart", "intervalEnd"}),
    ],
)  # fmt: skip
def test_group_by_unlocks_columns(
    groups: tuple[str, ...], absent: set[str], present: set[str]
) -> None:
    allowed = set(CAMPAIGN.allowed(groups, "DAILY"))
    assert present <= allowed
    assert not absent & allowed
    assert "intervalStart" in CAMPAIGN.allowed(groups, "SUMMARY")
    assert "date" not in CAMPAIGN.allowed(groups, "SUMMARY")


def test_every_column_has_a_json_value_for_every_row() -> None:
    assert len(COLUMNS) > 130
    for row in ROWS:
        for name, column in COLUMNS.items():
            assert isinstance(column.value(row), str | int | float), name


def test_costs_add_up_and_splits_sum_to_their_wholes() -> None:
    def micros(row: Row, name: str) -> int:
        return int(Decimal(str(COLUMNS[name].value(row))) * 1_000_000)

    def count(row: Row, name: str) -> int:
        return int(COLUMNS[name].value(row))

    fees = ("amazonDSPAudienceFee", "amazonDSPConsoleFee", "agencyFee")
    for row in ROWS:
        assert sum(micros(row, fee) for fee in fees) == micros(row, "totalFee")
        assert micros(row, "supplyCost") + micros(row, "totalFee") == micros(row, "totalCost")
        gross, invalid = count(row, "grossImpressions"), count(row, "invalidImpressions")
        assert gross - invalid == count(row, "impressions")
        clicked, viewed = count(row, "purchasesClicks"), count(row, "purchasesViews")
        assert clicked + viewed == count(row, "purchases")
        assert count(row, "videoAdComplete") <= count(row, "videoAdMidpoint")
        assert count(row, "reach") <= count(row, "impressions")


def test_ratios_come_from_the_counts_of_the_row() -> None:
    row = next(row for row in ROWS if row.metrics.purchases and row.metrics.clicks)
    m = row.metrics
    expected = {
        "clickThroughRate": m.clicks / m.impressions,
        "eCPM": m.total_cost_micros / 1e6 / m.impressions * 1000,
        "eCPC": m.total_cost_micros / 1e6 / m.clicks,
        "ROAS": m.sales_micros / m.total_cost_micros,
        "eRPM": m.sales_micros / 1e6 / m.impressions * 1000,
        "newToBrandPurchasesPercentage": m.new_to_brand_purchases / m.purchases,
    }
    for name, value in expected.items():
        assert COLUMNS[name].value(row) == pytest.approx(value, abs=1e-6)


def test_ratios_without_a_denominator_are_zero() -> None:
    row = next(row for row in ROWS if not row.metrics.purchases)
    assert COLUMNS["eCPP"].value(row) == 0
