"""Re-encryption beside running refreshes, from the operator's command down to the rows."""

from __future__ import annotations

import asyncio
import sys
from uuid import UUID

import pytest
from cryptography.fernet import Fernet
from infra.credentials import KEYS, Replica, World
from shared.db import SYSTEM
from shared.keyring import KeyRing
from token_refresher import cli, queries, rotation, sealed_queries
from token_refresher.rotation import KeyStatus, Progress, RotationRefused, key_status, rotate

NEW_KEY = f"k2:{Fernet.generate_key().decode()}"
BOTH = KeyRing.parse(f"{NEW_KEY},{KEYS}")


async def sealed_with_k1(world: World, count: int) -> tuple[Replica, list[UUID]]:
    replica = await world.replica(keys=BOTH)
    return replica, [await world.grant(replica.db, number=n) for n in range(count)]


async def test_every_row_is_resealed_in_batches_that_say_how_far_they_are(world: World) -> None:
    replica, ids = await sealed_with_k1(world, 5)
    seen: list[Progress] = []
    end = await rotate(replica.db, BOTH, seen.append, batch=2)
    assert [(p.done, p.total) for p in seen] == [(2, 5), (4, 5), (5, 5)]
    assert end == Progress(5, 5, 0)
    only_new = KeyRing.parse(NEW_KEY)
    for number, connection_id in enumerate(ids):
        row = await world.row(replica.db, connection_id)
        assert only_new.decrypt(row.refresh) == f"Atzr|grant-{number}"
        assert only_new.decrypt(row.access) == f"Atza|first-{number}"
        assert row.version == 1


async def test_a_second_rotation_touches_nothing(world: World) -> None:
    replica, ids = await sealed_with_k1(world, 2)
    await rotate(replica.db, BOTH, lambda _: None)
    before = [await world.row(replica.db, i) for i in ids]
    seen: list[Progress] = []
    assert await rotate(replica.db, BOTH, seen.append) == Progress(2, 2, 0)
    assert seen == []
    assert [await world.row(replica.db, i) for i in ids] == before


async def test_an_interrupted_rotation_goes_on_where_it_stopped(world: World) -> None:
    replica, _ = await sealed_with_k1(world, 4)

    class Stopped(Exception):
        pass

    def stop(_: Progress) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        await rotate(replica.db, BOTH, stop, batch=1)
    assert await key_status(replica.db, BOTH) == [
        KeyStatus("k2", 2, "encrypts"),
        KeyStatus("k1", 6, "opens"),
    ]
    await rotate(replica.db, BOTH, lambda _: None, batch=1)
    assert await key_status(replica.db, BOTH) == [
        KeyStatus("k2", 8, "encrypts"),
        KeyStatus("k1", 0, "can be retired"),
    ]


async def test_a_refresh_between_read_and_write_wins(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    replica, (connection_id,) = await sealed_with_k1(world, 1)
    old_ring = await world.replica()
    world.clock.forward(minutes=51)
    replace = sealed_queries.replace_sealed

    async def refresh_first(tx: object, resealed: object) -> int:
        monkeypatch.setattr(sealed_queries, "replace_sealed", replace)
        await old_ring.refresher.tick()  # seals with k1 again: a replica not restarted yet
        return await replace(tx, resealed)  # type: ignore[arg-type]

    monkeypatch.setattr(sealed_queries, "replace_sealed", refresh_first)
    await rotate(replica.db, BOTH, lambda _: None)
    row = await world.row(replica.db, connection_id)
    assert (row.version, row.access.key_id) == (2, "k1")
    assert BOTH.decrypt(row.access) == "Atza|minted-1"
    assert (await rotate(replica.db, BOTH, lambda _: None)).done == 1
    row = await world.row(replica.db, connection_id)
    assert (row.access.key_id, BOTH.decrypt(row.access)) == ("k2", "Atza|minted-1")


async def test_a_refresh_under_way_survives_the_rotation(world: World) -> None:
    replica, (connection_id,) = await sealed_with_k1(world, 1)
    world.clock.forward(minutes=51)

    async def rotate_now() -> None:
        await rotate(replica.db, BOTH, lambda _: None)

    world.amazon.before_answer = rotate_now
    await replica.refresher.tick()
    row = await world.row(replica.db, connection_id)
    assert (row.version, row.state, BOTH.decrypt(row.access)) == (2, "healthy", "Atza|minted-1")


async def test_a_missing_key_stops_the_rotation_before_it_begins(world: World) -> None:
    replica, ids = await sealed_with_k1(world, 2)
    lonely = KeyRing.parse(NEW_KEY)
    assert (await key_status(replica.db, lonely))[1] == KeyStatus("k1", 4, "missing")
    with pytest.raises(RotationRefused, match=r"k1 \(4 tokens\)"):
        await rotate(replica.db, lonely, lambda _: None)
    assert {(await world.row(replica.db, i)).refresh.key_id for i in ids} == {"k1"}


async def test_a_text_its_key_does_not_open_is_counted_and_left(world: World) -> None:
    replica, ids = await sealed_with_k1(world, 3)
    async with replica.db.tx(SYSTEM) as tx:
        await tx.execute(
            "update credential set refresh_ciphertext = 'spoilt' where connection_id = $1", ids[1]
        )
    assert await rotate(replica.db, BOTH, lambda _: None) == Progress(2, 3, 1)
    row = await world.row(replica.db, ids[1])
    assert (row.refresh.key_id, row.refresh.ciphertext) == ("k1", b"spoilt")


async def test_the_command_prints_progress_and_counts(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    replica, _ = await sealed_with_k1(world, 3)
    arguments = cli.parser().parse_args(["keys", "rotate", "--batch", "2"])
    assert await cli.run(arguments, replica.db, BOTH)
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(" (")[0] for line in lines[:2]] == ["2 of 3", "3 of 3"]
    assert lines[2:] == [
        "3 of 3 credentials are sealed with k2",
        "k2: 6 tokens, encrypts",
        "k1: 0 tokens, can be retired",
    ]


async def test_the_status_command_fails_when_a_key_is_missing(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    replica, _ = await sealed_with_k1(world, 1)
    arguments = cli.parser().parse_args(["keys", "status"])
    assert not await cli.run(arguments, replica.db, KeyRing.parse(NEW_KEY))
    assert capsys.readouterr().out.splitlines() == [
        "k2: 0 tokens, encrypts",
        "k1: 2 tokens, missing",
    ]


async def test_the_command_needs_only_the_database_and_the_keys(world: World) -> None:
    await sealed_with_k1(world, 2)
    rotating = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "token_refresher.cli", "keys", "rotate"),
        env={"DATABASE_URL": world.url, "TOKEN_ENCRYPTION_KEYS": f"{NEW_KEY},{KEYS}"},
        stdout=asyncio.subprocess.PIPE,
    )
    printed, _ = await rotating.communicate()
    assert rotating.returncode == 0
    assert printed.decode().splitlines()[-1] == "k1: 0 tokens, can be retired"


def test_the_command_names_what_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("TOKEN_ENCRYPTION_KEYS", "k1:nonsense")
    with pytest.raises(SystemExit) as ended:
        cli.main(["keys", "status"])
    assert ended.value.code == "not set or not usable: DATABASE_URL, TOKEN_ENCRYPTION_KEYS"


def test_a_batch_is_small_enough_to_hold_no_refresh_up() -> None:
    assert rotation.BATCH <= 200


async def test_both_tokens_of_a_pair_are_resealed_and_counted(world: World) -> None:
    replica, (connection_id,) = await sealed_with_k1(world, 1)
    row = await world.row(replica.db, connection_id)
    async with replica.db.tx(SYSTEM) as tx:
        await queries.write_ahead(tx, row, world.keys.encrypt("Atzr|second"))
    assert [key.tokens for key in await key_status(replica.db, BOTH)] == [0, 3]
    assert await rotate(replica.db, BOTH, lambda _: None) == Progress(1, 1, 0)
    row = await world.row(replica.db, connection_id)
    assert row.spare
    assert KeyRing.parse(NEW_KEY).decrypt(row.spare) == "Atzr|second"
    assert [key.tokens for key in await key_status(replica.db, BOTH)] == [3, 0]
