"""A report file becomes exact integers in Parquet, or a clear reason."""

import gzip
import hashlib
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from amazon_ads.errors import FileError, FileInvalid, FileTruncated
from dsp_ingest.report_types import REPORT_TYPES, ReportType, report_type, schema_of
from dsp_ingest.reports.normalise import Expected, Normalised, normalise
from hypothesis import given, settings
from hypothesis import strategies as st

ADVERTISER = "583920174651029384"
CAMPAIGN = report_type("dspCampaign")
COLUMNS, SCHEMA = CAMPAIGN.columns, schema_of(CAMPAIGN)
EXPECTED = Expected(CAMPAIGN, ADVERTISER, date(2026, 3, 13), date(2026, 3, 16), "USD")


def row(**changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = dict.fromkeys(COLUMNS, 0)
    values |= {
        "date": "2026-03-14",
        "advertiserId": ADVERTISER,
        "orderId": "1",
        "orderName": "Order",
        "orderCurrency": "EUR",
        "lineItemId": "2",
        "lineItemName": "Line",
        "creativeId": "3",
        "creativeAdId": "4",
        "creativeName": "Creative",
    }
    return values | changes


def run(folder: Path, content: bytes) -> Normalised:
    source = folder / "report.gz"
    source.write_bytes(content)
    return normalise(source, folder / "report.parquet", EXPECTED)


def run_rows(folder: Path, *rows: dict[str, Any]) -> Normalised:
    return run(folder, gzip.compress(json.dumps(rows).encode()))


def table(found: Normalised) -> list[dict[str, Any]]:
    return pq.read_table(found.path).to_pylist()


def test_the_columns_asked_are_those_of_the_fact_sheet() -> None:
    assert sorted(COLUMNS) == sorted((
        "date", "advertiserId", "orderId", "orderName", "orderCurrency", "lineItemId",
        "lineItemName", "creativeId", "creativeAdId", "creativeName", "impressions", "clicks",
        "totalCost", "detailPageViews", "addToCart", "purchases", "unitsSold", "sales",
        "newToBrandPurchases", "newToBrandProductSales",
    ))  # fmt: skip


def test_values_land_under_their_names(tmp_path: Path) -> None:
    found = run_rows(
        tmp_path,
        row(
            orderId=583920174651029385, impressions=9, clicks="8", totalCost=1.23,
            detailPageViews=7.0, addToCart=6, purchases=5, unitsSold=4, sales="10.5",
            newToBrandPurchases=3, newToBrandProductSales=2,
        ),
    )  # fmt: skip
    assert table(found) == [
        {
            "date": date(2026, 3, 14),
            "order_id": "583920174651029385",
            "order_name": "Order",
            "line_item_id": "2",
            "line_item_name": "Line",
            "creative_id": "3",
            "creative_ad_id": "4",
            "creative_name": "Creative",
            "currency": "EUR",
            "impressions": 9,
            "clicks": 8,
            "detail_page_views": 7,
            "purchases": 5,
            "units_sold": 4,
            "new_to_brand_purchases": 3,
            "add_to_cart": 6,
            "total_cost_micros": 1_230_000,
            "sales_micros": 10_500_000,
            "new_to_brand_sales_micros": 2_000_000,
        }
    ]
    assert pq.read_schema(found.path).equals(SCHEMA)
    assert (found.row_count, found.currency) == (1, "EUR")
    assert found.totals["total_cost_micros"] == 1_230_000


def test_absent_values_are_zero_and_empty(tmp_path: Path) -> None:
    nothing = dict.fromkeys(COLUMNS, None)
    found = run_rows(tmp_path, nothing | {"date": "2026-03-13", "advertiserId": ADVERTISER})
    [landed] = table(found)
    assert landed["currency"] == "USD"
    assert {landed[name] for name in ("order_id", "creative_id", "creative_name")} == {""}
    assert sum(found.totals.values()) == 0


def test_an_empty_report_lands_as_no_rows(tmp_path: Path) -> None:
    found = run_rows(tmp_path)
    assert (found.row_count, found.currency, table(found)) == (0, "USD", [])
    assert set(found.totals.values()) == {0}


def test_the_same_content_has_the_same_name(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first = run_rows(tmp_path / "a", row())
    second = run_rows(tmp_path / "b", row())
    assert first.sha256 == second.sha256


def test_names_lose_what_postgres_cannot_hold_and_keep_the_rest(tmp_path: Path) -> None:
    found = run_rows(tmp_path, row(orderName='a\x00b },{ "ü" \U0001f600'))
    assert table(found)[0]["order_name"] == 'ab },{ "ü" \U0001f600'


@settings(max_examples=60, deadline=None)
@given(micros=st.lists(st.integers(-(10**15), 10**15), min_size=1, max_size=30))
def test_money_is_exact_to_the_micro(
    tmp_path_factory: pytest.TempPathFactory, micros: list[int]
) -> None:
    rows = [
        json.dumps(row(creativeId=str(n))).replace(
            '"sales": 0', f'"sales": {Decimal(m).scaleb(-6):f}'
        )
        for n, m in enumerate(micros)
    ]
    content = gzip.compress(f"[{','.join(rows)}]".encode())
    found = run(tmp_path_factory.mktemp("money"), content)
    assert [item["sales_micros"] for item in table(found)] == micros
    assert found.totals["sales_micros"] == sum(micros)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"advertiserId": "1"}, "file_other_advertiser"),
        ({"advertiserId": None}, "file_other_advertiser"),
        ({"date": "2026-03-12"}, "file_day_outside"),
        ({"date": "2026-03-17"}, "file_day_outside"),
        ({"date": "Mar 14, 2026"}, "file_wrong_shape"),
        ({"clicks": 1.5}, "file_wrong_shape"),
        ({"clicks": "many"}, "file_wrong_shape"),
        ({"clicks": [1]}, "file_wrong_shape"),
        ({"clicks": 2**63}, "file_value_out_of_range"),
        ({"totalCost": "NaN"}, "file_value_out_of_range"),
        ({"totalCost": "Infinity"}, "file_value_out_of_range"),
        ({"totalCost": 1e30}, "file_value_out_of_range"),
        ({"totalCost": "1e999999999"}, "file_value_out_of_range"),
        ({"orderCurrency": "USD"}, "file_mixed_currencies"),
        ({"creativeId": "first"}, "file_duplicate_row"),
    ],
)
def test_a_wrong_row_spoils_the_file_and_is_named(
    tmp_path: Path, changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(FileInvalid) as caught:
        run_rows(tmp_path, row(creativeId="first"), row(creativeId="second") | changes)
    assert caught.value.code == code


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    bare = row()
    del bare["newToBrandPurchases"]
    with pytest.raises(FileInvalid, match="newToBrandPurchases"):
        run_rows(tmp_path, bare)


def test_sums_beyond_64_bits_are_refused(tmp_path: Path) -> None:
    rows = [row(creativeId=str(n), impressions=2**62) for n in range(3)]
    with pytest.raises(FileInvalid) as caught:
        run_rows(tmp_path, *rows)
    assert caught.value.code == "file_value_out_of_range"


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_cut_file_is_truncated_and_not_a_shorter_truth(tmp_path: Path, share: float) -> None:
    rows = [row(creativeId=str(n)) for n in range(500)]
    whole = gzip.compress(json.dumps(rows).encode())
    with pytest.raises(FileTruncated):
        run(tmp_path, whole[: int(len(whole) * share)])


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError):
        run(tmp_path, b"<Error>AccessDenied</Error>")


def test_large_files_pass_in_several_row_groups(tmp_path: Path) -> None:
    rows = [row(creativeId=str(n), impressions=1) for n in range(60_000)]
    found = run_rows(tmp_path, *rows)
    assert found.row_count == found.totals["impressions"] == 60_000
    assert pq.ParquetFile(found.path).num_row_groups == 2


def test_a_column_nobody_asked_for_is_told_and_the_rest_lands(tmp_path: Path) -> None:
    found = run_rows(tmp_path, row(clicks=3), row(orderId="9", carbonGrams=12, newName="x"))
    assert found.drift.unknown == ("carbonGrams", "newName")
    assert (found.row_count, found.totals["clicks"]) == (2, 3)
    assert "carbonGrams" not in pq.read_schema(found.path).names


def test_a_number_in_another_type_is_read_and_told(tmp_path: Path) -> None:
    found = run_rows(tmp_path, row(clicks="8", impressions=7.0, sales="1.5", totalCost=2.5))
    assert dict(found.drift.types) == {"clicks": "text", "impressions": "fraction", "sales": "text"}
    assert (found.totals["clicks"], found.totals["impressions"]) == (8, 7)
    assert found.drift.told()["changed_types"]["sales"] == "text"


def test_a_file_as_asked_has_no_drift(tmp_path: Path) -> None:
    found = run_rows(tmp_path, row(totalCost=1.5, clicks=None))
    assert found.drift.told() == {}


@pytest.mark.parametrize("kind", REPORT_TYPES.values(), ids=REPORT_TYPES.keys())
def test_every_type_lands_what_it_asks_for(tmp_path: Path, kind: ReportType) -> None:
    expected = Expected(kind, ADVERTISER, date(2026, 3, 13), date(2026, 3, 16), "JPY")
    given = {
        **dict.fromkeys(kind.texts.values(), "text"),
        **dict.fromkeys(kind.counts.values(), 2),
        **dict.fromkeys(kind.money.values(), 1.25),
        "advertiserId": ADVERTISER,
        "orderCurrency": "USD",
    }
    days = {"date": "2026-03-14", "intervalStart": "2026-03-13", "intervalEnd": "2026-03-16"}
    one = {name: (given | days)[name] for name in kind.columns}
    source = tmp_path / "report.gz"
    source.write_bytes(gzip.compress(json.dumps([one]).encode()))
    found = normalise(source, tmp_path / "report.parquet", expected)
    [landed] = table(found)
    assert list(landed) == schema_of(kind).names
    assert {landed[name] for name in kind.texts} <= {"text"}
    assert {landed[name] for name in kind.counts} == {2}
    assert {landed[f"{name}_micros"] for name in kind.money} <= {1_250_000}
    assert landed["currency"] == ("USD" if kind.currency else "JPY")
    assert found.drift.told() == {}
    assert found.source_sha256 == hashlib.sha256(source.read_bytes()).hexdigest()


@pytest.mark.parametrize("kind", REPORT_TYPES.values(), ids=REPORT_TYPES.keys())
def test_a_row_that_comes_twice_is_refused_in_every_type(tmp_path: Path, kind: ReportType) -> None:
    expected = Expected(kind, ADVERTISER, date(2026, 3, 13), date(2026, 3, 16), "USD")
    one = dict.fromkeys(kind.columns, None) | {"advertiserId": ADVERTISER}
    one |= {name: "2026-03-14" for name in ("date", "intervalStart", "intervalEnd") if name in one}
    source = tmp_path / "report.gz"
    source.write_bytes(gzip.compress(json.dumps([one, one]).encode()))
    with pytest.raises(FileInvalid) as refused:
        normalise(source, tmp_path / "report.parquet", expected)
    assert refused.value.code == "file_duplicate_row"
