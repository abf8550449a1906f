"""Who gets in: sessions, CSRF, origins, limits, and paths that have no door."""

import asyncio
import json
from typing import Any
from uuid import UUID

import pytest
from aiohttp import web
from gateway.settings import Settings
from infra.edge import CSRF, Behind, Browser, Serve, as_user
from pydantic import SecretStr


async def test_without_a_session_nothing_of_the_api_answers(
    browser: Browser, behind: Behind
) -> None:
    for path in ("/v1/session", "/v1/brands", "/v1/events", "/v1/metrics/freshness"):
        status, problem = await browser.status("GET", path)
        assert (status, problem["code"]) == (401, "unauthenticated"), path
    status, problem = await browser.status("GET", "/v1/brands", headers=as_user("unknown"))
    assert (status, problem["code"]) == (401, "session_unknown")
    assert behind.requests == []


async def test_login_and_the_amazon_callback_need_no_session(
    browser: Browser, behind: Behind
) -> None:
    assert (await browser.status("POST", "/v1/session", json={"email": "a"}))[0] == 200
    assert behind.actor_of_last_call().kind == "anonymous"
    path = "/v1/connections/callback?code=a%2Bb&state=s"
    assert (await browser.status("GET", path))[1] == {"path": f"/auth{path}"}
    assert behind.actor_of_last_call().kind == "anonymous"


@pytest.mark.parametrize(
    ("cookie", "page"),
    [
        ("leadline_session=t", "/connections/"),
        ("leadline_consent=c", "/amazon-consent/"),
        ("leadline_consent=c; leadline_session=t", "/connections/"),
        ("other=1", "/connections/"),
    ],
)
async def test_a_browser_from_amazon_ends_on_a_page_also_when_nobody_takes_its_answer_in(
    browser: Browser, behind: Behind, organization_id: UUID, cookie: str, page: str
) -> None:
    behind.sign_in("t", organization_id)
    path = "/v1/connections/callback?code=secret&state=s"

    async def broken(_: web.Request) -> web.Response:
        return web.json_response({"code": "database_unavailable"}, status=503)

    async def killed(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    for behind.behaviour in (broken, killed):
        async with browser.call("GET", path, headers={"cookie": cookie}) as answer:
            assert (answer.status, answer.headers["location"]) == (303, f"{page}?error=interrupted")


async def test_a_refusal_of_amazons_callback_is_told_as_it_is(
    browser: Browser, behind: Behind
) -> None:
    async def refuse(_: web.Request) -> web.Response:
        return web.json_response({"code": "validation_failed"}, status=422)

    behind.behaviour = refuse
    assert (await browser.status("GET", "/v1/connections/callback"))[0] == 422


BEFORE_SIGN_IN = [
    ("POST", "/v1/session/second-factor"),
    ("POST", "/v1/users"),
    ("POST", "/v1/users/verification"),
    ("POST", "/v1/users/verification/letters"),
    ("POST", "/v1/password-resets"),
    ("PUT", "/v1/password-resets"),
]


@pytest.mark.parametrize(("method", "path"), BEFORE_SIGN_IN)
async def test_what_comes_before_signing_in_needs_no_session_but_this_site(
    browser: Browser, behind: Behind, organization_id: UUID, method: str, path: str
) -> None:
    """A session left in the browser asks for no CSRF token: these pages do not know it."""
    behind.sign_in("t", organization_id)
    left = {"cookie": "leadline_session=t"}
    assert (await browser.status(method, path, json={}))[0] == 200
    assert behind.actor_of_last_call().kind == "anonymous"
    assert (await browser.status(method, path, json={}, headers=left))[0] == 200
    assert behind.actor_of_last_call().kind == "user"
    elsewhere = {"origin": "https://evil.example"}
    status, problem = await browser.status(method, path, json={}, headers=elsewhere)
    assert (status, problem["code"]) == (403, "foreign_origin")


async def test_a_session_becomes_a_token_for_the_called_service_only(
    browser: Browser, behind: Behind, organization_id: UUID
) -> None:
    session = behind.sign_in("t", organization_id)
    for path, service in (
        ("/v1/brands", "auth"),
        ("/v1/advertisers/brands", "auth"),
        ("/v1/credentials", "token-refresher"),
        ("/v1/syncs/reports", "dsp-ingest"),
        ("/v1/amc/instances", "amc-runner"),
        ("/v1/metrics/query.csv", "reporting"),
    ):
        assert (await browser.status("GET", path, headers=as_user("t")))[0] == 200
        assert behind.requests[-1].path == f"/{service}{path}"
        actor = behind.actor_of_last_call()
        assert (actor.kind, actor.subject) == ("user", session["subject"])
        assert (actor.organization_id, actor.ip) == (organization_id, "127.0.0.1")
    assert behind.resolved == 1


async def test_two_different_session_cookies_count_as_none(
    browser: Browser, behind: Behind, organization_id: UUID
) -> None:
    behind.sign_in("t", organization_id)
    headers = {"cookie": "leadline_session=planted; leadline_session=t"}
    assert (await browser.status("GET", "/v1/brands", headers=headers))[0] == 401


@pytest.mark.parametrize("token", ["", "wrong", CSRF + "x"])
async def test_an_unsafe_call_without_the_csrf_token_changes_nothing(
    browser: Browser, behind: Behind, organization_id: UUID, token: str
) -> None:
    behind.sign_in("t", organization_id)
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        headers = {"cookie": "leadline_session=t", "x-csrf-token": token}
        status, problem = await browser.status(method, "/v1/brands", headers=headers)
        assert (status, problem["code"]) == (403, "csrf_token_invalid")
    assert behind.requests == []
    assert (await browser.status("POST", "/v1/brands", headers=as_user("t")))[0] == 200


@pytest.mark.parametrize(
    "headers", [{"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}]
)
async def test_a_login_from_another_site_is_refused(
    browser: Browser, behind: Behind, headers: dict[str, str]
) -> None:
    status, problem = await browser.status("POST", "/v1/session", json={}, headers=headers)
    assert (status, problem["code"]) == (403, "foreign_origin")
    assert behind.requests == []


@pytest.mark.parametrize(
    "path",
    [
        "/internal/parked-messages",
        "/internal",
        "/v1/../internal/sessions/resolve",
        "/v1/brands/../../internal/sessions/resolve",
        "/v1/%2e%2e/internal/sessions/resolve",
        "/v1/brands/..%2f..%2finternal/sessions/resolve",
        "/v1/brands/%252e%252e/internal",
        "//internal/sessions/resolve",
        "/v1//internal/sessions/resolve",
        "/v1/internal/sessions/resolve",
        "/v1/unknown",
        "/v1",
        "/docs",
        "/openapi.json",
    ],
)
async def test_internal_paths_have_no_door(
    browser: Browser, behind: Behind, organization_id: UUID, path: str
) -> None:
    behind.sign_in("t", organization_id)
    for method in ("GET", "POST"):
        status, problem = await browser.status(method, path, headers=as_user("t"))
        assert status in {400, 404}, path
        assert problem["status"] == status
    assert behind.requests == []


async def test_metrics_are_hidden_from_those_who_come_through_a_proxy(browser: Browser) -> None:
    async with browser.call("GET", "/metrics") as answer:
        assert "leadline_" in await answer.text()
    headers = {"x-forwarded-for": "203.0.113.9"}
    assert (await browser.status("GET", "/metrics", headers=headers))[0] == 404


async def test_readiness_lists_what_is_away_and_stays_ready(
    browser: Browser, behind: Behind
) -> None:
    async def only_auth(request: web.Request) -> web.Response:
        return web.Response(status=200 if request.path.startswith("/auth/") else 500)

    behind.behaviour = only_auth
    status, report = await browser.status("GET", "/readyz")
    assert (status, report["status"]) == (200, "ok")
    assert report["upstreams"]["auth"] == "ok"
    assert report["upstreams"]["reporting"] == "answers 500"
    assert report["parts"]["live"] == "kafka: not reading live updates"
    assert (await browser.status("GET", "/livez"))[0] == 200


async def test_a_logout_takes_effect_at_once(
    browser: Browser, behind: Behind, organization_id: UUID
) -> None:
    behind.sign_in("t", organization_id)
    assert (await browser.status("GET", "/v1/brands", headers=as_user("t")))[0] == 200

    async def sign_out(request: web.Request) -> web.Response:
        behind.sessions.clear()
        return web.Response(status=204, headers={"set-cookie": "leadline_session=; Max-Age=0"})

    behind.behaviour = sign_out
    async with browser.call("DELETE", "/v1/session", headers=as_user("t")) as answer:
        assert answer.status == 204
        assert "Max-Age=0" in answer.headers["set-cookie"]
    assert (await browser.status("GET", "/v1/brands", headers=as_user("t")))[0] == 401


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "/v1/sessions/0190"),
        ("PATCH", "/v1/members/0190"),
        ("PUT", "/v1/roles/0190"),
        ("PUT", "/v1/organization/owner"),
        ("PUT", "/v1/user/password"),
        ("DELETE", "/v1/api-keys/0190"),
    ],
)
async def test_what_somebody_changes_holds_for_others_with_the_answer(
    browser: Browser, behind: Behind, organization_id: UUID, method: str, path: str
) -> None:
    """Without any event: the bus of this edge leads nowhere."""
    behind.sign_in("owner", organization_id)
    behind.sign_in("other", organization_id)
    behind.sign_in("stranger", UUID(int=7))
    program = {"authorization": f"Bearer {behind.issue_key(organization_id)}"}
    callers = (as_user("owner"), as_user("other"), as_user("stranger"), program)
    for caller in callers:
        assert (await browser.status("GET", "/v1/brands", headers=caller))[0] == 200
    asked = behind.resolved, len(behind.asked_of_keys)

    async def ends_others(request: web.Request) -> web.Response:
        behind.sessions.pop("other")
        behind.sessions.pop("stranger")
        behind.keys.clear()
        behind.behaviour = None
        return web.Response(status=204)

    behind.behaviour = ends_others
    assert (await browser.status(method, path, headers=as_user("owner")))[0] == 204
    got = [(await browser.status("GET", "/v1/brands", headers=caller))[0] for caller in callers]
    assert got == [200, 401, 200, 401], "another organization's is remembered as before"
    assert (behind.resolved, len(behind.asked_of_keys)) == (asked[0] + 2, asked[1] + 1)


async def test_a_refused_change_makes_nobody_ask_again(
    browser: Browser, behind: Behind, organization_id: UUID
) -> None:
    behind.sign_in("owner", organization_id)

    async def refuse(request: web.Request) -> web.Response:
        return web.json_response({"code": "last_owner"}, status=409)

    behind.behaviour = refuse
    for _ in range(3):
        assert (await browser.status("PATCH", "/v1/members/1", headers=as_user("owner")))[0] == 409
    assert behind.resolved == 1


async def test_a_new_password_by_letter_ends_sessions_with_its_answer(
    browser: Browser, behind: Behind, organization_id: UUID
) -> None:
    behind.sign_in("t", organization_id)
    assert (await browser.status("GET", "/v1/brands", headers=as_user("t")))[0] == 200
    behind.sessions.clear()
    same_site = {"origin": "https://leads.example"}
    assert (await browser.status("PUT", "/v1/password-resets", headers=same_site))[0] == 200
    assert (await browser.status("GET", "/v1/brands", headers=as_user("t")))[0] == 401


async def test_a_malformed_cookie_is_no_session(browser: Browser, behind: Behind) -> None:
    async def refuse(request: web.Request) -> web.StreamResponse:
        return web.json_response({"code": "validation_failed"}, status=422)

    behind.resolve_with = refuse
    assert (await browser.status("GET", "/v1/brands", headers=as_user("%00")))[0] == 401


async def test_auth_away_is_told_as_retryable_and_pages_still_show(
    browser: Browser, behind: Behind
) -> None:
    async def away(request: web.Request) -> web.StreamResponse:
        return web.json_response({}, status=503)

    behind.resolve_with = away
    status, problem = await browser.status("GET", "/v1/brands", headers=as_user("t"))
    assert (status, problem["retryable"]) == (503, True)
    assert (await browser.status("GET", "/connections/", headers=as_user("t")))[0] == 200


async def test_a_session_over_its_limit_waits_and_others_do_not(
    serve: Serve, settings: Settings, browser: Browser, behind: Behind, organization_id: UUID
) -> None:
    limited = settings.model_copy(update={"rate_limit_session_per_minute": 2})
    client = Browser(browser.http, (await serve(limited)).root)
    behind.sign_in("t", organization_id)
    behind.sign_in("u", organization_id)
    first = await _headers(client, "t")
    assert first["ratelimit-policy"].startswith('"ip"')
    seen = [await _headers(client, "t") for _ in range(3)]
    assert [h[":status"] for h in seen] == ["200", "200", "429"]
    assert seen[0]["ratelimit"].startswith('"session";r=1;')
    assert int(seen[2]["retry-after"]) >= 1
    assert (await _headers(client, "u"))[":status"] == "200"


async def test_logins_are_limited_per_address(
    serve: Serve, settings: Settings, browser: Browser, behind: Behind
) -> None:
    limited = settings.model_copy(
        update={"rate_limit_login_per_minute": 2, "trusted_proxies": "127.0.0.0/8"}
    )
    client = Browser(browser.http, (await serve(limited)).root)
    codes = [await _login(client, "198.51.100.7") for _ in range(3)]
    assert codes == [200, 200, 429]
    assert await _login(client, "198.51.100.8") == 200
    assert behind.actor_of_last_call().ip == "198.51.100.8"


async def test_without_valkey_calls_pass(
    serve: Serve, settings: Settings, browser: Browser, behind: Behind, organization_id: UUID
) -> None:
    lone = settings.model_copy(update={"redis_url": SecretStr("redis://127.0.0.1:1/0")})
    client = Browser(browser.http, (await serve(lone)).root)
    behind.sign_in("t", organization_id)
    assert (await client.status("GET", "/v1/brands", headers=as_user("t")))[0] == 200


async def test_errors_are_problems_with_the_request_id_of_the_header(browser: Browser) -> None:
    async with browser.call("GET", "/v1/brands", headers={"x-request-id": "forged-id"}) as answer:
        problem = json.loads(await answer.read())
        assert answer.headers["content-type"] == "application/problem+json"
        assert problem["request_id"] == answer.headers["x-request-id"] != "forged-id"
        assert {"type", "title", "status", "code", "detail", "hint", "retryable"} <= set(problem)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "raw",
    [
        b"POST /v1/session HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /v1/session HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        b"GET /v1/\xff\xfe HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /v1/brands HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"TRACE /v1/brands HTTP/1.1\r\nHost: a\r\n\r\n",
        b"\x16\x03\x01 nonsense\r\n\r\n",
    ],
)
async def test_requests_with_two_meanings_are_refused_on_the_wire(
    browser: Browser, behind: Behind, raw: bytes
) -> None:
    port = int(browser.root.rsplit(":", 1)[1])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(raw)
    line = await asyncio.wait_for(reader.readline(), 10)
    writer.close()
    await writer.wait_closed()
    assert line.split()[1] in {b"400", b"405"}
    assert behind.requests == []


async def _headers(client: Browser, token: str) -> dict[str, Any]:
    async with client.call("GET", "/v1/brands", headers=as_user(token)) as answer:
        lowered = {name.lower(): value for name, value in answer.headers.items()}
        return {":status": str(answer.status), **lowered}


async def _login(client: Browser, address: str) -> int:
    headers = {"x-forwarded-for": address}
    return (await client.status("POST", "/v1/session", json={}, headers=headers))[0]


async def test_webhooks_of_clerk_pass_without_a_session_and_keep_what_was_signed(
    browser: Browser, behind: Behind
) -> None:
    signed = {"svix-id": "m1", "svix-timestamp": "1", "svix-signature": "v1,AAAA"}
    body = b'{"type" :  "user.created"}'
    async with browser.call("POST", "/v1/clerk/webhooks", headers=signed, data=body) as answer:
        assert answer.status == 200
    assert behind.bodies == [body]
    assert {name: behind.requests[0].headers[name] for name in signed} == signed
    assert behind.actor_of_last_call().kind == "anonymous"
