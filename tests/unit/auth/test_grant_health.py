"""The health of a grant: what takes points off, and when a consent's end is warned of."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from auth.connections.domain import AmazonUser, Before, held_reason
from auth.connections.health import (
    WARN_DAYS,
    ConsentRule,
    Facts,
    assess,
    warning_due,
)

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
FINE = Facts(
    credential_state="healthy",
    consented_at=NOW - 20 * DAY,
    consent_expires_at=NOW + 345 * DAY,
    refreshed_at=NOW - timedelta(minutes=10),
    visible_now=12,
    visible_before=12,
    looked_at=NOW - timedelta(hours=3),
    failed_looks=0,
)


def test_a_fresh_consent_that_sees_what_it_saw_has_all_points() -> None:
    health = assess(FINE, NOW)
    assert (health.score, health.level, health.reasons) == (100, "good", ())


@pytest.mark.parametrize(
    ("change", "code", "level"),
    [
        ({"credential_state": "retrying"}, "credential_retrying", "good"),
        ({"credential_state": "client_misconfigured"}, "credential_client_misconfigured", "watch"),
        ({"credential_state": "suspended"}, "credential_suspended", "poor"),
        ({"credential_state": "reauth_required"}, "credential_reauth_required", "dead"),
        ({"consent_expires_at": NOW + 30 * DAY}, "consent_ends_soon", "good"),
        ({"consent_expires_at": NOW + 14 * DAY}, "consent_ends_soon", "watch"),
        ({"consent_expires_at": NOW + 7 * DAY}, "consent_ends_soon", "watch"),
        ({"consent_expires_at": NOW + DAY}, "consent_ends_soon", "poor"),
        ({"consent_expires_at": NOW}, "consent_ended", "poor"),
        (
            {"consent_expires_at": None, "consented_at": NOW - 365 * DAY},
            "consent_old",
            "good",
        ),
        ({"refreshed_at": NOW - timedelta(minutes=75)}, "token_late", "good"),
        ({"refreshed_at": NOW - timedelta(hours=3)}, "token_not_refreshed", "watch"),
        ({"visible_now": 11}, "sees_fewer", "good"),
        ({"visible_now": 1}, "sees_fewer", "watch"),
        ({"visible_now": 0}, "sees_nothing_now", "watch"),
        ({"visible_now": 0, "visible_before": 0}, "sees_nothing", "watch"),
        ({"failed_looks": 1}, "looks_failed", "good"),
        ({"failed_looks": 9}, "looks_failed", "watch"),
        ({"looked_at": NOW - 3 * DAY}, "looks_late", "good"),
    ],
)
def test_each_trouble_takes_points_off_and_says_why(
    change: dict[str, object], code: str, level: str
) -> None:
    health = assess(replace(FINE, **change), NOW)  # pyright: ignore[reportArgumentType]
    (reason,) = health.reasons
    assert (reason.code, health.level) == (code, level)
    assert health.score == max(0, 100 - reason.points)
    assert reason.text.endswith(".")
    assert not any(c.isdigit() for c in reason.text if code.startswith("sees"))


def test_the_gravest_reason_stands_first_and_the_score_ends_at_zero() -> None:
    facts = replace(FINE, credential_state="reauth_required", failed_looks=2, visible_now=0)
    health = assess(facts, NOW)
    assert (health.score, health.level) == (0, "dead")
    assert [r.code for r in health.reasons] == [
        "credential_reauth_required",
        "sees_nothing_now",
        "looks_failed",
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"refreshed_at": None},
        {"looked_at": None, "visible_now": 0, "visible_before": 0},
        {"visible_now": 15},
        {"consent_expires_at": None},
        {"consent_expires_at": NOW + 30 * DAY + timedelta(seconds=1)},
    ],
)
def test_what_is_not_known_or_not_trouble_takes_nothing_off(change: dict[str, object]) -> None:
    assert assess(replace(FINE, **change), NOW).score == 100  # pyright: ignore[reportArgumentType]


def test_only_consents_since_the_cut_off_end() -> None:
    rule = ConsentRule(365 * DAY, date(2026, 6, 30))
    last_old = datetime(2026, 6, 29, 23, 59, tzinfo=UTC)
    first_new = datetime(2026, 6, 30, tzinfo=UTC)
    assert rule.expires_at(last_old) is None
    assert rule.expires_at(first_new) == first_new + 365 * DAY
    assert rule.expires_at(None) is None
    assert ConsentRule(timedelta(0), date(2026, 6, 30)).expires_at(first_new) is None


def test_each_warning_is_given_once_the_nearest_one_first() -> None:
    ends, warned, given = NOW + 40 * DAY, None, list[tuple[int, int]]()
    for day in range(42):
        due = warning_due(ends, warned, NOW + day * DAY)
        if due is not None:
            warned = due
            given.append((40 - day, due))
    assert given == [(30, 30), (14, 14), (7, 7), (1, 1)]


@pytest.mark.parametrize(
    ("left", "due"), [(31, None), (30, 30), (10, 14), (3, 7), (1, 1), (0, None)]
)
def test_who_was_not_told_for_a_while_gets_only_the_nearest_warning(
    left: int, due: int | None
) -> None:
    assert warning_due(NOW + left * DAY, None, NOW) == due
    assert due is None or warning_due(NOW + left * DAY, due, NOW) is None
    assert due is None or due in WARN_DAYS


SEATS = frozenset({("NA", "1"), ("EU", "2")})
MORGAN, ROBIN, NOBODY = AmazonUser("u1", "Morgan"), AmazonUser("u2", "Robin"), AmazonUser()


@pytest.mark.parametrize(
    ("before", "user", "seats", "reason"),
    [
        (Before("active", MORGAN, SEATS), MORGAN, None, None),
        (Before("active", MORGAN, SEATS), ROBIN, SEATS, "other_user"),
        (Before("active", MORGAN, SEATS), MORGAN, frozenset[tuple[str, str]](), None),
        (Before("active", NOBODY, SEATS), ROBIN, frozenset({("NA", "9")}), "other_accounts"),
        (Before("active", MORGAN, SEATS), NOBODY, frozenset({("NA", "2")}), "other_accounts"),
        (Before("active", MORGAN, SEATS), NOBODY, frozenset({("NA", "1")}), None),
        (Before("active", MORGAN, SEATS), NOBODY, None, None),
        (Before("active", NOBODY, frozenset()), ROBIN, frozenset({("NA", "9")}), None),
        (Before("pending", MORGAN, SEATS), ROBIN, None, None),
    ],
)
def test_a_grant_is_held_only_where_somebody_else_gave_it(
    before: Before,
    user: AmazonUser,
    seats: frozenset[tuple[str, str]] | None,
    reason: str | None,
) -> None:
    assert held_reason(before, user, seats) == reason
