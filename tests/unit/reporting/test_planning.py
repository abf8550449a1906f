"""A question is checked before any SQL is put together, and the SQL is made of our own words only."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import combinations

import pytest
from reporting.metrics import queries
from reporting.metrics.catalogue import DIMENSIONS, METRICS
from reporting.metrics.domain import Filters, Question, Sort, plan, today_in
from shared.errors import Unprocessable

ASKED = Question(date(2025, 1, 1), date(2025, 1, 31), ["order"], ["clicks", "roas"])
NASTY = "clicks'; drop table load; --"


def test_the_default_order_is_by_day_or_by_the_first_metric() -> None:
    assert plan(ASKED).sort == Sort("clicks", descending=True)
    assert plan(replace(ASKED, dimensions=["order", "date"])).sort == Sort("date")


def test_a_name_asked_twice_counts_once() -> None:
    doubled = plan(replace(ASKED, metrics=["clicks", "clicks"], dimensions=["date", "date"]))
    assert doubled.columns == ["date", "currency", "clicks"]


def test_only_order_line_item_and_creative_need_the_facts() -> None:
    assert plan(ASKED).needs_placement
    by_brand = replace(ASKED, dimensions=["date", "brand", "advertiser"])
    assert not plan(by_brand).needs_placement
    assert plan(replace(by_brand, filters=Filters(creative_ids=["1"]))).needs_placement


@pytest.mark.parametrize(
    ("question", "code", "hint"),
    [
        (replace(ASKED, metrics=["impresions"]), "unknown_metric", "impressions"),
        (replace(ASKED, metrics=["zzz"]), "unknown_metric", "Known: impressions"),
        (replace(ASKED, dimensions=["creativ"]), "unknown_dimension", "creative"),
        (replace(ASKED, sort=Sort("impressions")), "unknown_sort", ""),
        (replace(ASKED, metrics=[NASTY]), "unknown_metric", ""),
        (replace(ASKED, sort=Sort(NASTY)), "unknown_sort", ""),
        (replace(ASKED, end_date=date(2024, 12, 31)), "date_range_invalid", ""),
        (replace(ASKED, end_date=date(2027, 3, 12)), "date_range_too_long", ""),
    ],
)
def test_what_is_not_in_the_catalogue_is_refused_by_name(
    question: Question, code: str, hint: str
) -> None:
    with pytest.raises(Unprocessable) as refused:
        plan(question)
    assert refused.value.code == code
    assert hint in refused.value.hint


def test_the_longest_range_is_800_days() -> None:
    assert plan(replace(ASKED, end_date=date(2027, 3, 11)))


def test_no_value_of_the_question_reaches_the_sql() -> None:
    filters = Filters(order_ids=["SECRET"], currency="XXX")
    asked = plan(replace(ASKED, filters=filters, start_date=date(2025, 1, 7), limit=4321))
    text = queries.rows_and_totals_sql(asked)
    assert not any(value in text for value in ("SECRET", "XXX", "2025", "4321"))


def test_every_pair_of_dimensions_names_tenant_and_advertisers() -> None:
    for pair in combinations(DIMENSIONS, 2):
        text = queries.rows_sql(plan(replace(ASKED, dimensions=pair, metrics=list(METRICS))))
        assert "f.organization_id = $1 and f.advertiser_id = any ($2::uuid[])" in text


def test_today_depends_on_the_zone_and_an_unknown_one_is_utc() -> None:
    now = datetime(2025, 3, 20, 16, tzinfo=UTC)
    assert today_in("Asia/Tokyo", now) == date(2025, 3, 21)
    assert today_in("America/Los_Angeles", now) == date(2025, 3, 20)
    for odd in ("", "Mars/Olympus", "../etc/passwd"):
        assert today_in(odd, now) == date(2025, 3, 20)
