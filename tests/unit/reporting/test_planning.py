"""A question is checked before any SQL is put together, and the SQL is made of our own words only."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import combinations

import pytest
from reporting.metrics import queries
from reporting.metrics.catalogue import DIMENSIONS
from reporting.metrics.cursors import at_cursor, cursor_of
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
    assert plan(ASKED).needs_key
    by_brand = replace(ASKED, dimensions=["date", "brand", "advertiser"])
    assert not plan(by_brand).needs_key
    assert plan(replace(by_brand, filters=Filters(creative_ids=["1"]))).needs_key


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


ENTITIES = ("date", "brand", "advertiser", "order", "line_item", "creative")


def test_every_pair_of_dimensions_names_tenant_and_advertisers() -> None:
    for pair in [
        *combinations(ENTITIES, 2),
        *((name,) for name in DIMENSIONS if name != "segment"),
    ]:
        asked = replace(ASKED, dimensions=pair, metrics=[METRIC_OF.get(pair[0], "impressions")])
        if pair[0] == "targeting_method":
            asked = replace(asked, dimensions=["segment", "targeting_method"])
        for moment in (None, datetime(2025, 3, 1, tzinfo=UTC)):
            text = queries.rows_sql(plan(replace(asked, as_of=moment)))
            assert "f.organization_id = $1 and f.advertiser_id = any ($2::uuid[])" in text


METRIC_OF = {"product": "sales", "conversion_type": "sales"}


@pytest.mark.parametrize(
    ("dimensions", "metrics", "source", "table"),
    [
        (["date", "brand"], ["sales"], "dspCampaign", "from advertiser_day_total f"),
        (["order"], ["roas"], "dspCampaign", "from order_day f"),
        (["order", "line_item"], ["roas"], "dspCampaign", "from line_item_day f"),
        (["creative", "date"], ["clicks"], "dspCampaign", "from creative_day f"),
        (["creative", "order"], ["clicks"], "dspCampaign", "from campaign_fact f"),
        (["country"], ["clicks"], "dspGeo", "from geo_fact f"),
        (["device", "order"], ["sales"], "dspTech", "from tech_fact f"),
        ([], ["total_sales"], "dspProduct", "from product_fact f"),
        (["content_genre"], ["video_completion_rate"], "dspAudioAndVideo", "from content_fact f"),
        (["date", "advertiser"], ["reach", "frequency"], "dspReachFrequency", "from reach_fact f"),
    ],
)
def test_the_least_that_holds_the_answer_is_read(
    dimensions: list[str], metrics: list[str], source: str, table: str
) -> None:
    asked = plan(replace(ASKED, dimensions=dimensions, metrics=metrics))
    assert asked.kind.report_type == source
    assert table in queries.rows_sql(asked)


def test_an_old_moment_is_read_from_facts_and_history() -> None:
    text = queries.rows_sql(plan(replace(ASKED, as_of=datetime(2025, 3, 1, tzinfo=UTC))))
    assert "campaign_history where valid_from <= $7 and valid_to > $7" in text
    assert "order_day" not in text


@pytest.mark.parametrize(
    ("dimensions", "metrics", "code"),
    [
        (["country", "device"], ["clicks"], "dimensions_do_not_meet"),
        (["product"], ["total_cost"], "metric_not_available"),
        ([], ["reach", "sales"], "metrics_do_not_meet"),
        (["advertiser"], ["reach"], "not_aggregable"),
        (["date"], ["frequency"], "not_aggregable"),
        (["targeting_method"], ["clicks"], "not_aggregable"),
        (["content_genre", "date"], ["clicks"], "not_aggregable"),
    ],
)
def test_numbers_that_do_not_add_up_are_refused(
    dimensions: list[str], metrics: list[str], code: str
) -> None:
    with pytest.raises(Unprocessable) as refused:
        plan(replace(ASKED, dimensions=dimensions, metrics=metrics))
    assert refused.value.code == code
    assert refused.value.hint


def test_a_cursor_fits_its_own_question_only() -> None:
    cursor = cursor_of(plan(ASKED), 1000)
    assert at_cursor(plan(ASKED), cursor).skip == 1000
    others = (replace(ASKED, granularity="month"), replace(ASKED, filters=Filters(currency="EUR")))
    for other, given in [
        *((plan(o), cursor) for o in others),
        (plan(ASKED), "x"),
        (plan(ASKED), "é"),
    ]:
        with pytest.raises(Unprocessable, match="another question"):
            at_cursor(other, given)


def test_today_depends_on_the_zone_and_an_unknown_one_is_utc() -> None:
    now = datetime(2025, 3, 20, 16, tzinfo=UTC)
    assert today_in("Asia/Tokyo", now) == date(2025, 3, 21)
    assert today_in("America/Los_Angeles", now) == date(2025, 3, 20)
    for odd in ("", "Mars/Olympus", "../etc/passwd"):
        assert today_in(odd, now) == date(2025, 3, 20)
