"""One caller of every kind in the first organization: built-in and custom roles, whole and for one brand,
mixed grants, API keys, somebody viewing as another, and nobody."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from shared.permissions import KEY_PERMISSIONS, READ_ONLY, ROLES

from infra.agency import Agency, wait_for
from infra.installation import Installation
from infra.tenants import Tenants

PASSWORD = "a passphrase for every kind of person"
CUSTOM = frozenset({"audit:read", "member:read"})


@dataclass(frozen=True)
class Principal:
    """`held`: the permissions a caller has somewhere; `whole`: those that cover every brand."""

    name: str
    kind: str
    held: frozenset[str]
    whole: frozenset[str]
    headers: Mapping[str, str] = field(repr=False)

    def call(self, http: httpx.Client, method: str, path: str, json: Any = None) -> httpx.Response:
        """Over a client that everybody shares: what it is told to remember is forgotten."""
        answer = http.request(method, path, json=json, headers=dict(self.headers))
        http.cookies.clear()
        return answer


NAMES = (
    *ROLES,
    *(f"{role} of a brand" for role in ROLES if role != "owner"),
    "custom role", "viewer and admin of a brand", "key", "key of a brand", "viewing as analyst",
    "nobody",
)  # fmt: skip


def make_principals(tenants: Tenants) -> dict[str, Principal]:
    """All of `NAMES`."""
    owner, brand = tenants.a, tenants.own["brand_id"]
    role = owner.api("POST", "/v1/roles", json={"name": "Auditor", "permissions": sorted(CUSTOM)})
    made = [NOBODY]
    for name, held in ROLES.items():
        made.append(make_person(owner, name, [{"role": name}], held, held))
        if name != "owner":
            grants = [{"role": name, "brand_ids": [brand]}]
            made.append(make_person(owner, f"{name} of a brand", grants, held, frozenset()))
    made.append(make_person(owner, "custom role", [{"role_id": role["id"]}], CUSTOM, CUSTOM))
    mixed = [{"role": "viewer"}, {"role": "admin", "brand_ids": [brand]}]
    made.append(
        make_person(owner, "viewer and admin of a brand", mixed, ROLES["admin"], ROLES["viewer"])
    )
    made += [make_key(owner, "key", None), make_key(owner, "key of a brand", [brand])]
    made.append(make_viewing(owner, "analyst"))
    return {principal.name: principal for principal in made}


NOBODY = Principal("nobody", "anonymous", frozenset(), frozenset(), {})


def make_person(
    owner: Agency,
    name: str,
    grants: list[dict[str, Any]],
    held: frozenset[str],
    whole: frozenset[str],
) -> Principal:
    with Agency(owner.installation) as person:
        email = invite(owner, name, grants)
        person.sign_in(email, PASSWORD)
        return _of(person, name, held, whole)


def invite(owner: Agency, name: str, grants: list[dict[str, Any]]) -> str:
    """Somebody new who accepted an invitation with these grants; their address."""
    email = f"{name.replace(' ', '-')}@principals.example"
    owner.api("POST", "/v1/invitations", json={"email": email, "grants": grants})
    token = letter_token(owner.installation, email)
    with Agency(owner.installation) as visitor:
        body = {"token": token, "name": name, "password": PASSWORD}
        visitor.api("POST", "/v1/invitations/acceptances", json=body)
    return email


def letter_token(installation: Installation, email: str, *, letters: int = 1) -> str:
    """The token of the link in the newest of so many letters that went to an address."""

    def sent() -> list[dict[str, Any]]:
        return installation.sandbox("GET", "/mail", params={"to": email})["items"]

    wait_for(lambda: len(sent()) >= letters, f"a letter to {email}", 30)
    found = re.search(r"[?&]token=([\w-]+)", sent()[0]["text"])
    assert found, sent()
    return found[1]


def _of(
    person: Agency, name: str, held: frozenset[str], whole: frozenset[str], kind: str = "user"
) -> Principal:
    assert frozenset(person.session["permissions"]) == held
    cookies = "; ".join(f"{name}={value}" for name, value in person.http.cookies.items())
    headers = {"X-CSRF-Token": person.session["csrf_token"], "Cookie": cookies}
    return Principal(name, kind, held, whole, headers)


def make_key(owner: Agency, name: str, brand_ids: list[str] | None) -> Principal:
    body = {"name": name, "permissions": sorted(KEY_PERMISSIONS), "brand_ids": brand_ids}
    secret = owner.api("POST", "/v1/api-keys", json=body)["secret"]
    whole = KEY_PERMISSIONS if brand_ids is None else frozenset[str]()
    headers = {"Authorization": f"Bearer {secret}"}
    return Principal(name, "key", KEY_PERMISSIONS, whole, headers)


def make_viewing(owner: Agency, role: str, brand_ids: list[str] | None = None) -> Principal:
    """An admin who sees as somebody of a role does: reading, nothing else."""
    held = ROLES[role] & READ_ONLY
    name = f"viewing as {role}{' of a brand' if brand_ids else ''}"
    email = invite(owner, f"viewed when {name}", [{"role": role, "brand_ids": brand_ids}])
    members = owner.api("GET", "/v1/members")["items"]
    [viewed] = [m["user_id"] for m in members if m["email"] == email]
    with Agency(owner.installation) as admin:
        admin.sign_in(invite(owner, f"admin {name}", [{"role": "admin"}]), PASSWORD)
        body = {"user_id": viewed, "reason": "A question about their numbers"}
        admin.api("POST", "/v1/session/view-as", json=body)
        admin.session = admin.api("GET", "/v1/session")
        return _of(admin, name, held, held if brand_ids is None else frozenset(), "viewing")
