"""Sessions are asked for once, remembered shortly, and dropped at once."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from gateway.sessions import Sessions, session_from
from shared.errors import Unauthenticated, Unavailable, UpstreamFailed
from shared.internal_tokens import TokenSigner, TokenVerifier, generate_keypair

USER, SESSION, ORGANIZATION = uuid4(), uuid4(), uuid4()


def answer(**changes: Any) -> dict[str, Any]:
    return {
        "subject": str(USER),
        "organization_id": str(ORGANIZATION),
        "permissions": ["report:read"],
        "brand_ids": None,
        "session_id": str(SESSION),
        "csrf_token": "csrf",
        "expires_at": datetime(2026, 1, 1, tzinfo=UTC).isoformat(),
        **changes,
    }


class Auth:
    """Counts questions; `gate` holds the answers back."""

    def __init__(self) -> None:
        self.asked = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.error: Exception | None = None

    async def __call__(self, cookie: str) -> dict[str, Any]:
        assert cookie == "c"
        self.asked += 1
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        return answer()


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


async def test_many_calls_at_once_ask_auth_once() -> None:
    auth = Auth()
    auth.gate.clear()
    sessions = Sessions(auth, seconds=10)
    calls = [asyncio.create_task(sessions.get("c")) for _ in range(20)]
    await asyncio.sleep(0)
    auth.gate.set()
    found = await asyncio.gather(*calls)
    assert auth.asked == 1
    assert {session.actor.session_id for session in found} == {SESSION}


async def test_a_session_is_remembered_no_longer_than_told() -> None:
    auth, clock = Auth(), Clock()
    sessions = Sessions(auth, seconds=10, monotonic=clock)
    await sessions.get("c")
    clock.now += 9.9
    await sessions.get("c")
    assert auth.asked == 1
    clock.now += 0.1
    await sessions.get("c")
    assert auth.asked == 2


@pytest.mark.parametrize(
    ("drop", "who"),
    [("forget", "c"), ("forget_session", SESSION), ("forget_user", USER)],
)
async def test_a_dropped_session_is_asked_for_again(drop: str, who: str | UUID) -> None:
    auth = Auth()
    sessions = Sessions(auth, seconds=10)
    await sessions.get("c")
    getattr(sessions, drop)(who)
    auth.error = Unauthenticated("ended")
    with pytest.raises(Unauthenticated):
        await sessions.get("c")


async def test_an_answer_that_was_on_its_way_during_a_revocation_is_not_remembered() -> None:
    auth = Auth()
    auth.gate.clear()
    sessions = Sessions(auth, seconds=10)
    call = asyncio.create_task(sessions.get("c"))
    while not auth.asked:
        await asyncio.sleep(0)
    sessions.forget_session(SESSION)
    auth.gate.set()
    await call
    assert sessions.remembered("c") is None


async def test_a_call_after_a_revocation_does_not_join_the_question_before_it() -> None:
    auth = Auth()
    auth.gate.clear()
    sessions = Sessions(auth, seconds=10)
    before = asyncio.create_task(sessions.get("c"))
    await asyncio.sleep(0)
    sessions.forget_session(SESSION)
    after = asyncio.create_task(sessions.get("c"))
    await asyncio.sleep(0)
    auth.gate.set()
    await asyncio.gather(before, after)
    assert auth.asked == 2


async def test_auth_being_away_is_not_remembered_as_no_session() -> None:
    auth = Auth()
    auth.error = Unavailable("auth is away")
    sessions = Sessions(auth, seconds=10)
    with pytest.raises(Unavailable):
        await sessions.get("c")
    auth.error = None
    assert (await sessions.get("c")).csrf_token == "csrf"


async def test_one_caller_giving_up_does_not_spoil_the_answer_for_others() -> None:
    auth = Auth()
    auth.gate.clear()
    sessions = Sessions(auth, seconds=10)
    first = asyncio.create_task(sessions.get("c"))
    second = asyncio.create_task(sessions.get("c"))
    await asyncio.sleep(0)
    first.cancel()
    auth.gate.set()
    assert (await second).actor.subject == str(USER)
    assert auth.asked == 1


def test_a_token_is_bound_to_its_service_and_carries_the_brands() -> None:
    private, public = generate_keypair()
    signer = TokenSigner("gateway", private)
    brand = uuid4()
    session = session_from(answer(brand_ids=[str(brand)]))
    token = session.token(signer, "reporting", "203.0.113.9")
    assert session.token(signer, "reporting", "203.0.113.9") is token
    actor = TokenVerifier("reporting", {"gateway": public}).verify(token)
    assert (actor.brand_ids, actor.ip) == (frozenset({brand}), "203.0.113.9")
    with pytest.raises(Unauthenticated):
        TokenVerifier("auth", {"gateway": public}).verify(token)


@pytest.mark.parametrize("broken", [{"brand_ids": "all"}, {"session_id": "x"}, {"expires_at": 5}])
def test_an_answer_of_another_shape_is_never_a_session(broken: dict[str, Any]) -> None:
    with pytest.raises(UpstreamFailed):
        session_from(answer(**broken))
