"""Consents that Amazon will end: each warning once, by event and letter, also when two processes warn."""

import asyncio
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from auth.connections.expiry import ExpiryWatch
from auth.connections.health import ConsentRule
from infra.auth_world import AMAZON, AuthWorld, Browser
from shared.db import SYSTEM


def watch(world: AuthWorld, *, life_days: int = 365, since: date = date(2020, 1, 1)) -> ExpiryWatch:
    rule = ConsentRule(timedelta(days=life_days), since)
    return ExpiryWatch(world.db, world.deps.pepper, rule, "http://127.0.0.1:8750", world.clock)


async def warn(world: AuthWorld, **rule: Any) -> None:
    while await watch(world, **rule).tick():
        pass


async def warnings(world: AuthWorld) -> list[int]:
    return [e["data"]["days_left"] for e in await world.events("connection.consent_expiring")]


async def letters(world: AuthWorld) -> list[dict[str, str]]:
    rows = await world.rows("select sealed from letter where kind = 'consent_expiring' order by id")
    return [world.deps.pepper.unseal(row["sealed"]) for row in rows]


async def connected(world: AuthWorld) -> Browser:
    browser = await world.owner()
    await browser.connect()
    return browser


async def test_each_warning_is_given_once_with_a_letter_to_the_owner(world: AuthWorld) -> None:
    await connected(world)
    world.clock.forward(days=334)
    for _ in range(33):
        await warn(world)
        world.clock.forward(days=1)
    assert await warnings(world) == [30, 14, 7, 1]
    told = await letters(world)
    assert {letter["to"] for letter in told} == {"owner@contoso.example"}
    assert len(told) == 4
    assert "Amazon NA" in told[0]["subject"]


async def test_two_processes_warn_once(world: AuthWorld) -> None:
    await connected(world)
    world.clock.forward(days=340)
    await asyncio.gather(*(watch(world).tick() for _ in range(4)))
    assert await warnings(world) == [30]
    assert len(await letters(world)) == 1


@pytest.mark.parametrize("rule", [{"life_days": 0}, {"since": date(2999, 1, 1)}])
async def test_consents_that_do_not_end_are_not_warned_about(
    world: AuthWorld, rule: dict[str, Any]
) -> None:
    await connected(world)
    world.clock.forward(days=360)
    await warn(world, **rule)
    assert await warnings(world) == []


@pytest.mark.parametrize("status", ["pending", "revoked"])
async def test_only_active_connections_are_warned_about(world: AuthWorld, status: str) -> None:
    await connected(world)
    async with world.db.tx(SYSTEM) as tx:
        await tx.execute("update connection set status = $1", status)
    world.clock.forward(days=360)
    await warn(world)
    assert await warnings(world) == []


async def test_a_new_consent_begins_a_new_year(world: AuthWorld) -> None:
    browser = await connected(world)
    (connection,) = (await browser.get("/v1/connections"))["items"]
    world.clock.forward(days=360)
    await warn(world)
    browser = await world.sign_in("owner@contoso.example")
    path = f"/v1/connections/{connection['id']}/reauthorizations"
    opened = (await browser.call("POST", path)).json()
    await browser.come_back(await browser.decide(opened["authorize_url"]))
    await warn(world)
    assert await warnings(world) == [7]
    (renewed,) = (await browser.get("/v1/connections"))["items"]
    assert renewed["consent_expires_at"] > connection["consent_expires_at"]
    world.clock.forward(days=351)
    await warn(world)
    assert await warnings(world) == [7, 14]


async def test_the_sandbox_ends_a_consent_after_its_days_as_amazon_does(world: AuthWorld) -> None:
    browser = await connected(world)
    (connection,) = (await browser.get("/v1/connections"))["items"]
    grants = world.sandbox.state.deps.grants
    token = next(iter(world.refresher.grants.values()))["refresh_token"]
    transport = httpx.ASGITransport(world.sandbox)
    async with httpx.AsyncClient(transport=transport, base_url=AMAZON) as control:
        for days, alive in ((364, True), (1, False)):
            await control.post("/_sandbox/clock/advance", json={"seconds": days * 86_400})
            assert grants.alive(grants.mint.read_refresh(token)) is alive
    assert connection["consent_expires_at"] is not None
