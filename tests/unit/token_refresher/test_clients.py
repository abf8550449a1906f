from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest
from amazon_ads.endpoints import Endpoints
from amazon_ads.lwa import ClientCredentials
from token_refresher.clients import LoginWithAmazon
from token_refresher.domain import Grant, RefreshFailed


def login(
    answer: Callable[[httpx.Request], httpx.Response], timeout_seconds: float = 5
) -> LoginWithAmazon:
    return LoginWithAmazon(
        Endpoints.at("http://amazon"),
        ClientCredentials("client", "secret"),
        timeout_seconds=timeout_seconds,
        connections=1,
        transport=httpx.MockTransport(answer),
    )


def refusal(status: int, error: str, **headers: str) -> httpx.Response:
    return httpx.Response(status, json={"error_description": "d", "error": error}, headers=headers)


async def test_a_refresh_asks_the_connections_own_region() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        body = {"access_token": "Atza|1", "refresh_token": "Atzr|1", "expires_in": 3600}
        return httpx.Response(200, json={**body, "token_type": "bearer"})

    amazon = login(answer)
    assert await amazon.refresh("EU", "Atzr|1") == Grant("Atzr|1", "Atza|1", 3600)
    assert seen[0].url.path == "/eu/auth/o2/token"
    await amazon.stop()


@pytest.mark.parametrize(
    ("response", "state", "code"),
    [
        (refusal(400, "invalid_grant"), "reauth_required", "invalid_grant"),
        (refusal(401, "invalid_client"), "client_misconfigured", "invalid_client"),
        (refusal(400, "unauthorized_client"), "client_misconfigured", "unauthorized_client"),
        (refusal(400, "invalid_request"), "client_misconfigured", "invalid_request"),
        (refusal(500, "server_error"), "retrying", "unavailable"),
        (httpx.Response(503, content=b"<html>"), "retrying", "unavailable"),
        (httpx.Response(429), "retrying", "rate_limited"),
        (httpx.Response(400, content=b"<html>proxy</html>"), "retrying", "malformed_response"),
        (httpx.Response(200, content=b"{"), "retrying", "malformed_response"),
        (httpx.Response(200, json={"access_token": "Atza|1"}), "retrying", "malformed_response"),
    ],
)
async def test_each_refusal_has_its_state(response: httpx.Response, state: str, code: str) -> None:
    with pytest.raises(RefreshFailed) as failure:
        await login(lambda _: response).refresh("NA", "Atzr|1")
    assert (failure.value.state, failure.value.code) == (state, code)


async def test_retry_after_is_handed_on() -> None:
    with pytest.raises(RefreshFailed) as failure:
        await login(lambda _: httpx.Response(429, headers={"Retry-After": "17"})).refresh("NA", "x")
    assert failure.value.retry_after == timedelta(seconds=17)


async def test_a_cut_connection_and_a_hanging_call_are_tried_again_later() -> None:
    def cut(_: httpx.Request) -> httpx.Response:
        raise httpx.RemoteProtocolError("cut")

    with pytest.raises(RefreshFailed) as failure:
        await login(cut).refresh("NA", "Atzr|1")
    assert (failure.value.state, failure.value.code) == ("retrying", "connection_lost")

    async def hang(_: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError("unreachable")

    hanging = LoginWithAmazon(
        Endpoints.at("http://amazon"),
        ClientCredentials("client", "secret"),
        timeout_seconds=0.01,
        connections=1,
        transport=httpx.MockTransport(hang),
    )
    with pytest.raises(RefreshFailed) as failure:
        await hanging.refresh("NA", "Atzr|1")
    assert (failure.value.state, failure.value.code) == ("retrying", "timeout")
