"""`/v1/password-resets`. Answers do not tell whether an address has an account."""

from fastapi import APIRouter, Depends
from shared.deps import CurrentActor

from auth.deps import DepsOf, builtin_only
from auth.sign_ups.schemas import LetterRequest

from .schemas import NewPasswordRequest

router = APIRouter(tags=["user"], dependencies=[Depends(builtin_only)])


@router.post("/v1/password-resets", status_code=202)
async def ask_password_reset(body: LetterRequest, actor: CurrentActor, deps: DepsOf) -> None:
    """A letter with a link, where the address has an account."""
    await deps.builtin.password_resets.ask(body.email, actor.ip, deps.clock())


@router.put("/v1/password-resets", status_code=204)
async def redeem_password_reset(
    body: NewPasswordRequest, actor: CurrentActor, deps: DepsOf
) -> None:
    """A new password; every session of the person ends."""
    await deps.builtin.password_resets.redeem(body.token, body.password, actor.ip, deps.clock())
