"""What routes are given: the wired service, the signed-in user, transactions."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from shared.bus import Bus
from shared.clock import Clock
from shared.db import SYSTEM, Db, Scope, Tx
from shared.deps import CurrentActor, admit_unless_narrowed, get_deps, require
from shared.errors import Forbidden, Unauthenticated
from shared.internal_tokens import Actor

from shared import audit

from .clerk.service import Clerk
from .connections.consent import ConsentDesk
from .connections.health import ConsentRule
from .consent_requests.service import ConsentRequests
from .discoveries.jobs import Discoverer
from .identity.builtin import Builtin
from .identity.domain import Offer, require_provider
from .invitations.acceptance import Reception
from .invitations.service import Desk
from .pepper import Pepper
from .sessions.service import Sessions
from .settings import Settings


@dataclass(frozen=True, slots=True)
class Deps:
    """Everything `main` built."""

    settings: Settings
    db: Db
    bus: Bus
    clock: Clock
    pepper: Pepper
    sessions: Sessions
    consents: ConsentDesk
    discoverer: Discoverer
    offer: Offer
    builtin: Builtin
    clerk: Clerk | None
    consent_rule: ConsentRule
    consent_requests: ConsentRequests
    invitations: Desk
    reception: Reception


@dataclass(frozen=True, slots=True)
class User:
    """A signed-in person: an actor whose user, organization and session are known.

    `impersonator`: id of the person who really sits there while they view as `id`, else "".
    """

    id: UUID
    organization_id: UUID
    session_id: UUID
    scope: Scope
    permissions: frozenset[str]
    impersonator: str = ""
    ip: str = ""


async def signed_in_user(request: Request, actor: CurrentActor) -> User:
    """A person with a browser session, whoever they view as; raises Forbidden (not_for_api_keys), or
    Unauthenticated (sign_in_required) for services and anonymous callers."""
    if actor.kind == "key":
        raise Forbidden("This is for signed-in people, not for API keys.", code="not_for_api_keys")
    if actor.kind != "user" or actor.organization_id is None or actor.session_id is None:
        raise Unauthenticated("Sign in first.", code="sign_in_required")
    admit_unless_narrowed(request, actor)
    return User(
        UUID(actor.subject),
        actor.organization_id,
        actor.session_id,
        actor.scope,
        actor.permissions,
        actor.impersonator,
        actor.ip,
    )


async def signed_in_self(user: Annotated[User, Depends(signed_in_user)]) -> User:
    """A person acting as themselves: what is theirs alone is closed while they view as another."""
    if user.impersonator:
        raise Forbidden(
            "This is closed while you view as somebody else.",
            code="viewing_as",
            hint="Stop viewing as them first.",
        )
    return user


async def builtin_only(request: Request) -> None:
    """The built-in provider's routes are not there under another; raises NotFound."""
    require_provider(get_deps(request).offer, "builtin")


async def open_system_tx(request: Request) -> AsyncIterator[Tx]:
    """A transaction over every organization; for callers whose organization is yet unknown, and for
    what is a person's and no organization's. A signed-in caller's request is told to the audit log."""
    async with get_deps(request).db.tx(SYSTEM) as tx:
        yield tx
        await audit.tell(tx)


ReportReader = Annotated[Actor, Depends(require("report:read"))]
ConnectionReader = Annotated[Actor, Depends(require("connection:read"))]
ConnectionManager = Annotated[Actor, Depends(require("connection:manage"))]
ConnectionOpener = Annotated[Actor, Depends(require("connection:manage", every_brand=True))]
MemberReader = Annotated[Actor, Depends(require("member:read"))]
MemberManager = Annotated[Actor, Depends(require("member:manage"))]
MemberViewer = Annotated[Actor, Depends(require("member:view_as"))]
RoleManager = Annotated[Actor, Depends(require("role:manage", every_brand=True))]
OrganizationManager = Annotated[Actor, Depends(require("organization:manage", every_brand=True))]
OrganizationOwner = Annotated[Actor, Depends(require("organization:transfer", every_brand=True))]
ApiKeyManager = Annotated[Actor, Depends(require("api_key:manage"))]
BrandManager = Annotated[Actor, Depends(require("brand:manage"))]
DepsOf = Annotated[Deps, Depends(get_deps)]
SignedInUser = Annotated[User, Depends(signed_in_user)]
SignedInSelf = Annotated[User, Depends(signed_in_self)]
SystemTx = Annotated[Tx, Depends(open_system_tx, scope="function")]
