"""Who serves an advertiser: the rule, its patience, and what any sequence of events leads to."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from uuid import UUID

import pytest
from auth.succession.domain import (
    LONGEST_PROBATION,
    PATIENCE,
    PROBATION,
    STAY,
    UNFIT,
    Candidate,
    Choice,
    Serving,
    Standing,
    choose,
    follow,
    rank,
    review_at,
    usable,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
A, B, C = (UUID(int=number) for number in (1, 2, 3))


def candidate(connection_id: UUID = A, **given: object) -> Candidate:
    plain = Candidate(
        connection_id=connection_id,
        active=True,
        credential_state="healthy",
        failing_since=None,
        recovered_at=None,
        probation=PROBATION,
        level="good",
        access="edit",
        linked_at=NOW - timedelta(days=1),
    )
    return replace(plain, **given)  # pyright: ignore[reportArgumentType]


def serving(connection_id: UUID | None = A, **given: object) -> Serving:
    settled = Serving(connection_id, True, NOW - timedelta(days=1))
    return replace(settled, **given)  # pyright: ignore[reportArgumentType]


BEHIND: list[dict[str, object]] = [
    {"linked_at": NOW},
    {"access": "view"},
    {"level": "poor"},
    {"level": "dead"},
    {"recovered_at": NOW - PROBATION / 2},
    {"credential_state": "retrying", "failing_since": NOW - PATIENCE},
    {"credential_state": "reauth_required"},
    {"credential_state": "suspended"},
    {"credential_state": "client_misconfigured"},
    {"active": False},
]


@pytest.mark.parametrize(
    "worse", BEHIND, ids=[str(sorted(w)) + str(i) for i, w in enumerate(BEHIND)]
)
def test_each_part_of_the_rule_puts_a_grant_behind(worse: dict[str, object]) -> None:
    weaker = candidate(A, **worse)
    ranked = rank([weaker, candidate(B)], None, NOW)
    assert [r.candidate.connection_id for r in ranked] == [B, A]


def test_the_order_in_which_candidates_are_given_does_not_matter() -> None:
    found = [candidate(A, access="view"), candidate(B, level="poor"), candidate(C)]
    orders = {
        tuple(r.candidate.connection_id for r in rank(p, None, NOW)) for p in permutations(found)
    }
    assert orders == {(C, A, B)}


def test_a_moment_of_trouble_moves_nobody() -> None:
    stumbling = candidate(A, credential_state="retrying", failing_since=NOW - PATIENCE / 2)
    assert usable(stumbling, NOW)
    assert choose([stumbling, candidate(B)], serving(A), NOW) is None


def test_trouble_that_lasts_moves_to_the_next() -> None:
    failing = candidate(A, credential_state="retrying", failing_since=NOW - PATIENCE)
    choice = choose([failing, candidate(B)], serving(A), NOW)
    assert choice == Choice(B, True, "credential_failed")


@pytest.mark.parametrize("state", UNFIT)
def test_a_dead_grant_is_left_at_once_even_right_after_a_change(state: str) -> None:
    found = [candidate(A, credential_state=state), candidate(B)]
    assert choose(found, serving(A, since=NOW), NOW) == Choice(B, True, "credential_failed")


def test_with_nobody_healthy_the_last_stays_named_and_unserved() -> None:
    found = [candidate(A, credential_state="suspended"), candidate(B, active=False)]
    assert choose(found, serving(A), NOW) == Choice(A, False, "nobody_left")
    assert choose(found, serving(A, served=False), NOW) is None


def test_whoever_comes_back_first_serves_again() -> None:
    found = [candidate(A, credential_state="suspended"), candidate(B, recovered_at=NOW)]
    assert choose(found, serving(A, served=False), NOW) == Choice(B, True, "recovered")


def test_a_lost_link_hands_over() -> None:
    assert choose([candidate(B)], serving(A), NOW) == Choice(B, True, "access_lost")
    assert choose([], serving(A), NOW) == Choice(None, False, "nobody_left")
    assert choose([], None, NOW) is None


def test_a_recovered_grant_does_not_take_its_place_back() -> None:
    found = [candidate(A, recovered_at=NOW - timedelta(days=1)), candidate(B, linked_at=NOW)]
    assert choose(found, serving(B, since=NOW - 2 * STAY), NOW) is None


def test_a_better_grant_waits_until_the_last_change_is_a_while_ago() -> None:
    found = [candidate(A, level="poor"), candidate(B)]
    assert choose(found, serving(A, since=NOW - STAY / 2), NOW) is None
    assert choose(found, serving(A, since=NOW - STAY), NOW) == Choice(B, True, "better_grant")


def test_a_pin_counts_at_once_and_ends_when_its_grant_dies() -> None:
    pinned = serving(A, since=NOW - STAY / 4, pinned_connection_id=B, pinned_at=NOW)
    assert choose([candidate(A), candidate(B)], pinned, NOW) == Choice(B, True, "pinned")
    dead = [candidate(A), candidate(B, credential_state="reauth_required")]
    assert choose(dead, replace(pinned, connection_id=B), NOW) == Choice(
        A, True, "credential_failed"
    )


def test_a_pinned_grant_that_recovers_waits_out_its_probation() -> None:
    pinned = serving(A, pinned_connection_id=B, pinned_at=NOW - timedelta(days=2))
    found = [candidate(A), candidate(B, recovered_at=NOW)]
    assert choose(found, pinned, NOW) is None
    assert choose(found, pinned, NOW + PROBATION) == Choice(B, True, "pinned")
    again = replace(pinned, pinned_at=NOW)
    assert choose(found, again, NOW) == Choice(B, True, "pinned")


def test_each_fall_of_a_day_doubles_the_probation() -> None:
    standing, at, waits = Standing("healthy"), NOW, list[timedelta]()
    for _ in range(9):
        standing = follow(standing, "reauth_required", at)
        standing = follow(standing, "healthy", at + timedelta(minutes=1))
        waits.append(standing.probation)
        at += timedelta(hours=1)
    assert waits[:4] == [PROBATION, 2 * PROBATION, 4 * PROBATION, 8 * PROBATION]
    assert waits[-1] == LONGEST_PROBATION
    later = follow(standing, "suspended", at + timedelta(days=2))
    assert later.probation == PROBATION


def test_hearing_the_same_state_twice_changes_nothing() -> None:
    once = follow(Standing("healthy"), "retrying", NOW)
    assert follow(once, "retrying", NOW + PATIENCE) == once
    assert once.failing_since == NOW


def test_a_short_stumble_is_no_fall_and_a_long_one_is() -> None:
    stumbling = follow(Standing("healthy"), "retrying", NOW)
    assert follow(stumbling, "healthy", NOW + PATIENCE / 2).falls == 0
    long = follow(stumbling, "healthy", NOW + PATIENCE)
    assert (long.falls, long.recovered_at) == (1, NOW + PATIENCE)


def test_from_one_unfit_state_to_another_is_one_fall() -> None:
    standing = follow(Standing("healthy"), "reauth_required", NOW)
    assert follow(standing, "suspended", NOW + PATIENCE).falls == 1


def test_a_review_is_due_when_patience_or_probation_ends() -> None:
    failing = candidate(A, credential_state="retrying", failing_since=NOW - PATIENCE * 0.9)
    assert review_at([failing], NOW) == NOW - PATIENCE * 0.9 + PATIENCE
    waiting = candidate(B, recovered_at=NOW - PROBATION * 0.9)
    assert review_at([waiting], NOW) == NOW - PROBATION * 0.9 + PROBATION


class History:
    """Connections to one advertiser, to which anything may happen."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)  # noqa: S311
        self.now = NOW
        self.standings: dict[UUID, Standing] = {}
        self.candidates: dict[UUID, Candidate] = {}
        self.serving: Serving | None = None
        self.changes = 0

    def step(self) -> None:
        self.now += timedelta(minutes=self.dice.choice([0, 1, 5, 11, 45, 200]))
        connection_id = self.dice.choice([A, B, C])
        getattr(self, self.dice.choice(["link", "unlink", "credential", "pin", "health"]))(
            connection_id
        )
        self.settle()

    def link(self, connection_id: UUID) -> None:
        access = self.dice.choice(["edit", "view"])
        self.standings.setdefault(connection_id, Standing("healthy"))
        self.candidates.setdefault(
            connection_id, candidate(connection_id, access=access, linked_at=self.now)
        )
        self._refresh(connection_id)

    def unlink(self, connection_id: UUID) -> None:
        self.candidates.pop(connection_id, None)

    def credential(self, connection_id: UUID) -> None:
        state = self.dice.choice(["healthy", "retrying", *UNFIT])
        before = self.standings.get(connection_id, Standing())
        self.standings[connection_id] = follow(before, state, self.now)
        self._refresh(connection_id)

    def health(self, connection_id: UUID) -> None:
        if connection_id in self.candidates:
            level = self.dice.choice(["good", "watch", "poor"])
            self.candidates[connection_id] = replace(self.candidates[connection_id], level=level)

    def pin(self, connection_id: UUID) -> None:
        if self.serving is not None and connection_id in self.candidates:
            self.serving = replace(
                self.serving, pinned_connection_id=connection_id, pinned_at=self.now
            )

    def _refresh(self, connection_id: UUID) -> None:
        standing = self.standings[connection_id]
        if connection_id in self.candidates:
            self.candidates[connection_id] = replace(
                self.candidates[connection_id],
                credential_state=standing.credential_state,
                failing_since=standing.failing_since,
                recovered_at=standing.recovered_at,
                probation=standing.probation,
            )

    def settle(self) -> None:
        choice = choose(list(self.candidates.values()), self.serving, self.now)
        if choice is None:
            return
        self.changes += 1
        before = self.serving or Serving(None, False, self.now)
        self.serving = replace(
            before, connection_id=choice.connection_id, served=choice.served, since=self.now
        )

    @property
    def able(self) -> Sequence[Candidate]:
        return [c for c in self.candidates.values() if usable(c, self.now)]


@pytest.mark.parametrize("seed", range(300))
def test_after_anything_the_best_healthy_grant_serves_or_nobody(seed: int) -> None:
    history = History(seed)
    for _ in range(40):
        history.step()
        now = history.serving
        if now is None:
            assert not history.candidates
            continue
        assert now.served is bool(history.able)
        if now.served:
            assert now.connection_id in {c.connection_id for c in history.able}
        before = history.changes
        history.settle()
        assert history.changes == before, "settling twice changes nothing"
    history.now += LONGEST_PROBATION + STAY
    history.settle()
    if history.serving is not None and history.able:
        best = rank(history.candidates.values(), history.serving, history.now)[0]
        assert history.serving.connection_id == best.candidate.connection_id


def test_a_grant_that_flaps_all_day_moves_its_advertisers_a_few_times_only() -> None:
    history = History(0)
    history.link(A)
    history.link(B)
    history.settle()
    for minute in range(24 * 60):
        history.now = NOW + timedelta(minutes=minute)
        state = "reauth_required" if minute % 20 == 0 else "healthy"
        history.standings[A] = follow(history.standings[A], state, history.now)
        history._refresh(A)  # pyright: ignore[reportPrivateUsage]
        history.settle()
    assert history.changes == 2
    assert history.serving is not None
    assert history.serving.connection_id == B
