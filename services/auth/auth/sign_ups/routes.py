"""`/v1/users`: opening an account. Answers do not tell whether an address has one."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Response
from shared.deps import CurrentActor

from auth.deps import DepsOf, builtin_only
from auth.sessions.routes import origin_of, start_session
from auth.sessions.schemas import SessionView

from .schemas import LetterRequest, SignUpRequest, VerificationRequest
from .service import Ask

router = APIRouter(tags=["user"], dependencies=[Depends(builtin_only)])


@router.post("/v1/users", status_code=202)
async def sign_up(body: SignUpRequest, actor: CurrentActor, deps: DepsOf) -> None:
    """Ask for an account. A letter goes to the address; the rest is done with its link."""
    ask = Ask(body.email, body.password, body.name, body.organization_name, actor.ip)
    await deps.builtin.sign_ups.begin(ask, deps.clock())


@router.post("/v1/users/verification/letters", status_code=202)
async def resend_verification(body: LetterRequest, actor: CurrentActor, deps: DepsOf) -> None:
    """Another letter, where a sign-up waits for one."""
    await deps.builtin.sign_ups.send_again(body.email, actor.ip, deps.clock())


@router.post("/v1/users/verification")
async def verify_email(
    body: VerificationRequest,
    actor: CurrentActor,
    deps: DepsOf,
    response: Response,
    user_agent: Annotated[str, Header(max_length=2048)] = "",
) -> SessionView:
    """The account is made, and signed in to."""
    now = deps.clock()
    user_id = await deps.builtin.sign_ups.confirm(body.token, body.password, actor.ip, now)
    return await start_session(response, deps, user_id, origin_of(actor, user_agent))
