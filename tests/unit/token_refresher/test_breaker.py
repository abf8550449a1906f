from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from token_refresher.breaker import (
    CLIENT,
    HOST_DOWN,
    HOST_FAILURES,
    Breaker,
    Streaks,
    judge,
    next_probe_at,
    passage,
)
from token_refresher.domain import RefreshFailed

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
OUT = RefreshFailed("retrying", "unavailable")


def opened(name: str, probe_in: float) -> Breaker:
    return Breaker(name, NOW - 60 * SECOND, NOW + probe_in * SECOND, 1, "unavailable")


def test_closed_breakers_let_everything_through() -> None:
    assert passage([Breaker("NA"), Breaker(CLIENT), opened("EU", 9)], "NA", NOW).free


def test_an_open_host_holds_its_region_only_and_names_one_cause() -> None:
    breakers = [opened("NA", 9), Breaker("EU"), Breaker(CLIENT)]
    way = passage(breakers, "NA", NOW)
    assert not way.free
    assert way.probes == ()
    assert way.held is not None
    assert (way.held.state, way.held.code) == ("retrying", HOST_DOWN)
    assert passage(breakers, "EU", NOW).free


def test_a_refused_client_holds_every_region() -> None:
    for region in ("NA", "EU", "FE"):
        held = passage([opened(CLIENT, 9)], region, NOW).held
        assert held is not None
        assert held.state == "client_misconfigured"


def test_a_probe_needs_every_open_breaker_of_the_region_to_be_ripe() -> None:
    assert passage([opened("NA", 0)], "NA", NOW).probes == ("NA",)
    assert passage([opened("NA", 0), opened(CLIENT, 1)], "NA", NOW).probes == ()
    assert passage([opened("NA", 0), opened(CLIENT, 0)], "NA", NOW).probes == ("NA", CLIENT)


@pytest.mark.parametrize("state", ["retrying", "client_misconfigured"])
def test_a_success_between_failures_keeps_the_breaker_closed(state: str) -> None:
    streaks = Streaks()
    failure = RefreshFailed(state, "unauthorized_client")  # type: ignore[arg-type]
    for _ in range(10):
        assert not streaks.opens(judge("NA", failure))
        assert not streaks.opens(judge("NA", failure))
        assert not streaks.opens(judge("NA", None))


def test_enough_failures_in_a_row_open_it_once() -> None:
    streaks = Streaks()
    assert [streaks.opens(judge("NA", OUT)) for _ in range(HOST_FAILURES + 1)] == [
        *[False] * (HOST_FAILURES - 1),
        True,
        False,
    ]


def test_failures_of_one_host_do_not_count_against_another() -> None:
    streaks = Streaks()
    for _ in range(HOST_FAILURES - 1):
        assert not streaks.opens(judge("NA", OUT))
        assert not streaks.opens(judge("EU", OUT))


def test_an_invalid_client_needs_no_second_opinion() -> None:
    verdict = judge("NA", RefreshFailed("client_misconfigured", "invalid_client"))
    assert Streaks().opens(verdict)
    assert verdict.fine == {"NA"}


def test_a_refused_grant_speaks_for_host_and_client() -> None:
    verdict = judge("NA", RefreshFailed("reauth_required", "invalid_grant"))
    assert (verdict.fine, verdict.suspect) == ({"NA", CLIENT}, None)


def test_a_grant_that_cannot_be_opened_says_nothing_about_amazon() -> None:
    verdict = judge("NA", RefreshFailed("suspended", "encryption_key_missing"))
    assert (verdict.fine, verdict.suspect) == (frozenset(), None)


@given(
    name=st.sampled_from(["NA", CLIENT]),
    probes=st.integers(0, 10_000),
    chance=st.floats(0, 1, exclude_max=True),
)
def test_probes_are_rare_and_never_stop(name: str, probes: int, chance: float) -> None:
    pause = next_probe_at(name, NOW, probes, None, chance) - NOW
    longest = 300 if name == CLIENT else 30
    assert 2.5 * SECOND <= pause <= longest * SECOND


def test_a_probe_waits_for_retry_after_but_not_for_ever() -> None:
    assert next_probe_at("NA", NOW, 0, 120 * SECOND, 0) == NOW + 120 * SECOND
    assert next_probe_at("NA", NOW, 0, timedelta(days=1), 0) == NOW + timedelta(minutes=15)
