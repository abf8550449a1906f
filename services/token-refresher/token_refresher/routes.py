"""HTTP: credentials' health for users, grants and access tokens for services."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Depends, Query, Response
from shared.db import Scope
from shared.deps import ActorTx, require, service_only
from shared.internal_tokens import Actor

from . import service
from .continuity import Tally
from .deps import ServiceDeps, bound_organization, organization_of
from .handout import Ask
from .schemas import (
    AccessToken,
    AccessTokenAsk,
    Continuity,
    Credential,
    CredentialList,
    GrantBody,
    SuspensionBody,
)

public = APIRouter(prefix="/v1", tags=["credentials"])
internal = APIRouter(prefix="/internal/credentials", include_in_schema=False)

Reader = Annotated[Actor, Depends(require("connection:read"))]
Manager = Annotated[Actor, Depends(require("connection:manage", every_brand=True))]
FromAuth = Annotated[Actor, Depends(service_only("auth"))]
FromCaller = Annotated[Actor, Depends(service_only("auth", "dsp-ingest", "amc-runner"))]


@public.get("/credentials")
async def list_credentials(actor: Reader, tx: ActorTx, deps: ServiceDeps) -> CredentialList:
    """How the tokens of each connection do, and who has to act."""
    organization_id = organization_of(actor)
    all_brands = actor.brand_ids is None  # connections belong to the whole organization
    found = await service.list_credentials(tx, organization_id) if all_brands else []
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
    if actor.brand_ids is not None:  # connections belong to the whole organization
        return Continuity.of(Tally(), window_hours)
    tally = await service.read_continuity(tx, organization_of(actor), deps.clock(), window_hours)
    return Continuity.of(tally, window_hours)


@public.post("/credentials/{connection_id}/suspension")
async def suspend_credential(
    connection_id: UUID,
    body: SuspensionBody,
    actor: Manager,
    tx: ActorTx,
    deps: ServiceDeps,
    after: BackgroundTasks,
) -> Credential:
    """Stop using a connection: no refresh, no token for anybody, until it is resumed."""
    organization_id, now = organization_of(actor), deps.clock()
    after.add_task(deps.handout.forget, connection_id)
    held = await service.suspend(tx, connection_id, organization_id, body.reason, now)
    return Credential.of(held, now)


@public.delete("/credentials/{connection_id}/suspension")
async def resume_credential(
    connection_id: UUID, actor: Manager, tx: ActorTx, deps: ServiceDeps, after: BackgroundTasks
) -> Credential:
    """Use a connection again; it is refreshed at once."""
    now = deps.clock()
    after.add_task(deps.refresh_now)
    held = await service.resume(tx, connection_id, organization_of(actor), now)
    return Credential.of(held, now)


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
