"""HTTP: credentials' health for users, grants and access tokens for services."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from shared.db import Scope
from shared.deps import ActorTx, require, service_only
from shared.errors import NotFound
from shared.internal_tokens import Actor

from . import service
from .continuity import Tally
from .deps import ServiceDeps, bound_organization
from .handout import Ask
from .schemas import AccessToken, AccessTokenAsk, Continuity, Credential, CredentialList, GrantBody

public = APIRouter(prefix="/v1", tags=["credentials"])
internal = APIRouter(prefix="/internal/credentials", include_in_schema=False)

Reader = Annotated[Actor, Depends(require("connection:read"))]
FromAuth = Annotated[Actor, Depends(service_only("auth"))]
FromCaller = Annotated[Actor, Depends(service_only("auth", "dsp-ingest", "amc-runner"))]


@public.get("/credentials")
async def list_credentials(actor: Reader, tx: ActorTx, deps: ServiceDeps) -> CredentialList:
    """How the tokens of each connection do, and who has to act."""
    if actor.organization_id is None:
        raise NotFound("No organization.")
    all_brands = actor.brand_ids is None  # connections belong to the whole organization
    found = await service.list_credentials(tx, actor.organization_id) if all_brands else []
    now = deps.clock()
    return CredentialList(items=[Credential.of(item, now) for item in found])


@public.get("/credentials/continuity")
async def read_continuity(
    actor: Reader,
    tx: ActorTx,
    deps: ServiceDeps,
    window_hours: Annotated[int, Query(ge=1, le=2160)] = 24,
) -> Continuity:
    """How many refreshes were due in the last hours, and how many of them were done."""
    if actor.organization_id is None:
        raise NotFound("No organization.")
    if actor.brand_ids is not None:  # connections belong to the whole organization
        return Continuity.of(Tally(), window_hours)
    tally = await service.read_continuity(tx, actor.organization_id, deps.clock(), window_hours)
    return Continuity.of(tally, window_hours)


@internal.put("/{connection_id}", status_code=204)
async def put_grant(
    connection_id: UUID, body: GrantBody, actor: FromAuth, deps: ServiceDeps
) -> None:
    """Keep a grant; the same one again changes nothing."""
    organization_id = bound_organization(actor, body.organization_id)
    now, grant = deps.clock(), body.grant()
    async with deps.db.tx(Scope.organization(organization_id)) as tx:
        await service.store_grant(
            tx, deps.keys, connection_id, organization_id, body.region, grant, now
        )
    deps.handout.forget(connection_id)


@internal.delete("/{connection_id}", status_code=204)
async def delete_grant(
    connection_id: UUID, actor: FromAuth, deps: ServiceDeps, organization_id: UUID | None = None
) -> None:
    """Delete a connection's secrets; gone already is fine."""
    bound = bound_organization(actor, organization_id)
    async with deps.db.tx(Scope.organization(bound)) as tx:
        await service.delete_grant(tx, connection_id, bound, deps.clock())
    deps.handout.forget(connection_id)


@internal.post("/{connection_id}/access-token")
async def hand_out(
    connection_id: UUID,
    body: AccessTokenAsk,
    actor: FromCaller,
    deps: ServiceDeps,
    response: Response,
) -> AccessToken:
    """A valid access token; 409 when a person must reconnect, 503 when to try later."""
    response.headers["Cache-Control"] = "no-store"
    token = await deps.handout.get(_ask(connection_id, body, actor))
    return AccessToken(
        access_token=token.token,
        expires_at=token.expires_at,
        remaining_seconds=token.remaining_seconds,
    )


def _ask(connection_id: UUID, body: AccessTokenAsk, actor: Actor) -> Ask:
    return Ask(
        connection_id,
        bound_organization(actor, body.organization_id),
        timedelta(seconds=body.min_remaining_seconds),
        body.refused_token_sha256,
    )
