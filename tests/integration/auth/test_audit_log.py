"""The audit log through its routes: what happened is there, to be read, verified and taken along."""

import importlib.util
import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from auth.audit.chaining import Chainer
from auth.consumers import HANDLERS
from infra.auth_world import AuthWorld, Browser
from shared.consumers import deliver

SCRIPT = Path(__file__).parents[3] / "scripts" / "verify_audit.py"


async def chained(world: AuthWorld) -> None:
    """What Kafka and the chaining loop do."""
    await world.deps.builtin.attempts.tick()
    for event in await world.events("action.recorded"):
        await deliver(world.db, HANDLERS, json.dumps(event).encode())
    while await Chainer(world.db, world.clock).tick():
        pass


async def entries(world: AuthWorld, browser: Browser, query: str = "") -> list[dict[str, Any]]:
    await chained(world)
    return (await browser.get(f"/v1/audit{query}"))["items"]


def verifier() -> Any:
    spec = importlib.util.spec_from_file_location("verify_audit", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


async def brand(browser: Browser, name: str) -> UUID:
    answer = await browser.call("POST", "/v1/brands", json={"name": name})
    assert answer.status_code == 201, answer.text
    return UUID(answer.json()["id"])


async def test_sign_ins_and_changes_are_listed_newest_first_with_names(world: AuthWorld) -> None:
    owner = await world.owner()
    brand_id = await brand(owner, "Contoso")
    await brand(owner, "=cmd()")
    taken = await owner.call("POST", "/v1/brands", json={"name": "Contoso"})
    assert taken.status_code == 409
    found = await entries(world, owner)
    told = [(e["action"], e["outcome"], e["code"]) for e in found]
    assert told == [
        ("brand.created", "refused", "brand_name_taken"),
        ("brand.created", "allowed", ""),
        ("brand.created", "allowed", ""),
        ("session.started", "allowed", ""),
        ("organization.created", "allowed", ""),
    ]
    assert found[2]["brands"] == [{"id": str(brand_id), "name": "Contoso"}]
    assert found[2]["target"] == {"type": "brand", "id": str(brand_id)}
    assert found[2]["actor"]["name"] == "owner"
    assert found[2]["ip"] == owner.ip
    assert found[4]["actor"]["kind"] == "operator"


async def test_attempts_at_an_address_are_told_to_its_organization_and_counted(
    world: AuthWorld,
) -> None:
    owner = await world.owner()
    for email in ("owner@contoso.example", "owner@contoso.example", "nobody@contoso.example"):
        assert (await Browser(world).sign_in(email, "wrong")).status_code == 401
    [refused, *_] = await entries(world, owner, "?outcome=refused")
    assert (refused["action"], refused["code"]) == ("session.started", "invalid_credentials")
    assert (refused["count"], refused["actor"]["kind"]) == (2, "anonymous")


@pytest.mark.parametrize("form", ["csv", "jsonl"])
async def test_an_export_is_verified_without_us_and_a_change_in_it_is_found(
    world: AuthWorld, tmp_path: Path, form: str
) -> None:
    owner = await world.owner()
    await brand(owner, "=cmd()")
    await chained(world)
    exported = await owner.call("GET", f"/v1/audit/export.{form}")
    assert exported.status_code == 200
    file, checks = tmp_path / f"audit.{form}", verifier()
    file.write_bytes(exported.content)
    assert list(checks.problems(checks.links(file))) == []
    assert len(list(checks.links(file))) == 3
    file.write_bytes(exported.content.replace(b"brand.created", b"brand.changed"))
    assert len(list(checks.problems(checks.links(file)))) == 1


async def test_the_chain_is_verified_and_the_retention_is_changed_on_record(
    world: AuthWorld,
) -> None:
    owner = await world.owner()
    await chained(world)
    answer = await owner.call("GET", "/v1/audit/verification")
    verdict = json.loads(answer.text.splitlines()[-1])
    assert (verdict["state"], verdict["checked"], verdict["total"]) == ("intact", 2, 2)
    head = f"{verdict['head']['sequence']}:{verdict['head']['hash']}"
    assert (await owner.call("PUT", "/v1/audit/retention", json={"days": 89})).status_code == 422
    assert (await owner.call("PUT", "/v1/audit/retention", json={"days": 90})).status_code == 200
    found = await entries(world, owner, "?action=audit.retention_changed&outcome=allowed")
    assert found[0]["details"] == {"days_before": 400, "days": 90}
    answer = await owner.call("GET", f"/v1/audit/verification?known={head}")
    assert json.loads(answer.text.splitlines()[-1])["state"] == "intact"
    answer = await owner.call("GET", f"/v1/audit/verification?known=1:{'0' * 64}")
    assert json.loads(answer.text.splitlines()[-1])["breaks"][0]["kind"] == "rewritten"


async def test_a_client_reads_what_concerns_their_brand_and_no_others_ids(world: AuthWorld) -> None:
    owner = await world.owner()
    mine, theirs = await brand(owner, "Mine"), await brand(owner, "Theirs")
    organization = (await owner.get("/v1/session"))["organization"]["id"]
    await world.member(UUID(organization), "c@contoso.example", "client", [mine])
    client = await world.sign_in("c@contoso.example")
    await owner.get("/v1/brands")
    await chained(world)
    page = await client.get("/v1/audit")
    assert page["limited"] is True
    assert {entry["action"] for entry in page["items"]} == {"brand.created", "brand.read"}
    assert str(theirs) not in json.dumps(page)
    assert all(entry["ip"] == "" for entry in page["items"])
    for path in ("verification", "retention"):
        assert (await client.call("GET", f"/v1/audit/{path}")).status_code == 403
    exported = await client.call("GET", "/v1/audit/export.csv")
    assert str(theirs) not in exported.text
