"""`/v1/user/email`: one's own, never while viewing as somebody else."""

from fastapi import APIRouter, Depends

from auth.deps import DepsOf, SignedInSelf, builtin_only
from auth.second_factors.service import Owner
from auth.users.schemas import ProfileView

from .schemas import EmailChangeRequest, EmailConfirmation

router = APIRouter(tags=["user"], dependencies=[Depends(builtin_only)])
PATH = "/v1/user/email"


@router.post(PATH, status_code=202)
async def ask_email_change(body: EmailChangeRequest, user: SignedInSelf, deps: DepsOf) -> None:
    """A letter to the new address; whether it has an account already is told there alone."""
    owner = Owner(user.id, user.session_id, user.ip)
    await deps.builtin.email_changes.ask(owner, body.email, body.password, deps.clock())


@router.put(PATH)
async def confirm_email_change(
    body: EmailConfirmation, user: SignedInSelf, deps: DepsOf
) -> ProfileView:
    """The address of the letter becomes yours: you sign in with it from now on."""
    owner = Owner(user.id, user.session_id, user.ip)
    confirmed = await deps.builtin.email_changes.confirm(owner, body.token, deps.clock())
    return ProfileView.of(confirmed)
