"""The operator's commands, as a process."""

import asyncio
import os
import sys
from uuid import UUID

from auth.main import MIGRATIONS
from infra.auth_world import PASSWORD, AuthWorld
from infra.databases import Databases


async def cli(url: str, *arguments: str, password: str = PASSWORD) -> tuple[int | None, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "auth.cli",
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "DATABASE_URL": url},
    )
    out, err = await process.communicate(f"{password}\n".encode())
    return process.returncode, out.decode().strip(), err.decode().strip()


async def test_organizations_and_members_are_created_from_the_command_line(
    world: AuthWorld,
) -> None:
    url = world.deps.settings.database_url.get_secret_value()
    create = ("organizations", "create", "--name", "Fabrikam", "--owner-email", "o@f.example")
    code, organization_id, _ = await cli(url, *create)
    assert code == 0
    browser = await world.sign_in("o@f.example")
    assert (await browser.get("/v1/session"))["organization"]["id"] == organization_id
    code, _, error = await cli(url, *create)
    assert (code, "email_taken" in error) == (1, True)
    assert len(await world.rows("select * from organization")) == 1
    member = ("members", "add", "--organization-id", organization_id, "--email", "v@f.example")
    code, user_id, _ = await cli(url, *member, "--role", "viewer")
    assert (code, str(UUID(user_id))) == (0, user_id)
    viewer = await world.sign_in("v@f.example")
    assert (await viewer.get("/v1/session"))["role"] == "viewer"


async def test_a_weak_password_creates_nothing(databases: Databases) -> None:
    url = await databases.create("auth", MIGRATIONS)
    create = ("organizations", "create", "--name", "Fabrikam", "--owner-email", "o@f.example")
    code, out, error = await cli(url, *create, password="short")
    assert (code, out) == (1, "")
    assert "password_invalid" in error
    assert "short" not in error.split("password_invalid")[1]
    await databases.drop_all()


async def test_the_operator_sets_a_password_and_every_session_ends(world: AuthWorld) -> None:
    url = world.deps.settings.database_url.get_secret_value()
    browser = await world.owner("o@f.example")
    reset = ("users", "reset-password", "--email", " O@f.example ")
    code, _, _ = await cli(url, *reset, password="seven herons on a wire")
    assert code == 0
    assert (await browser.resolve()).status_code == 401
    await world.sign_in("o@f.example", "seven herons on a wire")
    code, _, error = await cli(url, *reset[:-1], "nobody@f.example")
    assert (code, "user_not_found" in error) == (1, True)


async def test_the_operator_removes_a_lost_second_factor(world: AuthWorld) -> None:
    url = world.deps.settings.database_url.get_secret_value()
    browser = await world.owner("o@f.example")
    removal = ("users", "remove-second-factor", "--email", "o@f.example")
    code, _, error = await cli(url, *removal)
    assert (code, "second_factor_off" in error) == (1, True)
    body = {"password": PASSWORD}
    assert (await browser.call("POST", "/v1/user/second-factor", json=body)).status_code == 201
    code, _, _ = await cli(url, *removal)
    assert code == 0
    assert await world.rows("select * from second_factor") == []
    assert (await browser.resolve()).status_code == 401


async def test_the_operator_changes_an_address_where_no_letter_can(world: AuthWorld) -> None:
    url = world.deps.settings.database_url.get_secret_value()
    await world.owner("o@f.example")
    await world.organization("taken@f.example")
    change = ("users", "change-email", "--email", "O@f.example", "--new-email")
    code, user_id, _ = await cli(url, *change, "New@f.example")
    assert (code, str(UUID(user_id))) == (0, user_id)
    await world.sign_in("new@f.example")
    code, _, error = await cli(url, *change, "taken@f.example")
    assert (code, "user_not_found" in error) == (1, True)
    again = ("users", "change-email", "--email", "new@f.example", "--new-email")
    code, _, error = await cli(url, *again, "taken@f.example")
    assert (code, "email_taken" in error) == (1, True)
