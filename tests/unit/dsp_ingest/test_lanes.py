"""Nobody starves: the stated bound holds for any mix of lanes, brands and amounts."""

from collections import Counter

import pytest
from dsp_ingest.planning.lanes import GAPS, LANES, WHEEL, Lane, bound, lane_of, order_of
from hypothesis import given
from hypothesis import strategies as st


class Queue:
    """What `queries.claim_due` does, in memory: the brand whose turn was longest ago is served."""

    def __init__(self, work: dict[Lane, dict[str, int]]) -> None:
        self.work = {lane: Counter(brands) for lane, brands in work.items()}
        self.turns: dict[tuple[Lane, str], int] = {}

    def waiting(self, lane: Lane) -> list[str]:
        return [brand for brand, left in self.work.get(lane, Counter[str]()).items() if left]

    def claim(self, turn: int) -> tuple[Lane, str] | None:
        lanes = [lane for lane in LANES if self.waiting(lane)]
        for lane in order_of(turn, lanes):
            brand = min(self.waiting(lane), key=lambda b: self.turns.get((lane, b), -1))
            self.turns[lane, brand] = turn
            self.work[lane][brand] -= 1
            return lane, brand
        return None


def test_the_wheel_gives_each_lane_its_weight_and_its_gap() -> None:
    assert Counter(WHEEL) == {"interactive": 8, "fresh": 4, "settle": 2, "backfill": 1}
    for lane, gap in GAPS.items():
        for start in range(len(WHEEL)):
            assert lane in {WHEEL[(start + n) % len(WHEEL)] for n in range(gap)}


@pytest.mark.parametrize("turn", range(15))
def test_the_place_of_an_empty_lane_goes_to_the_most_urgent_one(turn: int) -> None:
    assert list(order_of(turn, ())) == []
    assert list(order_of(turn, ("backfill",))) == ["backfill"]
    tried = order_of(turn, ("backfill", "settle"))
    assert tried[0] == ("backfill" if WHEEL[turn] == "backfill" else "settle")


@given(
    work=st.dictionaries(
        st.sampled_from(LANES),
        st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 40), min_size=1),
        min_size=1,
    ),
    start=st.integers(0, 14),
)
def test_every_brand_is_served_within_the_bound_whatever_the_others_have(
    work: dict[Lane, dict[str, int]], start: int
) -> None:
    queue = Queue(work)
    due = {(lane, brand): start for lane, brands in work.items() for brand in brands}
    served = sum(sum(brands.values()) for brands in work.values())
    for turn in range(start, start + served):
        claimed = queue.claim(turn)
        assert claimed is not None
        lane, _ = claimed
        assert turn - due[claimed] < bound(lane, len(work[lane]))
        due[claimed] = turn + 1
    assert queue.claim(0) is None


@pytest.mark.parametrize("start", range(15))
def test_a_thousand_reports_of_one_brand_delay_anothers_fresh_one_by_eight_claims(
    start: int,
) -> None:
    noisy: dict[Lane, dict[str, int]] = {lane: {"noisy": 1000} for lane in LANES}
    queue = Queue(noisy)
    for turn in range(start, start + 100):
        queue.claim(turn)
    queue.work["fresh"]["quiet"] = 1
    claims = [queue.claim(turn) for turn in range(start + 100, start + 108)]
    assert ("fresh", "quiet") in claims


def test_reasons_have_lanes() -> None:
    assert lane_of("fresh") == "fresh"
    assert {lane_of("gap"), lane_of("settle"), lane_of("restate")} == {"settle"}
    assert (lane_of("backfill"), lane_of("interactive")) == ("backfill", "interactive")
