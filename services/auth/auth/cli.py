"""Operator's commands: `python -m auth.cli organizations create …`, `… members add …`.

Reads DATABASE_URL (the auth service's role). A password is the first line of stdin.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from uuid import UUID

from pydantic import ValidationError
from shared.audit.entries import OPERATOR, record
from shared.clock import utc_now
from shared.db import SYSTEM, Db
from shared.errors import AppError
from shared.internal_tokens import Actor
from shared.permissions import ROLES
from shared.settings import DatabaseSettings

from .audit import cli as audit_cli
from .clerk import cli as clerk_cli
from .main import MIGRATIONS, SERVICE
from .organizations.service import NewMember, add_member, create_organization
from .sessions.passwords import Passwords
from .users.service import change_email, remove_second_factor, reset_password

NEED_PASSWORD = frozenset({"create", "add", "reset-password"})


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
    users = nouns.add_parser("users").add_subparsers(dest="verb", required=True)
    reset = users.add_parser("reset-password", help="a new password; every session ends")
    lost = users.add_parser("remove-second-factor", help="for who lost phone and recovery codes")
    moved = users.add_parser("change-email", help="another address to sign in with")
    moved.add_argument("--new-email", required=True)
    for parser_of_user in (reset, lost, moved):
        parser_of_user.add_argument("--email", required=True)
    audit_cli.add_parser(nouns)
    clerk_cli.add_parser(nouns)
    return root


async def run(arguments: argparse.Namespace, password: str, db: Db) -> UUID | bool:
    """Does what was asked; returns the organization's or user's id, or whether what was verified
    holds. Raises AppError."""
    if arguments.noun == "audit":
        return await audit_cli.verify(arguments, db)
    if arguments.noun == "clerk":
        return await clerk_cli.link(arguments, db)
    if arguments.noun == "users":
        return await _of_user(arguments, password, db)
    hashed = await Passwords().hash(password)
    async with db.tx(SYSTEM) as tx:
        if arguments.noun == "organizations":
            return await create_organization(tx, arguments.name, arguments.email, hashed, utc_now())
        member = NewMember(arguments.email, hashed, arguments.role, brand_ids=arguments.brand_id)
        user_id = await add_member(tx, arguments.organization_id, member, utc_now())
        operator = Actor.service(OPERATOR, arguments.organization_id)
        await record(tx, "member.added", operator, target=("user", user_id), role=member.role)
        return user_id


async def _of_user(arguments: argparse.Namespace, password: str, db: Db) -> UUID:
    """What the operator changes of somebody, who may belong to several organizations."""
    hashed = await Passwords().hash(password) if arguments.verb in NEED_PASSWORD else ""
    async with db.tx(SYSTEM) as tx:
        match arguments.verb:
            case "remove-second-factor":
                return await remove_second_factor(tx, arguments.email, utc_now())
            case "change-email":
                return await change_email(tx, arguments.email, arguments.new_email)
            case _:
                return await reset_password(tx, arguments.email, hashed, utc_now())


async def _main(
    arguments: argparse.Namespace, password: str, settings: DatabaseSettings
) -> UUID | bool:
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
    needed = arguments.verb in NEED_PASSWORD
    password = sys.stdin.readline().rstrip("\r\n") if needed else ""
    try:
        created = asyncio.run(_main(arguments, password, settings))
    except AppError as error:
        sys.exit(f"{error.code}: {error.detail}")
    if isinstance(created, bool):
        sys.exit(0 if created else 1)
    print(created)


if __name__ == "__main__":
    main()
