"""The wall between organizations: every route with another organization's session, every table's RLS.

A route without an entry here fails the build.
"""

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import pytest
from auth.main import ROUTERS
from fastapi.routing import APIRoute
from infra.attempts import ATTEMPTS
from infra.auth_world import PASSWORD, AuthWorld, Browser
from infra.tenants import Holdings
from shared.audit.requests import operation_id
from shared.db import Scope
from shared.ids import new_id
from shared.internal_tokens import Actor


@dataclass
class Ours:
    """What the first organization has."""

    browser: Browser
    organization_id: str
    connection_id: str
    brand_id: str
    advertiser_id: str
    callback: dict[str, str]
    user_id: str
    role_id: str
    invitation_id: str
    api_key_id: str
    session_id: str
    consent_request_id: str
    secrets: list[str]

    def holdings(self) -> Holdings:
        """As the attempts of infra.attempts name things; numbers of reports are not this service's."""
        return Holdings(
            email="owner@contoso.example",
            user_id=self.user_id,
            api_key_id=self.api_key_id,
            organization_id=self.organization_id,
            role_id=self.role_id,
            invitation_id=self.invitation_id,
            session_id=self.session_id,
            consent_request_id=self.consent_request_id,
            brand_id=self.brand_id,
            advertiser_id=self.advertiser_id,
            connection_id=self.connection_id,
            report_id=str(new_id()),
            export_id=str(new_id()),
            order_id="1",
            start_date="2026-11-01",
            end_date="2026-11-02",
        )


@dataclass
class Case:
    """A call as the stranger makes it with our ids, and the statuses that give nothing away."""

    statuses: set[int]
    path: Callable[[Ours], str]
    body: Callable[[Ours], Any] | None = None


def at(path: str) -> Callable[[Ours], str]:
    return lambda _ours: path


CASES: dict[tuple[str, str], Case] = {
    ("POST", "/v1/session"): Case(
        {200},
        at("/v1/session"),
        lambda _: {"email": "owner@fabrikam.example", "password": PASSWORD},
    ),
    ("GET", "/v1/session"): Case({200}, at("/v1/session")),
    ("DELETE", "/v1/session"): Case({204}, at("/v1/session")),
    ("POST", "/internal/sessions/resolve"): Case(
        {403},
        at("/internal/sessions/resolve"),
        lambda ours: {"session_token": ours.browser.token},
    ),
    ("POST", "/internal/api-keys/resolve"): Case(
        {403},
        at("/internal/api-keys/resolve"),
        lambda _: {"secret": "guessed", "ip": "203.0.113.9"},
    ),
    ("GET", "/v1/brands"): Case({200}, at("/v1/brands")),
    ("POST", "/v1/brands"): Case({201}, at("/v1/brands"), lambda _: {"name": "Secret Brand"}),
    ("PATCH", "/v1/brands/{brand_id}"): Case(
        {404}, lambda ours: f"/v1/brands/{ours.brand_id}", lambda _: {"name": "Taken over"}
    ),
    ("GET", "/v1/connections"): Case({200}, at("/v1/connections")),
    ("POST", "/v1/connections"): Case(
        {201}, at("/v1/connections"), lambda _: {"region": "NA", "label": "Theirs"}
    ),
    ("GET", "/v1/connections/callback"): Case(
        {303},
        lambda o: f"/v1/connections/callback?state={o.callback['state']}&code={o.callback['code']}",
    ),
    ("GET", "/v1/connections/{connection_id}"): Case(
        {404}, lambda ours: f"/v1/connections/{ours.connection_id}"
    ),
    ("POST", "/v1/connections/{connection_id}/discoveries"): Case(
        {404}, lambda ours: f"/v1/connections/{ours.connection_id}/discoveries"
    ),
    ("GET", "/v1/advertisers"): Case(
        {200}, lambda ours: f"/v1/advertisers?connection_id={ours.connection_id}"
    ),
    ("PUT", "/v1/advertisers/brands"): Case(
        {404},
        at("/v1/advertisers/brands"),
        lambda o: {"mappings": [{"advertiser_id": o.advertiser_id, "new_brand_name": "Stolen"}]},
    ),
}


VIEWER = [{"role": "viewer"}]
READERS = {"name": "Secret Readers", "permissions": ["report:read"]}
PEOPLE: dict[tuple[str, str], Case] = {
    ("GET", "/v1/members"): Case({200}, at("/v1/members")),
    ("PATCH", "/v1/members/{user_id}"): Case(
        {404}, lambda o: f"/v1/members/{o.user_id}", lambda _: {"grants": VIEWER}
    ),
    ("GET", "/v1/members/{user_id}/removal"): Case(
        {404}, lambda o: f"/v1/members/{o.user_id}/removal"
    ),
    ("DELETE", "/v1/members/{user_id}"): Case({404}, lambda o: f"/v1/members/{o.user_id}"),
    ("GET", "/v1/roles"): Case({200}, at("/v1/roles")),
    ("POST", "/v1/roles"): Case(
        {201}, at("/v1/roles"), lambda _: {"name": "Theirs", "permissions": ["report:read"]}
    ),
    ("PUT", "/v1/roles/{role_id}"): Case(
        {404}, lambda o: f"/v1/roles/{o.role_id}", lambda _: READERS
    ),
    ("DELETE", "/v1/roles/{role_id}"): Case({404}, lambda o: f"/v1/roles/{o.role_id}"),
    ("GET", "/v1/permissions"): Case({200}, at("/v1/permissions")),
    ("GET", "/v1/invitations"): Case({200}, at("/v1/invitations")),
    ("POST", "/v1/invitations"): Case(
        {404},
        at("/v1/invitations"),
        lambda o: {"email": "x@y.example", "grants": [{"role_id": o.role_id}]},
    ),
    ("POST", "/v1/invitations/{invitation_id}/letters"): Case(
        {404}, lambda o: f"/v1/invitations/{o.invitation_id}/letters"
    ),
    ("DELETE", "/v1/invitations/{invitation_id}"): Case(
        {404}, lambda o: f"/v1/invitations/{o.invitation_id}"
    ),
    ("GET", "/v1/invitations/offer"): Case({404}, at("/v1/invitations/offer?token=unknown")),
    ("POST", "/v1/invitations/acceptances"): Case(
        {404}, at("/v1/invitations/acceptances"), lambda _: {"token": "unknown"}
    ),
    ("GET", "/v1/organization"): Case({200}, at("/v1/organization")),
    ("PATCH", "/v1/organization"): Case(
        {200}, at("/v1/organization"), lambda _: {"name": "Theirs"}
    ),
    ("PUT", "/v1/organization/owner"): Case(
        {404},
        at("/v1/organization/owner"),
        lambda o: {"user_id": o.user_id, "password": PASSWORD},
    ),
    ("PUT", "/v1/session/organization"): Case(
        {404}, at("/v1/session/organization"), lambda o: {"organization_id": o.organization_id}
    ),
    ("POST", "/v1/session/view-as"): Case(
        {404}, at("/v1/session/view-as"), lambda o: {"user_id": o.user_id, "reason": "Curiosity"}
    ),
    ("DELETE", "/v1/session/view-as"): Case({204}, at("/v1/session/view-as")),
}
CASES.update(PEOPLE)


async def our_things(world: AuthWorld) -> Ours:
    browser = await world.owner()
    connection_id = await browser.connect()
    await world.discover()
    first = (await browser.get("/v1/advertisers"))["items"][0]
    mapping = {"advertiser_id": first["id"], "new_brand_name": "Secret Brand"}
    response = await browser.call("PUT", "/v1/advertisers/brands", json={"mappings": [mapping]})
    brand_id = response.json()["items"][0]["brand_id"]
    session = await browser.get("/v1/session")
    organization_id = session["organization"]["id"]
    callback = await browser.decide((await browser.open_consent("EU"))["authorize_url"])
    user_id = session["user"]["id"]
    role_id = (await browser.call("POST", "/v1/roles", json=READERS)).json()["id"]
    guest = {"email": "guest@contoso.example", "grants": VIEWER}
    sent = (await browser.call("POST", "/v1/invitations", json=guest)).json()
    wish = {"name": "Secret Key", "permissions": ["report:read"]}
    api_key_id = (await browser.call("POST", "/v1/api-keys", json=wish)).json()["id"]
    session_id = (await browser.get("/v1/sessions"))["items"][0]["id"]
    region = {"region": "FE"}
    asked = (await browser.call("POST", "/v1/consent-requests", json=region)).json()
    return Ours(
        browser,
        organization_id,
        str(connection_id),
        brand_id,
        first["id"],
        callback,
        user_id,
        role_id,
        sent["invitation"]["id"],
        api_key_id,
        session_id,
        asked["id"],
        secrets=[
            organization_id,
            user_id,
            role_id,
            sent["invitation"]["id"],
            api_key_id,
            session_id,
            asked["id"],
            "Secret Key",
            "guest@contoso.example",
            str(connection_id),
            brand_id,
            first["id"],
            first["amazon_advertiser_id"],
            first["entity_id"],
            "Contoso Agency",
            "owner@contoso.example",
            session["csrf_token"],
        ],
    )


def mounted() -> dict[tuple[str, str], str]:
    """(method, path) → operation."""
    return {
        (method, route.path): operation_id(route)
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }


OTHERS = sorted({name for call, name in mounted().items() if call not in CASES})
"""Operations without a case of their own: their attempts of infra.attempts are what is tried."""


def test_every_route_has_a_case_or_attempts() -> None:
    assert CASES.keys() <= mounted().keys()
    assert set(OTHERS) <= ATTEMPTS.keys()


def test_nothing_is_mounted_beside_the_routers(world: AuthWorld) -> None:
    paths = {path for _, path in mounted() if path.startswith("/v1")}
    assert {p for p in world.app.openapi()["paths"] if p.startswith("/v1")} == paths


@pytest.mark.parametrize("route", sorted(CASES), ids=" ".join)
async def test_a_strangers_session_sees_and_changes_nothing(
    world: AuthWorld, route: tuple[str, str]
) -> None:
    ours = await our_things(world)
    await world.organization("owner@fabrikam.example", "Fabrikam Agency")
    stranger = await world.sign_in("owner@fabrikam.example")
    before = await snapshot(world, ours)
    case = CASES[route]
    body = {} if case.body is None else {"json": case.body(ours)}
    response = await stranger.call(route[0], case.path(ours), **body)
    assert response.status_code in case.statuses, response.text
    answer = response.text + json.dumps(dict(response.headers))
    sent = json.dumps(body) + case.path(ours)
    assert [s for s in ours.secrets if s in answer and s not in sent] == []
    assert "Secret Brand" not in answer or route == ("POST", "/v1/brands")
    assert "error=session_mismatch" in answer or response.status_code != 303
    assert await snapshot(world, ours) == before


@pytest.mark.parametrize("operation", OTHERS)
async def test_a_strangers_attempts_meet_nothing_of_ours(world: AuthWorld, operation: str) -> None:
    ours = await our_things(world)
    await world.organization("owner@fabrikam.example", "Fabrikam Agency")
    stranger = await world.sign_in("owner@fabrikam.example")
    brand = await stranger.call("POST", "/v1/brands", json={"name": "Theirs"})
    theirs = replace(ours.holdings(), brand_id=brand.json()["id"], advertiser_id=str(new_id()))
    before = await snapshot(world, ours)
    for attempt in ATTEMPTS[operation](ours.holdings(), theirs):
        body = {} if attempt.json is None else {"json": attempt.json}
        response = await stranger.call(attempt.method, attempt.path, **body)
        assert response.status_code in attempt.allowed, response.text
        answer = response.text + json.dumps(dict(response.headers))
        sent = json.dumps(body) + attempt.path
        assert [s for s in ours.secrets if s in answer and s not in sent] == []
        assert "Secret Brand" not in answer
    assert await snapshot(world, ours) == before


async def snapshot(world: AuthWorld, ours: Ours) -> list[Any]:
    """Everything the first organization has, as the database holds it."""
    organization_id = UUID(ours.organization_id)
    tables = (
        await world.rows("select id, name from organization where id = $1", organization_id),
        await world.rows("select * from brand where organization_id = $1", organization_id),
        await world.rows(
            "select id, label, status from connection where organization_id = $1", organization_id
        ),
        await world.rows("select * from advertiser where organization_id = $1", organization_id),
        await world.rows("select id from discovery where organization_id = $1", organization_id),
        await world.rows(
            "select id, revoked_at from session where organization_id = $1", organization_id
        ),
        await world.rows("select * from role where organization_id = $1", organization_id),
        await world.rows("select * from role_grant where organization_id = $1", organization_id),
        await world.rows("select * from invitation where organization_id = $1", organization_id),
        await world.rows(
            "select id, revoked_at from consent_request where organization_id = $1",
            organization_id,
        ),
        await world.rows("select * from api_key where organization_id = $1", organization_id),
        await world.rows("select * from user_password where user_id = $1", UUID(ours.user_id)),
    )
    return [sorted(map(str, rows)) for rows in tables]


async def test_without_an_internal_token_no_route_answers(world: AuthWorld) -> None:
    ids = defaultdict(new_id)
    async with world.client() as client:
        for method, path in mounted():
            for headers in ({}, {"Authorization": "Bearer e30.e30.e30"}):
                response = await client.request(method, path.format_map(ids), headers=headers)
                assert response.status_code == 401, (method, path)
                assert response.json()["code"] == "internal_token_invalid"


async def test_services_cannot_use_the_routes_of_people(world: AuthWorld) -> None:
    bearer = Browser(world).signer.sign(Actor.service("gateway", new_id()), "auth")
    async with world.client() as client:
        headers = {"Authorization": f"Bearer {bearer}"}
        for path in ("/v1/session", "/v1/brands", "/v1/connections", "/v1/advertisers"):
            assert (await client.get(path, headers=headers)).status_code == 401


async def test_every_table_with_tenants_has_row_level_security(world: AuthWorld) -> None:
    bare = await world.rows(
        """
        select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = current_schema() and c.relkind = 'r'
          and not (c.relrowsecurity and c.relforcerowsecurity)
        """
    )
    shared_core = {"outbox", "inbox", "parked_message", "schema_migrations"}
    assert {row["relname"] for row in bare} <= shared_core


async def test_row_level_security_hides_each_table_from_a_stranger(world: AuthWorld) -> None:
    ours = await our_things(world)
    own = Scope.organization(UUID(ours.organization_id))
    for scope, sees in ((own, True), (Scope.organization(new_id()), False)):
        async with world.db.read(scope) as tx:
            counts = {
                "organization": await tx.fetchval("select count(*) from organization"),
                "app_user": await tx.fetchval("select count(*) from app_user"),
                "membership": await tx.fetchval("select count(*) from membership"),
                "session": await tx.fetchval("select count(*) from session"),
                "brand": await tx.fetchval("select count(*) from brand"),
                "connection": await tx.fetchval("select count(*) from connection"),
                "consent_state": await tx.fetchval("select count(*) from consent_state"),
                "advertiser": await tx.fetchval("select count(*) from advertiser"),
                "link": await tx.fetchval("select count(*) from advertiser_connection"),
                "discovery": await tx.fetchval("select count(*) from discovery"),
                "role": await tx.fetchval("select count(*) from role"),
                "role_grant": await tx.fetchval("select count(*) from role_grant"),
                "invitation": await tx.fetchval("select count(*) from invitation"),
                "offered": await tx.fetchval("select count(*) from invitation_grant"),
            }
            passwords = await tx.fetchval("select count(*) from user_password")
        assert all((count > 0) == sees for count in counts.values()), counts
        assert passwords == 0, "passwords are for the system scope alone"
