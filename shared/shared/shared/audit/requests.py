"""What a request tells the audit log by itself: its operation, whose brands, and on what."""

from __future__ import annotations

from collections.abc import Generator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from shared import outbox
from shared.db import Db, Tx
from shared.internal_tokens import Actor
from shared.notes import Notes

from .actions import action_of
from .entries import Origin, make_entry

PERMISSION_ATTRIBUTE = "permission"
"""Where a dependency made by `deps.require` tells which permission it asks for."""

BRAND_DATA = frozenset({"report:read", "report:export", "amc:read", "sync:read"})
"""Who asks by one of these sees a brand's data, so that the look itself is recorded."""

UNSAFE_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True, slots=True)
class Operation:
    """One route: its id in the OpenAPI document and the permissions in its signature."""

    id: str
    permissions: frozenset[str]

    @property
    def shows_brand_data(self) -> bool:
        return bool(self.permissions & BRAND_DATA)


_SCOPE: ContextVar[MutableMapping[str, Any] | None] = ContextVar("audited_request", default=None)
_known: dict[int, tuple[APIRoute, Operation]] = {}
"""By the identity of the route, which is kept beside so that no other can take its place."""


def operation_of(request: Request) -> Operation | None:
    """The route that the request met, None when it met none."""
    route = request.scope.get("route")
    if not isinstance(route, APIRoute):
        return None
    known = _known.get(id(route))
    if known is None:
        told = Operation(operation_id(route), permissions_of(route.dependant))
        known = _known[id(route)] = (route, told)
    return known[1]


def operation_id(route: APIRoute) -> str:
    """`change_brand` → `changeBrand`, as in the OpenAPI document."""
    head, *rest = route.name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def permissions_of(dependant: Dependant) -> frozenset[str]:
    """Those that the dependencies made by `deps.require` ask for."""
    own = getattr(dependant.call, PERMISSION_ATTRIBUTE, None)
    found = {own} if isinstance(own, str) else set[str]()
    return frozenset(found.union(*map(permissions_of, dependant.dependencies)))


def is_audited(request: Request, operation: Operation) -> bool:
    """State changes, and looks at a brand's data."""
    return request.method in UNSAFE_METHODS or operation.shows_brand_data


def origin_of(request: Request) -> Origin:
    """Where the request came from, for entries that a route records itself."""
    operation = operation_of(request)
    actor = caller_of(request)
    return Origin(
        ip="" if actor is None else actor.ip,
        user_agent=request.headers.get("user-agent", ""),
        request_id=str(getattr(request.state, "request_id", "")),
        operation="" if operation is None else operation.id,
    )


def request_row(
    service: str, request: Request, actor: Actor, notes: Notes
) -> tuple[object, ...] | None:
    """The outbox row that tells of this request; None where there is nothing to tell: calls of our
    own services (their callers' requests are told) and looks at what is no brand's data."""
    operation = operation_of(request)
    if operation is None or actor.organization_id is None or not actor.is_caller:
        return None
    if not is_audited(request, operation):
        return None
    brands, every = _brands(operation, actor, notes)
    entry = make_entry(
        service,
        action_of(operation.id),
        actor,
        origin=origin_of(request),
        target=notes.target or path_target(request) or notes.fact or ("", ""),
        brand_ids=brands,
        every_brand=every,
        details=notes.details,
    )
    return outbox.row(entry, organization_id=actor.organization_id)


async def record_request(tx: Tx, request: Request, actor: Actor) -> None:
    """In the request's own transaction: there with its effect or not at all."""
    told = request_row(tx.service, request, actor, tx.notes)
    request.state.told = True
    if told is not None:
        tx.outgoing.append(told)


async def tell(tx: Tx) -> None:
    """The entry of the request under way, in this transaction: for services that open their own."""
    request = _under_way()
    if request is not None and (actor := caller_of(request)) is not None:
        await record_request(tx, request, actor)


async def tell_rest(db: Db, request: Request) -> None:
    """After a request that succeeded and told nothing yet (it opened transactions of its own, or
    none): in a statement of its own, before the answer leaves."""
    actor = caller_of(request)
    if actor is None or getattr(request.state, "told", False):
        return
    told = request_row(db.service, request, actor, Notes())
    if told is not None and request.method in UNSAFE_METHODS:
        await db.emit([told])


def caller_of(request: Request) -> Actor | None:
    """Who calls, as the internal token says; None before it was read."""
    actor = getattr(request.state, "caller", None)
    return actor if isinstance(actor, Actor) else None


@contextmanager
def under_way(scope: MutableMapping[str, Any]) -> Generator[None]:
    """Lets everything below find the request it works for."""
    token = _SCOPE.set(scope)
    try:
        yield
    finally:
        _SCOPE.reset(token)


def _under_way() -> Request | None:
    scope = _SCOPE.get()
    return None if scope is None else Request(scope)


def current_origin() -> Origin:
    """Where the request under way came from; empty in jobs and consumers."""
    request = _under_way()
    return Origin() if request is None else origin_of(request)


def current_caller() -> Actor | None:
    """Who called, where a request is under way."""
    request = _under_way()
    return None if request is None else caller_of(request)


async def record_read(db: Db, request: Request, actor: Actor, notes: Notes) -> None:
    """After a read-only snapshot and before the answer leaves: a look that can't be told is not had."""
    told = request_row(db.service, request, actor, notes)
    request.state.told = True
    if told is not None:
        await db.emit([told])


def path_target(request: Request) -> tuple[str, str] | None:
    """The last id in the path: `/v1/brands/{brand_id}` → ("brand", id)."""
    for name, value in reversed(request.path_params.items()):
        if name.endswith("_id") and is_uuid(str(value)):
            return name.removesuffix("_id"), str(value)
    return None


def is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _brands(operation: Operation, actor: Actor, notes: Notes) -> tuple[frozenset[UUID], bool]:
    """The brands concerned: as noted, else those whose data the caller could see by this look."""
    noted = frozenset(notes.brand_ids)
    if notes.every_brand is not None:
        return noted, notes.every_brand
    if noted or not operation.shows_brand_data:
        return noted, False
    return actor.brand_ids or frozenset(), actor.brand_ids is None
