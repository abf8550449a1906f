"""API keys: made within their creator's rights, shown once, dead the moment they should be."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from auth.api_keys.service import hand_over, owned_by, revoke_owned
from infra.auth_world import AuthWorld, Browser
from infra.programs import Program, add_brand, issue
from shared.api_keys import is_well_formed, new_key
from shared.db import SYSTEM
from shared.ids import new_id


async def admin_of_one_brand(world: AuthWorld, owner: Browser) -> tuple[Browser, str]:
    """An admin who sees one brand only, and that brand."""
    brand = await add_brand(owner, "Contoso Outdoor")
    organization = UUID((await owner.get("/v1/session"))["organization"]["id"])
    await world.member(organization, "admin@contoso.example", "admin", [UUID(brand)])
    return await world.sign_in("admin@contoso.example"), brand


async def test_a_new_key_works_and_its_secret_is_shown_once(world: AuthWorld) -> None:
    owner = await world.owner()
    issued = await issue(owner, "report:read", "report:export", name="  Nightly   export ")
    secret = issued["secret"]
    assert is_well_formed(secret)
    assert secret.startswith(issued["prefix"] + "_")
    assert (issued["name"], issued["state"], issued["own"]) == ("Nightly export", "active", True)
    assert issued["permissions"] == ["report:export", "report:read"]
    assert await Program(world, secret).works()
    listed = (await owner.get("/v1/api-keys"))["items"]
    assert [item["id"] for item in listed] == [issued["id"]]
    assert secret not in json.dumps(listed)
    assert "secret" not in listed[0]


async def test_only_a_hash_of_the_secret_is_kept(world: AuthWorld) -> None:
    owner = await world.owner()
    body = {"name": "x", "permissions": ["report:read"]}
    answer = await owner.call_raw(
        "POST",
        "/v1/api-keys",
        json.dumps(body).encode(),
        {"content-type": "application/json", "idempotency-key": "once"},
    )
    secret = answer.json()["secret"]
    stored = ""
    for query in (
        "select * from api_key",
        "select * from api_key_secret",
        "select * from outbox",
        "select * from idempotency_key",
    ):
        stored += str(await world.rows(query))
    assert secret[27:] not in stored
    assert answer.json()["id"] in stored


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"permissions": ["api_key:manage"]}, 422, "permission_not_for_keys"),
        ({"permissions": ["report:read", "member:read"]}, 422, "permission_not_for_keys"),
        ({"permissions": ["everything"]}, 422, "permission_not_for_keys"),
        ({"permissions": []}, 422, "validation_failed"),
        ({"name": " "}, 422, "name_invalid"),
        ({"name": "a\u202eb"}, 422, "name_invalid"),
        ({"brand_ids": []}, 422, "validation_failed"),
        ({"brand_ids": [str(UUID(int=7))]}, 404, "brand_not_found"),
        ({"allowed_networks": ["10.1.2.3/8"]}, 422, "validation_failed"),
        ({"allowed_networks": ["everywhere"]}, 422, "validation_failed"),
        ({"rate_limit_per_minute": 0}, 422, "validation_failed"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, 422, "expiry_invalid"),
        ({"expires_at": "2099-01-01T00:00:00Z"}, 422, "expiry_invalid"),
        ({"expires_at": "2027-01-01T00:00:00"}, 422, "validation_failed"),
        ({"expires_at": "9999-12-31T23:59:59-12:00"}, 422, "validation_failed"),
        ({"owner_id": str(UUID(int=7))}, 422, "validation_failed"),
    ],
)
async def test_a_key_that_cannot_be_is_refused(
    world: AuthWorld, change: dict[str, Any], status: int, code: str
) -> None:
    owner = await world.owner()
    body = {"name": "x", "permissions": ["report:read"], **change}
    answer = await owner.call("POST", "/v1/api-keys", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await owner.get("/v1/api-keys"))["items"] == []


async def test_a_key_ends_within_a_year_unless_it_ends_before(world: AuthWorld) -> None:
    owner = await world.owner()
    issued = await issue(owner)
    assert datetime.fromisoformat(issued["expires_at"]) == world.clock() + timedelta(days=365)
    soon = world.clock() + timedelta(hours=2)
    short = Program(world, (await issue(owner, expires_at=soon.isoformat()))["secret"])
    world.clock.forward(hours=1, minutes=59)
    assert await short.works()
    world.clock.forward(minutes=1)
    assert not await short.works()
    owner = await world.sign_in("owner@contoso.example")
    states = {k["state"] for k in (await owner.get("/v1/api-keys"))["items"]}
    assert states == {"expired", "active"}


async def test_nobody_makes_a_key_that_may_do_more_than_they_may(world: AuthWorld) -> None:
    owner = await world.owner()
    other = await add_brand(owner, "Contoso Kitchen")
    admin, brand = await admin_of_one_brand(world, owner)
    for brands in (None, [other], [brand, other]):
        body = {"name": "x", "permissions": ["report:read"], "brand_ids": brands}
        answer = await admin.call("POST", "/v1/api-keys", json=body)
        assert answer.status_code in {403, 404}, brands
    await issue(admin, brand_ids=[brand])


async def test_without_the_permission_there_are_no_keys(world: AuthWorld) -> None:
    owner = await world.owner()
    organization = UUID((await owner.get("/v1/session"))["organization"]["id"])
    await world.member(organization, "ana@contoso.example", "analyst")
    analyst = await world.sign_in("ana@contoso.example")
    issued = await issue(owner)
    path = f"/v1/api-keys/{issued['id']}"
    for method, where, body in (
        ("GET", "/v1/api-keys", None),
        ("POST", "/v1/api-keys", {"name": "x", "permissions": ["report:read"]}),
        ("PATCH", path, {"name": "y"}),
        ("POST", f"{path}/secrets", {}),
        ("DELETE", path, None),
    ):
        answer = await analyst.call(method, where, json=body)
        assert (answer.status_code, answer.json()["code"]) == (403, "permission_missing")


async def test_keys_of_other_brands_and_organizations_do_not_exist(world: AuthWorld) -> None:
    owner = await world.owner()
    admin, brand = await admin_of_one_brand(world, owner)
    everything = await issue(owner)
    own = await issue(admin, brand_ids=[brand])
    stranger = await world.owner("owner@fabrikam.example")
    assert [k["id"] for k in (await admin.get("/v1/api-keys"))["items"]] == [own["id"]]
    assert (await stranger.get("/v1/api-keys"))["items"] == []
    for who, key in ((admin, everything), (stranger, own), (stranger, everything)):
        path = f"/v1/api-keys/{key['id']}"
        for method, where, body in (
            ("PATCH", path, {"name": "mine now"}),
            ("POST", f"{path}/secrets", {}),
            ("DELETE", path, None),
        ):
            answer = await who.call(method, where, json=body)
            assert (answer.status_code, answer.json()["code"]) == (404, "api_key_not_found")
    assert await Program(world, everything["secret"]).works()
    names = {k["name"] for k in (await owner.get("/v1/api-keys"))["items"]}
    assert names == {"A program"}


async def test_a_key_sees_the_brands_it_was_made_for_only(world: AuthWorld) -> None:
    owner = await world.owner()
    await add_brand(owner, "Contoso Kitchen")
    brand = await add_brand(owner, "Contoso Outdoor")
    limited = Program(world, (await issue(owner, brand_ids=[brand]))["secret"])
    whole = Program(world, (await issue(owner))["secret"])
    assert [b["id"] for b in (await limited.call("GET", "/v1/brands")).json()["items"]] == [brand]
    assert len((await whole.call("GET", "/v1/brands")).json()["items"]) == 2
    for key in (limited, whole):
        answer = await key.call("POST", "/v1/brands", json={"name": "Made by a key"})
        assert (answer.status_code, answer.json()["code"]) == (403, "permission_missing")


async def test_a_key_does_never_more_than_its_owner_may_at_the_moment(world: AuthWorld) -> None:
    owner = await world.owner()
    brand = UUID(await add_brand(owner, "Contoso Outdoor"))
    organization = UUID((await owner.get("/v1/session"))["organization"]["id"])
    user_id = await world.member(organization, "admin@contoso.example", "admin")
    admin = await world.sign_in("admin@contoso.example")
    key = Program(world, (await issue(admin, "report:read", "sync:manage"))["secret"])
    assert (await key.actor()).permissions == {"report:read", "sync:manage"}
    assert (await key.actor()).brand_ids is None
    async with world.db.tx(SYSTEM) as tx:
        await tx.execute(
            "update role_grant set role = 'viewer', brand_ids = $2 where user_id = $1",
            user_id,
            [brand],
        )
    assert (await key.actor()).permissions == {"report:read"}
    assert (await key.actor()).brand_ids == {brand}


async def test_keys_reach_nothing_that_is_for_people(world: AuthWorld) -> None:
    owner = await world.owner()
    key = Program(world, (await issue(owner, "report:read"))["secret"])
    for method, path in (
        ("GET", "/v1/session"),
        ("DELETE", "/v1/session"),
        ("GET", "/v1/sessions"),
        ("DELETE", "/v1/sessions"),
        ("GET", "/v1/api-keys"),
        ("GET", "/v1/user"),
        ("GET", "/v1/members"),
    ):
        answer = await key.call(method, path)
        assert answer.status_code == 403, (path, answer.text)
        assert answer.json()["code"] in {"not_for_api_keys", "permission_missing"}


async def test_a_revoked_key_is_dead_at_once_and_for_good(world: AuthWorld) -> None:
    owner = await world.owner()
    issued = await issue(owner)
    key = Program(world, issued["secret"])
    path = f"/v1/api-keys/{issued['id']}"
    assert (await owner.call("DELETE", path)).status_code == 204
    assert not await key.works()
    assert (await owner.call("DELETE", path)).status_code == 404
    assert (await owner.call("POST", f"{path}/secrets", json={})).status_code == 404
    assert (await owner.get("/v1/api-keys"))["items"] == []
    [event] = await world.events("api_key.revoked")
    assert event["subject"] == issued["id"]
    told = (await key.resolve()).json()
    assert (told["ended"], told["subject"]) == ("revoked", issued["id"])
    assert told.keys() == {"ended", "subject", "organization_id"}


async def test_a_rotated_key_keeps_its_old_secret_for_the_grace_only(world: AuthWorld) -> None:
    owner = await world.owner()
    issued = await issue(owner)
    path = f"/v1/api-keys/{issued['id']}/secrets"
    answer = await owner.call("POST", path, json={"grace_hours": 2})
    rotated = answer.json()
    assert (answer.status_code, rotated["id"]) == (201, issued["id"])
    old, new = Program(world, issued["secret"]), Program(world, rotated["secret"])
    assert old.secret != new.secret
    assert await old.works()
    assert await new.works()
    until = datetime.fromisoformat(rotated["replaced_secret_until"])
    assert until == world.clock() + timedelta(hours=2)
    assert datetime.fromisoformat((await old.resolve()).json()["expires_at"]) == until
    world.clock.forward(hours=2)
    assert not await old.works()
    assert await new.works()
    [listed] = (await owner.get("/v1/api-keys"))["items"]
    assert listed["replaced_secret_until"] is None


async def test_a_second_rotation_and_one_without_grace_end_what_was_before(
    world: AuthWorld,
) -> None:
    owner = await world.owner()
    issued = await issue(owner)
    path = f"/v1/api-keys/{issued['id']}/secrets"
    secrets = [issued["secret"]]
    for grace in (24, 24, 0):
        answer = await owner.call("POST", path, json={"grace_hours": grace})
        secrets.append(answer.json()["secret"])
        works = [await Program(world, secret).works() for secret in secrets]
        assert works[-1]
        assert works[-2] is (grace > 0)
        assert not any(works[:-2])
    assert (await owner.call("POST", path, json={"grace_hours": 25})).status_code == 422


async def test_a_rotation_may_move_the_end_of_the_key(world: AuthWorld) -> None:
    owner = await world.owner()
    issued = await issue(owner, expires_at=(world.clock() + timedelta(days=1)).isoformat())
    path = f"/v1/api-keys/{issued['id']}/secrets"
    kept = (await owner.call("POST", path, json={})).json()
    assert kept["expires_at"] == issued["expires_at"]
    later = world.clock() + timedelta(days=300)
    moved = (await owner.call("POST", path, json={"expires_at": later.isoformat()})).json()
    assert datetime.fromisoformat(moved["expires_at"]) == later
    too_late = (world.clock() + timedelta(days=366)).isoformat()
    answer = await owner.call("POST", path, json={"expires_at": too_late})
    assert answer.json()["code"] == "expiry_invalid"
    assert await Program(world, moved["secret"]).works(), "a refused rotation changes nothing"


async def test_only_its_owner_sees_a_new_secret_of_a_key(world: AuthWorld) -> None:
    owner = await world.owner()
    organization = UUID((await owner.get("/v1/session"))["organization"]["id"])
    await world.member(organization, "admin@contoso.example", "admin")
    admin = await world.sign_in("admin@contoso.example")
    issued = await issue(owner)
    path = f"/v1/api-keys/{issued['id']}"
    answer = await admin.call("POST", f"{path}/secrets", json={})
    assert (answer.status_code, answer.json()["code"]) == (403, "not_your_key")
    renamed = await admin.call("PATCH", path, json={"name": "Seen by two"})
    assert (renamed.json()["name"], renamed.json()["own"]) == ("Seen by two", False)
    assert (await admin.call("DELETE", path)).status_code == 204


async def test_a_key_handed_over_works_within_the_rights_of_the_heir(world: AuthWorld) -> None:
    owner = await world.owner()
    organization = UUID((await owner.get("/v1/session"))["organization"]["id"])
    heir = await world.member(organization, "viewer@contoso.example", "viewer")
    leaver = UUID((await owner.get("/v1/session"))["user"]["id"])
    issued = await issue(owner, "report:read", "sync:manage")
    for _twice in range(2):
        async with world.db.tx(SYSTEM) as tx:
            await hand_over(tx, organization, leaver, heir)
    async with world.db.tx(SYSTEM) as tx:
        assert await owned_by(tx, organization, leaver) == []
        assert await owned_by(tx, organization, heir) == [(UUID(issued["id"]), "A program")]
    assert (await Program(world, issued["secret"]).actor()).permissions == {"report:read"}
    [listed] = (await owner.get("/v1/api-keys"))["items"]
    assert (listed["owner"]["id"], listed["rotate_advised"]) == (str(heir), True)
    assert len(await world.events("api_key.updated")) == 1


async def test_the_keys_of_who_left_are_dead_with_and_without_a_word(world: AuthWorld) -> None:
    owner = await world.owner()
    organization = UUID((await owner.get("/v1/session"))["organization"]["id"])
    user_id = await world.member(organization, "admin@contoso.example", "admin")
    admin = await world.sign_in("admin@contoso.example")
    keys = [Program(world, (await issue(admin))["secret"]) for _ in range(2)]
    async with world.db.tx(SYSTEM) as tx:
        await tx.execute("delete from membership where user_id = $1", user_id)
    assert not any([await key.works() for key in keys])
    listed = (await owner.get("/v1/api-keys"))["items"]
    assert {(k["state"], k["owner"] is None) for k in listed} == {("ownerless", True)}
    async with world.db.tx(SYSTEM) as tx:
        await revoke_owned(tx, organization, user_id, world.clock())
    assert len(await world.events("api_key.revoked")) == 2


async def test_its_last_use_is_written_once_a_minute_at_most(world: AuthWorld) -> None:
    owner = await world.owner()
    issued = await issue(owner, allowed_networks=["198.51.100.0/24"])
    key, began = Program(world, issued["secret"]), world.clock()
    assert issued["last_used_at"] is None
    await Program(world, issued["secret"], ip="192.0.2.1").resolve()
    assert await last_use(owner) == (None, "")
    await key.resolve()
    assert await last_use(owner) == (began, key.ip)
    world.clock.forward(seconds=59)
    await Program(world, issued["secret"], ip="198.51.100.99").resolve()
    assert await last_use(owner) == (began, key.ip)
    world.clock.forward(seconds=1)
    await Program(world, issued["secret"], ip="198.51.100.99").resolve()
    assert await last_use(owner) == (began + timedelta(minutes=1), "198.51.100.99")


async def last_use(owner: Browser) -> tuple[datetime | None, str]:
    [key] = (await owner.get("/v1/api-keys"))["items"]
    used = key["last_used_at"]
    return (None if used is None else datetime.fromisoformat(used)), key["last_used_ip"]


async def test_networks_are_kept_in_one_form(world: AuthWorld) -> None:
    networks = ["192.0.2.7", "::ffff:198.51.100.0/120", "2001:DB8::/32", "192.0.2.7/32"]
    issued = await issue(await world.owner(), allowed_networks=networks)
    assert issued["allowed_networks"] == ["192.0.2.7/32", "198.51.100.0/24", "2001:db8::/32"]
    found = (await Program(world, issued["secret"]).resolve()).json()
    assert found["allowed_networks"] == issued["allowed_networks"]


async def test_an_unknown_key_and_a_wrong_secret_get_the_same_answer_and_the_same_work(
    world: AuthWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    issued = await issue(await world.owner())
    asked: list[str] = []
    real = type(world.deps.pepper).api_key_hash

    def count(self: Any, key: str) -> bytes:
        asked.append(key)
        return real(self, key)

    monkeypatch.setattr(type(world.deps.pepper), "api_key_hash", count)
    wrong = [new_key(UUID(issued["id"])), new_key(new_id())]
    answers = [await Program(world, secret).resolve() for secret in (*wrong, "llk_nothing")]
    assert asked == wrong, "both are looked up; what is no key at all is not"
    bodies = [{**answer.json(), "request_id": ""} for answer in answers]
    assert [answer.status_code for answer in answers] == [401] * 3
    assert bodies[0] == bodies[1] == bodies[2]


async def test_only_the_gateway_may_ask_whose_a_key_is(world: AuthWorld) -> None:
    owner = await world.owner()
    issued = await issue(owner)
    body = {"secret": issued["secret"], "ip": ""}
    answer = await owner.call("POST", "/internal/api-keys/resolve", json=body)
    assert answer.status_code == 403


async def test_renaming_to_the_same_name_tells_nobody(world: AuthWorld) -> None:
    owner = await world.owner()
    issued = await issue(owner)
    path = f"/v1/api-keys/{issued['id']}"
    for name in ("A program", "Another", "Another"):
        assert (await owner.call("PATCH", path, json={"name": name})).json()["name"] == name
    assert len(await world.events("api_key.updated")) == 1


@pytest.mark.parametrize("with_heir", [True, False])
async def test_removing_a_member_tells_of_their_keys_and_settles_them(
    world: AuthWorld, with_heir: bool
) -> None:
    owner = await world.owner()
    session = await owner.get("/v1/session")
    organization = UUID(session["organization"]["id"])
    user_id = await world.member(organization, "admin@contoso.example", "admin")
    issued = await issue(await world.sign_in("admin@contoso.example"))
    preview = await owner.get(f"/v1/members/{user_id}/removal")
    assert issued["name"] in str(preview)
    heir = {"heir_id": session["user"]["id"]} if with_heir else {}
    answer = await owner.call("DELETE", f"/v1/members/{user_id}", params=heir)
    assert answer.status_code == 204, answer.text
    assert await Program(world, issued["secret"]).works() is with_heir
    assert len((await owner.get("/v1/api-keys"))["items"]) == int(with_heir)
