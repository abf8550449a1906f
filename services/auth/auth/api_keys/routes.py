"""`/v1/api-keys` for people, `/internal/api-keys/resolve` for the gateway."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from shared.deps import ActorTx, service_only
from shared.internal_tokens import Actor

from auth.deps import ApiKeyManager, DepsOf, SignedInSelf, SystemTx

from . import queries
from .domain import EndedKey
from .schemas import (
    ApiKeyList,
    ApiKeyName,
    ApiKeyRequest,
    ApiKeyRotation,
    ApiKeyView,
    EndedApiKey,
    IssuedApiKey,
    ResolvedApiKey,
    ResolveKeyRequest,
)
from .service import Policy, create_key, rename_key, resolve_key, revoke_key, rotate_key

router = APIRouter(tags=["api-keys"])


@router.get("/v1/api-keys")
async def list_api_keys(manager: ApiKeyManager, tx: ActorTx, deps: DepsOf) -> ApiKeyList:
    """The organization's keys, newest first, without those revoked and without any secret."""
    now = deps.clock()
    keys = await queries.list_all(tx, manager.scope, now)
    return ApiKeyList(items=[ApiKeyView.of(key, manager.subject, now) for key in keys])


@router.post("/v1/api-keys", status_code=201)
async def add_api_key(
    body: ApiKeyRequest, manager: ApiKeyManager, _self: SignedInSelf, tx: ActorTx, deps: DepsOf
) -> IssuedApiKey:
    """A new key of the caller; its secret is in this answer and nowhere else."""
    now = deps.clock()
    issued = await create_key(tx, manager, body.wish(), _policy(deps), now)
    return IssuedApiKey.issued(issued, manager.subject, now)


@router.patch("/v1/api-keys/{api_key_id}")
async def change_api_key(
    api_key_id: UUID, body: ApiKeyName, manager: ApiKeyManager, tx: ActorTx, deps: DepsOf
) -> ApiKeyView:
    """Rename a key."""
    now = deps.clock()
    key = await rename_key(tx, manager.scope, api_key_id, body.name, now)
    return ApiKeyView.of(key, manager.subject, now)


@router.post("/v1/api-keys/{api_key_id}/secrets", status_code=201)
async def rotate_api_key(
    api_key_id: UUID,
    body: ApiKeyRotation,
    manager: ApiKeyManager,
    _self: SignedInSelf,
    tx: ActorTx,
    deps: DepsOf,
) -> IssuedApiKey:
    """A new secret for one's own key; the one before works for `grace_hours` more."""
    now = deps.clock()
    issued = await rotate_key(
        tx, manager, api_key_id, body.grace, body.expires_at, _policy(deps), now
    )
    return IssuedApiKey.issued(issued, manager.subject, now)


@router.delete("/v1/api-keys/{api_key_id}", status_code=204)
async def revoke_api_key(
    api_key_id: UUID, manager: ApiKeyManager, tx: ActorTx, deps: DepsOf
) -> None:
    """Revoke a key; it is worth nothing from here on, and is not listed any more."""
    await revoke_key(tx, manager.scope, api_key_id, deps.clock())


@router.post("/internal/api-keys/resolve", include_in_schema=False)
async def resolve_api_key(
    body: ResolveKeyRequest,
    _gateway: Annotated[Actor, Depends(service_only("gateway"))],
    tx: SystemTx,
    deps: DepsOf,
) -> ResolvedApiKey | EndedApiKey:
    """The actor behind an API key, or whose it was, for the gateway alone."""
    found = await resolve_key(tx, deps.pepper, body.secret, body.ip, deps.clock())
    return EndedApiKey.of(found) if isinstance(found, EndedKey) else ResolvedApiKey.of(found)


def _policy(deps: DepsOf) -> Policy:
    return Policy(deps.pepper, deps.settings.api_key_longest)
