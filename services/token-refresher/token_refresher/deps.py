"""What routes need: the wired parts and the organization an internal call is bound to."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, cast
from uuid import UUID

from fastapi import Depends, Request
from shared.bus import Bus
from shared.clock import Clock
from shared.db import Db
from shared.deps import get_deps
from shared.errors import BadRequest, Forbidden, NotFound
from shared.internal_tokens import Actor
from shared.keyring import KeyRing

from .handout import HandOut


@dataclass(frozen=True)
class Deps:
    db: Db
    bus: Bus
    keys: KeyRing
    handout: HandOut
    clock: Clock
    refresh_now: Callable[[], None]
    """Wakes the refresh loop."""


def _deps(request: Request) -> Deps:
    return cast("Deps", get_deps(request))


ServiceDeps = Annotated[Deps, Depends(_deps)]


def organization_of(actor: Actor) -> UUID:
    """Raises NotFound when the caller belongs to none."""
    if actor.organization_id is None:
        raise NotFound("No organization.")
    return actor.organization_id


def bound_organization(actor: Actor, named: UUID | None) -> UUID:
    """The organization of the caller's token, or the one it names in the call; never two."""
    if actor.organization_id and named and actor.organization_id != named:
        raise Forbidden("The call names another organization than its token.", code="wrong_tenant")
    organization_id = actor.organization_id or named
    if organization_id is None:
        raise BadRequest(
            "The call is bound to no organization.",
            code="organization_missing",
            hint="Sign for an organization or send organization_id.",
        )
    return organization_id
