from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import httpx
import pytest
from shared.errors import (
    Conflict,
    TooManyRequests,
    Unavailable,
    UpstreamFailed,
    UpstreamTimeout,
)
from shared.internal_tokens import Actor, TokenSigner, TokenVerifier, generate_keypair
from shared.service_client import ServiceClient

from shared import tracing

PRIVATE, PUBLIC = generate_keypair()
VERIFIER = TokenVerifier("token-refresher", {"gateway": PUBLIC})


def client(answer: Callable[[httpx.Request], httpx.Response]) -> ServiceClient:
    return ServiceClient(
        "http://refresher",
        "token-refresher",
        TokenSigner("gateway", PRIVATE),
        "gateway",
        transport=httpx.MockTransport(answer),
    )


async def test_each_call_is_signed_and_traced_and_the_body_comes_back() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(204) if request.method == "DELETE" else httpx.Response(200, json=[1])

    service = client(answer)
    user = Actor("user", "u1", uuid4())
    with tracing.span("work"):
        assert await service.post("/internal/x", json={"a": 1}) == [1]
        assert await service.get("/v1/x", params={"q": "1"}, actor=user) == [1]
        assert await service.put("/v1/x", json={}) == [1]
        assert await service.delete("/v1/x") is None
        ids = tracing.current_ids()
    actors = [VERIFIER.verify(r.headers["Authorization"].removeprefix("Bearer ")) for r in seen]
    own = Actor.service("gateway")
    assert actors == [own, user, own, own]
    assert ids
    assert all(ids[0] in r.headers["traceparent"] for r in seen)
    await service.stop()


async def test_the_other_sides_error_comes_back_as_it_was_raised() -> None:
    service = client(
        lambda _: httpx.Response(
            409,
            json={
                "code": "reauth_required",
                "detail": "d",
                "hint": "h",
                "retryable": False,
                "connection": "c1",
                "request_id": "r",
            },
        )
    )
    with pytest.raises(Conflict) as error:
        await service.get("/x")
    assert (error.value.code, error.value.detail, error.value.hint) == ("reauth_required", "d", "h")
    assert error.value.extra == {"connection": "c1"}


async def test_retry_after_and_retryable_survive() -> None:
    service = client(lambda _: httpx.Response(429, json={}, headers={"Retry-After": "7"}))
    with pytest.raises(TooManyRequests) as error:
        await service.get("/x")
    assert error.value.retry_after_seconds == 7
    assert error.value.retryable


async def test_a_refused_service_token_is_not_the_users_logout() -> None:
    service = client(lambda _: httpx.Response(401, json={"code": "internal_token_invalid"}))
    with pytest.raises(UpstreamFailed) as error:
        await service.get("/x")
    assert error.value.code == "internal_call_refused"


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (httpx.ConnectError("no"), Unavailable),
        (httpx.RemoteProtocolError("cut"), Unavailable),
        (httpx.ReadTimeout("slow"), UpstreamTimeout),
    ],
)
async def test_transport_failures_are_retryable_errors(failure: Exception, kind: type) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        raise failure

    with pytest.raises(kind) as error:
        await client(answer).get("/x")
    assert error.value.retryable  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(200, content=b"<html>"),
        httpx.Response(500, content=b"\xff\xfe"),
        httpx.Response(418, json=["teapot"]),
        httpx.Response(302, headers={"Location": "http://elsewhere/"}),
    ],
)
async def test_an_answer_out_of_contract_is_an_upstream_failure(response: httpx.Response) -> None:
    with pytest.raises(UpstreamFailed):
        await client(lambda _: response).get("/x")
