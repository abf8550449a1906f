"""What is at rest, and who may see it."""

from uuid import UUID

from infra.credentials import START, World, refused
from shared.db import Scope
from token_refresher import refresher


async def test_no_token_is_in_the_database_in_clear(world: World) -> None:
    replica = await world.replica()
    connection_id = await world.grant(replica.db)
    world.clock.forward(minutes=51)
    await replica.refresher.tick()
    world.amazon.script = [refused("server_error", 500)]
    world.clock.forward(minutes=51)
    await replica.refresher.tick()
    async with replica.db.tx(refresher.SYSTEM) as tx:
        tables = ["credential", "outbox", "inbox", "parked_message", "schema_migrations"]
        rows = [await tx.fetch(f"select t::text from {name} t") for name in tables]  # type: ignore[arg-type]  # noqa: S608
        sealed = await tx.fetchrow("select refresh_ciphertext, access_ciphertext from credential")
    dump = "\n".join(str(row[0]) for table in rows for row in table)
    assert str(connection_id) in dump
    assert sealed
    for text in (dump, *(bytes(value).decode() for value in sealed)):
        assert "Atz" not in text
        assert "grant-0" not in text
        assert "minted" not in text
        assert b"Atz".hex() not in text


async def test_the_clock_of_these_tests_stands_still(world: World) -> None:
    assert world.clock() == START


async def test_the_database_itself_hides_other_organizations_rows(
    world: World, other_organization_id: UUID
) -> None:
    replica = await world.replica()
    await world.grant(replica.db)
    seen: dict[UUID, int] = {}
    for organization_id in (world.organization_id, other_organization_id):
        async with replica.db.tx(Scope.organization(organization_id)) as tx:
            seen[organization_id] = await tx.fetchval("select count(*) from credential")
            moved = await tx.execute("update credential set attempts = attempts")
            assert moved == f"UPDATE {seen[organization_id]}"
    assert seen == {world.organization_id: 1, other_organization_id: 0}
