"""`/v1/user`: one's own account, never while viewing as somebody else."""

from fastapi import APIRouter, Depends

from auth.deps import DepsOf, SignedInSelf, SystemTx, builtin_only
from auth.second_factors.service import Owner

from .schemas import PasswordChange, ProfileRequest, ProfileView
from .service import profile_of, rename

router = APIRouter(tags=["user"])


@router.get("/v1/user")
async def show_user(user: SignedInSelf, tx: SystemTx) -> ProfileView:
    """Your own account."""
    return ProfileView.of(await profile_of(tx, user.id))


@router.patch("/v1/user", dependencies=[Depends(builtin_only)])
async def update_user(body: ProfileRequest, user: SignedInSelf, tx: SystemTx) -> ProfileView:
    """Your name, as others see it."""
    return ProfileView.of(await rename(tx, user.id, body.name))


@router.put("/v1/user/password", status_code=204, dependencies=[Depends(builtin_only)])
async def change_password(body: PasswordChange, user: SignedInSelf, deps: DepsOf) -> None:
    """A new password; your other sessions end."""
    owner = Owner(user.id, user.session_id, user.ip)
    await deps.builtin.own_password.change(owner, body.current, body.new, deps.clock())
