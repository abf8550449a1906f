"""`/v1/roles` and `/v1/permissions`."""

from uuid import UUID

from fastapi import APIRouter
from shared.deps import ActorTx
from shared.idempotency import IdempotentRoute, Once
from shared.permissions import ROLES

from auth.deps import DepsOf, MemberReader, RoleManager, SignedInUser
from auth.scopes import organization_of

from . import queries
from .schemas import PermissionList, RoleList, RoleRequest, RoleView
from .service import change_role, create_role, delete_role

router = APIRouter(tags=["roles"], route_class=IdempotentRoute)


@router.get("/v1/roles")
async def list_roles(reader: MemberReader, tx: ActorTx) -> RoleList:
    """The built-in roles, then those of the organization by name."""
    organization_id = organization_of(reader.scope)
    counts = await queries.count_built_in(tx, organization_id)
    built_in = [RoleView.of_built_in(name, counts.get(name, 0)) for name in ROLES]
    custom = await queries.list_custom(tx, organization_id)
    return RoleList(items=[*built_in, *map(RoleView.of, custom)])


@router.post("/v1/roles", status_code=201)
async def add_role(
    body: RoleRequest, author: RoleManager, tx: ActorTx, deps: DepsOf, _once: Once
) -> RoleView:
    """A role made of permissions that the caller holds."""
    role = await create_role(tx, author, body.name, body.permissions, deps.clock())
    return RoleView.of(role)


@router.put("/v1/roles/{role_id}")
async def put_role(
    role_id: UUID, body: RoleRequest, author: RoleManager, tx: ActorTx, deps: DepsOf
) -> RoleView:
    """Another name and other permissions; who holds the role has them at once."""
    role = await change_role(tx, author, role_id, body.name, body.permissions, deps.clock())
    return RoleView.of(role)


@router.delete("/v1/roles/{role_id}", status_code=204)
async def remove_role(role_id: UUID, author: RoleManager, tx: ActorTx) -> None:
    """Remove a role that nobody holds; 409 `role_in_use` names those who do."""
    await delete_role(tx, author, role_id)


@router.get("/v1/permissions")
async def list_permissions(user: SignedInUser, tx: ActorTx) -> PermissionList:
    """What each permission allows and which roles hold it; roles of the organization's own are named
    to those who may see its members."""
    shown = "member:read" in user.permissions
    return PermissionList.of(await queries.list_custom(tx, user.organization_id) if shown else [])
