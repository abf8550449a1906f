"""The audit chain on paper: one spelling, each link tied to the last, every tampering found."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from auth.audit.domain import ZERO, Chain, Check, Entry, Point, canonical, instant, reduced
from auth.audit.exports import guarded

ORGANIZATION = UUID(int=1)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINE, THEIRS = UUID(int=10), UUID(int=11)


def entry(**values: Any) -> Entry:
    told: dict[str, Any] = {
        "organization_id": ORGANIZATION,
        "sequence": 0,
        "event_id": UUID(int=2),
        "occurred_at": NOON,
        "recorded_at": NOON,
        "service": "auth",
        "action": "brand.changed",
        "operation": "changeBrand",
        "actor_kind": "user",
        "actor_id": "ana",
        "impersonator": "",
        "brand_ids": (),
        "every_brand": False,
        "target_type": "brand",
        "target_id": str(MINE),
        "outcome": "allowed",
        "code": "",
        "count": 1,
        "ip": "203.0.113.7",
        "user_agent": "test",
        "request_id": "r",
        "details": {"name": "Łódź ☂", "n": 3},
        **values,
    }
    return Entry(**told)


def chain_of(length: int) -> list[Entry]:
    entries: list[Entry] = []
    previous = ZERO
    for n in range(1, length + 1):
        entries.append(entry(event_id=UUID(int=n)).chained(n, previous))
        previous = entries[-1].hash
    return entries


def check(entries: list[Entry], head: Point, known: Point | None = None) -> list[tuple[str, int]]:
    walk = Check(Chain(ORGANIZATION, head, Point(0, ZERO), 400), known)
    for each in entries:
        walk.feed(each)
    walk.finish()
    return [(found.kind, found.sequence) for found in walk.breaks]


def head_of(entries: list[Entry]) -> Point:
    return Point(entries[-1].sequence, entries[-1].hash)


def test_one_document_has_one_spelling() -> None:
    assert (
        canonical({"b": 1, "a": {"d": None, "c": "ż"}}) == '{"a":{"c":"ż","d":null},"b":1}'.encode()
    )
    with pytest.raises(ValueError, match="JSON"):
        canonical({"n": float("nan")})


def test_moments_are_written_in_utc_with_microseconds() -> None:
    warsaw = datetime(2026, 3, 1, 13, 0, 0, 5, tzinfo=timezone(timedelta(hours=1)))
    assert instant(warsaw) == "2026-03-01T12:00:00.000005Z"


def test_the_hash_is_that_of_the_exported_document() -> None:
    link = entry().chained(1, ZERO)
    spelled = json.dumps(link.document(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert hashlib.sha256(spelled.encode()).digest() == link.hash


@pytest.mark.parametrize(
    "changed",
    [name for name in Entry.__slots__ if name not in ("hash",)],
)
def test_every_column_is_hashed(changed: str) -> None:
    link = entry().chained(1, ZERO)
    other: dict[str, Any] = {
        "organization_id": UUID(int=99),
        "event_id": UUID(int=99),
        "occurred_at": NOON + timedelta(microseconds=1),
        "recorded_at": NOON + timedelta(microseconds=1),
        "sequence": 2,
        "count": 2,
        "brand_ids": (MINE,),
        "every_brand": True,
        "details": {"n": 4},
        "previous_hash": bytes([1]) * 32,
    }
    altered = replace(link, **{changed: other.get(changed, "other")})
    assert altered.computed_hash() != link.hash


def test_an_untouched_chain_is_intact() -> None:
    entries = chain_of(5)
    assert check(entries, head_of(entries), Point(3, entries[2].hash)) == []
    assert check([], Point(0, ZERO)) == []


def test_a_changed_entry_is_found_and_one_hashed_anew_at_its_successor() -> None:
    entries = chain_of(5)
    altered = replace(entries[2], actor_id="somebody else")
    assert check([*entries[:2], altered, *entries[3:]], head_of(entries)) == [("changed", 3)]
    rehashed = altered.chained(3, altered.previous_hash)
    assert check([*entries[:2], rehashed, *entries[3:]], head_of(entries)) == [("relinked", 4)]


def test_removed_entries_are_found_in_the_middle_at_the_start_and_at_the_end() -> None:
    entries = chain_of(5)
    head = head_of(entries)
    assert check([*entries[:2], *entries[3:]], head) == [("removed", 3)]
    assert check(entries[2:], head) == [("removed", 1)]
    assert check(entries[:3], head) == [("removed", 4)]
    assert check([], head) == [("removed", 1)]


def test_inserted_and_reordered_entries_are_found() -> None:
    entries = chain_of(4)
    forged = entry(actor_id="mallory").chained(5, entries[3].hash)
    assert check([*entries, forged], head_of(entries)) == [("head", 5)]
    swapped = [
        entries[0],
        replace(entries[2], sequence=2),
        replace(entries[1], sequence=3),
        entries[3],
    ]
    assert [kind for kind, _ in check(swapped, head_of(entries))] == [
        "relinked",
        "changed",
        "relinked",
        "changed",
        "relinked",
    ]


def test_a_chain_rewritten_as_a_whole_betrays_itself_only_against_a_noted_head() -> None:
    entries, previous = chain_of(5), ZERO
    noted = Point(4, entries[3].hash)
    rewritten: list[Entry] = []
    for each in entries:
        rewritten.append(replace(each, actor_id="nobody").chained(each.sequence, previous))
        previous = rewritten[-1].hash
    assert check(rewritten, head_of(rewritten)) == []
    assert check(rewritten, head_of(rewritten), noted) == [("rewritten", 4)]
    assert check(rewritten[:2], head_of(rewritten[:2]), noted) == [("removed", 3)]


@pytest.mark.parametrize("text", ["", "x", "1", "1:", "1:zz", "-1:" + "0" * 64, "1:" + "0" * 62])
def test_what_is_no_head_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        Point.parse(text)


def test_people_of_some_brands_read_neither_others_ids_nor_what_was_said_of_several() -> None:
    several = entry(brand_ids=(MINE, THEIRS), target_id=str(THEIRS))
    seen = reduced(several, {MINE}, "client")
    assert (seen.brand_ids, seen.details, seen.target_id, seen.ip) == ((MINE,), {}, "", "")
    every = reduced(entry(every_brand=True), {MINE}, "client")
    assert (every.brand_ids, every.every_brand, every.details) == ((MINE,), False, {})


def test_people_of_some_brands_read_what_concerns_theirs_whole_and_where_they_sat_themselves() -> (
    None
):
    own = reduced(entry(brand_ids=(MINE,), actor_id="client"), {MINE}, "client")
    assert (own.details, own.target_id, own.ip) == (entry().details, str(MINE), "203.0.113.7")
    assert reduced(entry(brand_ids=(MINE,)), {MINE}, "client").ip == ""


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＠"])  # noqa: RUF001
def test_no_cell_is_a_formula(start: str) -> None:
    assert guarded(f"{start}cmd()") == f"'{start}cmd()"
    assert guarded("plain") == "plain"
