"""Entities over time: pure functions of id and clock, seen late, in order, and after any pages the same."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sandbox.entities.booking import cap, flights, targets
from sandbox.entities.catalogue import Catalogue
from sandbox.entities.history import LAG_SECONDS, Change, History
from sandbox.paging import UnknownTokenError, page
from sandbox.state import State
from sandbox.world.facts import World
from sandbox.world.parts.looks import segments_of

WORLD = World("history", 3)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ADVERTISERS = list(WORLD.tree.advertisers.values())
DAY = timedelta(days=1)


def make() -> Catalogue:
    return Catalogue(WORLD, History(WORLD.dice, State(None)))


def test_history_is_the_same_in_every_process() -> None:
    for item in ADVERTISERS:
        assert make().ad_groups(item, NOW) == make().ad_groups(item, NOW)


def test_every_change_is_seen_within_the_lag_and_never_before_it_is_true() -> None:
    catalogue = make()
    for item in catalogue.ads(ADVERTISERS[0], NOW) + catalogue.ad_groups(ADVERTISERS[0], NOW):
        for change in catalogue.history.changes(item.origin):
            seen = catalogue.history.seen_at(item.origin, change.at)
            assert timedelta(0) <= seen - change.at <= timedelta(seconds=LAG_SECONDS)


def test_lists_equal_the_truth_once_the_lag_has_passed() -> None:
    history, origin = (
        History(WORLD.dice, State(None)),
        make().campaigns(ADVERTISERS[0], NOW)[0].origin,
    )
    for change in history.changes(origin):
        later = change.at + timedelta(seconds=LAG_SECONDS)
        assert history.seen(origin, later) == history.truth(origin, later)


def test_a_command_counts_from_its_moment_on() -> None:
    history, origin = (
        History(WORLD.dice, State(None)),
        make().campaigns(ADVERTISERS[0], NOW)[0].origin,
    )
    history.command(origin.entity_id, [Change(NOW, "budget", 5_000_000)])
    before, after = history.truth(origin, NOW - DAY), history.truth(origin, NOW)
    assert before
    assert after
    assert before.budget_micros != after.budget_micros == 5_000_000
    assert after.updated_at == NOW


def test_entities_are_made_in_order_and_before_they_deliver() -> None:
    for advertiser in ADVERTISERS:
        groups = {g.line_item.line_item_id: g for g in make().ad_groups(advertiser, NOW)}
        for group in groups.values():
            assert group.campaign.origin.created_at < group.origin.created_at < group.origin.first
        for ad in make().ads(advertiser, NOW):
            group = groups.get(ad.line_item.line_item_id)
            assert ad.origin.created_at < ad.origin.first
            assert group is None or group.origin.created_at < ad.origin.created_at
            assert ad.associated == (group is not None)


def test_pauses_last_hours_so_that_no_day_of_delivery_is_missing() -> None:
    history = make().history
    for advertiser in ADVERTISERS:
        for group in make().ad_groups(advertiser, NOW):
            states = [c for c in history.changes(group.origin) if c.field == "state"]
            assert [change.value for change in states] == ["PAUSED", "ENABLED"] * (len(states) // 2)
            for paused, enabled in zip(states[::2], states[1::2], strict=True):
                assert timedelta(0) < enabled.at - paused.at <= timedelta(hours=5)


def test_some_ended_ad_groups_are_deleted() -> None:
    deleted = [
        change.at - group.origin.last
        for advertiser in ADVERTISERS
        for group in make().ad_groups(advertiser, NOW - 100 * DAY)
        for change in make().history.changes(group.origin)
        if change.field == "deleted"
    ]
    assert deleted
    assert all(after > timedelta(days=3) for after in deleted)


def test_flights_share_the_whole_budget() -> None:
    for advertiser in ADVERTISERS:
        for campaign in make().campaigns(advertiser, NOW):
            found = flights(WORLD.dice, campaign)
            assert sum(f.budget_micros for f in found) == campaign.version.budget_micros
            assert found[0].first_day == campaign.order.first_day
            assert found[-1].last_day == campaign.order.last_day
            assert all(f.budget_micros >= 0 for f in found)


def test_targets_are_the_segments_of_audience_reports() -> None:
    group = make().ad_groups(ADVERTISERS[0], NOW)[0]
    found = targets(WORLD.dice, group)
    segments = segments_of(WORLD.dice, group.line_item.line_item_id)
    assert tuple(target.segment for target in found if target.segment) == segments
    assert len({target.target_id for target in found}) == len(found) == 5


def test_some_have_a_frequency_cap_and_some_do_not() -> None:
    caps = {cap(WORLD.dice, c.order.order_id) for c in make().campaigns(ADVERTISERS[0], NOW)}
    assert None in caps
    assert len(caps) > 2


@given(rows=st.lists(st.integers()), count=st.integers(1, 20))
def test_pages_of_any_size_walk_the_whole_list(rows: list[int], count: int) -> None:
    found: list[int] = []
    part, token = page(rows, "question", None, count)
    found += part
    while token:
        part, token = page(rows, "question", token, count)
        found += part
    assert found == rows


@pytest.mark.parametrize("token", ["nonsense", "MTo=", "é", "=", "LTE6YWJj"])
def test_a_token_of_another_question_is_unknown(token: str) -> None:
    _, mine = page([1, 2, 3], "question", None, 1)
    with pytest.raises(UnknownTokenError):
        page([1, 2, 3], "another", mine, 1)
    with pytest.raises(UnknownTokenError):
        page([1, 2, 3], "question", token, 1)
