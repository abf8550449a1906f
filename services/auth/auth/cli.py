"""Operator's commands: `python -m auth.cli organizations create …`, `… members add …`.

Reads DATABASE_URL (the auth service's role). The new user's password is the first line of stdin.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from uuid import UUID

from pydantic import ValidationError
from shared.clock import utc_now
from shared.db import SYSTEM, Db
from shared.errors import AppError
from shared.permissions import ROLES
from shared.settings import DatabaseSettings

from .main import MIGRATIONS, SERVICE
from .organizations.service import NewMember, add_member, create_organization
from .sessions.passwords import Passwords


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    root = argparse.ArgumentParser(prog="python -m auth.cli")
    nouns = root.add_subparsers(dest="noun", required=True)
    organizations = nouns.add_parser("organizations").add_subparsers(dest="verb", required=True)
    create = organizations.add_parser("create", help="an organization and its owner")
    create.add_argument("--name", required=True)
    create.add_argument("--owner-email", required=True, dest="email")
    members = nouns.add_parser("members").add_subparsers(dest="verb", required=True)
    add = members.add_parser("add", help="a user of an organization")
    add.add_argument("--organization-id", required=True, type=UUID)
    add.add_argument("--email", required=True)
    add.add_argument("--role", required=True, choices=sorted(ROLES))
    add.add_argument("--brand-id", action="append", type=UUID, help="may be repeated; none = all")
    return root


async def run(arguments: argparse.Namespace, password: str, db: Db) -> UUID:
    """Does what was asked; returns the new organization's or user's id. Raises AppError."""
    hashed = await Passwords().hash(password)
    async with db.tx(SYSTEM) as tx:
        if arguments.noun == "organizations":
            return await create_organization(tx, arguments.name, arguments.email, hashed, utc_now())
        member = NewMember(arguments.email, hashed, arguments.role, brand_ids=arguments.brand_id)
        return await add_member(tx, arguments.organization_id, member, utc_now())


async def _main(arguments: argparse.Namespace, password: str, settings: DatabaseSettings) -> UUID:
    db = Db(
        settings.database_url.get_secret_value(),
        schema=SERVICE,
        pool_size=2,
        migrations=MIGRATIONS,
        pooler=settings.database_pooler,
    )
    await db.start()
    try:
        return await run(arguments, password, db)
    finally:
        await db.stop()


def main(argv: Sequence[str] | None = None) -> None:
    """Prints the new id; exits with a message when it cannot be done."""
    arguments = parser().parse_args(argv)
    try:
        settings = DatabaseSettings()  # pyright: ignore[reportCallIssue] - read from the environment
    except ValidationError:
        sys.exit("DATABASE_URL is not set")
    password = sys.stdin.readline().rstrip("\r\n")
    try:
        created = asyncio.run(_main(arguments, password, settings))
    except AppError as error:
        sys.exit(f"{error.code}: {error.detail}")
    print(created)


if __name__ == "__main__":
    main()
