"""Live events reach those who may see them, and nobody else."""

from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import pytest
from gateway.keys import Keys
from gateway.live.domain import SHOWN, LiveEvent, live_event, may_see
from gateway.live.feed import Reader
from gateway.live.hub import Hub
from gateway.sessions import Sessions
from hypothesis import given
from hypothesis import strategies as st
from shared.errors import TooManyRequests
from shared.events import (
    BY_TYPE,
    ApiKeyRevoked,
    ApiKeyUpdated,
    ConnectionRevoked,
    CredentialRefreshed,
    MemberRemoved,
    MemberUpdated,
    MetricsUpdated,
    ReportLanded,
    RoleUpdated,
    SessionRevoked,
    make_event,
)
from shared.internal_tokens import Actor
from shared.permissions import PERMISSIONS, ROLES

NOW = datetime(2026, 1, 1, tzinfo=UTC)
A, B = uuid4(), uuid4()
BRAND, OTHER_BRAND = uuid4(), uuid4()


def actor(organization: UUID = A, brands: frozenset[UUID] | None = None, **more: Any) -> Actor:
    values: dict[str, Any] = {
        "kind": "user",
        "subject": str(uuid4()),
        "organization_id": organization,
        "permissions": PERMISSIONS,
        "brand_ids": brands,
        "session_id": uuid4(),
    }
    return Actor(**{**values, **more})


def metrics(organization: UUID = A, brand: UUID | None = BRAND) -> LiveEvent:
    data = MetricsUpdated(
        advertiser_id=uuid4(),
        report_id=uuid4(),
        start_date=date(2026, 1, 1),
        end_date=date(2026, 1, 2),
        rows_changed=3,
        as_of=NOW,
    )
    shown = live_event(make_event(data, organization, brand))
    assert shown is not None
    return shown


def credential(organization: UUID = A) -> LiveEvent:
    data = CredentialRefreshed(
        connection_id=uuid4(),
        expires_at=NOW + timedelta(hours=1),
        refreshed_at=NOW,
        next_refresh_at=NOW + timedelta(minutes=45),
    )
    shown = live_event(make_event(data, organization))
    assert shown is not None
    return shown


def hub(**more: int) -> Hub:
    return Hub(**{"ring_events": 10, "queue_events": 5, "per_session": 3, **more})


KEY = {
    "subject": str(uuid4()),
    "permissions": ["report:read"],
    "brand_ids": None,
    "narrower": {},
    "allowed_networks": [],
    "rate_limit_per_minute": None,
    "expires_at": None,
}


async def no_keys(secret: str, ip: str) -> dict[str, Any]:
    raise AssertionError(f"nobody asks about {secret} from {ip}")


async def no_auth(cookie: str) -> dict[str, Any]:
    raise AssertionError(cookie)


def test_every_shown_type_is_in_the_catalogue_and_needs_a_known_permission() -> None:
    assert set(SHOWN) <= set(BY_TYPE)
    assert set(SHOWN.values()) <= PERMISSIONS


def test_types_that_carry_storage_addresses_are_not_shown() -> None:
    assert ReportLanded.TYPE not in SHOWN
    assert SessionRevoked.TYPE not in SHOWN


@given(
    organization=st.sampled_from([A, B]),
    brand=st.sampled_from([None, BRAND, OTHER_BRAND]),
    role=st.sampled_from(sorted(ROLES)),
    brands=st.sampled_from([None, frozenset[UUID](), frozenset({BRAND})]),
    kind=st.sampled_from(["user", "anonymous", "service"]),
)
def test_the_rule_holds_for_every_combination(
    organization: UUID, brand: UUID | None, role: str, brands: frozenset[UUID] | None, kind: str
) -> None:
    event = metrics(organization, brand)
    reader = actor(A, brands, permissions=ROLES[role], kind=kind)
    allowed = (
        kind == "user"
        and organization == A
        and "report:read" in ROLES[role]
        and (brands is None or (brand is not None and brand in brands))
    )
    assert may_see(reader, event) is allowed


def test_a_guest_of_one_brand_sees_no_credential() -> None:
    assert may_see(actor(), credential())
    assert not may_see(actor(brands=frozenset({BRAND})), credential())
    assert not may_see(actor(permissions=ROLES["client"]), credential())


def test_an_event_goes_to_its_subscribers_only() -> None:
    shared = hub()
    readers = {
        (organization, brands): shared.subscribe(actor(organization, brands))
        for organization, brands in product([A, B], [None, frozenset({BRAND})])
    }
    ours, foreign = metrics(A, OTHER_BRAND), metrics(B, BRAND)
    shared.publish(ours)
    shared.publish(foreign)
    assert readers[A, None].take() == ours.frame
    assert readers[A, frozenset({BRAND})].take() == b""
    assert readers[B, None].take() == foreign.frame
    assert readers[B, frozenset({BRAND})].take() == foreign.frame


def test_an_event_delivered_twice_is_shown_once() -> None:
    shared = hub()
    reader = shared.subscribe(actor())
    event = metrics()
    shared.publish(event)
    shared.publish(event)
    assert reader.take() == event.frame


def test_rights_lost_while_an_event_waits_hide_it() -> None:
    shared = hub()
    reader = shared.subscribe(actor())
    shared.publish(metrics(A, OTHER_BRAND))
    reader.allow(actor(brands=frozenset({BRAND})))
    assert reader.take() == b""


def test_a_reader_that_is_too_slow_is_let_go() -> None:
    shared = hub(queue_events=2)
    reader = shared.subscribe(actor())
    for _ in range(3):
        shared.publish(metrics())
    assert reader.closed_because == "too_slow"
    assert reader.take() == b""


def test_resuming_gives_what_was_missed_and_nothing_foreign() -> None:
    shared = hub()
    first, mine, foreign, other = metrics(), metrics(), metrics(B), metrics(A, OTHER_BRAND)
    for event in (first, mine, foreign, other):
        shared.publish(event)
    restricted = actor(brands=frozenset({BRAND}))
    assert shared.since(restricted, str(first.id)) == [mine.frame]
    assert shared.since(restricted, str(other.id)) == []


@pytest.mark.parametrize("last", ["", "x", "2ba75109-1dff-4121-b11b-3d7f27307be0"])
def test_an_unknown_place_cannot_be_resumed_from(last: str) -> None:
    assert hub().since(actor(), last) is None


def test_the_memory_is_bounded() -> None:
    shared = hub(ring_events=2)
    events = [metrics() for _ in range(3)]
    for event in events:
        shared.publish(event)
    assert shared.since(actor(), str(events[0].id)) is None
    assert shared.since(actor(), str(events[1].id)) == [events[2].frame]


def test_a_session_holds_a_bounded_number_of_streams() -> None:
    shared = hub(per_session=2)
    one = actor()
    kept = [shared.subscribe(one) for _ in range(2)]
    with pytest.raises(TooManyRequests):
        shared.subscribe(one)
    shared.unsubscribe(kept[0])
    shared.subscribe(one)


def test_a_gap_in_the_feed_ends_the_streams_and_forgets_the_ring() -> None:
    shared = hub()
    reader = shared.subscribe(actor())
    event = metrics()
    shared.publish(event)
    shared.start_over()
    assert reader.closed_because == "events_missed"
    assert shared.since(actor(), str(event.id)) is None


def test_access_events_end_or_recheck_the_right_streams() -> None:
    shared = hub()
    feed = Reader(shared, Sessions(no_auth, seconds=10), Keys(no_keys, seconds=10))
    me, someone = actor(), actor()
    mine, theirs = shared.subscribe(me), shared.subscribe(someone)
    user = UUID(me.subject)
    feed.read(_raw(MemberUpdated(subject_id=user, user_id=user)))
    assert (mine.recheck, theirs.recheck) == (True, False)
    assert me.session_id is not None
    feed.read(_raw(SessionRevoked(subject_id=me.session_id, user_id=user)))
    assert (mine.closed_because, theirs.closed_because) == ("session_ended", "")


@pytest.mark.parametrize(
    "changed",
    [
        ApiKeyRevoked(subject_id=uuid4(), user_id=uuid4()),
        ApiKeyUpdated(subject_id=uuid4(), user_id=uuid4()),
        MemberUpdated(subject_id=uuid4(), user_id=uuid4()),
        MemberRemoved(subject_id=uuid4(), user_id=uuid4()),
        RoleUpdated(role_id=uuid4()),
    ],
)
async def test_a_change_of_access_drops_the_keys_of_its_organization_at_once(changed: Any) -> None:
    shared = hub()
    asked = list[str]()

    async def resolve(secret: str, _ip: str) -> dict[str, Any]:
        asked.append(secret)
        return {**KEY, "organization_id": str(A if secret == "ours" else B)}

    keys = Keys(resolve, seconds=10)
    for secret in ("ours", "theirs"):
        await keys.ask(secret, "")
    ours = shared.subscribe(actor(A, kind="key", session_id=None))
    theirs = shared.subscribe(actor(B, kind="key", session_id=None))
    person = shared.subscribe(actor(A))
    Reader(shared, Sessions(no_auth, seconds=10), keys).read(_raw(changed))
    assert keys.remembered("ours") is None
    assert keys.remembered("theirs") is not None
    assert (ours.recheck, theirs.recheck, person.recheck) == (True, False, False)


@pytest.mark.parametrize("raw", [b"", b"\xff", b"{}", b'{"type": "metrics.updated"}', b"[1]"])
def test_a_broken_message_stops_nobody(raw: bytes) -> None:
    shared = hub()
    reader = shared.subscribe(actor())
    feed = Reader(shared, Sessions(no_auth, seconds=10), Keys(no_keys, seconds=10))
    feed.read(raw)
    feed.read(b'{"type": "something.new"}')
    feed.read(_raw(ConnectionRevoked(connection_id=uuid4(), reason="asked")))
    assert b"event: connection.revoked\n" in reader.take()


def _raw(data: Any) -> bytes:
    return make_event(data, A).model_dump_json().encode()
