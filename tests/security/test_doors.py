"""Who gets in at all: no session, forged requests, inner paths from outside, the services' own ports."""

import base64
import json
import time
from dataclasses import dataclass
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from gateway.routing import route_of
from infra import wire
from infra.agency import Agency
from infra.attempts import ATTEMPTS, Attempt
from infra.installation import Installation
from infra.operations import Operation, operations
from infra.problems import Problems
from infra.tenants import Tenants
from shared.ids import new_id
from shared.internal_tokens import Actor, TokenSigner, generate_keypair
from shared.permissions import PERMISSIONS

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("security")]
EVIL = "https://evil.example"
PORTS = {"auth": 1, "token-refresher": 2, "dsp-ingest": 3, "amc-runner": 4, "reporting": 5}
INTERNAL = {
    "auth": [("POST", "/internal/sessions/resolve", {"session_token": "guessed"})],
    "token-refresher": [
        ("PUT", f"/internal/credentials/{new_id()}", {}),
        ("POST", f"/internal/credentials/{new_id()}/access-token", {}),
        ("DELETE", f"/internal/credentials/{new_id()}", None),
    ],
}


def by_operation(chosen: list[Operation]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("operation", chosen, ids=[o.id for o in chosen])


Plausible = dict[str, Attempt]


@pytest.fixture(scope="module")
def plausible(tenants: Tenants) -> Plausible:
    """A call of each operation that would work for the first organization's owner."""
    own = tenants.holdings_of_a()
    tried = {name: attempts(own, own) for name, attempts in ATTEMPTS.items()}
    return {name: attempts[0] for name, attempts in tried.items() if attempts} | {
        "streamEvents": Attempt("GET", "/v1/events", frozenset()),
        "endOtherSessions": Attempt("DELETE", "/v1/sessions", frozenset()),
    }


def send(
    url: str, attempt: Attempt, headers: dict[str, str], cookies: Any = None
) -> httpx.Response:
    content = b"" if attempt.json is None else json.dumps(attempt.json).encode()
    kind = {"Content-Type": "application/json"} if content else {}
    with httpx.Client(base_url=url, cookies=cookies, timeout=30) as client:
        return client.request(
            attempt.method, attempt.path, headers={**kind, **headers}, content=content
        )


@by_operation([o for o in operations() if not o.public])
@pytest.mark.parametrize("cookie", [None, "guessed", "x" * 43])
def test_without_a_session_no_operation_answers(
    tenants: Tenants,
    problems: Problems,
    plausible: Plausible,
    operation: Operation,
    cookie: str | None,
) -> None:
    cookies = None if cookie is None else {"leadline_session": cookie}
    answer = send(tenants.installation.url, plausible[operation.id], {}, cookies)
    problems.check(answer, 401)


BEFORE_SIGN_IN = {
    "showIdentity", "signIn", "finishSignIn", "signInWithClerk", "signUp", "verifyEmail",
    "resendVerification", "askPasswordReset", "redeemPasswordReset", "showOffer",
    "acceptInvitation",
}  # fmt: skip
FROM_OUTSIDE = {
    "receiveConsent", "showInvitation", "openConsentRequest", "takeClerkWebhook", "downloadByLink",
}  # fmt: skip


def test_only_who_cannot_be_signed_in_needs_no_session() -> None:
    assert {o.id for o in operations() if o.public} == BEFORE_SIGN_IN | FROM_OUTSIDE


@by_operation([o for o in operations() if o.unsafe and not o.public])
@pytest.mark.parametrize(
    "forgery", ["no token", "empty", "foreign token", "foreign origin", "site"]
)
def test_a_forged_request_does_nothing(
    tenants: Tenants,
    problems: Problems,
    plausible: Plausible,
    operation: Operation,
    forgery: str,
) -> None:
    own = {"X-CSRF-Token": tenants.a.session["csrf_token"]}
    headers: dict[str, str] = {
        "no token": {},
        "empty": {"X-CSRF-Token": ""},
        "foreign token": {"X-CSRF-Token": tenants.b.session["csrf_token"]},
        "foreign origin": {**own, "Origin": EVIL},
        "site": {**own, "Sec-Fetch-Site": "cross-site"},
    }[forgery]
    attempt = plausible[operation.id]
    answer = send(tenants.installation.url, attempt, headers, tenants.a.http.cookies)
    told = problems.check(answer, 403)
    expected = "foreign_origin" if forgery in {"foreign origin", "site"} else "csrf_token_invalid"
    assert told["code"] == expected
    assert tenants.a.call("GET", "/v1/session").status_code == 200


@pytest.mark.parametrize(
    "origin", [EVIL, "null", "http://127.0.0.1", "http://localhost.evil.example"]
)
def test_signing_in_from_another_origin_is_refused(
    installation: Installation, problems: Problems, origin: str
) -> None:
    login = {"email": "owner@example.com", "password": installation.secrets.owner_password}
    attempt = Attempt("POST", "/v1/session", frozenset(), login)
    answer = send(installation.url, attempt, {"Origin": origin})
    assert problems.check(answer, 403)["code"] == "foreign_origin"
    assert "set-cookie" not in answer.headers


INNER = "/internal/sessions/resolve"
TRICKS = [
    INNER,
    "/internal",
    "/internal/parked-messages",
    f"/{INNER}",
    f"/v1/..{INNER}",
    f"/v1/brands/../..{INNER}",
    f"/v1/%2e%2e{INNER}",
    f"/v1/.%2e{INNER}",
    f"/v1/brands/..%2f..%2f..{INNER}",
    f"/v1/brands/%252e%252e{INNER}",
    f"/v1/brands/..;{INNER}",
    f"/v1/brands/..%5c..%5c{INNER}",
    f"/v1/{INNER}",
    f"/v1{INNER}",
    f"/v1/session{INNER}",
    "/Internal/sessions/resolve",
    "/INTERNAL/sessions/resolve",
    "/%69nternal/sessions/resolve",
    "/internal%2fsessions%2fresolve",
    "/internal/sessions/resolve/",
    "/internal;/sessions/resolve",
    "/./internal/sessions/resolve",
    "/v1/session?/../..//internal/sessions/resolve".replace("?", "%3f"),
]


@pytest.mark.parametrize("absolute", [False, True])
@pytest.mark.parametrize("path", TRICKS)
def test_inner_paths_have_no_door(
    installation: Installation, a: Agency, path: str, absolute: bool
) -> None:
    """Not even for an owner, who also claims to be the gateway."""
    headers = credentials_of(installation, a)
    target = f"http://127.0.0.1:{installation.port_base + 1}{path}" if absolute else path
    token = a.http.cookies["leadline_session"]
    for method in ("GET", "POST"):
        body = json.dumps({"session_token": token}).encode() if method == "POST" else b""
        answer = wire.request(installation.port_base, method, target, headers, body)
        assert answer.status in {400, 403, 404, 405}, (method, target, answer.text[:200])
        assert a.session["user"]["id"] not in answer.text
        assert "parked_at" not in answer.text


def credentials_of(installation: Installation, agency: Agency) -> dict[str, str]:
    signer = TokenSigner("gateway", installation.secrets.signing_keys["gateway"])
    token = signer.sign(Actor.service("gateway"), "auth")
    return {
        "Cookie": f"leadline_session={agency.http.cookies['leadline_session']}",
        "X-CSRF-Token": agency.session["csrf_token"],
        "Content-Type": "application/json",
        "Authorization": f"Bearer {token}",
        "X-Original-URL": INNER,
        "X-Rewrite-URL": INNER,
        "X-HTTP-Method-Override": "POST",
        "X-Forwarded-Prefix": "/internal",
    }


@pytest.mark.parametrize(
    "head",
    [
        "Content-Length: 4\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 4",
        "Content-Length: 4\r\nContent-Length: 0",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: \x0bchunked",
        "Transfer-Encoding : chunked",
        "Content-Length: +4",
    ],
)
def test_a_request_of_two_readings_smuggles_nothing(installation: Installation, head: str) -> None:
    hidden = f"GET {INNER} HTTP/1.1\r\nHost: x\r\n\r\n"
    raw = f"POST /v1/session HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n0\r\n\r\n{hidden}"
    received = wire.answers(installation.port_base, raw.encode("latin-1"))
    assert received.startswith(b"HTTP/1.1 400"), received[:300]
    assert received.count(b"HTTP/1.1 ") == 1, received


@dataclass(frozen=True)
class Forged:
    """A token and why it must not be taken. `statuses`: refusals of user routes, of inner ones."""

    why: str
    token: str
    inner: tuple[int, ...] = (401,)


def forged_tokens(installation: Installation, service: str, user: Actor) -> list[Forged]:
    keys = installation.secrets.signing_keys
    gateway = TokenSigner("gateway", keys["gateway"])
    stranger = TokenSigner("gateway", generate_keypair()[0])
    other = next(name for name in PORTS if name != service)
    claims = {"iss": "gateway", "aud": service, "kind": "user", "sub": user.subject}
    claims |= {"org": str(user.organization_id), "permissions": sorted(user.permissions)}
    now = int(time.time())
    live = {"iat": now, "nbf": now, "exp": now + 60}
    as_service = {**claims, **live, "iss": other}
    return [
        Forged("none", ""),
        Forged("not a token", "x.y.z"),
        Forged("unknown key", stranger.sign(user, service)),
        Forged("another audience", gateway.sign(user, other)),
        Forged("unsigned", jwt.encode({**claims, **live}, "", algorithm="none")),
        Forged("symmetric", jwt.encode({**claims, **live}, "k" * 32, algorithm="HS256")),
        Forged("expired", _signed(keys["gateway"], {**claims, "iat": now - 200, "exp": now - 100})),
        Forged("too long", _signed(keys["gateway"], {**claims, **live, "exp": now + 90_000})),
        Forged("a service for a user", _signed(keys[other], as_service)),
        Forged("nobody", gateway.sign(Actor("anonymous", "anonymous"), service), (401, 403)),
        Forged("dsp-ingest", _of_reporting(keys, service), (401, 403)),
    ]


def _of_reporting(keys: dict[str, str], service: str) -> str:
    """Properly signed by a service that may call nobody."""
    return TokenSigner("reporting", keys["reporting"]).sign(Actor.service("reporting"), service)


def _signed(private_key: str, claims: dict[str, Any]) -> str:
    raw = base64.urlsafe_b64decode(private_key + "=" * (-len(private_key) % 4))
    return jwt.encode(claims, Ed25519PrivateKey.from_private_bytes(raw), algorithm="EdDSA")


@pytest.mark.parametrize("service", PORTS)
def test_a_services_own_port_takes_only_the_gateways_word(
    tenants: Tenants, problems: Problems, plausible: Plausible, service: str
) -> None:
    session = tenants.a.session
    user = Actor(
        "user", session["user"]["id"], new_id(), frozenset(PERMISSIONS), None, new_id(), "127.0.0.1"
    )
    url = f"http://127.0.0.1:{tenants.installation.port_base + PORTS[service]}"
    mine = [o for o in operations() if (r := route_of(o.path)) and r.service == service]
    assert mine
    inner = INTERNAL.get(service, [])
    inner = [*inner, ("GET", "/internal/parked-messages", None)]
    inner = [*inner, ("POST", f"/internal/parked-messages/{new_id()}/replay", None)]
    for forged in forged_tokens(tenants.installation, service, user):
        headers = {"Authorization": f"Bearer {forged.token}"} if forged.token else {}
        for operation in mine:
            if operation.public and forged.why in {"nobody", "dsp-ingest"}:
                continue
            answer = send(url, plausible[operation.id], headers)
            problems.check(answer, *{401, 403} & {401, *forged.inner})
        for method, path, body in inner:
            answer = send(url, Attempt(method, path, frozenset(), body), headers)
            problems.check(answer, *forged.inner)
