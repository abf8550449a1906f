"""What routes ask for in their signatures: the caller, a permission, a transaction."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, Any, cast

from fastapi import Depends, Request

from .audit.requests import PERMISSION_ATTRIBUTE, record_request, tell_rest
from .db import Db, Tx
from .errors import Forbidden, Unauthenticated
from .internal_tokens import Actor, TokenVerifier
from .permissions import PERMISSIONS


def get_deps(request: Request) -> Any:
    """The service's own Deps, as `main` wired them."""
    return request.app.state.deps


async def current_actor(request: Request) -> Actor:
    """The caller named by the signed internal token; without one the call is refused (401)."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated(
            "This service answers only calls signed inside the installation.",
            code="internal_token_invalid",
            hint="Call the gateway.",
        )
    verifier = cast("TokenVerifier", request.app.state.verifier)
    request.state.caller = verifier.verify(token)
    return request.state.caller


CurrentActor = Annotated[Actor, Depends(current_actor)]
Check = Callable[[Request, Actor], Awaitable[Actor]]


def require(permission: str, *, every_brand: bool = False) -> Check:
    """The caller must be a user or an API key of an organization holding `permission`.

    Returns the caller narrowed to the brands for which they hold it, and binds the request's
    transaction (`ActorTx`) to these. `every_brand`: these must be all, for an act that concerns all.
    """
    if permission not in PERMISSIONS:
        raise ValueError(f"unknown permission {permission}")

    async def check(request: Request, caller: CurrentActor) -> Actor:
        if not caller.is_caller:
            raise Unauthenticated("Sign in first.", code="sign_in_required")
        actor = caller.narrowed(permission)
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
        return admit(request, actor)

    setattr(check, PERMISSION_ATTRIBUTE, permission)
    return check


def admit(request: Request, actor: Actor) -> Actor:
    """Binds the request's transaction to this actor, whose right to it has been checked."""
    request.state.admitted = actor
    return actor


def admit_unless_narrowed(request: Request, actor: Actor) -> None:
    """As `admit`, but a permission that was checked before keeps its narrower brands."""
    if getattr(request.state, "admitted", None) is None:
        admit(request, actor)


def service_only(*services: str) -> Check:
    """Only these services may call."""

    async def check(request: Request, actor: CurrentActor) -> Actor:
        if actor.kind != "service" or actor.subject not in services:
            raise Forbidden("This call is for other services.", code="internal_only")
        return admit(request, actor)

    return check


async def admitted_actor(request: Request) -> Actor:
    """The caller as the route's permission admitted them. A route that opens a transaction without
    having asked for a permission (or `admit`) first is a mistake of ours: 500, nothing is read."""
    actor = getattr(request.state, "admitted", None)
    if not isinstance(actor, Actor):
        raise RuntimeError("a permission must stand before the transaction in a route's signature")
    return actor


AdmittedActor = Annotated[Actor, Depends(admitted_actor)]


async def open_tx(request: Request, actor: AdmittedActor) -> AsyncIterator[Tx]:
    """A transaction bound to what the caller was admitted to, committed before the response, and
    with it the audit entry of the request."""
    db = cast("Db", get_deps(request).db)
    async with db.tx(actor.scope) as tx:
        yield tx
        await record_request(tx, request, actor)


async def audit_rest(request: Request) -> AsyncIterator[None]:
    """Of every route: a change that no transaction of the caller told of is told before the answer."""
    yield
    await tell_rest(cast("Db", get_deps(request).db), request)


ActorTx = Annotated[Tx, Depends(open_tx, scope="function")]
