"""Requests and answers pass chunk by chunk, and what goes wrong behind is told clearly."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import aiohttp
import pytest
from aiohttp import web
from gateway.settings import Settings
from infra.edge import Behind, Browser, Serve, as_user


@pytest.fixture(autouse=True)
def signed_in(behind: Behind, organization_id: UUID) -> None:
    behind.sign_in("t", organization_id)


async def test_an_answer_is_passed_on_before_it_is_complete(
    browser: Browser, behind: Behind
) -> None:
    read_by_client = asyncio.Event()

    async def stream(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-type": "text/csv"})
        await response.prepare(request)
        await response.write(b"first\n")
        await read_by_client.wait()
        await response.write(b"second\n")
        return response

    behind.behaviour = stream
    async with browser.call("POST", "/v1/metrics/query.csv", headers=as_user("t")) as answer:
        assert await answer.content.readline() == b"first\n"
        read_by_client.set()
        assert await answer.read() == b"second\n"


async def test_a_body_is_passed_on_before_it_is_complete(browser: Browser, behind: Behind) -> None:
    read_behind = asyncio.Event()

    async def read(request: web.Request) -> web.StreamResponse:
        first = await request.content.readexactly(5)
        read_behind.set()
        return web.Response(body=first + b"|" + await request.read())

    async def body() -> AsyncIterator[bytes]:
        yield b"first"
        await read_behind.wait()
        yield b"second"

    behind.behaviour = read
    async with browser.call("POST", "/v1/brands", headers=as_user("t"), data=body()) as answer:
        assert await answer.read() == b"first|second"


async def test_a_large_answer_arrives_whole(browser: Browser, behind: Behind) -> None:
    data = bytes(range(256)) * 20_000

    async def large(request: web.Request) -> web.StreamResponse:
        return web.Response(body=data)

    behind.behaviour = large
    async with browser.call("GET", "/v1/metrics/catalogue", headers=as_user("t")) as answer:
        assert await answer.read() == data


async def test_a_query_and_path_arrive_exactly_as_sent(browser: Browser, behind: Behind) -> None:
    path = "/v1/brands/a%20b%C3%A4?x=%2F&y=+&z=a%26b&x=2"
    _, body = await browser.status("GET", path, headers=as_user("t"))
    assert behind.requests[-1].raw_path == f"/auth{path}"
    assert body is not None


async def test_a_service_hears_nothing_of_cookies_and_foreign_headers(
    browser: Browser, behind: Behind
) -> None:
    headers = as_user(
        "t",
        authorization="Bearer mine",
        **{"x-forwarded-for": "1.2.3.4", "x-internal": "1", "traceparent": "00-0-0-00"},
    )
    async with browser.call("GET", "/v1/brands", headers=headers) as answer:
        heard = behind.requests[-1].headers
        assert heard["x-request-id"] == answer.headers["x-request-id"]
    assert {"cookie", "x-internal", "x-csrf-token"} & {name.lower() for name in heard} == set()
    assert heard["x-forwarded-for"] == "127.0.0.1"
    assert heard["authorization"] != "Bearer mine"
    assert heard["traceparent"] != "00-0-0-00"


async def test_a_caller_hears_nothing_of_the_inside(browser: Browser, behind: Behind) -> None:
    async def chatty(request: web.Request) -> web.StreamResponse:
        headers = {
            "set-cookie": "planted=1",
            "server": "inside",
            "x-internal": "1",
            "location": f"{behind.url}/auth/v1/brands/7",
        }
        return web.Response(status=201, headers=headers)

    behind.behaviour = chatty
    async with browser.call("POST", "/v1/brands", headers=as_user("t")) as answer:
        assert {"set-cookie", "x-internal"} & {name.lower() for name in answer.headers} == set()
        assert answer.headers.get("server") != "inside"
        assert answer.headers["location"] == "/v1/brands/7"
        assert answer.headers["cache-control"] == "no-store"


async def test_login_may_set_its_cookie(browser: Browser, behind: Behind) -> None:
    async def login(request: web.Request) -> web.StreamResponse:
        return web.json_response({}, headers={"set-cookie": "leadline_session=n; HttpOnly"})

    behind.behaviour = login
    async with browser.call("POST", "/v1/session", json={}) as answer:
        assert answer.headers["set-cookie"] == "leadline_session=n; HttpOnly"


async def test_a_service_that_is_away_is_told_as_retryable(
    serve: Serve, settings: Settings, browser: Browser
) -> None:
    lone = settings.model_copy(update={"reporting_url": "http://127.0.0.1:1"})
    client = Browser(browser.http, (await serve(lone)).root)
    status, problem = await client.status("GET", "/v1/metrics/x", headers=as_user("t"))
    assert (status, problem["code"], problem["retryable"]) == (503, "unavailable", True)


async def test_a_service_that_does_not_answer_in_time_is_a_504(
    serve: Serve, settings: Settings, browser: Browser, behind: Behind
) -> None:
    released = asyncio.Event()

    async def hang(request: web.Request) -> web.StreamResponse:
        await released.wait()
        return web.Response()

    behind.behaviour = hang
    hasty = settings.model_copy(update={"upstream_read_timeout_seconds": 0.1})
    client = Browser(browser.http, (await serve(hasty)).root)
    status, problem = await client.status("GET", "/v1/brands", headers=as_user("t"))
    released.set()
    assert (status, problem["code"], problem["retryable"]) == (504, "upstream_timeout", True)


async def test_a_service_that_dies_before_its_answer_is_a_503(
    browser: Browser, behind: Behind
) -> None:
    async def die(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    behind.behaviour = die
    for method in ("GET", "POST"):
        status, problem = await browser.status(method, "/v1/brands", headers=as_user("t"))
        assert (status, problem["retryable"]) == (503, True)


async def test_an_answer_cut_half_way_is_not_passed_off_as_whole(
    browser: Browser, behind: Behind
) -> None:
    async def half(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"half")
        assert request.transport is not None
        request.transport.close()
        return response

    behind.behaviour = half
    with pytest.raises(aiohttp.ClientPayloadError):
        async with browser.call("GET", "/v1/brands", headers=as_user("t")) as answer:
            await answer.read()


async def test_a_caller_that_leaves_ends_the_work_behind(browser: Browser, behind: Behind) -> None:
    ended = asyncio.Event()

    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(b"x" * 1000)
                await asyncio.sleep(0)
        except (ConnectionError, asyncio.CancelledError):
            ended.set()
            raise

    behind.behaviour = endless
    async with browser.call("GET", "/v1/brands", headers=as_user("t")) as answer:
        await answer.content.readexactly(1000)
        answer.close()
    await asyncio.wait_for(ended.wait(), 20)


async def test_a_declared_body_over_the_limit_is_refused_unread(
    browser: Browser, behind: Behind
) -> None:
    status, problem = await browser.status(
        "POST", "/v1/brands", headers=as_user("t"), data=b"x" * 4097
    )
    assert (status, problem["code"]) == (413, "payload_too_large")
    assert behind.requests == []
    status, _ = await browser.status("POST", "/v1/brands", headers=as_user("t"), data=b"x" * 4096)
    assert (status, behind.bodies) == (200, [b"x" * 4096])


async def test_an_undeclared_body_is_refused_at_the_byte_that_is_too_much(
    browser: Browser, behind: Behind
) -> None:
    complete = asyncio.Event()

    async def read(request: web.Request) -> web.StreamResponse:
        await request.read()
        complete.set()
        return web.Response()

    async def body() -> AsyncIterator[bytes]:
        for _ in range(5):
            yield b"x" * 1024

    behind.behaviour = read
    status, problem = await browser.status("POST", "/v1/brands", headers=as_user("t"), data=body())
    assert (status, problem["code"]) == (413, "payload_too_large")
    assert not complete.is_set()


async def test_a_service_that_refuses_our_token_does_not_sign_the_user_out(
    browser: Browser, behind: Behind
) -> None:
    async def refuse(request: web.Request) -> web.StreamResponse:
        return web.json_response({"code": "internal_token_invalid"}, status=401)

    behind.behaviour = refuse
    status, problem = await browser.status("GET", "/v1/brands", headers=as_user("t"))
    assert (status, problem["code"]) == (502, "internal_call_refused")


async def test_a_body_that_is_not_utf8_reaches_the_service_unchanged(
    browser: Browser, behind: Behind
) -> None:
    await browser.status("POST", "/v1/brands", headers=as_user("t"), data=b'{"name": "\xff"}')
    assert behind.bodies == [b'{"name": "\xff"}']
