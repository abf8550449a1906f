"""`python -m auth.cli audit verify`: checks the chains from the operator's side, without the service."""

from __future__ import annotations

import argparse
from typing import Any
from uuid import UUID

from shared.db import SYSTEM, Db

from . import queries
from .domain import Chain, Check, Point
from .service import check_chain


def add_parser(nouns: Any) -> None:
    """`audit verify [--organization-id ID [--known SEQUENCE:HASH]]`."""
    verbs = nouns.add_parser("audit").add_subparsers(dest="verb", required=True)
    verify = verbs.add_parser("verify", help="check the hash chains of the audit log")
    verify.add_argument("--organization-id", type=UUID, help="one organization; none = all")
    verify.add_argument("--known", type=Point.parse, help="a head noted earlier: sequence:hash")


async def verify(arguments: argparse.Namespace, db: Db) -> bool:
    """Prints a line per organization and break, progress in between; True when all chains hold."""
    chosen: UUID | None = arguments.organization_id
    async with db.read(SYSTEM) as tx:
        organizations = [chosen] if chosen is not None else await queries.organizations(tx)
    verdicts = [await _verify(db, each, arguments.known) for each in organizations]
    return all(verdicts)


async def _verify(db: Db, organization_id: UUID, known: Point | None) -> bool:
    broken = 0
    async with db.read(SYSTEM) as tx:
        async for chain, check, done in check_chain(tx, organization_id, known):
            broken = check.broken
            _tell(organization_id, chain, check, done)
    return not broken


def _tell(organization_id: UUID, chain: Chain, check: Check, done: bool) -> None:
    total = chain.head.sequence - chain.anchor.sequence
    if not done:
        print(f"{organization_id} … {check.checked} of {total}")
        return
    verdict = f"BROKEN in {check.broken} places" if check.broken else "intact"
    print(f"{organization_id} {verdict}: {check.checked} entries, head {chain.head}")
    for found in check.breaks:
        print(f"  {found.kind}: {found.sequence} to {found.through}")
