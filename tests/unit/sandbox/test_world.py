"""The seeded world: the same everywhere, plausible, and true to its own invariants."""

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sandbox.world.delivery import Metrics
from sandbox.world.facts import World
from sandbox.world.restatement import NOTHING, SETTLED, floor_to_step, knowledge
from sandbox.world.seasons import black_friday, prime_day, season
from sandbox.world.tree import Advertiser

WORLD = World("leadline", 12)
ADVERTISERS = list(WORLD.tree.advertisers.values())
DAY = date(2026, 11, 20)
MOMENTS = st.integers(-30, 24 * 20 * 60).map(
    lambda minutes: datetime(2026, 11, 20, tzinfo=UTC) + timedelta(minutes=minutes)
)


def _sum(advertiser: Advertiser, first: date, last: date, at: datetime) -> Metrics:
    total = Metrics()
    for cell in WORLD.cells(advertiser, first, last, at):
        total = total.plus(cell.metrics)
    return total


def _settled(first: date, last: date) -> datetime:
    assert first <= last
    return datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=30)


def test_another_process_computes_the_same_cells() -> None:
    program = (
        "from datetime import *; from sandbox.world.facts import World\n"
        "w = World('leadline', 12); a = list(w.tree.advertisers.values())[3]\n"
        "at = datetime(2026, 11, 21, 7, tzinfo=UTC)\n"
        "print([tuple(c.metrics) + (c.creative.ad_id,) for c in"
        " w.cells(a, date(2026, 11, 18), date(2026, 11, 20), at)])"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    at = datetime(2026, 11, 21, 7, tzinfo=UTC)
    cells = WORLD.cells(ADVERTISERS[3], date(2026, 11, 18), date(2026, 11, 20), at)
    assert run.stdout.strip() == str([(*c.metrics, c.creative.ad_id) for c in cells])


def test_another_seed_is_another_world() -> None:
    other = World("other", 12)
    assert not set(other.tree.advertisers) & set(WORLD.tree.advertisers)
    assert other.tree.brands != WORLD.tree.brands


def test_more_brands_leave_the_first_ones_as_they_are() -> None:
    larger = World("leadline", 60)
    assert len(larger.tree.brands) == 60
    assert len({brand.name for brand in larger.tree.brands}) == 60
    assert list(larger.tree.advertisers)[: len(ADVERTISERS)] == list(WORLD.tree.advertisers)


def test_ids_have_eighteen_digits_and_never_repeat() -> None:
    ids: list[str] = list(WORLD.tree.advertisers)
    for advertiser in ADVERTISERS:
        for order in WORLD.flights.between(advertiser, DAY - timedelta(days=400), DAY):
            ids.append(order.order_id)
            for line_item in order.line_items:
                ids.append(line_item.line_item_id)
                ids += [ad.ad_id for ad in line_item.creatives]
    assert len(ids) == len(set(ids))
    assert all(len(item) == 18 and item.isdigit() and item[0] != "0" for item in ids)


def test_every_region_has_seats_brands_and_currencies() -> None:
    regions = {advertiser.market.region for advertiser in ADVERTISERS}
    assert regions == {"na", "eu", "fe"}
    assert {a.currency for a in ADVERTISERS} >= {"USD", "CAD", "GBP", "EUR", "JPY", "AUD"}
    per_brand = [sum(a.brand == brand for a in ADVERTISERS) for brand in WORLD.tree.brands]
    assert all(1 <= count <= 3 for count in per_brand)


def test_users_see_everything_something_and_nothing() -> None:
    users = WORLD.tree.users
    assert users["morgan"].advertiser_ids == set(WORLD.tree.advertisers)
    assert set() < users["robin"].advertiser_ids < users["morgan"].advertiser_ids
    assert not users["sam"].advertiser_ids
    assert not users["sam"].profile_ids


def test_some_creatives_have_an_id_unlike_their_ad_id() -> None:
    orders = WORLD.flights.between(ADVERTISERS[0], DAY - timedelta(days=400), DAY)
    ads = [ad for order in orders for item in order.line_items for ad in item.creatives]
    differing = sum(ad.creative_id != ad.ad_id for ad in ads)
    assert 0 < differing < len(ads) / 2


def test_names_carry_the_awkward_characters_real_ones_do() -> None:
    names = {
        order.name
        for advertiser in ADVERTISERS
        for order in WORLD.flights.between(advertiser, DAY - timedelta(days=400), DAY)
    }
    assert any(name.startswith("=") for name in names)
    assert any("“" in name for name in names)
    assert any("新発売" in name for name in names)


@pytest.mark.parametrize("index", range(0, len(ADVERTISERS), 4))
@pytest.mark.parametrize("hours", [5, 20, 30, 60, 200, 1000])
def test_every_cell_obeys_the_funnel_at_every_age(index: int, hours: int) -> None:
    advertiser = ADVERTISERS[index]
    at = datetime(2026, 11, 18, tzinfo=UTC) + timedelta(hours=hours)
    unit = advertiser.market.minor_unit_micros
    for cell in WORLD.cells(advertiser, date(2026, 11, 15), date(2026, 11, 19), at):
        m = cell.metrics
        assert min(m) >= 0
        assert m.clicks <= m.impressions <= m.gross_impressions
        assert m.clicks <= m.gross_clicks
        assert m.viewable_impressions <= m.measurable_impressions <= m.impressions
        assert m.new_to_brand_purchases <= m.purchases <= m.add_to_cart <= m.detail_page_views
        assert m.purchases <= m.units_sold
        assert m.new_to_brand_units_sold <= m.units_sold
        assert m.new_to_brand_sales_micros <= m.sales_micros <= m.total_sales_micros
        assert m.purchases <= m.total_purchases
        assert m.units_sold <= m.total_units_sold
        assert (m.sales_micros > 0) is (m.purchases > 0)
        assert m.sales_micros % unit == m.new_to_brand_sales_micros % unit == 0


@settings(max_examples=40, deadline=None)
@given(index=st.integers(0, len(ADVERTISERS) - 1), one=MOMENTS, other=MOMENTS)
def test_conversions_and_gross_traffic_never_fall(
    index: int, one: datetime, other: datetime
) -> None:
    advertiser = ADVERTISERS[index]
    before = _sum(advertiser, DAY, DAY, min(one, other))
    after = _sum(advertiser, DAY, DAY, max(one, other))
    for name in (
        "gross_impressions", "detail_page_views", "add_to_cart", "purchases", "units_sold",
        "sales_micros", "new_to_brand_purchases", "new_to_brand_sales_micros",
    ):  # fmt: skip
        assert getattr(before, name) <= getattr(after, name)


def test_traffic_is_still_after_three_days_and_conversions_after_fourteen() -> None:
    advertiser = next(a for a in ADVERTISERS if a.timezone == "Europe/London")
    end = datetime(2026, 11, 21, tzinfo=UTC)
    final = _sum(advertiser, DAY, DAY, end + timedelta(days=60))
    assert _sum(advertiser, DAY, DAY, end + timedelta(days=14)) == final
    three = _sum(advertiser, DAY, DAY, end + timedelta(days=3))
    assert (three.impressions, three.clicks, three.total_cost_micros) == (
        final.impressions, final.clicks, final.total_cost_micros,
    )  # fmt: skip
    assert three.purchases < final.purchases
    two = _sum(advertiser, DAY, DAY, end + timedelta(days=2))
    assert two.impressions != final.impressions


def test_today_is_partial_and_grows_in_the_advertisers_own_zone() -> None:
    for name in ("Asia/Tokyo", "America/Los_Angeles"):
        advertiser = next(a for a in ADVERTISERS if a.timezone == name)
        midnight = datetime(2026, 11, 20, tzinfo=ZoneInfo(name))
        sums = [
            _sum(advertiser, DAY, DAY, midnight + timedelta(hours=hours)).impressions
            for hours in (-1, 0, 4, 9, 15, 23)
        ]
        assert sums[:2] == [0, 0]
        assert sums == sorted(sums)
        assert len(set(sums[1:])) == 5


def test_knowledge_moves_in_steps_of_five_minutes() -> None:
    zone = ZoneInfo("UTC")
    at = datetime(2026, 11, 20, 10, 4, 59, 999_999, tzinfo=UTC)
    assert floor_to_step(at) == datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
    first = knowledge(DAY, zone, at.replace(minute=0, second=0))
    assert knowledge(DAY, zone, at) == first
    assert knowledge(DAY, zone, at + timedelta(microseconds=1)) != first


@pytest.mark.parametrize("day", [date(2026, 3, 8), date(2026, 11, 1)])
def test_days_of_23_and_25_hours_begin_at_nothing_and_end_as_others(day: date) -> None:
    zone = ZoneInfo("America/New_York")
    start = datetime(day.year, day.month, day.day, tzinfo=zone)
    after = day + timedelta(days=1)
    end = datetime(after.year, after.month, after.day, tzinfo=zone)
    assert knowledge(day, zone, start) == NOTHING
    assert knowledge(day, zone, end).traffic == pytest.approx(0.965)
    assert knowledge(day, zone, end + timedelta(days=20)) == SETTLED


def test_events_lift_buying_and_weekdays_differ() -> None:
    friday = black_friday(2026)
    assert friday == date(2026, 11, 27)
    assert prime_day(2026) == date(2026, 7, 14)
    for event in (friday, prime_day(2026)):
        usual = season(event - timedelta(days=28))
        assert season(event).traffic > 1.7 * usual.traffic
        assert season(event).buying > 1.7 * usual.buying
    week = [season(date(2026, 5, 4) + timedelta(days=n)).traffic for n in range(7)]
    assert len(set(week)) == 7


def test_the_events_show_in_the_numbers() -> None:
    friday = black_friday(2025)
    calm = friday - timedelta(days=21)
    lifts = [
        _sum(a, friday, friday, _settled(friday, friday)).purchases
        / max(1, _sum(a, calm, calm, _settled(calm, calm)).purchases)
        for a in ADVERTISERS
    ]
    assert sum(lifts) / len(lifts) > 2


def test_flights_launch_slowly() -> None:
    launches = [
        (advertiser, order)
        for advertiser in ADVERTISERS
        for order in WORLD.flights.between(advertiser, date(2026, 1, 1), date(2026, 9, 1))
        if order.programme == "launch"
    ]
    early = late = 0
    for advertiser, order in launches:
        at = _settled(order.first_day, order.last_day)
        for cell in WORLD.cells(advertiser, order.first_day, order.last_day, at):
            if cell.order == order:
                age = (cell.day - order.first_day).days
                early += cell.metrics.impressions if age < 7 else 0
                late += cell.metrics.impressions if 14 <= age < 21 else 0
    assert len(launches) > 5
    assert 0 < early < 0.6 * late


def test_four_hundred_days_have_data_and_the_future_none() -> None:
    at = datetime(2026, 11, 20, 12, tzinfo=UTC)
    advertiser = ADVERTISERS[0]
    for back in range(0, 400, 7):
        day = DAY - timedelta(days=back)
        assert _sum(advertiser, day, day, at).impressions > 0
    after = DAY + timedelta(days=1)
    assert list(WORLD.cells(advertiser, after, after + timedelta(days=3), at)) == []


def test_ratios_of_a_month_are_plausible() -> None:
    for advertiser in ADVERTISERS:
        m = _sum(advertiser, date(2026, 9, 1), date(2026, 9, 30), _settled(DAY, DAY))
        dollars = m.total_cost_micros / 1e6 / advertiser.market.money_per_dollar
        assert 0.0003 < m.clicks / m.impressions < 0.02
        assert 0.5 < dollars / m.impressions * 1000 < 30
        assert 0.2 < m.sales_micros / m.total_cost_micros < 60
        assert 0.1 < m.new_to_brand_purchases / m.purchases < 0.9
