"""Reports are legal, as few as possible, within the budget; and fresh days are never crowded out."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from dsp_ingest.planning.domain import (
    Known,
    Local,
    Need,
    Order,
    Policy,
    Unit,
    demand,
    earliest,
    is_final,
)
from dsp_ingest.planning.slices import Piece, choose, cover, decide, whole_window
from dsp_ingest.report_types import REPORT_TYPES, ReportType
from hypothesis import given, settings
from hypothesis import strategies as st

TODAY = date(2026, 3, 16)
NOW = datetime(2026, 3, 16, 18, 30, tzinfo=UTC)
HERE = Local(ZoneInfo("America/Los_Angeles"), NOW)
DAY = timedelta(days=1)
KINDS = st.sampled_from(list(REPORT_TYPES.values()))


@st.composite
def situations(draw: st.DrawFn) -> tuple[ReportType, Local, Known, Policy]:
    """Any type at any hour with any history: some days never pulled, some stale, some final."""
    kind = draw(KINDS)
    here = Local(HERE.zone, NOW + timedelta(minutes=draw(st.integers(0, 24 * 60 - 1))))
    ages = draw(st.dictionaries(st.integers(0, 200), st.integers(0, 60), max_size=60))
    as_of = {here.today - age * DAY: here.now - lag * DAY for age, lag in ages.items()}
    gaps = draw(st.dictionaries(st.integers(1, 94), st.integers(0, 9), max_size=4))
    reach = draw(st.none() | st.integers(31, 400))
    order = None if reach is None else Order(here.today - reach * DAY, here.now - DAY)
    missing = {here.today - age * DAY: here.now - lag * DAY for age, lag in gaps.items()}
    policy = Policy(
        span_days=draw(st.integers(1, 31)),
        requests_per_day=draw(st.integers(1, 6)),
        history_days=draw(st.integers(1, 94)),
    )
    return kind, here, Known(as_of, missing, order), policy


def due(kind: ReportType, here: Local, known: Known, policy: Policy) -> list[Need]:
    return [n for n in demand(kind, here, known, policy) if n.due_at <= here.now]


@settings(deadline=None, max_examples=40)
@given(situations())
def test_every_due_day_is_in_a_legal_report_and_no_final_day_is(
    situation: tuple[ReportType, Local, Known, Policy],
) -> None:
    kind, here, known, policy = situation
    needs = due(kind, here, known, policy)
    pieces = cover(kind, needs, here, known, policy)
    days = [piece.start + n * DAY for piece in pieces for n in range(piece.days)]
    assert len(days) == len(set(days))
    assert {day for need in needs for day in need.unit.days} <= set(days)
    assert all(earliest(kind, here.today) <= day <= here.today for day in days)
    longest = 7 if kind.time_unit == "SUMMARY" else min(kind.span_days, policy.span_days)
    assert all(piece.days <= longest for piece in pieces)
    assert [p.end for p in pieces] == sorted((p.end for p in pieces), reverse=True)
    if kind.time_unit == "DAILY":
        assert not any(is_final(kind, Unit(d, d), here, known, policy) for d in days)


@settings(deadline=None, max_examples=40)
@given(situations(), st.integers(0, 8))
def test_the_budget_holds_and_the_newest_due_day_is_first(
    situation: tuple[ReportType, Local, Known, Policy], used: int
) -> None:
    kind, here, known, policy = situation
    pieces = decide(kind, here, known, policy, used)
    assert len(pieces) <= max(0, policy.requests_per_day - used)
    assert [p.end for p in pieces] == sorted((p.end for p in pieces), reverse=True)
    needs = due(kind, here, known, policy)
    if len(pieces) > 1:
        assert pieces[0].end == needs[0].unit.end


@settings(deadline=None, max_examples=40)
@given(st.sets(st.integers(0, 94), min_size=1, max_size=40), st.integers(1, 31))
def test_no_way_needs_fewer_reports(ages: set[int], span: int) -> None:
    needs = [
        Need(Unit(TODAY - age * DAY, TODAY - age * DAY), NOW, "settle") for age in sorted(ages)
    ]
    kind, policy = REPORT_TYPES["dspGeo"], Policy(span_days=span)
    pieces = cover(kind, needs, HERE, Known(), policy)
    assert len(pieces) == fewest(sorted(ages), span)


def fewest(ages: list[int], span: int) -> int:
    """By trying every report that ends at a needed day, from the oldest on."""
    best = [0] * (len(ages) + 1)
    for n in range(len(ages) - 1, -1, -1):
        fit = sum(age < ages[n] + span for age in ages[n:])
        best[n] = 1 + min(best[n + taken] for taken in range(1, fit + 1))
    return best[0]


def test_a_grown_advertiser_costs_two_reports_a_day_checkpoints_and_today_included() -> None:
    kind, policy = REPORT_TYPES["dspCampaign"], Policy(requests_per_day=9)
    known = Known({TODAY - n * DAY: HERE.now - timedelta(hours=24) for n in range(95)})
    pieces = decide(kind, HERE, known, policy, 0)
    assert [(TODAY - p.end, TODAY - p.start) for p in pieces] == [
        (0 * DAY, 28 * DAY), (42 * DAY, 42 * DAY),
    ]  # fmt: skip
    assert [(p.lane, p.reason) for p in pieces] == [("fresh", "fresh"), ("settle", "restate")]


def test_nothing_else_is_spent_before_the_mornings_checkpoints() -> None:
    kind, policy = REPORT_TYPES["dspCampaign"], Policy()
    early = Local(HERE.zone, HERE.midnight + timedelta(hours=3))
    yesterday = early.midnight - timedelta(hours=13)
    known = Known(
        {TODAY - n * DAY: yesterday for n in range(1, 61)}, order=Order(TODAY - 94 * DAY, yesterday)
    )
    assert decide(kind, early, known, policy, 0) == ()
    assert len(decide(kind, HERE, known, policy, 0)) == 2


def test_todays_numbers_cost_the_intraday_allowance_and_ride_along_where_they_can() -> None:
    kind, policy = REPORT_TYPES["dspCampaign"], Policy(intraday_per_day=24)
    stale = {TODAY - n * DAY: HERE.now - timedelta(hours=24) for n in range(95)}
    assert [(p.end, p.reason) for p in decide(kind, HERE, Known(stale), policy, 0, 24)] == [
        (TODAY - DAY, "fresh"), (TODAY - 42 * DAY, "restate"),
    ]  # fmt: skip
    assert [(p.end, p.reason) for p in decide(kind, HERE, Known(stale), policy, 0, 23)] == [
        (TODAY, "fresh"), (TODAY - 42 * DAY, "restate"),
    ]  # fmt: skip
    [alone] = decide(kind, HERE, Known(stale), policy, 2, 23)
    assert (alone.start, alone.end, alone.reason, alone.lane) == (TODAY, TODAY, "intraday", "fresh")
    settled = Known(dict.fromkeys(stale, HERE.now - DAY / 12))
    assert [p.days for p in decide(kind, HERE, settled, policy, 2, 0)] == [1]


def test_a_new_advertisers_first_days_come_alone_and_at_once() -> None:
    early = Local(HERE.zone, HERE.midnight + timedelta(hours=3))
    first, rest = decide(REPORT_TYPES["dspCampaign"], early, Known(), Policy(), 0)
    assert (first.start, first.end) == (TODAY - 3 * DAY, TODAY)
    assert (rest.start, rest.end) == (TODAY - 30 * DAY, TODAY - 4 * DAY)
    assert {first.lane, rest.lane} == {"fresh"}
    assert {p.lane for p in decide(REPORT_TYPES["dspGeo"], early, Known(), Policy(), 0)} == {
        "backfill"
    }


def test_the_last_request_goes_to_what_waited_longest() -> None:
    pieces = [
        Piece(TODAY - n * DAY, TODAY - n * DAY, "settle", "settle", NOW - waited * DAY)
        for n, waited in ((0, 0), (40, 1), (60, 3), (80, 2))
    ]
    assert choose(pieces, 2, TODAY) == (pieces[0], pieces[2])
    assert choose(pieces, 3, TODAY) == (pieces[0], pieces[1], pieces[2])
    assert {choose(pieces, 1, TODAY + n * DAY)[0].end for n in range(2)} == {
        TODAY, TODAY - 60 * DAY,
    }  # fmt: skip
    assert choose(pieces, 0, TODAY) == ()


@settings(deadline=None, max_examples=40)
@given(KINDS, st.integers(7, 94))
def test_by_hand_the_whole_window_comes(kind: ReportType, history: int) -> None:
    pieces = whole_window(kind, HERE, Policy(history_days=history))
    assert {(p.lane, p.reason) for p in pieces} <= {("interactive", "interactive")}
    days = {p.start + n * DAY for p in pieces for n in range(p.days)}
    if kind.time_unit == "DAILY":
        last = 0 if kind.name == "dspCampaign" else 1
        assert days == {TODAY - n * DAY for n in range(last, history + 1)}
