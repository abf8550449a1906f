"""What a look at a region changes, and when a failed one is tried again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from auth.discoveries.domain import MAX_ATTEMPTS, Known, Look, Seen, compare, retry_at
from hypothesis import given
from hypothesis import strategies as st
from shared.ids import new_id

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def seen(number: int, profile_id: str = "111", **other: str) -> Seen:
    plain = Seen(
        str(number), f"Advertiser {number}", "USD", "US", "America/New_York", "NA", "E1", profile_id
    )
    return replace(plain, **other)


def known(sighting: Seen, *, linked: bool = True, lost: bool = False) -> Known:
    return Known(
        id=new_id(),
        amazon_advertiser_id=sighting.amazon_advertiser_id,
        name=sighting.name,
        currency=sighting.currency,
        country=sighting.country,
        timezone=sighting.timezone,
        region=sighting.region,
        entity_id=sighting.entity_id,
        brand_id=None,
        lost=lost,
        profile_id=sighting.profile_id if linked else None,
    )


def by_id(*items: Known) -> dict[str, Known]:
    return {item.amazon_advertiser_id: item for item in items}


def look(*sightings: Seen, unreadable: frozenset[str] = frozenset()) -> Look:
    return Look("NA", 1, sightings, unreadable)


def test_new_linked_changed_and_gone_are_told_apart() -> None:
    same, renamed, elsewhere, gone = (seen(n) for n in range(4))
    changes = compare(
        look(same, replace(renamed, name="Renamed"), elsewhere, seen(9)),
        by_id(known(same), known(renamed), known(elsewhere, linked=False), known(gone)),
    )
    assert [s.amazon_advertiser_id for s in changes.added] == ["9"]
    assert [k.amazon_advertiser_id for k, _ in changes.linked] == ["2"]
    assert [s.name for _, s in changes.changed] == ["Renamed"]
    assert [k.amazon_advertiser_id for k in changes.gone] == ["3"]


@pytest.mark.parametrize("field", ["name", "currency", "country", "timezone", "entity_id"])
def test_every_shown_field_counts_as_a_change(field: str) -> None:
    before = seen(1)
    changes = compare(look(replace(before, **{field: "other"})), by_id(known(before)))
    assert len(changes.changed) == 1


def test_other_regions_and_other_connections_links_are_not_gone() -> None:
    european = known(seen(1, region="EU"))
    not_ours = known(seen(2), linked=False)
    assert compare(look(), by_id(european, not_ours)).gone == ()


def test_what_hangs_on_an_unreadable_seat_stays() -> None:
    kept, gone = known(seen(1, "111")), known(seen(2, "222"))
    changes = compare(look(unreadable=frozenset({"111"})), by_id(kept, gone))
    assert changes.gone == (gone,)


def test_an_advertiser_under_two_profiles_keeps_the_one_it_has() -> None:
    changes = compare(look(seen(1, "111"), seen(1, "222")), by_id(known(seen(1, "222"))))
    assert changes.changed == ()


def test_a_new_advertiser_under_two_profiles_takes_the_lowest_number() -> None:
    (added,) = compare(look(seen(1, "222"), seen(1, "1000"), seen(1, "33")), {}).added
    assert added.profile_id == "33"


@given(st.lists(st.integers(0, 30)), st.sets(st.integers(0, 30)))
def test_applying_a_look_leaves_exactly_what_was_seen(now: list[int], before: set[int]) -> None:
    changes = compare(look(*(seen(n) for n in now)), by_id(*(known(seen(n)) for n in before)))
    linked = {str(n) for n in before} - {k.amazon_advertiser_id for k in changes.gone}
    linked |= {s.amazon_advertiser_id for s in changes.added}
    assert linked == {str(n) for n in now}
    assert changes.linked == changes.changed == ()


def test_retries_back_off_up_to_a_quarter_of_an_hour_and_end() -> None:
    pauses = [retry_at(n, NOW, None) for n in range(1, MAX_ATTEMPTS)]
    seconds = [(at - NOW).total_seconds() for at in pauses if at is not None]
    assert seconds == [5, 10, 20, 40, 80, 160, 320]
    assert retry_at(MAX_ATTEMPTS, NOW, None) is None


def test_amazons_wish_to_wait_is_honoured() -> None:
    assert retry_at(1, NOW, 600) == NOW + timedelta(seconds=600)
    assert retry_at(7, NOW, 1) == NOW + timedelta(seconds=320)
