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
    "custom role", "viewer and admin of a brand", "key", "key of a brand", "viewing as an analyst",
    "nobody",
)  # fmt: skip


def make_principals(tenants: Tenants) -> dict[str, Principal]:
    """All of `NAMES`."""
    owner, brand = tenants.a, tenants.own["brand_id"]
    role = owner.api("POST", "/v1/roles", json={"name": "Auditor", "permissions": sorted(CUSTOM)})
    made = [NOBODY]
    for name, held in ROLES.items():
        made.append(_person(owner, name, [{"role": name}], held, held))
        if name != "owner":
            grants = [{"role": name, "brand_ids": [brand]}]
            made.append(_person(owner, f"{name} of a brand", grants, held, frozenset()))
    made.append(_person(owner, "custom role", [{"role_id": role["id"]}], CUSTOM, CUSTOM))
    mixed = [{"role": "viewer"}, {"role": "admin", "brand_ids": [brand]}]
    made.append(
        _person(owner, "viewer and admin of a brand", mixed, ROLES["admin"], ROLES["viewer"])
    )
    made += [_key(owner, "key", None), _key(owner, "key of a brand", [brand])]
    made.append(_viewing(owner))
    return {principal.name: principal for principal in made}


NOBODY = Principal("nobody", "anonymous", frozenset(), frozenset(), {})


def _person(
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
    token = _letter_token(owner.installation, email)
    with Agency(owner.installation) as visitor:
        body = {"token": token, "name": name, "password": PASSWORD}
        visitor.api("POST", "/v1/invitations/acceptances", json=body)
    return email


def _letter_token(installation: Installation, email: str) -> str:
    """The token of the link in the letter that went to an address."""

    def letters() -> list[dict[str, Any]]:
        return installation.sandbox("GET", "/mail", params={"to": email})["items"]

    wait_for(lambda: bool(letters()), f"a letter to {email}", 30)
    found = re.search(r"[?&]token=([\w-]+)", letters()[0]["text"])
    assert found, letters()
    return found[1]


def _of(
    person: Agency, name: str, held: frozenset[str], whole: frozenset[str], kind: str = "user"
) -> Principal:
    assert frozenset(person.session["permissions"]) == held
    cookies = "; ".join(f"{name}={value}" for name, value in person.http.cookies.items())
    headers = {"X-CSRF-Token": person.session["csrf_token"], "Cookie": cookies}
    return Principal(name, kind, held, whole, headers)


def _key(owner: Agency, name: str, brand_ids: list[str] | None) -> Principal:
    body = {"name": name, "permissions": sorted(KEY_PERMISSIONS), "brand_ids": brand_ids}
    secret = owner.api("POST", "/v1/api-keys", json=body)["secret"]
    whole = KEY_PERMISSIONS if brand_ids is None else frozenset[str]()
    headers = {"Authorization": f"Bearer {secret}"}
    return Principal(name, "key", KEY_PERMISSIONS, whole, headers)


def _viewing(owner: Agency) -> Principal:
    """An admin who sees as an analyst does: reading, nothing else."""
    analyst = invite(owner, "the viewed analyst", [{"role": "analyst"}])
    members = owner.api("GET", "/v1/members")["items"]
    [viewed] = [m["user_id"] for m in members if m["email"] == analyst]
    with Agency(owner.installation) as admin:
        admin.sign_in(invite(owner, "the viewing admin", [{"role": "admin"}]), PASSWORD)
        body = {"user_id": viewed, "reason": "A question about their numbers"}
        admin.api("POST", "/v1/session/view-as", json=body)
        admin.session = admin.api("GET", "/v1/session")
        held = ROLES["analyst"] & READ_ONLY
        return _of(admin, "viewing as an analyst", held, held, "viewing")
