"""`/v1/members`."""

from uuid import UUID

from fastapi import APIRouter
from shared.deps import ActorTx

from auth.deps import DepsOf, MemberManager, MemberReader
from auth.roles.schemas import GrantsRequest

from .removal import preview_removal, remove_member
from .schemas import MemberList, MemberView, RemovalView
from .service import change_grants, list_members

router = APIRouter(prefix="/v1/members", tags=["members"])


@router.get("")
async def list_all_members(reader: MemberReader, tx: ActorTx, deps: DepsOf) -> MemberList:
    """Who belongs to the organization; callers limited to brands see who has to do with these."""
    return MemberList(
        items=[MemberView.of(each) for each in await list_members(tx, deps.db, reader)]
    )


@router.patch("/{user_id}", status_code=204)
async def change_member(
    user_id: UUID, body: GrantsRequest, manager: MemberManager, tx: ActorTx, deps: DepsOf
) -> None:
    """Other grants in place of those they have; in force at once."""
    await change_grants(tx, manager, user_id, body.assignments, deps.clock())


@router.get("/{user_id}/removal")
async def show_removal(
    user_id: UUID, manager: MemberManager, tx: ActorTx, deps: DepsOf
) -> RemovalView:
    """What else breaks or passes on when this member is removed. Changes nothing."""
    return RemovalView.of(await preview_removal(tx, manager, user_id, deps.clock()))


@router.delete("/{user_id}", status_code=204)
async def delete_member(
    user_id: UUID,
    manager: MemberManager,
    tx: ActorTx,
    deps: DepsOf,
    heir_id: UUID | None = None,
) -> None:
    """Remove a member; `heir_id` takes over what would otherwise end or pass to the caller."""
    await remove_member(tx, manager, user_id, heir_id, deps.clock())
