"""Programs at the edge: one key, and nothing that only looks like one."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from aiohttp import web
from gateway.settings import Settings
from infra.edge import Behind, Browser, Serve, as_program, as_user
from infra.edge_keys import INVALID, PROXY, head, told
from shared.api_keys import new_key
from shared.clock import utc_now
from shared.ids import new_id


@pytest.fixture
async def client(serve: Serve, settings: Settings, browser: Browser) -> Browser:
    return Browser(browser.http, (await serve(settings.model_copy(update=PROXY))).root)


async def test_a_key_becomes_an_actor_of_its_own_kind_asked_for_once(
    client: Browser, behind: Behind, organization_id: UUID
) -> None:
    brand = str(new_id())
    secret = behind.issue_key(
        organization_id,
        permissions=["report:read", "sync:read"],
        brand_ids=[brand],
        narrower={"sync:read": []},
    )
    for path in ("/v1/brands", "/v1/metrics/query.csv", "/v1/syncs"):
        headers = as_program(secret, **{"x-forwarded-for": "198.51.100.7"})
        assert (await client.status("GET", path, headers=headers))[0] == 200
        actor = behind.actor_of_last_call()
        assert (actor.kind, actor.subject) == ("key", behind.keys[secret]["subject"])
        assert (actor.organization_id, actor.ip) == (organization_id, "198.51.100.7")
        assert (actor.session_id, actor.brand_ids) == (None, {UUID(brand)})
        assert actor.narrower == {"sync:read": frozenset()}
        assert secret not in str(behind.requests[-1].headers)
    assert behind.asked_of_keys == [{"secret": secret, "ip": "198.51.100.7"}]


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer "])
async def test_the_name_of_the_scheme_may_be_written_in_any_case(
    client: Browser, behind: Behind, organization_id: UUID, scheme: str
) -> None:
    secret = behind.issue_key(organization_id)
    headers = {"authorization": f"{scheme} {secret}"}
    assert await told(client, "GET", "/v1/brands", headers=headers) == (200, "")


async def test_a_key_changes_things_without_csrf_token_or_origin(
    client: Browser, behind: Behind, organization_id: UUID
) -> None:
    secret = behind.issue_key(organization_id)
    headers = as_program(secret, origin="https://another.example")
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert await told(client, method, "/v1/brands", headers=headers) == (200, "")


async def test_a_key_and_a_session_at_once_are_refused(
    client: Browser, behind: Behind, organization_id: UUID
) -> None:
    secret = behind.issue_key(organization_id)
    behind.sign_in("t", organization_id)
    for cookie in ("t", "unknown"):
        answer = await told(
            client, "GET", "/v1/brands", headers=as_user(cookie, **as_program(secret))
        )
        assert answer == (400, "ambiguous_credentials")
    assert behind.requests == []
    other = as_program(secret, cookie="theme=dark")
    assert await told(client, "GET", "/v1/brands", headers=other) == (200, "")
    assert "cookie" not in behind.requests[-1].headers


async def test_what_a_proxy_in_front_adds_is_not_taken_for_a_key(
    client: Browser, behind: Behind, organization_id: UUID
) -> None:
    behind.sign_in("t", organization_id)
    for foreign in ("Basic dXNlcjpwYXNz", "Bearer a.jwt.of-another", "Negotiate x"):
        headers = as_user("t", authorization=foreign)
        assert await told(client, "GET", "/v1/brands", headers=headers) == (200, "")
        assert behind.actor_of_last_call().kind == "user"


async def test_two_authorization_headers_are_refused(
    client: Browser, behind: Behind, organization_id: UUID
) -> None:
    secret = behind.issue_key(organization_id)
    for second in (secret, new_key(new_id())):
        pairs = [("authorization", f"Bearer {key}") for key in (secret, second)]
        answer = await told(client, "GET", "/v1/brands", headers=pairs)
        assert answer == (400, "ambiguous_request")
    assert behind.asked_of_keys == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("authorization", "Bearer {0},Bearer {0}"),
        ("authorization", "Bearer {0} {0}"),
        ("authorization", 'Bearer "{0}"'),
        ("authorization", "Bearer\t{0}"),
        ("authorization", "{0}"),
        ("authorization", "Token {0}"),
        ("authorization", "Basic {0}"),
        ("authorization", "Bearer"),
        ("authorization", "Bearer "),
        ("authorization", "Bearer llk_"),
        ("authorization", "Bearer {0}0"),
        ("authorization", "Bearer x{0}"),
        ("x-api-key", "{0}"),
        ("proxy-authorization", "Bearer {0}"),
    ],
)
async def test_a_key_anywhere_else_or_in_any_other_form_counts_for_nothing(
    client: Browser, behind: Behind, organization_id: UUID, name: str, value: str
) -> None:
    secret = behind.issue_key(organization_id)
    status, code = await told(client, "GET", "/v1/brands", headers={name: value.format(secret)})
    assert (status, code) in {INVALID, (401, "unauthenticated")}
    assert behind.requests == []
    assert behind.asked_of_keys == []


async def test_a_key_in_the_query_is_ignored(
    client: Browser, behind: Behind, organization_id: UUID
) -> None:
    secret = behind.issue_key(organization_id)
    for name in ("api_key", "access_token", "authorization", "key"):
        assert (await told(client, "GET", f"/v1/brands?{name}={secret}"))[0] == 401
    assert behind.asked_of_keys == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/session"),
        ("GET", "/v1/session"),
        ("DELETE", "/v1/session"),
        ("POST", "/v1/session/second-factor"),
        ("PUT", "/v1/session/organization"),
        ("POST", "/v1/session/view-as"),
        ("POST", "/v1/users"),
        ("PUT", "/v1/password-resets"),
        ("POST", "/v1/invitations/acceptances"),
        ("GET", "/v1/connections/callback"),
    ],
)
async def test_no_key_opens_a_session_or_a_door_for_people(
    client: Browser, behind: Behind, organization_id: UUID, method: str, path: str
) -> None:
    secret = behind.issue_key(organization_id)
    answer = await told(client, method, path, headers=as_program(secret))
    assert answer == (403, "not_for_api_keys")
    assert (behind.requests, behind.asked_of_keys) == ([], [])


async def test_a_cookie_never_comes_back_to_a_key(
    client: Browser, behind: Behind, organization_id: UUID
) -> None:
    async def plant(request: web.Request) -> web.Response:
        return web.json_response({}, headers={"set-cookie": "leadline_session=planted"})

    behind.behaviour = plant
    secret = behind.issue_key(organization_id)
    assert "set-cookie" not in await head(client, as_program(secret))


async def test_every_key_that_does_not_work_gets_the_same_answer(
    client: Browser, behind: Behind, organization_id: UUID
) -> None:
    secret = behind.issue_key(organization_id)
    revoked = behind.issue_key(organization_id)
    key_id = UUID(behind.keys.pop(revoked)["subject"])
    live_id = UUID(behind.keys[secret]["subject"])
    answers = list[dict[str, Any]]()
    for wrong in (revoked, new_key(key_id), new_key(live_id), new_key(new_id()), secret[:-1] + "_"):
        status, body = await client.status("GET", "/v1/brands", headers=as_program(wrong))
        assert status == 401
        answers.append({**body, "request_id": ""})
    assert all(answer == answers[0] for answer in answers)
    assert answers[0]["code"] == "api_key_invalid"


async def test_a_key_ends_at_its_moment_though_it_is_remembered(
    client: Browser, behind: Behind, organization_id: UUID
) -> None:
    past = (utc_now() - timedelta(seconds=1)).isoformat()
    secret = behind.issue_key(organization_id, expires_at=past)
    for asked in (1, 2):
        await told(client, "GET", "/v1/brands", headers=as_program(secret))
        assert len(behind.asked_of_keys) == asked, "what has ended is not remembered"
