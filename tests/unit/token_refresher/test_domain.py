from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import get_args
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shared.keyring import Sealed
from token_refresher.domain import (
    ADVICE,
    LATEST,
    LONGEST_PAUSE,
    LONGEST_RETRY_AFTER,
    Credential,
    Grant,
    State,
    decide_hand_out,
    is_late,
    next_attempt_at,
    next_refresh_at,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
CHANCE = st.floats(0, 1, exclude_max=True)


def credential(
    *,
    state: State = "healthy",
    left: timedelta = 40 * MINUTE,
    age: timedelta = 20 * MINUTE,
    next_at: timedelta = 25 * MINUTE,
    leased: timedelta | None = None,
) -> Credential:
    return Credential(
        connection_id=uuid4(),
        organization_id=uuid4(),
        region="NA",
        state=state,
        refresh=Sealed("k", b""),
        access=Sealed("k", b""),
        grant_sha256="",
        version=1,
        expires_at=NOW + left,
        refreshed_at=NOW - age,
        next_refresh_at=NOW + next_at,
        attempts=0,
        last_error_code=None,
        lease_until=None if leased is None else NOW + leased,
        due_at=NOW + next_at,
    )


@given(life=st.integers(1801, 86_400), chance=CHANCE)
def test_a_normal_token_is_refreshed_15_to_10_minutes_before_its_end(
    life: int, chance: float
) -> None:
    end = NOW + timedelta(seconds=life)
    assert 10 * MINUTE <= end - next_refresh_at(NOW, end, chance) <= 15 * MINUTE


@given(life=st.integers(331, 1800), chance=CHANCE)
def test_a_short_token_is_refreshed_5_minutes_before_its_end_where_possible(
    life: int, chance: float
) -> None:
    end = NOW + timedelta(seconds=life)
    at = next_refresh_at(NOW, end, chance)
    assert at <= end - LATEST
    assert at >= NOW + timedelta(seconds=30)


@given(life=st.integers(-100, 330), chance=CHANCE)
def test_a_very_short_token_is_never_refreshed_in_a_tight_loop(life: int, chance: float) -> None:
    end = NOW + timedelta(seconds=life)
    at = next_refresh_at(NOW, end, chance)
    assert NOW <= at <= max(end, NOW)
    assert at >= NOW + min(timedelta(seconds=30), max(end - NOW, timedelta(0)) / 2)


@given(attempts=st.integers(1, 10_000), chance=CHANCE)
def test_pauses_grow_and_stay_bounded(attempts: int, chance: float) -> None:
    pause = next_attempt_at(NOW, "retrying", attempts, None, chance) - NOW
    assert timedelta(seconds=2.5) <= pause <= LONGEST_PAUSE


def test_pauses_double_and_operators_states_wait_longer() -> None:
    pauses = [next_attempt_at(NOW, "retrying", n, None, 0.99) - NOW for n in range(1, 6)]
    assert all(2 * a == b for a, b in pairwise(pauses))
    assert next_attempt_at(NOW, "client_misconfigured", 1, None, 0) - NOW == 30 * MINUTE / 60
    assert next_attempt_at(NOW, "suspended", 1, None, 0) - NOW == LONGEST_PAUSE / 2


def test_retry_after_is_obeyed_and_clamped() -> None:
    after = timedelta(seconds=90)
    assert next_attempt_at(NOW, "retrying", 1, after, 0.5) == NOW + after
    year = timedelta(days=365)
    assert next_attempt_at(NOW, "retrying", 1, year, 0.5) == NOW + LONGEST_RETRY_AFTER
    assert next_attempt_at(NOW, "retrying", 1, timedelta(0), 0) > NOW


def test_late_means_inside_of_the_last_five_minutes() -> None:
    assert not is_late(credential(left=5 * MINUTE), NOW)
    assert is_late(credential(left=4.9 * MINUTE, next_at=-5 * MINUTE), NOW)
    assert is_late(credential(left=-MINUTE, next_at=-10 * MINUTE), NOW)


def test_what_was_planned_for_the_last_minutes_has_a_minute_before_it_is_late() -> None:
    assert not is_late(credential(left=-MINUTE, next_at=-MINUTE), NOW)
    assert is_late(credential(left=-MINUTE, next_at=-1.1 * MINUTE), NOW)


FIVE = 5 * MINUTE


@pytest.mark.parametrize(
    ("row", "refused", "action"),
    [
        (credential(), False, "give"),
        (credential(left=4 * MINUTE), False, "refresh"),
        (credential(left=-MINUTE), False, "refresh"),
        (credential(left=4 * MINUTE, leased=MINUTE), False, "wait"),
        (credential(left=4 * MINUTE, leased=-MINUTE), False, "refresh"),
        (credential(leased=MINUTE), False, "give"),
        # short tokens cannot live as long as asked: one that was just minted is good enough
        (credential(left=4 * MINUTE, age=30 * MINUTE / 60), False, "give"),
        # Amazon refused this very token
        (credential(), True, "refresh"),
        (credential(leased=MINUTE), True, "wait"),
        (credential(age=timedelta(seconds=3)), True, "unavailable"),
        # backing off: what still works is handed out
        (credential(state="retrying", left=4 * MINUTE, next_at=MINUTE), False, "give"),
        (credential(state="retrying", left=-MINUTE, next_at=MINUTE), False, "unavailable"),
        (credential(state="retrying", left=-MINUTE, next_at=-MINUTE), False, "refresh"),
        (credential(state="retrying", next_at=MINUTE), True, "unavailable"),
        (credential(state="client_misconfigured", left=2 * MINUTE), False, "give"),
        (credential(state="client_misconfigured", left=-MINUTE), False, "unavailable"),
        (credential(state="suspended", left=40 * MINUTE), False, "suspended"),
        (credential(state="suspended", leased=MINUTE), True, "suspended"),
        (credential(state="reauth_required"), False, "reconnect"),
        (credential(state="reauth_required", leased=MINUTE), True, "reconnect"),
    ],
)
def test_hand_out_decisions(row: Credential, refused: bool, action: str) -> None:
    assert decide_hand_out(row, NOW, min_remaining=FIVE, refused=refused).action == action


@given(
    state=st.sampled_from(get_args(State)),
    left=st.integers(-7200, 7200),
    age=st.integers(0, 7200),
    next_at=st.integers(-7200, 7200),
    lease=st.none() | st.integers(-60, 60),
    least=st.integers(0, 3600),
    refused=st.booleans(),
)
def test_a_dead_or_refused_token_is_never_given(
    state: State, left: int, age: int, next_at: int, lease: int | None, least: int, refused: bool
) -> None:
    row = replace(
        credential(state=state),
        expires_at=NOW + timedelta(seconds=left),
        refreshed_at=NOW - timedelta(seconds=age),
        next_refresh_at=NOW + timedelta(seconds=next_at),
        lease_until=None if lease is None else NOW + timedelta(seconds=lease),
    )
    decision = decide_hand_out(row, NOW, min_remaining=timedelta(seconds=least), refused=refused)
    if decision.action == "give":
        assert left >= 30
        assert not refused
        assert state != "reauth_required"


def test_every_state_names_an_owner_and_a_next_action() -> None:
    assert set(ADVICE) == set(get_args(State))
    assert ADVICE["reauth_required"].owner == "user"
    assert ADVICE["client_misconfigured"].owner == "operator"


def test_a_grant_does_not_show_its_tokens() -> None:
    assert "Atz" not in repr(Grant("Atzr|x", "Atza|y", 3600))
