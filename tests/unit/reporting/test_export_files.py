"""Files: exact, typed, never a formula, and split where Excel ends."""

import io
import random
from datetime import date

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from infra.export_files import AS_OF, batch_of, manifest_of, read_csv, read_xlsx
from reporting.exports.cells import Batch
from reporting.exports.csv_file import CsvFile
from reporting.exports.decimals import quotient, scaled
from reporting.exports.fields import fields_of
from reporting.exports.parquet_file import ParquetFile
from reporting.exports.xlsx_file import XlsxFile
from reporting.measures import MEASURES
from reporting.metrics.catalogue import METRICS
from reporting.metrics.domain import Plan, Question, decimal_text, plan, value_text

DAY = date(2025, 3, 1)
PLAN = plan(Question(DAY, DAY, ["order"], ["clicks", "total_cost", "roas"]))
ORDER = {"order_id": "580000000000000001", "order_name": "Spring"}
CAMPAIGN_METRICS = [m.name for m in METRICS.values() if set(m.measures) <= set(MEASURES)]
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)


def csv_of(asked: Plan, batch: Batch, *, bom: bool = False) -> bytes:
    file = CsvFile(fields_of(asked), bom=bom)
    return file.head() + file.rows(batch) + file.tail(manifest_of(asked))


def line(name: str | None, **sums: int) -> list[str]:
    return read_csv(csv_of(PLAN, batch_of(PLAN, [{**ORDER, "order_name": name, **sums}])))[1]


def test_the_heading_names_units() -> None:
    assert CsvFile(fields_of(PLAN)).head().decode() == (
        '"Order id","Order","Currency","Clicks","Total cost (in currency)",'
        '"ROAS (multiple)","As of"\r\n'
    )


def test_a_mark_for_excel_comes_first_where_it_is_asked_for() -> None:
    with_mark = csv_of(PLAN, batch_of(PLAN, [ORDER]), bom=True)
    assert with_mark == b"\xef\xbb\xbf" + csv_of(PLAN, batch_of(PLAN, [ORDER]))


def test_a_row_is_exact_and_its_id_is_quoted() -> None:
    sums = {"clicks": 3, "total_cost_micros": 1_000_001, "sales_micros": 2_000_002}
    raw = csv_of(PLAN, batch_of(PLAN, [{**ORDER, **sums}])).split(b"\r\n")[1].decode()
    assert raw == ('"580000000000000001","Spring","USD",3,1.000001,2,2025-03-02T04:05:06Z')


def test_a_missing_name_or_ratio_is_an_empty_cell() -> None:
    assert (line(None)[1], line(None)[5]) == ("", "")


def test_negative_numbers_stay_numbers() -> None:
    assert line("x", total_cost_micros=-1_500_000)[4] == "-1.5"


@pytest.mark.parametrize("start", list("=+-@\t\r\n＝＋－＠"))  # noqa: RUF001
def test_text_that_starts_like_a_formula_is_neutralised(start: str) -> None:
    assert line(f"{start}1+1")[1] == f"'{start}1+1"


@given(name=WORDS)
def test_any_name_survives_reading_back(name: str) -> None:
    cell = line(name)[1]
    assert cell in (name, f"'{name}")
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(MEASURES), st.integers(-(2**63), 2**63 - 1), min_size=len(MEASURES)
        ),
        min_size=1,
        max_size=6,
    )
)
def test_every_metric_has_the_digits_of_the_json_answer(sums: list[dict[str, int]]) -> None:
    asked = plan(Question(DAY, DAY, [], CAMPAIGN_METRICS))
    written = read_csv(csv_of(asked, batch_of(asked, sums)))[1:]
    expected = [[value_text(m, row) or "" for m in asked.metrics] for row in sums]
    assert [cells[1:-1] for cells in written] == expected


def test_quotients_of_ordinary_size_need_no_loop_and_round_half_to_even() -> None:
    rng = random.Random(7)  # noqa: S311
    pairs = [(rng.randrange(10**12), rng.randrange(1, 10**9)) for _ in range(2000)]
    pairs += [(1, 2 * 10**10), (3, 2 * 10**10), (-3, 2 * 10**10), (5, 0), (0, 3), (10**12, 1)]
    above, below = (pa.array(side) for side in zip(*pairs, strict=True))
    texts = quotient(above, below, 10).texts().to_pylist()
    ctr = METRICS["click_through_rate"]
    expected = [value_text(ctr, {"clicks": n, "impressions": d}) for n, d in pairs]
    assert texts == expected
    assert texts[2000:2003] == ["0", "0.0000000002", "-0.0000000002"]


def test_micros_become_decimals_without_a_double_in_between() -> None:
    units = [0, 1, -1, 10**6, 9_007_199_254_740_993_123, -5_000_000]
    money = scaled(pa.array(units), 6)
    assert money.texts().to_pylist() == [decimal_text(unit, 6) for unit in units]
    exact = money.decimals(pa.decimal128(25, 6)).to_pylist()
    assert [int(value.scaleb(6)) for value in exact] == units


def parquet_of(asked: Plan, *batches: Batch) -> pq.ParquetFile:
    file = ParquetFile(fields_of(asked))
    content = file.head() + b"".join(map(file.rows, batches)) + file.tail(manifest_of(asked, 2))
    return pq.ParquetFile(io.BytesIO(content))


def test_parquet_is_typed_and_tells_about_itself() -> None:
    sums = {"clicks": 3, "total_cost_micros": 1_000_001, "sales_micros": 2_000_002}
    opened = parquet_of(PLAN, batch_of(PLAN, [{**ORDER, **sums}]), batch_of(PLAN, [ORDER]))
    rows = opened.read().to_pylist()
    assert [str(rows[0]["total_cost"]), rows[0]["roas"], rows[0]["clicks"]] == ["1.000001", 2.0, 3]
    assert (rows[0]["order_id"], rows[0]["as_of"], rows[1]["roas"]) == (
        *("580000000000000001", AS_OF),
        None,
    )
    told = orjson.loads((opened.metadata.metadata or {})[b"leadline"])
    assert (told["rows"], told["query"]["dimensions"]) == (2, ["order"])


def xlsx_of(asked: Plan, *batches: Batch, row_limit: int = 1_048_576) -> bytes:
    file = XlsxFile(fields_of(asked), row_limit=row_limit)
    return file.head() + b"".join(map(file.rows, batches)) + file.tail(manifest_of(asked))


def test_a_workbook_has_typed_cells_and_a_sheet_about_itself() -> None:
    asked = plan(Question(DAY, DAY, ["date", "order"], ["clicks", "total_cost"]))
    row = {"date": DAY, **ORDER, "clicks": 3, "total_cost_micros": 1_000_001}
    sheets = read_xlsx(xlsx_of(asked, batch_of(asked, [row])))
    assert list(sheets) == ["Data", "About"]
    assert sheets["Data"][1] == [
        *(("1", "45717"), ("inlineStr", "580000000000000001"), ("inlineStr", "Spring")),
        *(("inlineStr", "USD"), ("3", "3"), ("4", "1.000001"), ("2", "45718.17020833334")),
    ]
    assert ("6", "Sums agree with the totals") in [row[0] for row in sheets["About"] if row]


@given(name=WORDS)
def test_a_workbook_holds_any_name_as_text(name: str) -> None:
    kept = "".join(c for c in name if c in "\t\n\r" or (c >= " " and c not in "￾￿"))
    sheet = read_xlsx(xlsx_of(PLAN, batch_of(PLAN, [{**ORDER, "order_name": name}])))["Data"]
    assert sheet[1][1] == ("inlineStr", kept)


def test_rows_beyond_a_sheet_go_on_in_the_next() -> None:
    batches = [
        batch_of(PLAN, [{**ORDER, "clicks": 10 * n + i} for i in range(7)]) for n in range(3)
    ]
    sheets = read_xlsx(xlsx_of(PLAN, *batches, row_limit=9))
    data = [rows for name, rows in sheets.items() if name.startswith("Data")]
    assert [len(rows) for rows in data] == [9, 9, 6]
    clicks = [int(row[3][1]) for rows in data for row in rows[1:]]
    assert clicks == [10 * n + i for n in range(3) for i in range(7)]


@pytest.mark.parametrize("form", [CsvFile, XlsxFile, ParquetFile])
def test_an_answer_without_rows_is_a_whole_file(form: type) -> None:
    file = form(fields_of(PLAN))
    content = file.head() + file.tail(manifest_of(PLAN))
    if form is ParquetFile:
        assert pq.ParquetFile(io.BytesIO(content)).metadata.num_rows == 0
    elif form is XlsxFile:
        assert len(read_xlsx(content)["Data"]) == 1
    else:
        assert len(read_csv(content)) == 1
