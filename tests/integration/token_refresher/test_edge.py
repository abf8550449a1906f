"""The service through its HTTP edge and its consumer."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from infra.credential_edge import CALLERS, GRANT, Edge
from infra.credentials import KEYS, World, facts, refused
from shared.consumers import deliver
from shared.events import ConnectionRevoked, Event
from shared.events.envelope import make_event
from shared.internal_tokens import Actor
from token_refresher.consumers import HANDLERS

SECRETS = ("Atzr|first", "Atza|first", "Atza|minted", KEYS.split(":")[1])


async def test_a_grant_goes_in_and_tokens_come_out(edge: Edge, organization_id: UUID) -> None:
    connection_id = uuid4()
    assert (await edge.put(connection_id, organization_id)).status_code == 204
    for service in ("auth", "dsp-ingest", "amc-runner"):
        answer = await edge.take(connection_id, organization_id, by=service)
        assert answer.json()["access_token"] == "Atza|first"
        assert answer.headers["cache-control"] == "no-store"
    edge.world.clock.forward(minutes=58)
    answer = (await edge.take(connection_id, organization_id)).json()
    assert (answer["access_token"], answer["remaining_seconds"]) == ("Atza|minted-1", 3600)


async def test_the_organization_may_be_named_in_the_body(edge: Edge, organization_id: UUID) -> None:
    connection_id, auth = uuid4(), Actor.service("auth")
    path = f"/internal/credentials/{connection_id}"
    named = {"organization_id": str(organization_id)}
    assert (await edge.call("PUT", path, by=auth, json=GRANT | named)).status_code == 204
    answer = await edge.call("POST", f"{path}/access-token", by=auth, json=named)
    assert answer.status_code == 200
    assert (await edge.call("PUT", path, by=auth, json=GRANT)).json()["code"] == (
        "organization_missing"
    )
    query = f"{path}?organization_id={organization_id}"
    assert (await edge.call("DELETE", query, by=auth)).status_code == 204


async def test_a_call_naming_two_organizations_is_refused(
    edge: Edge, organization_id: UUID, other_organization_id: UUID
) -> None:
    answer = await edge.call(
        "PUT",
        f"/internal/credentials/{uuid4()}",
        by=Actor.service("auth", organization_id),
        json={**GRANT, "organization_id": str(other_organization_id)},
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "wrong_tenant")


async def test_the_same_grant_twice_is_one_grant(edge: Edge, organization_id: UUID) -> None:
    connection_id = uuid4()
    await edge.put(connection_id, organization_id)
    edge.world.clock.forward(minutes=58)
    await edge.take(connection_id, organization_id)
    assert (await edge.put(connection_id, organization_id)).status_code == 204
    answer = await edge.take(connection_id, organization_id)
    assert answer.json()["access_token"] == "Atza|minted-1"
    assert await facts(edge.db) == ["credential.refreshed"] * 2


async def test_a_new_consent_revives_a_dead_connection(edge: Edge, organization_id: UUID) -> None:
    connection_id = uuid4()
    await edge.put(connection_id, organization_id)
    edge.world.clock.forward(minutes=58)
    edge.world.amazon.script = [refused("invalid_grant"), refused("invalid_grant")]
    edge.world.amazon.before_answer = None
    answer = await edge.take(connection_id, organization_id)
    assert (answer.status_code, answer.json()["code"]) == (409, "reauth_required")
    (item,) = await edge.listed(organization_id)
    assert (item["state"], item["owner"], item["next_refresh_at"]) == (
        "reauth_required",
        "user",
        None,
    )
    await edge.put(connection_id, organization_id, refresh_token="Atzr|second")
    assert (await edge.take(connection_id, organization_id)).status_code == 200
    assert await facts(edge.db) == [
        "credential.refreshed",
        "credential.reauth_required",
        "credential.recovered",
        "credential.refreshed",
    ]


async def test_a_connection_belongs_to_one_organization(
    edge: Edge, organization_id: UUID, other_organization_id: UUID
) -> None:
    connection_id = uuid4()
    await edge.put(connection_id, organization_id)
    stolen = await edge.put(connection_id, other_organization_id, access_token="Atza|other")
    assert (stolen.status_code, stolen.json()["code"]) == (409, "connection_taken")
    assert (await edge.take(connection_id, other_organization_id)).status_code == 404
    assert await edge.listed(other_organization_id) == []
    by = Actor.service("auth", other_organization_id)
    await edge.call("DELETE", f"/internal/credentials/{connection_id}", by=by)
    answer = await edge.take(connection_id, organization_id)
    assert answer.json()["access_token"] == "Atza|first"


async def test_users_see_health_and_no_token(edge: Edge, organization_id: UUID) -> None:
    connection_id = uuid4()
    await edge.put(connection_id, organization_id)
    (item,) = await edge.listed(organization_id)
    assert item["connection_id"] == str(connection_id)
    assert (item["state"], item["owner"]) == ("healthy", "leadline")
    assert item["server_time"] == "2026-03-01T12:00:00Z"
    assert item["expires_at"] == "2026-03-01T13:00:00Z"
    assert not any("Atz" in str(value) for value in item.values())


@pytest.mark.parametrize(
    ("method", "path", "callers"),
    [
        ("PUT", "", {"auth"}),
        ("DELETE", "", {"auth"}),
        ("POST", "/access-token", {"auth", "dsp-ingest", "amc-runner"}),
    ],
)
async def test_only_the_named_services_may_call(
    edge: Edge, organization_id: UUID, method: str, path: str, callers: set[str]
) -> None:
    url = f"/internal/credentials/{uuid4()}{path}"
    body = None if method == "DELETE" else GRANT if method == "PUT" else {}
    for name in CALLERS:
        by = Actor.service(name, organization_id)
        answer = await edge.call(method, url, by=by, json=body)
        assert (answer.status_code == 403) == (name not in callers), name
    user = Actor("user", "u", organization_id, frozenset({"connection:manage"}))
    assert (await edge.call(method, url, by=user, json=body)).status_code == 403
    assert (await edge.http.request(method, url, json=body)).status_code == 401


async def test_the_list_needs_a_user_who_may_read_connections(
    edge: Edge, organization_id: UUID
) -> None:
    guest = Actor("user", "u", organization_id, frozenset({"report:read"}))
    assert (await edge.call("GET", "/v1/credentials", by=guest)).status_code == 403
    by = Actor.service("reporting", organization_id)
    assert (await edge.call("GET", "/v1/credentials", by=by)).status_code == 401


async def test_somebody_limited_to_brands_sees_no_connection(
    edge: Edge, organization_id: UUID
) -> None:
    await edge.put(uuid4(), organization_id)
    reads = frozenset({"connection:read"})
    limited = Actor("user", "u", organization_id, reads, frozenset({uuid4()}))
    answer = await edge.call("GET", "/v1/credentials", by=limited)
    assert answer.json()["items"] == []
    assert len(await edge.listed(organization_id)) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"region": "MARS"},
        {"refresh_token": ""},
        {"refresh_token": "Atzr|first" + "x" * 2048},
        {"expires_in": 0},
        {"surprise": "Atza|first"},
    ],
)
async def test_bad_grants_are_refused_without_repeating_them(
    edge: Edge, organization_id: UUID, change: dict[str, Any]
) -> None:
    answer = await edge.put(uuid4(), organization_id, **change)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert "Atz" not in answer.text


def revoked(world: World, connection_id: UUID, after: timedelta) -> Event[ConnectionRevoked]:
    data = ConnectionRevoked(connection_id=connection_id, reason="user")
    event = make_event(data, world.organization_id, None)
    return event.model_copy(update={"time": world.clock() + after})


async def test_a_revoked_connection_loses_its_secrets_also_when_told_twice(
    edge: Edge, organization_id: UUID
) -> None:
    connection_id = uuid4()
    await edge.put(connection_id, organization_id)
    event = revoked(edge.world, connection_id, timedelta(seconds=1))
    assert await deliver(edge.db, HANDLERS, event) == "handled"
    assert await deliver(edge.db, HANDLERS, event) == "duplicate"
    assert (await edge.take(connection_id, organization_id)).status_code == 404


async def test_a_late_revocation_does_not_end_a_newer_consent(
    edge: Edge, organization_id: UUID
) -> None:
    connection_id = uuid4()
    event = revoked(edge.world, connection_id, timedelta(0))
    edge.world.clock.forward(minutes=1)
    await edge.put(connection_id, organization_id)
    for _ in range(2):
        await deliver(edge.db, HANDLERS, event)
    assert (await edge.take(connection_id, organization_id)).status_code == 200


async def test_another_organizations_revocation_does_nothing(
    edge: Edge, organization_id: UUID, other_organization_id: UUID
) -> None:
    connection_id = uuid4()
    await edge.put(connection_id, organization_id)
    event = revoked(edge.world, connection_id, timedelta(seconds=1))
    foreign = event.model_copy(update={"tenantid": other_organization_id})
    await deliver(edge.db, HANDLERS, foreign)
    assert (await edge.take(connection_id, organization_id)).status_code == 200


async def test_a_refresh_under_way_of_a_deleted_grant_writes_nothing(
    edge: Edge, organization_id: UUID
) -> None:
    connection_id = uuid4()
    await edge.put(connection_id, organization_id)
    edge.world.clock.forward(minutes=58)

    async def delete() -> None:
        by = Actor.service("auth", organization_id)
        await edge.call("DELETE", f"/internal/credentials/{connection_id}", by=by)

    edge.world.amazon.before_answer = delete
    assert (await edge.take(connection_id, organization_id)).status_code == 404
    assert await facts(edge.db) == ["credential.refreshed"]


async def test_nothing_secret_is_logged_on_any_path(
    edge: Edge, organization_id: UUID, log: io.StringIO
) -> None:
    connection_id = uuid4()
    await edge.put(connection_id, organization_id)
    edge.world.clock.forward(minutes=58)
    edge.world.amazon.script = [refused("server_error", 500), RuntimeError("Atza|minted-9")]
    await edge.take(connection_id, organization_id)
    edge.world.clock.forward(minutes=10)
    broken = await edge.take(connection_id, organization_id)
    assert broken.status_code == 500
    text = log.getvalue() + broken.text
    assert "credential_refresh_failed" in text
    for secret in SECRETS:
        assert secret not in text


async def test_continuity_is_measured_for_those_who_see_connections(
    edge: Edge, organization_id: UUID, other_organization_id: UUID
) -> None:
    await edge.put(connection_id := uuid4(), organization_id)
    edge.world.clock.forward(minutes=58)
    await edge.take(connection_id, organization_id)
    reads = frozenset({"connection:read"})
    path = "/v1/credentials/continuity"
    mine = Actor("user", "u", organization_id, reads)
    nothing = {"due": 0, "done": 0, "late": 0, "failed": 0, "done_share": None}
    answer = await edge.call("GET", path, by=mine)
    assert answer.json() == {
        "window_hours": 24,
        "due": 1,
        "done": 1,
        "late": 1,
        "failed": 0,
        "done_share": 1.0,
    }
    stranger = Actor("user", "u", other_organization_id, reads)
    limited = Actor("user", "u", organization_id, reads, frozenset({uuid4()}))
    for by in (stranger, limited):
        answer = await edge.call("GET", f"{path}?window_hours=48", by=by)
        assert answer.json() == {"window_hours": 48, **nothing}
    guest = Actor("user", "u", organization_id, frozenset({"report:read"}))
    assert (await edge.call("GET", path, by=guest)).status_code == 403
    assert (await edge.call("GET", f"{path}?window_hours=0", by=mine)).status_code == 422


async def test_health_and_metrics_answer(edge: Edge, organization_id: UUID) -> None:
    connection_id = uuid4()
    await edge.put(connection_id, organization_id)
    edge.world.clock.forward(minutes=58)
    await edge.take(connection_id, organization_id)
    assert (await edge.http.get("/livez")).status_code == 200
    metrics = (await edge.http.get("/metrics")).text
    for outcome in ("due", "late", "done"):
        assert f'leadline_credential_refreshes_total{{outcome="{outcome}"}}' in metrics
    assert str(connection_id) not in metrics
