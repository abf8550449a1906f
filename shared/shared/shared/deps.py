"""What routes ask for in their signatures: the caller, a permission, a transaction."""

from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any, cast

from fastapi import Depends, Request

from .db import Db, Tx
from .errors import Forbidden, Unauthenticated
from .internal_tokens import Actor, TokenVerifier
from .permissions import PERMISSIONS


def get_deps(request: Request) -> Any:
    """The service's own Deps, as `main` wired them."""
    return request.app.state.deps


def current_actor(request: Request) -> Actor:
    """The caller named by the signed internal token; without one the call is refused (401)."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated(
            "This service answers only calls signed inside the installation.",
            code="internal_token_invalid",
            hint="Call the gateway.",
        )
    verifier = cast("TokenVerifier", request.app.state.verifier)
    return verifier.verify(token)


CurrentActor = Annotated[Actor, Depends(current_actor)]


def require(permission: str, *, every_brand: bool = False) -> Callable[[Actor], Actor]:
    """The caller must be a user of an organization holding `permission`.

    `every_brand`: and not be limited to some brands, because the act concerns all of them.
    """
    if permission not in PERMISSIONS:
        raise ValueError(f"unknown permission {permission}")

    def check(actor: CurrentActor) -> Actor:
        if actor.kind != "user" or actor.organization_id is None:
            raise Unauthenticated("Sign in first.", code="sign_in_required")
        if permission not in actor.permissions:
            raise Forbidden(
                f"Your role lacks {permission}.",
                code="permission_missing",
                hint="Ask an owner or admin of your organization.",
                permission=permission,
            )
        if every_brand and actor.brand_ids is not None:
            raise Forbidden(
                "This concerns every brand; your role covers only some.",
                code="every_brand_required",
                hint="Ask somebody whose role covers the whole organization.",
            )
        return actor

    return check


def service_only(*services: str) -> Callable[[Actor], Actor]:
    """Only these services may call."""

    def check(actor: CurrentActor) -> Actor:
        if actor.kind != "service" or actor.subject not in services:
            raise Forbidden("This call is for other services.", code="internal_only")
        return actor

    return check


async def open_tx(request: Request, actor: CurrentActor) -> AsyncIterator[Tx]:
    """A transaction bound to the caller's organization and brands, committed before the response."""
    db = cast("Db", get_deps(request).db)
    async with db.tx(actor.scope) as tx:
        yield tx


ActorTx = Annotated[Tx, Depends(open_tx, scope="function")]
