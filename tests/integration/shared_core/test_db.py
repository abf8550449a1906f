"""The tenant wall, the migrations and the transaction."""

from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from infra.databases import MakeDb
from shared.db import SYSTEM, Scope
from shared.ids import new_id
from shared.migrations import MigrationError, migrate

from shared import migrations as migrations_module

TABLE = """
create table things (organization_id uuid not null, brand_id uuid, name text not null);
alter table things enable row level security;
alter table things force row level security;
create policy tenant on things using (app_sees(organization_id)) with check (app_sees(organization_id));
create policy brand on things as restrictive using (app_sees_brand(brand_id));
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "0001_things.sql").write_text(TABLE)
    return tmp_path


async def test_a_scope_sees_only_its_organization_and_brands(
    make_db: MakeDb, folder: Path, organization_id: UUID, other_organization_id: UUID
) -> None:
    db = await make_db("things_a", folder)
    brand = new_id()
    async with db.tx(SYSTEM) as tx:
        for org, brand_id, name in (
            (organization_id, brand, "mine"),
            (organization_id, None, "unassigned"),
            (other_organization_id, brand, "theirs"),
        ):
            await tx.execute("insert into things values ($1, $2, $3)", org, brand_id, name)

    async def names(scope: Scope) -> set[str]:
        async with db.read(scope) as tx:
            return {row["name"] for row in await tx.fetch("select name from things")}

    assert await names(SYSTEM) == {"mine", "unassigned", "theirs"}
    assert await names(Scope.organization(organization_id)) == {"mine", "unassigned"}
    assert await names(Scope.organization(organization_id, frozenset({brand}))) == {"mine"}
    assert await names(Scope.organization(organization_id, frozenset())) == set()


async def test_a_scope_cannot_write_into_another_organization(
    make_db: MakeDb, folder: Path, organization_id: UUID, other_organization_id: UUID
) -> None:
    db = await make_db("things_a", folder)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with db.tx(Scope.organization(organization_id)) as tx:
            await tx.execute("insert into things values ($1, null, 'x')", other_organization_id)


async def test_a_connection_without_a_scope_sees_nothing(
    make_db: MakeDb, folder: Path, organization_id: UUID
) -> None:
    db = await make_db("things_a", folder)
    async with db.tx(SYSTEM) as tx:
        await tx.execute("insert into things values ($1, null, 'x')", organization_id)
    conn = await asyncpg.connect(db.url)
    assert await conn.fetchval("select count(*) from things") == 0
    await conn.close()


async def test_a_block_that_raises_leaves_nothing(
    make_db: MakeDb, folder: Path, organization_id: UUID
) -> None:
    db = await make_db("things_a", folder)
    with pytest.raises(RuntimeError):
        async with db.tx(SYSTEM) as tx:
            await tx.execute("insert into things values ($1, null, 'x')", organization_id)
            raise RuntimeError
    async with db.read(SYSTEM) as tx:
        assert await tx.fetchval("select count(*) from things") == 0


async def test_migrating_again_does_nothing_and_an_edited_file_is_refused(
    make_db: MakeDb, folder: Path
) -> None:
    db = await make_db("things_a", folder)
    conn = await asyncpg.connect(db.url)
    assert await migrate(conn, "things_a", folder) == []
    (folder / "0001_things.sql").write_text(TABLE + "-- edited")
    with pytest.raises(MigrationError, match="edited after it was applied"):
        await migrate(conn, "things_a", folder)
    await conn.close()


async def test_a_failing_migration_leaves_nothing_of_any_file(
    make_db: MakeDb, folder: Path
) -> None:
    db = await make_db("things_a", folder)
    (folder / "0002_good.sql").write_text("create table good (x int);")
    (folder / "0003_bad.sql").write_text("create table bad (x nonsense);")
    conn = await asyncpg.connect(db.url)
    with pytest.raises(MigrationError, match="0003_bad"):
        await migrate(conn, "things_a", folder)
    assert await conn.fetchval("select to_regclass('good')") is None
    await conn.close()


def test_misnamed_and_doubled_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "1_x.sql").write_text("")
    with pytest.raises(MigrationError, match="NNNN_name"):
        migrations_module.collect(tmp_path)
    (tmp_path / "1_x.sql").rename(tmp_path / "0001_a.sql")
    (tmp_path / "0001_b.sql").write_text("")
    with pytest.raises(MigrationError, match="exists twice"):
        migrations_module.collect(tmp_path)
