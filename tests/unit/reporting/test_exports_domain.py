"""Links, ranges and pauses."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reporting.exports.domain import (
    LinkEnded,
    LinkKey,
    RangeNotSatisfiable,
    byte_range,
    next_attempt_at,
)
from reporting.exports.source import parts_of
from reporting.metrics.domain import Granularity, Question, Sort, plan
from shared.errors import NotFound
from shared.ids import new_id

NOW = datetime(2025, 3, 2, 4, 5, 6, tzinfo=UTC)
KEY = LinkKey("a secret of the service")


def test_a_token_tells_organization_and_link_until_it_ends() -> None:
    organization_id, link_id = new_id(), new_id()
    token = KEY.token(organization_id, link_id, NOW + timedelta(hours=1))
    assert KEY.read(token, NOW) == (organization_id, link_id)
    with pytest.raises(LinkEnded):
        KEY.read(token, NOW + timedelta(hours=1))


def test_a_changed_token_leads_nowhere() -> None:
    token = KEY.token(new_id(), new_id(), NOW + timedelta(hours=1))
    for place in range(len(token)):
        forged = token[:place] + ("0" if token[place] != "0" else "1") + token[place + 1 :]
        with pytest.raises(NotFound):
            KEY.read(forged, NOW)
    with pytest.raises(NotFound):
        LinkKey("another secret").read(token, NOW)


@given(st.text(max_size=80))
def test_anything_else_leads_nowhere(text: str) -> None:
    with pytest.raises(NotFound):
        KEY.read(text, NOW)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("bytes=0-9", (0, 10)),
        ("bytes=90-", (90, 100)),
        ("bytes=90-1000", (90, 100)),
        ("bytes=-10", (90, 100)),
        ("bytes=-1000", (0, 100)),
        ("bytes=5-4", None),
        ("bytes=0-1,5-6", None),
        ("bytes=a-b", None),
        ("bytes=", None),
        ("bytes=-", None),
        ("bytes=²-", None),
        ("rows=0-9", None),
        ("bytes=0-" + "9" * 30, None),
    ],
)
def test_ranges(header: str | None, expected: tuple[int, int] | None) -> None:
    assert byte_range(header, 100) == expected


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_a_range_outside_of_the_file_is_refused(header: str) -> None:
    with pytest.raises(RangeNotSatisfiable) as refused:
        byte_range(header, 100)
    assert refused.value.headers() == {"Content-Range": "bytes */100"}


def test_pauses_grow_to_five_minutes() -> None:
    pauses = [(next_attempt_at(NOW, n) - NOW).total_seconds() for n in (1, 2, 3, 20)]
    assert pauses == [2, 4, 8, 300]


@given(
    start=st.dates(date(2024, 1, 1), date(2025, 1, 1)),
    days=st.integers(0, 120),
    granularity=st.sampled_from(["day", "week", "month"]),
    descending=st.booleans(),
)
def test_parts_cover_each_day_once_and_in_order(
    start: date, days: int, granularity: Granularity, descending: bool
) -> None:
    end = start + timedelta(days=days)
    asked = Question(
        start, end, ["date", "creative"], ["clicks"], granularity, sort=Sort("date", descending)
    )
    parts = parts_of(plan(asked))
    ordered = parts[::-1] if descending else parts
    assert (ordered[0].start_date, ordered[-1].end_date) == (start, end)
    for before, after in pairwise(ordered):
        assert after.start_date == before.end_date + timedelta(days=1)
        if granularity == "week":
            assert after.start_date.weekday() == 0
        if granularity == "month":
            assert after.start_date.day == 1


def test_other_orders_are_asked_for_at_once() -> None:
    asked = Question(date(2025, 1, 1), date(2025, 2, 1), ["date", "creative"], ["clicks"])
    by_clicks = Question(*_fields(asked), sort=Sort("clicks"))
    assert len(parts_of(plan(by_clicks))) == 1


def _fields(asked: Question) -> tuple[date, date, list[str], list[str]]:
    return asked.start_date, asked.end_date, list(asked.dimensions), list(asked.metrics)
