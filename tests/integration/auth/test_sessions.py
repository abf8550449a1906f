"""Signing in, the cookie, the session's life, and the limits on guessing."""

import asyncio
from datetime import datetime, timedelta

import pytest
from argon2 import PasswordHasher
from auth.jobs import FirstOwner, Housekeeping
from infra.auth_world import (
    PASSWORD,
    AuthWorld,
    Browser,
    build_world,
    quick_passwords,
    settings_for,
)
from pydantic import SecretStr
from shared.db import SYSTEM

EMAIL = "owner@contoso.example"


async def test_sign_in_shows_the_session_and_hides_its_token(world: AuthWorld) -> None:
    organization_id = await world.organization(EMAIL)
    browser = Browser(world)
    response = await browser.sign_in(" Owner@Contoso.example ")
    body = response.json()
    assert response.status_code == 200
    assert body["organization"] == {"id": str(organization_id), "name": "Contoso Agency"}
    assert body["user"]["email"] == EMAIL
    assert body["role"] == "owner"
    assert body["brand_ids"] is None
    assert "connection:manage" in body["permissions"]
    assert browser.token is not None
    assert browser.token not in response.text
    assert await browser.get("/v1/session") == body


async def test_the_cookie_is_http_only_and_same_site(world: AuthWorld) -> None:
    await world.organization(EMAIL)
    response = await Browser(world).sign_in(EMAIL)
    cookie = response.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/" in cookie
    assert "secure" not in cookie


def test_the_cookie_is_secure_behind_https() -> None:
    settings = settings_for("postgresql://x", "redis://x", "p" * 32, public_url="https://l.example")
    assert settings.cookie_secure


async def test_neither_token_nor_password_is_stored(world: AuthWorld) -> None:
    browser = await world.owner()
    assert browser.token is not None
    stored = str(await world.rows("select * from session"))
    stored += str(await world.rows("select * from user_password"))
    assert browser.token not in stored
    assert PASSWORD not in stored
    assert "$argon2id$" in stored


async def test_signing_in_again_gives_a_new_token_and_ends_the_old_one(world: AuthWorld) -> None:
    browser = await world.owner()
    old = Browser(world)
    old.token = browser.token
    await browser.sign_in(EMAIL)
    assert browser.token != old.token
    assert (await old.resolve()).status_code == 401
    assert (await browser.resolve()).status_code == 200
    assert len(await world.events("session.revoked")) == 1


async def test_signing_out_ends_the_session_for_good(world: AuthWorld) -> None:
    browser = await world.owner()
    response = await browser.call("DELETE", "/v1/session")
    assert response.status_code == 204
    assert 'leadline_session=""' in response.headers["set-cookie"]
    assert (await browser.resolve()).json()["code"] == "session_invalid"
    assert (await browser.call("GET", "/v1/session")).status_code == 401
    assert len(await world.events("session.revoked")) == 1


async def test_a_session_in_use_stays_and_an_idle_one_ends(world: AuthWorld) -> None:
    browser = await world.owner()
    for _ in range(3):
        world.clock.forward(hours=11)
        assert (await browser.resolve()).status_code == 200
    world.clock.forward(hours=12)
    assert (await browser.resolve()).status_code == 401


async def test_a_session_ends_after_its_longest_life_however_busy(world: AuthWorld) -> None:
    browser = await world.owner()
    began = world.clock()
    while world.clock() < began + timedelta(days=14) - timedelta(hours=6):
        world.clock.forward(hours=6)
        assert (await browser.resolve()).status_code == 200
    expires = datetime.fromisoformat((await browser.resolve()).json()["expires_at"])
    assert expires == began + timedelta(days=14)
    world.clock.forward(hours=6)
    assert (await browser.resolve()).status_code == 401


async def test_the_csrf_token_belongs_to_the_session(world: AuthWorld) -> None:
    first = await world.owner()
    second = await world.sign_in(EMAIL)
    tokens = {(await b.resolve()).json()["csrf_token"] for b in (first, second, first)}
    assert len(tokens) == 2
    assert (await first.get("/v1/session"))["csrf_token"] in tokens


async def test_wrong_password_and_unknown_user_answer_the_same(world: AuthWorld) -> None:
    await world.organization(EMAIL)
    wrong = await Browser(world).sign_in(EMAIL, "not the password")
    unknown = await Browser(world).sign_in("nobody@contoso.example", "not the password")
    answers = [{**r.json(), "request_id": ""} for r in (wrong, unknown)]
    assert wrong.status_code == unknown.status_code == 401
    assert answers[0] == answers[1]
    assert answers[0]["code"] == "invalid_credentials"


async def test_an_unknown_user_costs_one_verification_too(
    world: AuthWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.organization(EMAIL)
    verified: list[str] = []
    real = PasswordHasher.verify

    def count(self: PasswordHasher, stored: str, password: str) -> bool:
        verified.append(stored.split("$")[3])
        return real(self, stored, password)

    monkeypatch.setattr(PasswordHasher, "verify", count)
    await Browser(world).sign_in(EMAIL, "not the password")
    await Browser(world).sign_in("nobody@contoso.example", "not the password")
    assert len(verified) == 2
    assert verified[0] == verified[1], "the decoy has the parameters of real hashes"


@pytest.mark.parametrize("email", ["nul\x00@contoso.example", "", "x" * 400])
async def test_broken_addresses_are_refused_clearly(world: AuthWorld, email: str) -> None:
    response = await Browser(world).sign_in(email)
    assert response.status_code in {401, 422}
    assert response.headers["content-type"] == "application/problem+json"


async def test_guesses_at_one_address_are_throttled(world: AuthWorld) -> None:
    await world.organization(EMAIL)
    for n in range(10):
        response = await Browser(world, ip=f"198.51.100.{n}").sign_in(EMAIL, "wrong password")
        assert response.status_code == 401
    response = await Browser(world, ip="198.51.100.99").sign_in(EMAIL)
    assert response.status_code == 429
    assert response.json()["code"] == "login_throttled"
    assert int(response.headers["retry-after"]) >= 1


async def test_guesses_from_one_source_are_throttled(world: AuthWorld) -> None:
    answers = [await Browser(world).sign_in(f"u{n}@contoso.example", "wrong") for n in range(61)]
    assert [a.status_code for a in answers] == [401] * 60 + [429]


async def test_a_right_password_clears_the_count(world: AuthWorld) -> None:
    await world.organization(EMAIL)
    for n in range(30):
        password = PASSWORD if n % 5 == 4 else "wrong password"
        response = await Browser(world).sign_in(EMAIL, password)
        assert response.status_code == (200 if n % 5 == 4 else 401)


async def test_parallel_guesses_do_not_slip_through(world: AuthWorld) -> None:
    await world.organization(EMAIL)
    browsers = [Browser(world, ip=f"198.51.100.{n}") for n in range(20)]
    answers = await asyncio.gather(*(b.sign_in(EMAIL, "wrong") for b in browsers))
    assert sorted(a.status_code for a in answers) == [401] * 10 + [429] * 10


def without_valkey(world: AuthWorld) -> AuthWorld:
    """The same database under a service whose Valkey is not there."""
    settings = world.deps.settings.model_copy(
        update={"redis_url": SecretStr("redis://127.0.0.1:1/0")}
    )
    built = build_world(settings, world.db)
    built.clock.now = world.clock.now
    return built


async def test_without_valkey_postgres_counts(world: AuthWorld) -> None:
    await world.organization(EMAIL)
    world = without_valkey(world)
    answers = [await Browser(world).sign_in(EMAIL, "wrong password") for _ in range(11)]
    assert [a.status_code for a in answers] == [401] * 10 + [429]
    assert int(answers[-1].headers["retry-after"]) <= 300
    world.clock.forward(minutes=5)
    assert (await Browser(world).sign_in(EMAIL)).status_code == 200
    assert (await world.rows("select * from login_throttle where attempts > 1")) != []
    await world.close()


async def test_a_hash_with_old_parameters_is_renewed_at_sign_in(world: AuthWorld) -> None:
    await world.organization(EMAIL)
    old = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1).hash(PASSWORD)
    async with world.db.tx(SYSTEM) as tx:
        await tx.execute("update user_password set argon2_hash = $1", old)
    await world.sign_in(EMAIL)
    (row,) = await world.rows("select argon2_hash from user_password")
    assert not quick_passwords().outdated(row["argon2_hash"])
    await world.sign_in(EMAIL)


async def test_the_first_owner_is_created_once_by_any_number_of_replicas(
    world: AuthWorld, redis_url: str
) -> None:
    settings = settings_for(
        "postgresql://unused",
        redis_url,
        "p" * 32,
        first_owner_email=EMAIL,
        first_owner_password=PASSWORD,
        first_organization_name="First",
    )
    starts = [
        FirstOwner(world.db, quick_passwords(), settings, world.clock).start() for _ in range(3)
    ]
    await asyncio.gather(*starts)
    assert [r["name"] for r in await world.rows("select name from organization")] == ["First"]
    browser = await world.sign_in(EMAIL)
    assert (await browser.get("/v1/session"))["role"] == "owner"


async def test_the_first_owner_is_not_created_where_anybody_is(
    world: AuthWorld, redis_url: str
) -> None:
    await world.organization("somebody@contoso.example")
    settings = settings_for(
        "postgresql://unused",
        redis_url,
        "p" * 32,
        first_owner_email=EMAIL,
        first_owner_password=PASSWORD,
    )
    await FirstOwner(world.db, quick_passwords(), settings, world.clock).start()
    assert len(await world.rows("select * from app_user")) == 1


async def test_housekeeping_forgets_sessions_that_ended_a_week_ago(world: AuthWorld) -> None:
    await world.owner()
    housekeeping = Housekeeping(world.db, world.clock)
    world.clock.forward(days=20)
    await housekeeping.tick()
    assert len(await world.rows("select * from session")) == 1
    world.clock.forward(days=2)
    await housekeeping.tick()
    assert await world.rows("select * from session") == []
