"""Attacks on who is signed in: forms of other sites, planted sessions, redirects to elsewhere."""

import json

import httpx
import pytest
from infra import wire
from infra.agency import Agency, consent
from infra.attempts import ATTEMPTS
from infra.installation import Installation
from infra.operations import nowhere, operations
from infra.principals import PASSWORD, invite, letter_token
from infra.problems import Problems
from infra.tenants import OTHER_OWNER, Tenants, possessions
from pyotp.totp import TOTP
from shared.clock import utc_now

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("security")]
COOKIE = "leadline_session"
EVIL = "https://evil.example"
UNSAFE = [o for o in operations() if o.unsafe]
OVERRIDES = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")
FORMS = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x")


def session_of(http: httpx.Client, token: str) -> httpx.Response:
    answer = http.get("/v1/session", headers={"Cookie": f"{COOKIE}={token}"})
    http.cookies.clear()
    return answer


# ── other sites ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", FORMS)
def test_a_form_of_another_page_changes_nothing(
    http: httpx.Client, a: Agency, problems: Problems, kind: str
) -> None:
    """A browser sends these with the cookie and without asking first; it adds no token."""
    headers = {"Cookie": f"{COOKIE}={a.http.cookies[COOKIE]}", "Content-Type": kind}
    for operation in (o for o in UNSAFE if not o.public):
        content = json.dumps({"csrf_token": a.session["csrf_token"]}).encode()
        answer = http.request(
            operation.method, nowhere(operation), content=content, headers=headers
        )
        assert problems.check(answer, 403)["code"] == "csrf_token_invalid", operation.id


def test_no_door_for_visitors_opens_to_another_site(http: httpx.Client, problems: Problems) -> None:
    for operation in (o for o in UNSAFE if o.public):
        for headers in ({"Origin": EVIL}, {"Origin": "null"}):
            answer = http.request(operation.method, operation.path, json={}, headers=headers)
            assert problems.check(answer, 403)["code"] == "foreign_origin", operation.id
            assert "set-cookie" not in answer.headers


def test_a_header_turns_no_read_into_a_change(tenants: Tenants, http: httpx.Client) -> None:
    own, before = tenants.holdings_of_a(), possessions(tenants.a)
    signed_in = {
        "Cookie": f"{COOKIE}={tenants.a.http.cookies[COOKIE]}",
        "X-CSRF-Token": tenants.a.session["csrf_token"],
    }
    for operation in (o for o in UNSAFE if not o.public):
        for attempt in ATTEMPTS[operation.id](own, own):
            headers = {**signed_in, **dict.fromkeys(OVERRIDES, operation.method)}
            params = {"_method": operation.method}
            answer = http.request(
                "GET", attempt.path, params=params, json=attempt.json, headers=headers
            )
            assert answer.status_code < 500, (operation.id, answer.text)
            assert answer.status_code not in {201, 202, 204}, operation.id
    assert possessions(tenants.a) == before


# ── planted sessions ─────────────────────────────────────────────────────────────────────────────────


def planted(installation: Installation) -> str:
    """A session of the attacker's own, for a browser that is somebody else's."""
    with Agency(installation) as attacker:
        return attacker.sign_in(*OTHER_OWNER).http.cookies[COOKIE]


def test_a_planted_session_is_never_the_one_signed_in_to(
    installation: Installation, a: Agency, http: httpx.Client
) -> None:
    email = invite(a, "victim of a planted cookie", [{"role": "viewer"}])
    for token in (planted(installation), "x" * 43, ""):
        with Agency(installation) as victim:
            victim.http.cookies.set(COOKIE, token, domain="127.0.0.1")
            body = {"email": email, "password": PASSWORD}
            answer = victim.http.post("/v1/session", json=body)
            assert answer.status_code == 200, answer.text
            assert answer.cookies[COOKIE] != token
        assert session_of(http, token).status_code == 401


def test_two_cookies_of_one_name_are_none(http: httpx.Client, b: Agency, a: Agency) -> None:
    both = "; ".join(f"{COOKIE}={agency.http.cookies[COOKIE]}" for agency in (a, b))
    assert http.get("/v1/session", headers={"Cookie": both}).status_code == 401


def test_the_second_step_begins_a_session_that_nobody_knew(
    installation: Installation, a: Agency, http: httpx.Client
) -> None:
    email = invite(a, "victim with a second factor", [{"role": "viewer"}])
    body = {"email": email, "password": PASSWORD}
    with Agency(installation) as victim:
        victim.sign_in(email, PASSWORD)
        wish = {"password": PASSWORD}
        secret = victim.api("POST", "/v1/user/second-factor", json=wish)["secret"]
        code = TOTP(secret).at(utc_now())
        told = victim.api("PUT", "/v1/user/second-factor", json={"code": code})
    token = planted(installation)
    with Agency(installation) as victim:
        victim.http.cookies.set(COOKIE, token, domain="127.0.0.1")
        first = victim.http.post("/v1/session", json=body)
        assert "set-cookie" not in first.headers
        assert session_of(http, first.json()["challenge"]).status_code == 401
        step = {"challenge": first.json()["challenge"], "recovery_code": told["recovery_codes"][0]}
        second = victim.http.post("/v1/session/second-factor", json=step)
        assert second.status_code == 200, second.text
        assert second.cookies[COOKIE] not in {token, step["challenge"]}
        assert session_of(http, second.cookies[COOKIE]).json()["user"]["email"] == email
    assert session_of(http, token).status_code == 401


def test_taking_an_invitation_up_signs_nobody_in(
    installation: Installation, a: Agency, http: httpx.Client, problems: Problems
) -> None:
    """And a session of the attacker's, planted in the browser of who was invited, does not join."""
    email = "invited-with-a-planted-cookie@principals.example"
    a.api("POST", "/v1/invitations", json={"email": email, "grants": [{"role": "viewer"}]})
    offer = {"token": letter_token(installation, email), "name": "Vic", "password": PASSWORD}
    headers = {"Cookie": f"{COOKIE}={planted(installation)}"}
    refused = http.post("/v1/invitations/acceptances", json=offer, headers=headers)
    assert problems.check(refused, 403)["code"] == "csrf_token_invalid"
    http.cookies.clear()
    taken = http.post("/v1/invitations/acceptances", json=offer)
    assert taken.status_code == 201, taken.text
    assert "set-cookie" not in taken.headers


def test_a_session_that_changes_whom_it_is_for_changes_its_token(
    installation: Installation, a: Agency, b: Agency, http: httpx.Client
) -> None:
    """Viewing as somebody, back again, to another organization: the token before is worth nothing."""
    email = invite(a, "somebody of both", [{"role": "admin"}])
    b.api("POST", "/v1/invitations", json={"email": email, "grants": [{"role": "viewer"}]})
    other = invite(a, "somebody to look as", [{"role": "analyst"}])
    people = {m["email"]: m["user_id"] for m in a.api("GET", "/v1/members")["items"]}
    with Agency(installation) as person:
        person.sign_in(email, PASSWORD)
        token = letter_token(installation, email, letters=2)
        person.api("POST", "/v1/invitations/acceptances", json={"token": token})
        seen = [person.http.cookies[COOKIE]]
        view = {"user_id": people[other], "reason": "a test"}
        there = {"organization_id": b.session["organization"]["id"]}
        for method, path, body in (
            ("POST", "/v1/session/view-as", view),
            ("DELETE", "/v1/session/view-as", None),
            ("PUT", "/v1/session/organization", there),
        ):
            person.api(method, path, **({} if body is None else {"json": body}))
            now = person.http.cookies[COOKIE]
            assert now not in seen
            assert session_of(http, seen[-1]).status_code == 401, path
            seen.append(now)
            person.session = person.api("GET", "/v1/session")


# ── to other sites ───────────────────────────────────────────────────────────────────────────────────

ELSEWHERE = (
    "//evil.example", "//evil.example/", "/\\evil.example", "/%5cevil.example", "/%2f%2fevil.example",
    "///evil.example/login", "/.//evil.example", "//evil.example/%2e%2e", "/login?next=//evil.example",
    "/connections?next=https://evil.example", "/invitation?token=//evil.example", "//evil.example/login",
    "/verify-email?next=https://evil.example", "/amazon-consent?next=//evil.example",
    "https://evil.example/login", "https://evil.example/connections/", "/@evil.example/connections",
)  # fmt: skip


@pytest.mark.parametrize("host", [None, "evil.example"])
@pytest.mark.parametrize("target", ELSEWHERE)
def test_no_page_sends_a_visitor_elsewhere(
    installation: Installation, target: str, host: str | None
) -> None:
    headers = {} if host is None else {"Host": host, "X-Forwarded-Host": host}
    answer = wire.request(installation.port_base, "GET", target, headers)
    location = answer.headers.get("location", "/")
    assert location.startswith("/"), location
    assert not location.startswith(("//", "/\\", "/%5c", "/%2f")), location


def test_the_way_back_from_amazon_leads_to_our_own_page(
    a: Agency, installation: Installation
) -> None:
    started = a.api("POST", "/v1/connections", json={"region": "FE"})
    back = httpx.URL(consent(started["authorize_url"], "sam", decision="cancel"))
    more: dict[str, str] = dict.fromkeys(("next", "redirect_uri", "return_to", "url"), f"{EVIL}/")
    headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    answer = a.http.get(back.copy_merge_params(more), headers=headers)
    assert answer.headers["location"].startswith(f"{installation.url}/connections/?error=")
    assert "evil" not in answer.headers["location"]
