"""Operator's commands: `python -m auth.cli clerk link …`."""

import argparse
from typing import Any
from uuid import UUID

from shared.audit.entries import OPERATOR, record
from shared.clock import utc_now
from shared.db import SYSTEM, Db
from shared.errors import Conflict, NotFound, Unprocessable
from shared.internal_tokens import Actor

from auth.organizations.queries import organization_exists

from . import queries
from . import settle_queries as settling
from .settings import ClerkSettings
from .settle import settle_organization
from .tokens import MAX_ID_CHARACTERS


def add_parser(nouns: Any) -> None:
    """The command and its options."""
    verbs = nouns.add_parser("clerk").add_subparsers(dest="verb", required=True)
    link = verbs.add_parser("link", help="a Clerk organization is this one, which exists already")
    link.add_argument("--organization-id", required=True, type=UUID)
    link.add_argument("--clerk-organization-id", required=True)


async def link(arguments: argparse.Namespace, db: Db) -> UUID:
    """Before Clerk tells of the organization, or it becomes a new one here. Raises NotFound,
    Unprocessable or Conflict (already_linked)."""
    organization_id, clerk_id = arguments.organization_id, arguments.clerk_organization_id
    if not clerk_id.startswith("org_") or len(clerk_id) > MAX_ID_CHARACTERS:
        raise Unprocessable(
            "Clerk's ids of organizations start with org_.", code="clerk_id_invalid"
        )
    async with db.tx(SYSTEM) as tx:
        await queries.lock(tx)
        if not await organization_exists(tx, organization_id):
            raise NotFound("There is no such organization.", code="organization_not_found")
        if await settling.linked_elsewhere(tx, clerk_id, organization_id):
            raise Conflict("One of the two is linked to another one.", code="already_linked")
        await settling.link_organization(tx, clerk_id, organization_id)
        await settle_organization(tx, clerk_id, ClerkSettings().clerk_role_mapping, utc_now())
        operator = Actor.service(OPERATOR, organization_id)
        target = ("clerk_organization", clerk_id)
        await record(tx, "organization.linked", operator, target=target)
    return organization_id
