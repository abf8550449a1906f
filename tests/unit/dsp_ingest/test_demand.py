"""Which days are wanted, why, and from when on; and that a final day never is again."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
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
    units,
)
from dsp_ingest.planning.slices import decide
from dsp_ingest.report_types import REPORT_TYPES, ReportType
from hypothesis import given, settings
from hypothesis import strategies as st

ZONE = ZoneInfo("America/Los_Angeles")
CAMPAIGN, GEO = REPORT_TYPES["dspCampaign"], REPORT_TYPES["dspGeo"]
VIDEO = REPORT_TYPES["dspAudioAndVideo"]
POLICY = Policy()
TODAY = date(2026, 3, 16)
DAY = timedelta(days=1)


def at(hour: int, minute: int = 0, day: date = TODAY) -> Local:
    moment = datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE)
    return Local(ZONE, moment.astimezone(UTC))


def pulled(here: Local, ages: range, ago: timedelta) -> Known:
    """Days of those ages, all with numbers made `ago`."""
    return Known({here.today - n * DAY: here.now - ago for n in ages})


def due(needs: list[Need], here: Local) -> dict[int, str]:
    """Age of the day → reason, of what is due."""
    return {(here.today - n.unit.end).days: n.reason for n in needs if n.due_at <= here.now}


def test_a_new_advertiser_wants_the_window_and_only_the_campaign_type_wants_today() -> None:
    here = at(11)
    wanted = due(demand(CAMPAIGN, here, Known(), POLICY), here)
    assert set(wanted) == set(range(31))
    assert wanted[0] == wanted[1] == "fresh"
    assert wanted[30] == "backfill"
    assert set(due(demand(GEO, here, Known(), POLICY), here)) == set(range(1, 31))


def test_yesterday_is_wanted_from_ten_in_the_morning_where_the_advertiser_is() -> None:
    known = pulled(at(23, day=TODAY - 2 * DAY), range(60), timedelta())
    assert 1 not in due(demand(GEO, at(9, 59), known, POLICY), at(9, 59))
    assert due(demand(GEO, at(10), known, POLICY), at(10))[1] == "fresh"


def test_each_checkpoint_asks_once_with_its_reason() -> None:
    here = at(10)
    known = pulled(here, range(95), timedelta(hours=24, minutes=-1))
    wanted = due(demand(GEO, here, known, POLICY), here)
    assert wanted == {
        1: "fresh", 3: "settle", 7: "settle", 14: "settle", 28: "restate", 42: "restate",
    }  # fmt: skip
    again = pulled(here, range(95), timedelta())
    assert due(demand(GEO, here, again, POLICY), here) == {}


def test_a_missed_checkpoint_is_due_since_then_and_one_pull_serves_all_missed() -> None:
    here = at(12)
    day = here.today - 20 * DAY
    known = Known({day: here.checkpoint(day, 2)})
    [need] = [n for n in demand(GEO, here, known, POLICY) if n.unit.end == day]
    assert (need.reason, need.due_at) == ("settle", here.checkpoint(day, 3))
    served = Known({day: here.now})
    [later] = [n for n in demand(GEO, here, served, POLICY) if n.unit.end == day]
    assert (later.reason, later.due_at) == ("restate", here.checkpoint(day, 28))


def test_today_is_wanted_again_as_often_as_its_allowance_lasts() -> None:
    here = at(15)
    for allowed, minutes, wanted in (
        (24, 59, None),
        (24, 60, "intraday"),
        (4, 359, None),
        (0, 480, "fresh"),
    ):
        policy = Policy(intraday_per_day=allowed)
        known = Known({TODAY: here.now - timedelta(minutes=minutes)})
        assert due(demand(CAMPAIGN, here, known, policy), here).get(0) == wanted


def test_a_gap_brings_even_a_final_day_back_until_it_landed_anew() -> None:
    here, day = at(12), TODAY - 60 * DAY
    old = here.now - timedelta(days=5)
    unit = Unit(day, day)
    final = Known({day: old})
    assert is_final(GEO, unit, here, final, POLICY)
    asked = Known({day: old}, gaps={day: here.now - DAY})
    assert due(demand(GEO, here, asked, POLICY), here)[60] == "gap"
    assert not is_final(GEO, unit, here, asked, POLICY)
    landed = Known({day: here.now}, gaps={day: here.now - DAY})
    assert is_final(GEO, unit, here, landed, POLICY)


@pytest.mark.parametrize("kind", REPORT_TYPES.values(), ids=REPORT_TYPES.keys())
def test_an_order_reaches_back_to_what_amazon_still_gives_and_no_further(
    kind: ReportType,
) -> None:
    here = at(12)
    order = Order(TODAY - 1000 * DAY, here.now)
    wanted = [n.unit for n in demand(kind, here, Known(order=order), POLICY)]
    oldest = earliest(kind, TODAY)
    assert min(unit.start for unit in wanted) >= oldest
    assert min(unit.start for unit in wanted) < oldest + 7 * DAY
    assert sum(len(unit.days) for unit in wanted) > kind.retention_days - 14


def test_summaries_come_in_whole_weeks_that_never_overlap() -> None:
    weeks = units(VIDEO, TODAY - 40 * DAY, TODAY)
    assert all((w.start.weekday(), w.end.weekday(), len(w.days)) == (0, 6, 7) for w in weeks)
    assert [w.end for w in weeks] == [TODAY - DAY - 7 * n * DAY for n in range(5)]
    here = at(12)
    [first, *_] = decide(VIDEO, here, Known(), POLICY, 0)
    assert (first.start, first.end) == (TODAY - 7 * DAY, TODAY - DAY)


@settings(max_examples=5, deadline=None)
@given(
    kind=st.sampled_from([CAMPAIGN, GEO, VIDEO]),
    budget=st.integers(1, 5),
    hour=st.integers(0, 23),
    ordered=st.booleans(),
)
def test_pulling_what_is_decided_makes_every_day_final_and_then_stops(
    kind: ReportType,
    budget: int,
    hour: int,
    ordered: bool,
) -> None:
    """140 days of hourly looks, the advertiser delivering until day 30: afterwards nothing is asked of
    days that are final, and none that was wanted is lost."""
    policy = Policy(requests_per_day=budget)
    here = at(hour)
    order = Order(TODAY - 60 * DAY, here.now) if ordered else None
    as_of: dict[date, datetime] = {}
    spent: dict[date, int] = {}
    last_day = TODAY + 30 * DAY
    for _ in range(140 * 4):
        here = Local(ZONE, here.now + timedelta(hours=6))
        known = Known(as_of, order=order)
        for piece in decide(kind, here, known, policy, spent.get(here.today, 0)):
            days = [piece.start + n * DAY for n in range(piece.days)]
            assert not any(
                is_final(kind, unit, here, known, policy)
                for unit in units(kind, piece.start, piece.end)
            )
            as_of |= dict.fromkeys(days, here.now)
            spent[here.today] = spent.get(here.today, 0) + 1
    assert max(spent.values()) <= budget
    settled = [TODAY - 25 * DAY + n * DAY for n in range((last_day - TODAY).days + 25)]
    whole = {day for unit in units(kind, settled[0], settled[-1]) for day in unit.days}
    for day in whole:
        assert as_of[day] >= here.checkpoint(day, 42)
        assert as_of[day] <= here.checkpoint(day, 42 + 24)
