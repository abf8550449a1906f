"""CSV text: quoted, exact, and never a formula."""

import csv
import io
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reporting.measures import MEASURES
from reporting.metrics.csv_lines import csv_header, csv_row
from reporting.metrics.domain import Plan, Question, plan

DAY = date(2025, 3, 1)
PLAN = plan(Question(DAY, DAY, ["order"], ["clicks", "total_cost", "roas"]))
AS_OF = datetime(2025, 3, 2, 4, 5, 6, tzinfo=UTC)


def line(name: str | None, asked: Plan = PLAN, **sums: int) -> list[str]:
    row = {
        **dict.fromkeys(MEASURES, 0),
        "order_id": "580000000000000001",
        "order_name": name,
        "currency": "USD",
        "as_of": AS_OF,
        **sums,
    }
    text = csv_row(asked, row)
    assert text.endswith("\r\n")
    return next(csv.reader(io.StringIO(text, newline="")))


def test_the_header_names_units() -> None:
    assert csv_header(PLAN) == (
        '"Order id","Order","Currency","Clicks","Total cost (in currency)",'
        '"ROAS (multiple)","As of"\r\n'
    )


def test_a_row_is_exact_and_its_id_is_quoted() -> None:
    cells = line("Spring", clicks=3, total_cost_micros=1_000_001, sales_micros=2_000_002)
    assert cells == [
        *("580000000000000001", "Spring", "USD", "3", "1.000001", "2"),
        "2025-03-02T04:05:06Z",
    ]
    assert csv_row(PLAN, _named("x")).startswith('"580000000000000001",')


def test_a_missing_name_or_ratio_is_an_empty_cell() -> None:
    assert (line(None)[1], line(None)[5]) == ("", "")


def test_negative_numbers_stay_numbers() -> None:
    assert line("x", total_cost_micros=-1_500_000)[4] == "-1.5"


@pytest.mark.parametrize("start", list("=+-@\t\r\n＝＋－＠"))  # noqa: RUF001
def test_text_that_starts_like_a_formula_is_neutralised(start: str) -> None:
    assert line(f"{start}1+1")[1] == f"'{start}1+1"


@given(name=st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_any_name_survives_reading_back(name: str) -> None:
    cell = line(name)[1]
    assert cell in (name, f"'{name}")
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


def _named(name: str) -> dict[str, object]:
    ids = {"order_id": "580000000000000001", "order_name": name, "currency": "USD", "as_of": AS_OF}
    return {**dict.fromkeys(MEASURES, 0), **ids}
