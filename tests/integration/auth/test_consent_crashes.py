"""A process that dies, stalls or is told to end while it carries a consent, and a database that is away."""

import asyncio
from uuid import UUID

import httpx
import pytest
from auth.connections.domain import LEASE
from auth.connections.handover import KEEP_PAUSE_SECONDS
from infra.auth_world import AuthWorld, AwayDb, Browser, Gated, never

pytestmark = pytest.mark.usefixtures("impatient")


async def crash_during(
    world: AuthWorld, browser: Browser, back: dict[str, str], wire: Gated, when: str
) -> None:
    """The browser waits at a call that hangs; then the process dies and its lease runs out."""
    reached = asyncio.Event()

    async def hang(request: httpx.Request) -> None:
        reached.set()
        await never(request)

    setattr(wire, when, hang)
    waiting = asyncio.create_task(browser.come_back(back))
    await reached.wait()
    await world.crash()
    await asyncio.gather(waiting, return_exceptions=True)
    await world.hand_over()
    assert len(await world.rows("select * from handover")) == 1, "the lease still stands"
    world.clock.forward(seconds=LEASE.total_seconds() + 1)
    await world.hand_over()


@pytest.mark.parametrize(
    ("wire", "when"),
    [("amazon", "before"), ("refresher_wire", "before"), ("refresher_wire", "after")],
)
async def test_a_crash_during_a_call_loses_no_grant(world: AuthWorld, wire: str, when: str) -> None:
    browser = await world.owner()
    opened = await browser.open_consent()
    back = await browser.decide(opened["authorize_url"])
    await crash_during(world, browser, back, getattr(world, wire), when)
    shown = await browser.get(f"/v1/connections/{opened['connection_id']}")
    assert (shown["status"], shown["error_code"]) == ("active", None)
    assert list(world.refresher.grants) == [UUID(opened["connection_id"])]
    assert len(await world.events("connection.authorized")) == 1
    assert len(await world.rows("select * from discovery")) == 1
    assert await world.rows("select * from handover") == []


async def test_a_crash_after_amazon_redeemed_the_code_asks_to_consent_again(
    world: AuthWorld,
) -> None:
    browser = await world.owner()
    opened = await browser.open_consent()
    back = await browser.decide(opened["authorize_url"])
    await crash_during(world, browser, back, world.amazon, "after")
    shown = await browser.get(f"/v1/connections/{opened['connection_id']}")
    assert (shown["status"], shown["error_code"]) == ("pending", "code_rejected")
    assert await world.rows("select * from handover") == []
    assert str(await browser.connect()) == opened["connection_id"]


async def stalled_after_redeeming(
    world: AuthWorld, browser: Browser, back: dict[str, str]
) -> tuple[asyncio.Task[str], asyncio.Event]:
    """A callback that has its grant in hand and does not move; the event lets it go on."""
    gate, redeemed = asyncio.Event(), asyncio.Event()

    async def stall(_: object) -> None:
        redeemed.set()
        await gate.wait()

    world.amazon.after = stall
    waiting = asyncio.create_task(browser.come_back(back))
    await redeemed.wait()
    world.amazon.open()
    return waiting, gate


async def test_a_grant_outlives_a_database_that_is_away_when_it_has_come(
    world: AuthWorld, impatient: list[float]
) -> None:
    browser = await world.owner()
    opened = await browser.open_consent()
    back = await browser.decide(opened["authorize_url"])
    waiting, gate = await stalled_after_redeeming(world, browser, back)
    object.__setattr__(world.deps.consents.handovers, "db", AwayDb(world.db, times=5))
    gate.set()
    assert await waiting == f"connected={opened['connection_id']}"
    assert impatient == [KEEP_PAUSE_SECONDS] * 5
    assert await world.rows("select * from handover") == []


async def test_a_grant_of_a_holder_that_lost_its_lease_is_not_lost_to_the_spent_code(
    world: AuthWorld,
) -> None:
    browser = await world.owner()
    opened = await browser.open_consent()
    back = await browser.decide(opened["authorize_url"])
    waiting, gate = await stalled_after_redeeming(world, browser, back)
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def hold(_: object) -> None:
        asked.set()
        await go_on.wait()

    world.amazon.before = hold
    world.clock.forward(seconds=LEASE.total_seconds() + 1)
    await world.deps.consents.handovers.tick()
    await asked.wait()
    world.amazon.open()
    gate.set()
    assert await waiting == f"connected={opened['connection_id']}"
    go_on.set()
    await world.deps.consents.handovers.workers.idle()
    shown = await browser.get(f"/v1/connections/{opened['connection_id']}")
    assert (shown["status"], shown["error_code"]) == ("active", None)
    assert world.refresher.puts == 1


async def test_a_grant_that_was_held_up_does_not_replace_a_newer_consent(world: AuthWorld) -> None:
    browser = await world.owner()
    path = f"/v1/connections/{await browser.connect()}/reauthorizations"
    older = (await browser.call("POST", path)).json()
    back = await browser.decide(older["authorize_url"])
    waiting, gate = await stalled_after_redeeming(world, browser, back)
    newer = (await browser.call("POST", path)).json()
    again = await browser.decide(newer["authorize_url"])
    world.refresher.down = 1000
    assert (await browser.come_back(again)).startswith("error=token_service_unavailable")
    (carried,) = await world.rows("select sealed from handover")
    gate.set()
    await waiting
    assert await world.rows("select sealed from handover") == [carried]


async def test_a_process_that_is_told_to_end_hands_over_what_amazon_gave(world: AuthWorld) -> None:
    browser = await world.owner()
    opened = await browser.open_consent()
    back = await browser.decide(opened["authorize_url"])
    waiting, gate = await stalled_after_redeeming(world, browser, back)
    ending = asyncio.create_task(world.deps.consents.handovers.workers.stop())
    await asyncio.sleep(0)
    gate.set()
    await ending
    assert await waiting == f"connected={opened['connection_id']}"


async def test_a_stalled_holder_cannot_overwrite_its_successor(world: AuthWorld) -> None:
    browser = await world.owner()
    opened = await browser.open_consent()
    back = await browser.decide(opened["authorize_url"])
    gate, reached = asyncio.Event(), asyncio.Event()

    async def stall(_request: object) -> None:
        reached.set()
        await gate.wait()

    world.refresher_wire.after = stall
    waiting = asyncio.create_task(browser.come_back(back))
    await reached.wait()
    world.refresher_wire.open()
    world.clock.forward(seconds=LEASE.total_seconds() + 1)
    await world.deps.consents.handovers.tick()
    while (await browser.get(f"/v1/connections/{opened['connection_id']}"))["status"] != "active":
        await asyncio.sleep(0)
    gate.set()
    assert await waiting == f"connected={opened['connection_id']}"
    assert len(await world.events("connection.authorized")) == 1
