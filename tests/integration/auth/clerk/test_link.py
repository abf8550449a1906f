"""`python -m auth.cli clerk link`: an organization that exists becomes Clerk's."""

from argparse import Namespace
from uuid import UUID

import pytest
from auth.clerk.cli import link
from auth.cli import parser
from infra.clerk import ClerkWorld
from shared.errors import AppError
from shared.ids import new_id

ADA = "ada@tailspin.example"


def arguments(organization_id: UUID, clerk_id: str) -> Namespace:
    options = ["--organization-id", str(organization_id), "--clerk-organization-id", clerk_id]
    return parser().parse_args(["clerk", "link", *options])


async def test_people_of_clerk_join_the_organization_that_was_there(clerk: ClerkWorld) -> None:
    organization = await clerk.auth.organization(ADA, "Tailspin")
    ada = await clerk.person(ADA)
    place = await clerk.place("Tailspin at Clerk", ada)
    await clerk.person("ben@tailspin.example", (place, "org:member"))
    assert await link(arguments(organization, place), clerk.auth.db) == organization
    await clerk.deliver(copies=2)
    assert await clerk.members() == {
        "Tailspin at Clerk": {ADA: "owner", "ben@tailspin.example": "viewer"}
    }
    told = [event["data"] for event in await clerk.auth.events("action.recorded")]
    [linked] = [entry for entry in told if entry["action"] == "organization.linked"]
    assert (linked["actor_kind"], linked["target"]["id"]) == ("operator", place)


async def test_a_link_is_made_once(clerk: ClerkWorld) -> None:
    one, other = [await clerk.auth.organization(f"{n}@x.example", n) for n in ("one", "other")]
    await link(arguments(one, "org_1"), clerk.auth.db)
    await link(arguments(one, "org_1"), clerk.auth.db)
    wrong = [(other, "org_1"), (one, "org_2"), (new_id(), "org_3"), (one, "nonsense")]
    for organization, clerk_id in wrong:
        with pytest.raises(AppError):
            await link(arguments(organization, clerk_id), clerk.auth.db)
