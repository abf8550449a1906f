"""API keys are asked for once, remembered shortly, and end at their moment."""

import asyncio
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any
from uuid import UUID, uuid4

import pytest
from gateway.keys import Keys, key_from
from shared.errors import Unavailable, UpstreamFailed

KEY, ORGANIZATION = uuid4(), uuid4()
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def answer(**changes: Any) -> dict[str, Any]:
    return {
        "subject": str(KEY),
        "organization_id": str(ORGANIZATION),
        "permissions": ["report:read"],
        "brand_ids": None,
        "narrower": {},
        "allowed_networks": ["192.0.2.0/24", "2001:db8::/32"],
        "rate_limit_per_minute": 5,
        "expires_at": None,
        **changes,
    }


class Auth:
    """Counts questions; `gate` holds the answers back."""

    def __init__(self, **changes: Any) -> None:
        self.asked = list[tuple[str, str]]()
        self.gate = asyncio.Event()
        self.gate.set()
        self.changes = changes
        self.error: Exception | None = None

    async def __call__(self, secret: str, ip: str) -> dict[str, Any]:
        self.asked.append((secret, ip))
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        return answer(**self.changes)


def test_an_answer_becomes_a_key() -> None:
    brand = uuid4()
    key = key_from(answer(brand_ids=[str(brand)], narrower={"report:read": [str(brand)]}))
    assert (key.actor.kind, key.actor.subject) == ("key", str(KEY))
    assert (key.actor.brand_ids, key.actor.session_id) == (frozenset({brand}), None)
    assert key.networks == (ip_network("192.0.2.0/24"), ip_network("2001:db8::/32"))
    assert (key.per_minute, key.expires_at) == (5, None)


@pytest.mark.parametrize(
    "broken",
    [
        {"organization_id": "x"},
        {"organization_id": None},
        {"brand_ids": "x"},
        {"allowed_networks": ["everywhere"]},
        {"allowed_networks": None},
        {"rate_limit_per_minute": "many"},
        {"expires_at": "never"},
        {"narrower": []},
    ],
)
def test_an_answer_of_another_shape_lets_nobody_in(broken: dict[str, Any]) -> None:
    with pytest.raises(UpstreamFailed):
        key_from(answer(**broken))


async def test_many_calls_at_once_ask_auth_once() -> None:
    auth = Auth()
    auth.gate.clear()
    keys = Keys(auth, seconds=10)
    calls = [asyncio.create_task(keys.ask("k", "192.0.2.1")) for _ in range(20)]
    await asyncio.sleep(0)
    auth.gate.set()
    found = await asyncio.gather(*calls)
    assert (len(auth.asked), {key.actor.subject for key in found}) == (1, {str(KEY)})


async def test_a_remembered_key_ends_when_it_expires() -> None:
    now = NOW
    auth = Auth(expires_at=(NOW + timedelta(seconds=3)).isoformat())
    keys = Keys(auth, seconds=10, now=lambda: now)
    await keys.ask("k", "")
    now = NOW + timedelta(seconds=2)
    assert keys.remembered("k") is not None
    now = NOW + timedelta(seconds=3)
    assert keys.remembered("k") is None


async def test_an_answer_on_its_way_is_not_remembered_after_a_revocation() -> None:
    auth = Auth()
    auth.gate.clear()
    keys = Keys(auth, seconds=10)
    call = asyncio.create_task(keys.ask("k", ""))
    while not auth.asked:
        await asyncio.sleep(0)
    keys.forget_organization(UUID(int=1))
    auth.gate.set()
    await call
    assert keys.remembered("k") is None


async def test_auth_being_away_forgets_nothing() -> None:
    auth = Auth()
    keys = Keys(auth, seconds=10)
    await keys.ask("k", "")
    auth.error = Unavailable("away")
    with pytest.raises(Unavailable):
        await keys.ask("k", "")
    assert keys.remembered("k") is not None
