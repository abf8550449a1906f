"""The refresher against the sandbox's Amazon: consent, refresh, faults, revocation, consent again."""

from __future__ import annotations

import pytest
from infra.connected import Connected
from infra.credentials import facts, payloads
from token_refresher.domain import advise


async def test_a_token_from_the_loop_opens_amazon_long_after_the_first_one_died(
    connected: Connected,
) -> None:
    for _ in range(3):
        assert await connected.tick() == "healthy"
        assert await connected.profiles() == 200


@pytest.mark.parametrize("kind", ["429", "429_no_retry_after", "500", "503", "malformed"])
async def test_a_faulty_amazon_is_waited_out(connected: Connected, kind: str) -> None:
    await connected.fail(kind)
    assert await connected.tick() == "retrying"
    await connected.fail("")
    assert await connected.tick() == "healthy"
    assert await connected.profiles() == 200


async def test_a_revoked_user_must_consent_again_and_then_all_is_well(
    connected: Connected,
) -> None:
    await connected.amazon.http.post("/_sandbox/users/morgan/revoke")
    assert await connected.tick() == "reauth_required"
    await connected.consent()
    assert await connected.tick() == "healthy"
    assert await connected.profiles() == 200
    assert await facts(connected.db) == [
        "credential.refreshed",
        "credential.reauth_required",
        "credential.recovered",
        "credential.refreshed",
        "credential.refreshed",
    ]


REACHED = [
    ("", "healthy", None, "leadline"),
    ("429", "retrying", "rate_limited", "leadline"),
    ("timeout", "retrying", "timeout", "leadline"),
    ("revoked", "reauth_required", "invalid_grant", "user"),
    ("invalid_client", "client_misconfigured", "invalid_client", "operator"),
    ("unauthorized_client", "client_misconfigured", "unauthorized_client", "operator"),
]


@pytest.mark.parametrize(("cause", "state", "code", "owner"), REACHED)
async def test_amazons_own_words_lead_to_a_state_with_an_owner(
    connected: Connected, cause: str, state: str, code: str | None, owner: str
) -> None:
    await _bring_about(connected, cause)
    assert await connected.tick() == state
    row = await connected.world.row(connected.db, connected.connection_id)
    assert row.last_error_code == code
    advice = advise(row.state, row.last_error_code)
    assert (advice.owner, bool(advice.next_action)) == (owner, True)


@pytest.mark.parametrize(("cause", "state"), [(c, s) for c, s, *_ in REACHED[1:]])
async def test_each_failure_is_announced_once_and_so_is_its_end(
    connected: Connected, cause: str, state: str
) -> None:
    await _bring_about(connected, cause)
    await connected.tick()
    await connected.tick(after=360)
    await _put_right(connected, cause)
    for _ in range(2):
        await connected.tick(after=360)
    told = [e for e in await payloads(connected.db) if e["type"] != "credential.refreshed"]
    failed = "reauth_required" if state == "reauth_required" else "refresh_failed"
    assert [e["type"] for e in told] == [f"credential.{failed}", "credential.recovered"]
    assert told[0]["data"].get("state", state) == state


async def _bring_about(connected: Connected, cause: str) -> None:
    if cause == "revoked":
        await connected.amazon.http.post("/_sandbox/users/morgan/revoke")
    elif cause.endswith("client"):
        await connected.behave(refuse_client=cause)
    elif cause == "timeout":
        connected.refresher._amazon._timeout_seconds = 0.05  # pyright: ignore[reportPrivateUsage]
        await connected.fail(cause)
    else:
        await connected.fail(cause)


async def _put_right(connected: Connected, cause: str) -> None:
    if cause == "revoked":
        await connected.consent()
    elif cause.endswith("client"):
        await connected.behave(refuse_client="")
    else:
        connected.refresher._amazon._timeout_seconds = 10  # pyright: ignore[reportPrivateUsage]
        await connected.fail("")
