"""A long story at Clerk, as the webhooks that tell it: what any order of them must lead to."""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from sandbox.clerk.directory import Directory
from sandbox.clerk.ids import seeded_id
from sandbox.clock import SandboxClock
from sandbox.state import State

Told = tuple[str, bytes]
"""svix-id and body."""

OUTCOME = {
    "Contoso Group": {
        "ada@contoso.example": "owner",
        "bob@contoso.example": "admin",
        "dora@contoso.example": "viewer",
        "robert@contoso.example": "admin",
    },
    "Litware": {"bob@contoso.example": "owner"},
}
"""Organization → address → role, once all has been told. Fabrikam was deleted: nobody is left there."""


def story() -> list[Told]:
    """Everything that happened, in the order in which it did."""
    told: list[Told] = []

    def tell(event: str, data: dict[str, Any]) -> None:
        body = orjson.dumps({"type": event, "data": data, "object": "event"})
        told.append((seeded_id("msg", str(len(told))), body))

    state = State(None)
    clock = SandboxClock(state)
    clock.set(datetime(2026, 3, 1, tzinfo=UTC) + timedelta(hours=9), frozen=True)
    clerk = Directory(state, clock, "story", tell)
    _people_come(clerk)
    state.close()
    return told


def _people_come(clerk: Directory) -> None:
    ada = clerk.add_user("Ada", "Adams", "ada@contoso.example")["id"]
    contoso = clerk.add_organization("Contoso", ada)["id"]
    rob = clerk.add_user("Rob", "Roe", "bob@contoso.example")["id"]
    in_contoso = clerk.add_membership(contoso, rob, "org:member")["id"]
    carl = clerk.add_user("Carl", "Cole", "carl@contoso.example")["id"]
    clerk.add_membership(contoso, carl, "org:admin")
    clerk.change_membership(in_contoso, "org:admin")
    clerk.change_organization(contoso, "Contoso Group")
    _addresses_move(clerk, contoso, rob)
    _people_leave(clerk, contoso, carl)


def _addresses_move(clerk: Directory, contoso: str, rob: str) -> None:
    """Rob's address becomes that of somebody else, who founds an organization of their own."""
    clerk.change_user(rob, email="robert@contoso.example", first_name="Robert")
    bob = clerk.add_user("Bob", "Bell", "bob@contoso.example")["id"]
    clerk.add_membership(contoso, bob, "org:admin")
    clerk.add_organization("Litware", bob)


def _people_leave(clerk: Directory, contoso: str, carl: str) -> None:
    """Carl is deleted with his organization's only admin gone; Dora leaves and comes back for less."""
    fabrikam = clerk.add_organization("Fabrikam", carl)["id"]
    dora = clerk.add_user("Dora", "Diaz", "dora@contoso.example")["id"]
    before = clerk.add_membership(contoso, dora, "org:admin")["id"]
    clerk.add_membership(fabrikam, dora, "org:member")
    clerk.delete_user(carl)
    clerk.delete_membership(before)
    clerk.add_membership(contoso, dora, "org:member")
    clerk.delete_organization(fabrikam)
    clerk.add_user("Emil", "Eck", "emil@contoso.example", verified=False)
