"""Real processes, stopped, killed and cut off from Postgres at each step of a refresh.

The steps: Amazon is being asked; its answer is being written; it is written. A second replica, whose clock is
ahead of the lease, must find the grant in order; before that it must leave the lease alone.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest
from embedded.postgres import Postgres
from embedded.unprivileged import scratch_folder
from infra.credentials import Replica, World, facts
from infra.databases import Databases, MakeDb
from infra.embedded_parts import PASSWORD, free_port
from infra.events import eventually
from infra.refresher_process import HeldAmazon, RefresherProcess, held_amazon, refresher_process
from shared.clock import utc_now
from shared.db import SYSTEM
from token_refresher.domain import Credential
from token_refresher.main import MIGRATIONS, SCHEMA

pytestmark = pytest.mark.timeout(120)
PAST_THE_LEASE = timedelta(seconds=60)


@dataclass
class Scene:
    """A due grant, a process that has just asked Amazon, and a second replica."""

    world: World
    admin_url: str
    other: Replica
    connection_id: UUID
    amazon: HeldAmazon
    process: RefresherProcess

    async def row(self) -> Credential:
        return await self.world.row(self.other.db, self.connection_id)

    async def other_replica(self, *, ahead: timedelta = PAST_THE_LEASE) -> Credential:
        """The row after a tick of the second replica, so far ahead of the process."""
        self.world.clock.now = utc_now() + ahead
        await self.other.refresher.tick()
        return await self.row()

    @contextlib.asynccontextmanager
    async def row_locked(self) -> AsyncGenerator[None]:
        """Whoever writes the credential has to wait, which this waits for on leaving the block."""
        conn = await asyncpg.connect(self.admin_url)
        try:
            async with conn.transaction():
                await conn.execute("select from token_refresher.credential for update")
                yield
        finally:
            await conn.close()

    async def writer_waits(self) -> None:
        async def waits() -> bool:
            async with self.other.db.read(SYSTEM) as tx:
                return await tx.fetchval("select exists (select from pg_locks where not granted)")

        await eventually(waits)


@contextlib.asynccontextmanager
async def staged(world: World, admin_url: str, rotates_to: str = "") -> AsyncGenerator[Scene]:
    world.clock.now = utc_now()
    other = await world.replica()
    connection_id = await world.grant(other.db, life=1)
    async with held_amazon() as amazon:
        amazon.rotates_to = rotates_to
        async with refresher_process(world.url, amazon) as process:
            await amazon.asked.get()
            yield Scene(world, admin_url, other, connection_id, amazon, process)


@pytest.fixture
async def scene(world: World, databases: Databases) -> AsyncGenerator[Scene]:
    async with staged(world, databases.admin_url(world.url)) as opened:
        yield opened


async def assert_healed(scene: Scene) -> None:
    early = await scene.other_replica(ahead=timedelta(0))
    assert (early.version, early.leased(utc_now())) == (1, True)
    row = await scene.other_replica()
    assert (row.state, row.version, row.lease_until) == ("healthy", 2, None)
    assert (await facts(scene.other.db)).count("credential.refreshed") == 2


async def test_a_process_stopped_for_longer_than_its_lease_overwrites_nothing(scene: Scene) -> None:
    scene.process.stall()
    scene.amazon.answer()
    newer = await scene.other_replica()
    assert scene.world.keys.decrypt(newer.access) == "Atza|minted-1"
    scene.process.go_on()
    await scene.process.counted("fenced")
    assert await scene.row() == newer
    assert (await facts(scene.other.db)).count("credential.refreshed") == 2


async def test_killed_while_amazon_is_asked(scene: Scene) -> None:
    scene.process.kill()
    await assert_healed(scene)


async def test_killed_while_the_answer_is_written(scene: Scene) -> None:
    async with scene.row_locked():
        scene.amazon.answer()
        await scene.writer_waits()
        scene.process.kill()
    await assert_healed(scene)


async def test_killed_when_the_answer_was_written(scene: Scene) -> None:
    scene.amazon.answer()
    await scene.process.counted("done")
    scene.process.kill()
    row = await scene.other_replica()
    assert (row.state, row.version, row.lease_until) == ("healthy", 2, None)
    assert scene.world.amazon.asked == []


async def test_killed_with_a_new_refresh_token_that_is_being_written(
    world: World, databases: Databases
) -> None:
    async with staged(world, databases.admin_url(world.url), "Atzr|second") as scene:
        async with scene.row_locked():
            scene.amazon.answer()
            await scene.writer_waits()
            scene.process.kill()
        await assert_healed(scene)


async def test_a_process_that_is_told_to_end_writes_what_amazon_gave(scene: Scene) -> None:
    scene.process.popen.terminate()
    scene.amazon.answer()

    async def ended() -> bool:
        return scene.process.popen.poll() is not None

    await eventually(ended)
    assert (await scene.row()).version == 2


@dataclass
class OwnPostgres:
    """A server of this test's own, to be killed."""

    server: Postgres
    world: World


@pytest.fixture
async def own(make_db: MakeDb, organization_id: UUID) -> AsyncGenerator[OwnPostgres]:
    with scratch_folder() as folder:
        async with Postgres(folder / "postgres", free_port(), password=PASSWORD) as server:
            url = await Databases(server.url()).create(SCHEMA, MIGRATIONS)
            yield OwnPostgres(server, World(make_db, url, organization_id))


async def test_postgres_killed_while_amazon_is_asked(own: OwnPostgres) -> None:
    async with staged(own.world, own.server.url()) as scene:
        await own.server.kill()
        scene.amazon.answer()
        await own.server.start()
        row = await scene.other_replica()
        assert (row.state, row.version, row.lease_until) == ("healthy", 2, None)
        assert scene.process.popen.poll() is None


async def test_a_new_refresh_token_outlives_a_postgres_that_was_killed_with_it_on_the_way(
    own: OwnPostgres,
) -> None:
    async with staged(own.world, own.server.url(), "Atzr|second") as scene:
        await own.server.kill()
        scene.amazon.answer()
        await own.server.start()

        async def kept() -> bool:
            row = await scene.row()
            kept = [row.refresh, *([row.spare] if row.spare else [])]
            return "Atzr|second" in map(own.world.keys.decrypt, kept)

        await eventually(kept)
