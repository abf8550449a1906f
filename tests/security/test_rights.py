"""Attacks on rights: ids of others, rights that nobody gave, answers that were remembered for somebody
else."""

import json
from collections.abc import Generator, Mapping
from typing import Any
from uuid import uuid4

import httpx
import pytest
from infra.agency import Agency, wait_for
from infra.attempts import ATTEMPTS, Attempt
from infra.canaries import UUID
from infra.installation import Installation
from infra.operations import nowhere, operations
from infra.principals import PASSWORD, Principal, invite, make_key, make_person
from infra.problems import Problems
from infra.tenants import Tenants, possessions
from shared.permissions import ROLES

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("security")]
COOKIE = "leadline_session"
SOON_SECONDS = 5
"""Half of what the gateway may remember a session for: a change that is seen by then was told to it."""


# ── ids of others ────────────────────────────────────────────────────────────────────────────────────


def strangers(tenants: Tenants) -> list[tuple[str, Attempt, Attempt]]:
    """Operation, an attempt that names things of A, and the same with ids that nobody has."""
    victim, own = tenants.holdings_of_a(), tenants.holdings_of_b()
    theirs = [word for word in vars(victim).values() if UUID.fullmatch(word)]
    found: list[tuple[str, Attempt, Attempt]] = []
    for operation in operations():
        for attempt in ATTEMPTS.get(operation.id, lambda *_: [])(victim, own):
            path, body = attempt.path, json.dumps(attempt.json)
            for word in theirs:
                nobodys = str(uuid4())
                path, body = path.replace(word, nobodys), body.replace(word, nobodys)
            invented = Attempt(attempt.method, path, attempt.allowed, json.loads(body))
            if (path, invented.json) != (attempt.path, attempt.json):
                found.append((operation.id, attempt, invented))
    return found


def test_ids_of_another_organization_are_told_apart_from_nobodys_by_nothing(
    tenants: Tenants,
) -> None:
    wrong: list[str] = []
    pairs = strangers(tenants)
    assert len(pairs) > 40
    for operation, theirs, nobodys in pairs:
        answers = [refusal(tenants.b, attempt) for attempt in (theirs, nobodys)]
        if answers[0] != answers[1]:
            wrong.append(f"{operation}: {answers}")
    assert wrong == []


def refusal(agency: Agency, attempt: Attempt) -> tuple[int, Any]:
    """Status and words, without the ids that were asked for."""
    options: dict[str, Any] = {} if attempt.json is None else {"json": attempt.json}
    answer = agency.call(attempt.method, attempt.path, **options)
    if not answer.is_error:
        return answer.status_code, None
    told = {name: word for name, word in answer.json().items() if name != "request_id"}
    return answer.status_code, UUID.sub("…", json.dumps(told))


# ── rights that nobody gave ──────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def mixed(tenants: Tenants) -> Generator[Agency]:
    """A viewer of everything who is admin of one brand."""
    grants = [{"role": "viewer"}, {"role": "admin", "brand_ids": [tenants.own["brand_id"]]}]
    email = invite(tenants.a, "viewer who is admin of a brand", grants)
    with Agency(tenants.installation) as person:
        yield person.sign_in(email, PASSWORD)


def test_an_admin_of_one_brand_gives_nothing_beyond_it(tenants: Tenants, mixed: Agency) -> None:
    before = possessions(tenants.a)
    for method, path, body in beyond(tenants, mixed.session["user"]["id"]):
        answer = mixed.call(method, path, **({} if body is None else {"json": body}))
        assert answer.status_code in {403, 404}, (method, path, body, answer.text)
    assert possessions(tenants.a) == before


def beyond(tenants: Tenants, me: str) -> list[tuple[str, str, Any]]:
    """What would give them, or somebody else, more than they hold; or touch what is not of their brand."""
    victim, own = tenants.holdings_of_a(), tenants.own["brand_id"]
    guest = {"email": "raised@elsewhere.example"}
    reader = {"name": "Raised", "permissions": ["report:read"]}
    return [
        ("POST", "/v1/invitations", {**guest, "grants": [{"role": "viewer"}]}),
        ("POST", "/v1/invitations", {**guest, "grants": [{"role": "owner"}]}),
        ("POST", "/v1/invitations", {**guest, "grants": [for_brand("client", victim.brand_id)]}),
        ("PATCH", f"/v1/members/{me}", {"grants": [{"role": "owner"}]}),
        ("PATCH", f"/v1/members/{me}", {"grants": [{"role": "admin"}]}),
        ("PATCH", f"/v1/members/{victim.user_id}", {"grants": [for_brand("client", own)]}),
        ("DELETE", f"/v1/members/{victim.user_id}", None),
        ("DELETE", f"/v1/members/{victim.user_id}/sessions", None),
        ("POST", "/v1/roles", {"name": "Raised", "permissions": ["member:manage"]}),
        ("PUT", f"/v1/roles/{victim.role_id}", {"name": "R", "permissions": ["member:manage"]}),
        ("POST", "/v1/api-keys", reader),
        ("POST", "/v1/api-keys", {**reader, "brand_ids": [victim.brand_id]}),
        ("PATCH", f"/v1/api-keys/{victim.api_key_id}", {"name": "Raised"}),
        ("DELETE", f"/v1/invitations/{victim.invitation_id}", None),
        ("PATCH", f"/v1/brands/{victim.brand_id}", {"name": "Raised"}),
        ("DELETE", f"/v1/connections/{victim.connection_id}?keep_history=false", None),
        ("POST", "/v1/session/view-as", {"user_id": victim.user_id, "reason": "up"}),
        ("PUT", "/v1/organization/owner", {"user_id": me, "password": PASSWORD}),
        ("PATCH", "/v1/organization", {"name": "Raised"}),
        ("POST", "/v1/syncs", {"advertiser_id": victim.advertiser_id}),
    ]  # fmt: skip


def for_brand(role: str, brand_id: str) -> dict[str, Any]:
    return {"role": role, "brand_ids": [brand_id]}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "/v1/user", {"name": "V"}),
        ("PATCH", "/v1/organization", {"name": "V"}),
        ("POST", "/v1/brands", {"name": "V"}),
        ("POST", "/v1/api-keys", {"name": "V", "permissions": ["report:read"]}),
        ("POST", "/v1/roles", {"name": "V", "permissions": ["report:read"]}),
        ("POST", "/v1/invitations", {"email": "v@v.example", "grants": [{"role": "viewer"}]}),
    ],
)
@pytest.mark.parametrize(
    "more",
    [
        {"role": "owner"}, {"organization_id": str(uuid4())}, {"id": str(uuid4())},
        {"email_verified": True}, {"permissions_extra": ["organization:transfer"]},
        {"created_at": "2020-01-01T00:00:00Z"}, {"__proto__": {"admin": True}},
    ],
    ids=lambda more: next(iter(more)),
)  # fmt: skip
def test_what_a_body_has_no_room_for_is_refused(
    b: Agency, problems: Problems, method: str, path: str, body: Mapping[str, Any], more: Any
) -> None:
    problems.check(b.call(method, path, json={**body, **more}), 422)


# ── answers for somebody else ────────────────────────────────────────────────────────────────────────


def test_one_path_answers_each_caller_with_their_own(
    tenants: Tenants, http: httpx.Client, mixed: Agency
) -> None:
    """Over one connection, one after the other, again and again."""
    brand = tenants.own["brand_id"]
    keys = [
        make_key(tenants.a, "key for one path", None),
        make_key(tenants.a, "key of a brand for one path", [brand]),
        make_key(tenants.b, "key of the other one", None),
    ]
    callers = [*(of_session(p) for p in (tenants.a, tenants.b, mixed)), *keys]
    callers.append(of_session(tenants.limited["client"]))
    alone = [brands_of(http, caller) for caller in callers]
    assert alone[4] == alone[6] == {brand}
    assert alone[0] == alone[3] > alone[4]
    assert alone[1] == alone[5]
    assert alone[0].isdisjoint(alone[1])
    for _ in range(3):
        assert [brands_of(http, caller) for caller in callers] == alone
    assert [brands_of(http, caller) for caller in reversed(callers)] == alone[::-1]


def of_session(agency: Agency) -> Principal:
    headers = {"Cookie": f"{COOKIE}={agency.http.cookies[COOKIE]}"}
    return Principal("", "user", frozenset(), frozenset(), headers)


def brands_of(http: httpx.Client, caller: Principal) -> set[str]:
    answer = caller.call(http, "GET", "/v1/brands")
    assert answer.headers["cache-control"] == "no-store"
    return {item["id"] for item in answer.json()["items"]}


def test_no_answer_about_somebody_may_be_kept_by_anything_in_between(
    http: httpx.Client, a: Agency
) -> None:
    caller = of_session(a)
    for operation in operations():
        if operation.method == "GET" and operation.id != "streamEvents":
            answer = caller.call(http, "GET", nowhere(operation))
            assert "no-store" in answer.headers["cache-control"], operation.id


def test_who_views_as_another_is_not_mistaken_for_themselves(
    installation: Installation, tenants: Tenants, http: httpx.Client
) -> None:
    """Nor themselves for the other one, while the gateway still remembers both."""
    email = invite(tenants.a, "a viewing admin", [{"role": "admin"}])
    client = tenants.limited["client"].session["user"]["id"]
    with Agency(installation) as admin:
        admin.sign_in(email, PASSWORD)
        own = brands_of(http, of_session(admin))
        admin.api("POST", "/v1/session/view-as", json={"user_id": client, "reason": "a test"})
        assert brands_of(http, of_session(admin)) == {tenants.own["brand_id"]}
        admin.session = admin.api("GET", "/v1/session")
        viewing = of_session(admin)
        admin.api("DELETE", "/v1/session/view-as")
        assert viewing.call(http, "GET", "/v1/brands").status_code == 401
        assert brands_of(http, of_session(admin)) == own > {tenants.own["brand_id"]}


def test_changed_rights_hold_before_the_gateway_would_forget(
    tenants: Tenants, http: httpx.Client
) -> None:
    held = ROLES["admin"]
    person = make_person(tenants.a, "soon a viewer", [{"role": "admin"}], held, held)
    session = person.call(http, "GET", "/v1/session").json()
    member = f"/v1/members/{session['user']['id']}"

    def status() -> int:
        return person.call(http, "GET", "/v1/api-keys").status_code

    assert status() == 200
    tenants.a.api("PATCH", member, json={"grants": [{"role": "viewer"}]})
    wait_for(lambda: status() == 403, "the lesser rights", SOON_SECONDS)
    tenants.a.api("DELETE", member)
    wait_for(lambda: status() == 401, "the end of the session", SOON_SECONDS)


def test_a_revoked_key_is_refused_before_the_gateway_would_forget(
    tenants: Tenants, http: httpx.Client
) -> None:
    key = make_key(tenants.a, "key that ends", None)
    assert key.call(http, "GET", "/v1/brands").status_code == 200
    items = tenants.a.api("GET", "/v1/api-keys")["items"]
    [key_id] = [item["id"] for item in items if item["name"] == "key that ends"]
    tenants.a.api("DELETE", f"/v1/api-keys/{key_id}")

    def ended() -> bool:
        return key.call(http, "GET", "/v1/brands").status_code == 401

    wait_for(ended, "the end of the key", SOON_SECONDS)
