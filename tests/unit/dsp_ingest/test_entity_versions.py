"""What the next version of an entity is."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from dsp_ingest.entities.domain import (
    Current,
    FieldChange,
    Listed,
    Wanted,
    certainty_at,
    deleted_version,
    first_version,
    is_confirmed,
    next_version,
)

NOW = datetime(2026, 3, 16, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
FIELDS: dict[str, Any] = {"name": "Spring", "budget_micros": 5_000_000, "flights": [{"a": 1}]}


def listed(updated: datetime | None = NOW - HOUR, **fields: Any) -> Listed:
    return Listed("campaign", "1", {**FIELDS, **fields}, NOW - 9 * HOUR, updated)


def known(**values: Any) -> Current:
    base: dict[str, Any] = {
        "version_id": 1, "kind": "campaign", "entity_id": "1", "fields": FIELDS, "deleted": False,
        "created_at": NOW - 9 * HOUR, "updated_at": NOW - 5 * HOUR, "valid_from": NOW - 5 * HOUR,
        "missing_since": None,
    }  # fmt: skip
    return Current(**base | values)


def test_the_first_version_holds_since_amazons_last_update() -> None:
    version = first_version(listed(), NOW, baseline=True)
    assert (version.change, version.valid_from, version.seen_at) == ("found", NOW - HOUR, NOW)
    assert first_version(listed(), NOW, baseline=False).change == "created"


@pytest.mark.parametrize("updated", [None, NOW + HOUR])
def test_a_time_of_amazons_that_cannot_be_is_not_believed(updated: datetime | None) -> None:
    version = next_version(known(), listed(updated, name="Summer"), NOW)
    assert version is not None
    assert version.valid_from == NOW


def test_only_what_differs_is_a_change_and_lists_are_told_without_values() -> None:
    version = next_version(known(), listed(budget_micros=7, flights=[]), NOW)
    assert version is not None
    assert version.changes == (
        FieldChange("budget_micros", 5_000_000, 7),
        FieldChange("flights", None, None),
    )
    assert version.valid_from == NOW - HOUR


def test_the_same_again_is_no_version() -> None:
    assert next_version(known(), listed(), NOW) is None


def test_an_older_list_changes_nothing() -> None:
    assert next_version(known(), listed(NOW - 6 * HOUR, name="Old"), NOW) is None


def test_a_change_without_a_newer_time_holds_since_it_was_seen() -> None:
    version = next_version(known(), listed(NOW - 5 * HOUR, name="Other"), NOW)
    assert version is not None
    assert version.valid_from == NOW


def test_the_deleted_one_keeps_what_it_was_and_comes_back() -> None:
    gone = deleted_version(known(missing_since=NOW - 2 * HOUR), NOW)
    assert (gone.deleted, gone.fields, gone.valid_from) == (True, FIELDS, NOW - 2 * HOUR)
    back = next_version(known(deleted=True), listed(NOW - 5 * HOUR), NOW)
    assert back is not None
    assert (back.change, back.deleted) == ("restored", False)
    assert back.changes == (FieldChange("deleted", True, False),)


def test_a_deletion_needs_two_listings_some_minutes_apart() -> None:
    assert not is_confirmed(NOW, NOW + timedelta(minutes=4))
    assert is_confirmed(NOW, NOW + timedelta(minutes=5))


@pytest.mark.parametrize(
    ("at", "certainty"),
    [
        (None, "seen"),
        (NOW, "seen"),
        (NOW - HOUR, "told"),
        (NOW - 3 * HOUR, "unknown"),
    ],
)
def test_how_sure_the_past_is(at: datetime | None, certainty: str) -> None:
    assert certainty_at(NOW - 2 * HOUR, NOW, at) == certainty


def test_what_is_searched_for_is_taken_literally() -> None:
    assert Wanted(text="50%_a\\b").pattern == "%50\\%\\_a\\\\b%"
