"""Small parts: tokens, fault rules, settings, the clock."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError
from sandbox.clock import SandboxClock
from sandbox.faults.rules import Faults, Rule
from sandbox.lwa.tokens import Grant, TokenMint
from sandbox.settings import Settings
from sandbox.state import State
from sandbox.world.dice import Dice

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
GRANT = Grant("morgan", "client", ("advertising::campaign_management",), 0, "abc")


def _settings(**values: Any) -> Settings:
    fields: dict[str, Any] = {"lwa_client_id": "c", "lwa_client_secret": SecretStr("s")} | values
    return Settings(**fields)


@given(user=st.text(max_size=40), generation=st.integers(0, 10**6))
def test_tokens_say_what_they_were_told(user: str, generation: int) -> None:
    mint = TokenMint("seed", "secret")
    grant = Grant(user, "client", ("a", "b"), generation, "serial")
    assert mint.read_refresh(mint.refresh_token(grant)) == grant
    opened = mint.read_access(mint.access_token(grant, NOW))
    assert opened == (grant, NOW + timedelta(hours=1))


@given(place=st.integers(10, 353), letter=st.sampled_from("ABCxyz019-_=|ü"))
def test_a_changed_token_is_nobodys(place: int, letter: str) -> None:
    mint = TokenMint("seed", "secret")
    token = mint.refresh_token(GRANT)
    changed = token[:place] + letter + token[place + 1 :]
    assert (mint.read_refresh(changed) is None) is (changed != token)


def test_tokens_of_another_secret_or_kind_are_refused() -> None:
    mint, other = TokenMint("seed", "secret"), TokenMint("seed", "other")
    refresh, access = mint.refresh_token(GRANT), mint.access_token(GRANT, NOW)
    assert other.read_refresh(refresh) is None
    assert mint.read_refresh(access) is None
    assert mint.read_access(refresh) is None
    assert mint.read_refresh("Atzr" + access[4:]) is None


def test_rates_are_seeded_and_near_what_they_say() -> None:
    def fires() -> list[bool]:
        faults = Faults(Dice("seed"), [Rule("*", "500", rate=0.3)])
        return [faults.fire("GET", "/na/v2/profiles") is not None for _ in range(1000)]

    assert fires() == fires()
    assert 250 < sum(fires()) < 350


def test_the_first_rule_that_fires_decides() -> None:
    rules = [Rule("GET /v2", "429", count=1), Rule("*", "500")]
    faults = Faults(Dice("seed"), rules)
    kinds = [rule.kind for _ in range(2) if (rule := faults.fire("GET", "/na/v2/profiles"))]
    assert kinds == ["429", "500"]


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("http://127.0.0.1:8400/cb", True),
        ("https://localhost/cb", True),
        ("http://[::1]:1/cb", True),
        ("https://leadline.example/cb", False),
        ("ftp://127.0.0.1/cb", False),
        ("http://127.0.0.1@evil.example/", False),
        ("http://[bad", False),
        ("/relative", False),
    ],
)
def test_without_a_list_only_this_machine_may_be_returned_to(url: str, allowed: bool) -> None:
    assert _settings().allows_return_to(url) is allowed


def test_a_list_of_return_urls_is_exact() -> None:
    settings = _settings(sandbox_allowed_return_urls="https://a.example/cb, https://b.example/cb")
    assert settings.allows_return_to("https://b.example/cb")
    assert not settings.allows_return_to("https://b.example/cb/more")
    assert not settings.allows_return_to("http://127.0.0.1/cb")


def test_credentials_have_no_default(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LWA_CLIENT_ID", "LWA_CLIENT_SECRET"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ValidationError):
        Settings()  # pyright: ignore[reportCallIssue] - that is the point


def test_a_frozen_clock_moves_only_by_advance() -> None:
    clock = SandboxClock(State(None))
    clock.set(NOW, frozen=True)
    assert clock.now() == clock.now() == NOW
    clock.advance(61)
    assert clock.now() == NOW + timedelta(seconds=61)
    clock.advance(-1)
    assert clock.now() == NOW + timedelta(seconds=60)


def test_a_clock_set_without_freezing_runs_on() -> None:
    clock = SandboxClock(State(None))
    clock.set(NOW, frozen=False)
    first = clock.now()
    assert NOW <= first <= clock.now() < NOW + timedelta(minutes=5)


def test_documents_are_taken_once() -> None:
    state = State(None)
    state.put("code", "a", {"x": 1})
    assert state.take("code", "a") == {"x": 1}
    assert state.take("code", "a") is None
    state.close()
