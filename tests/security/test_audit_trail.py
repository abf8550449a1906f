"""Every operation leaves the entry that it should, and nothing that it should not: all of them performed."""

import json
import subprocess
import sys
from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from httpx import HTTPError
from infra.agency import Agency, wait_for
from infra.attempts import ATTEMPTS
from infra.audit_stage import IP, KEY_WISH, Did, Stage, open_stage, program
from infra.operations import Operation, operations
from infra.performances import DAYS, PERFORMANCES
from infra.principals import PASSWORD, invite
from infra.tenants import OTHER_OWNER, Tenants
from shared.api_keys import new_key
from shared.audit.actions import ACTIONS
from shared.audit.requests import BRAND_DATA
from shared.clock import utc_now
from shared.ids import new_id

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("security")]
SECONDS = 30
NOT_HERE = {
    "signInWithClerk": "tests/integration/auth/clerk: there under Clerk only",
    "takeClerkWebhook": "tests/integration/auth/clerk: there under Clerk only",
    "retryLoad": "needs a rejected report: tests/integration/reporting",
}
UNTOLD = {
    "resendVerification": "an address that waits to be confirmed is in no organization yet",
    "readCatalogue": "what can be asked for is the same for everybody and nobody's data",
}
UNSUCCESSFUL = {"signUp": "email_taken"}
"""A visitor's attempt at an address that is somebody's: what their log tells."""
TOLD = [
    o for o in operations() if (o.unsafe or BRAND_DATA & set(o.permissions)) and o.id not in UNTOLD
]
BY_OPERATION = pytest.mark.parametrize("operation", [o.id for o in TOLD if o.id not in NOT_HERE])


@dataclass
class Trail:
    """What was performed, and the logs afterwards."""

    stage: Stage
    did: dict[str, Did] = field(default_factory=dict[str, Did])
    failed: dict[str, Exception] = field(default_factory=dict[str, Exception])

    def entries(self, operation: str) -> list[dict[str, Any]]:
        did = self.did[operation]
        wanted = {"limit": 200, "action": ACTIONS[operation]}
        found = did.log.api("GET", "/v1/audit", params=wanted)["items"]
        if did.request_id:
            return [e for e in found if e["request_id"] == did.request_id]
        about = [e for e in found if did.target in (None, (e["target"]["type"], e["target"]["id"]))]
        return [e for e in about if (e["actor"]["kind"], e["actor"]["id"]) == did.actor]


@pytest.fixture(scope="module")
def trail(tenants: Tenants) -> Generator[Trail]:
    """The story is told once; what fails in it fails the test of its operation."""
    trail = Trail(open_stage(tenants))
    for name, perform in PERFORMANCES.items():
        try:
            trail.did[name] = perform(trail.stage)
        except Exception as error:  # noqa: BLE001 - raised again by the operation's own test
            trail.failed[name] = error
    yield trail
    trail.stage.close()


def test_every_operation_that_is_told_is_performed() -> None:
    expected = {operation.id for operation in TOLD}
    assert expected <= PERFORMANCES.keys() | NOT_HERE.keys(), "say how it is performed"
    assert PERFORMANCES.keys() | NOT_HERE.keys() <= {o.id for o in operations()}


@BY_OPERATION
def test_it_leaves_exactly_the_right_entry(trail: Trail, operation: str) -> None:
    if operation in trail.failed:
        raise trail.failed[operation]
    did = trail.did[operation]
    wait_for(lambda: bool(trail.entries(operation)), f"the entry of {operation}", SECONDS)
    [entry] = trail.entries(operation)
    code = UNSUCCESSFUL.get(operation, "")
    assert (entry["outcome"], entry["code"]) == ("refused" if code else "allowed", code)
    assert (entry["actor"]["kind"], entry["actor"]["id"]) == did.actor
    assert (entry["impersonator"] or {"id": ""})["id"] == did.impersonator
    assert (entry["operation"], entry["ip"]) == (operation, IP)
    assert entry["every_brand"] == did.every_brand
    assert {brand["id"] for brand in entry["brands"]} == did.brands
    if did.target is not None:
        assert (entry["target"]["type"], entry["target"]["id"]) == did.target
    assert entry["details"].items() >= did.details.items()


FOR_KEYS = ("listBrands", "listAmcInstances", "queryMetrics", "exportMetrics", "readFreshness",
            "listLoads", "listSyncs", "listReports", "listAmcAccounts", "listAmcDiscoveries")  # fmt: skip
WITH_PERMISSION = [o for o in TOLD if o.permissions]
VERIFIER = Path(__file__).parents[2] / "scripts" / "verify_audit.py"


def entries_of(log: Agency, **wanted: Any) -> list[dict[str, Any]]:
    return log.api("GET", "/v1/audit", params={"limit": 200, **wanted})["items"]


def told(log: Agency, request_id: str, **wanted: Any) -> dict[str, Any]:
    """The one entry of a request."""

    def found() -> list[dict[str, Any]]:
        return [e for e in entries_of(log, **wanted) if e["request_id"] == request_id]

    wait_for(lambda: bool(found()), f"the entry of {request_id}", SECONDS)
    [entry] = found()
    return entry


@pytest.fixture(scope="module")
def nobody_much(trail: Trail) -> Agency:
    """May know who is a member, and nothing else."""
    owner = trail.stage.tenants.a
    role = owner.api("POST", "/v1/roles", json={"name": "Porter", "permissions": ["member:read"]})
    email = invite(owner, "porter", [{"role_id": role["id"]}])
    return trail.stage.sign_in(email, PASSWORD)


@pytest.mark.parametrize("operation", WITH_PERMISSION, ids=lambda o: o.id)
def test_whoever_lacks_the_permission_is_refused_and_told(
    tenants: Tenants, nobody_much: Agency, operation: Operation
) -> None:
    attempt = ATTEMPTS[operation.id](tenants.holdings_of_a(), tenants.holdings_of_a())[0]
    body = {} if attempt.json is None else {"json": attempt.json}
    answer = nobody_much.call(attempt.method, attempt.path, **body)
    assert answer.status_code == 403, answer.text
    entry = told(tenants.a, answer.headers["x-request-id"], outcome="refused")
    assert entry["actor"]["id"] == nobody_much.session["user"]["id"]
    assert (entry["action"], entry["operation"]) == (ACTIONS[operation.id], operation.id)
    assert (entry["code"], entry["ip"]) == (answer.json()["code"], IP)


@pytest.mark.parametrize("operation", WITH_PERMISSION, ids=lambda o: o.id)
def test_another_organizations_attempt_is_told_in_its_own_log_alone(
    tenants: Tenants, operation: Operation
) -> None:
    victim = tenants.holdings_of_a()
    tried = ATTEMPTS[operation.id](victim, tenants.holdings_of_b())
    pointed = [x for x in tried if x.allowed <= {403, 404, 422} and not x.fresh]
    if not pointed:
        pytest.skip("names nothing of somebody else")
    body = {} if pointed[0].json is None else {"json": pointed[0].json}
    answer = tenants.b.call(pointed[0].method, pointed[0].path, **body)
    assert answer.is_client_error, answer.text
    request_id = answer.headers["x-request-id"]
    entry = told(tenants.b, request_id, action=ACTIONS[operation.id])
    assert (entry["outcome"], entry["code"]) == ("refused", answer.json()["code"])
    assert entry["actor"]["id"] == tenants.b.session["user"]["id"]
    assert not [e for e in entries_of(tenants.a) if e["request_id"] == request_id]


def test_what_a_key_does_is_told_as_the_keys(trail: Trail) -> None:
    owner = trail.stage.tenants.a
    wish = {"name": "A teller", "permissions": list(KEY_WISH)}
    made = owner.api("POST", "/v1/api-keys", json=wish)
    with program(trail.stage, made["secret"]) as caller:
        for name in FOR_KEYS:
            attempt = ATTEMPTS[name](*[trail.stage.tenants.holdings_of_a()] * 2)[0]
            answer = caller.request(attempt.method, attempt.path, json=attempt.json)
            assert answer.status_code == 200, answer.text
            entry = told(owner, answer.headers["x-request-id"], action=ACTIONS[name])
            assert entry["actor"] == {"kind": "key", "id": made["id"], "name": "A teller"}
            assert (entry["outcome"], entry["every_brand"]) == ("allowed", True)
        answer = caller.post("/v1/brands", json={"name": "Of a program"})
        entry = told(owner, answer.headers["x-request-id"], action="brand.created")
        assert (entry["actor"]["id"], entry["target"]["id"]) == (made["id"], answer.json()["id"])
        refused = caller.post("/v1/roles", json={"name": "No", "permissions": ["report:read"]})
        entry = told(owner, refused.headers["x-request-id"], outcome="refused")
        assert (entry["actor"]["id"], entry["action"]) == (made["id"], "role.created")


@pytest.mark.parametrize("why", ["revoked", "expired", "replaced", "network"])
def test_a_key_refused_at_the_edge_is_told_in_its_organizations_log(trail: Trail, why: str) -> None:
    owner = trail.stage.tenants.a
    made = ended_key(owner, why)
    with program(trail.stage, made["secret"]) as caller:
        answers = [caller.get("/v1/brands") for _ in range(3)]
    code = "ip_not_allowed" if why == "network" else "api_key_invalid"
    assert {answer.json()["code"] for answer in answers} == {code}
    entry = told(owner, answers[0].headers["x-request-id"], outcome="refused")
    assert (entry["actor"]["kind"], entry["actor"]["id"]) == ("key", made["id"])
    assert (entry["action"], entry["code"], entry["ip"]) == ("edge.refused", code, IP)
    reason = {} if why == "network" else {"reason": why}
    assert entry["details"] == {"method": "GET", "noun": "brands", **reason}


def ended_key(owner: Agency, why: str) -> dict[str, Any]:
    """A key whose secret is worth nothing, for this reason."""
    soon = (utc_now() + timedelta(seconds=2)).isoformat() if why == "expired" else None
    wish = {"name": f"A key {why}", "permissions": ["report:read"], "expires_at": soon}
    networks = ["203.0.113.0/24"] if why == "network" else []
    made = owner.api("POST", "/v1/api-keys", json={**wish, "allowed_networks": networks})
    path = f"/v1/api-keys/{made['id']}"
    if why == "revoked":
        owner.api("DELETE", path)
    elif why == "replaced":
        owner.api("POST", f"{path}/secrets", json={"grace_hours": 0})
    elif why == "expired":
        ends = datetime.fromisoformat(made["expires_at"])
        wait_for(lambda: utc_now() > ends, "the key to expire", 10)
    return made


def test_a_key_that_never_was_is_nobodys(tenants: Tenants) -> None:
    with Agency(tenants.installation) as visitor:
        headers = {"Authorization": f"Bearer {new_key(new_id())}"}
        answer = visitor.http.get("/v1/brands", headers=headers)
    assert answer.json()["code"] == "api_key_invalid"


def test_who_really_sits_there_is_told_while_viewing(trail: Trail) -> None:
    owner = trail.stage.tenants.a
    with Agency(trail.stage.installation) as admin:
        admin.sign_in(invite(owner, "trail admin", [{"role": "admin"}]), PASSWORD)
        seen = invite(owner, "trail analyst", [{"role": "analyst"}])
        members = owner.api("GET", "/v1/members")["items"]
        [viewed] = [m["user_id"] for m in members if m["email"] == seen]
        admin.api("POST", "/v1/session/view-as", json={"user_id": viewed, "reason": "To help"})
        boss = admin.session["user"]["id"]
        admin.session = admin.api("GET", "/v1/session")
        look = admin.call("GET", "/v1/brands")
        change = admin.call("POST", "/v1/brands", json={"name": "Not while viewing"})
    assert (look.status_code, change.status_code) == (200, 403)
    for answer in (look, change):
        entry = told(owner, answer.headers["x-request-id"])
        assert (entry["actor"]["id"], entry["impersonator"]["id"]) == (viewed, boss)


@pytest.mark.parametrize("service", ["reporting", "auth"])
def test_what_was_answered_is_told_though_a_process_was_killed(
    tenants: Tenants, service: str
) -> None:
    """reporting dies among queries, auth among entries that arrived and are not chained yet."""
    body = {**DAYS, "dimensions": ["brand"]}
    answered: list[str] = []
    for round_ in range(40):
        if round_ == 20:
            tenants.installation.kill(service)
        answered += looked(tenants.a, body)
    wait_for(lambda: bool(looked(tenants.a, body)), f"{service} to be back", 60)
    wait_for(lambda: tenants.a.call("GET", "/v1/audit").is_success, f"{service} to be back", 60)

    def missing() -> set[str]:
        return set(answered) - {
            e["request_id"] for e in entries_of(tenants.a, action="metrics.read")
        }

    assert len(answered) >= 20
    wait_for(lambda: not missing(), "the entry of every answer", SECONDS)
    entries = entries_of(tenants.a, action="metrics.read")
    told_of = [e["request_id"] for e in entries if e["request_id"] in answered]
    assert len(told_of) == len(answered), "none twice"
    assert verdict_of(tenants.a)["state"] == "intact"


def looked(agency: Agency, body: dict[str, Any]) -> list[str]:
    """The id of a query that was answered; none where it was not."""
    try:
        answer = agency.call("POST", "/v1/metrics/query", json=body)
    except HTTPError:
        return []
    return [answer.headers["x-request-id"]] if answer.status_code == 200 else []


def verdict_of(agency: Agency) -> dict[str, Any]:
    """The last line of a check of the whole chain."""
    return json.loads(agency.call("GET", "/v1/audit/verification").text.splitlines()[-1])


def test_the_chains_hold_and_no_secret_is_in_any_log(trail: Trail, tmp_path: Path) -> None:
    """Last: over everything that was done and refused above."""
    stage = trail.stage
    secret = stage.secret | {OTHER_OWNER[1], PASSWORD, stage.installation.secrets.owner_password}
    for agency in (stage.owner, stage.tenants.a, stage.tenants.b):
        verdict = verdict_of(agency)
        assert (verdict["state"], verdict["broken"]) == ("intact", 0)
        head = f"{verdict['head']['sequence']}:{verdict['head']['hash']}"
        for name in ("export.csv", "export.jsonl"):
            exported = tmp_path / name
            exported.write_bytes(agency.call("GET", f"/v1/audit/{name}").content)
            done = subprocess.run(
                [sys.executable, VERIFIER, exported, head],
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stdout + done.stderr
            text = exported.read_text(encoding="utf-8")
            assert [word for word in secret if word in text] == []
        shown = "".join(map(str, agency.audit_pages()))
        assert [word for word in secret if word in shown] == []
