"""Signing in with a password, and with a second factor after it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Response
from shared.deps import CurrentActor

from auth.deps import DepsOf, builtin_only
from auth.identity.domain import Challenge
from auth.sessions.routes import origin_of, start_session
from auth.sessions.schemas import LoginRequest, SessionView

from .schemas import ChallengeView, SecondFactorRequest
from .service import Attempt

router = APIRouter(tags=["session"], dependencies=[Depends(builtin_only)])
UserAgent = Annotated[str, Header(max_length=2048)]


@router.post("/v1/session")
async def sign_in(
    body: LoginRequest,
    actor: CurrentActor,
    deps: DepsOf,
    response: Response,
    user_agent: UserAgent = "",
) -> SessionView | ChallengeView:
    """Sign in; the session's token travels only in the HttpOnly cookie. With a second factor the
    answer is a challenge and no session."""
    attempt = Attempt(body.email, body.password, actor.ip)
    proven = await deps.builtin.logins.prove(attempt, deps.clock())
    if isinstance(proven, Challenge):
        return ChallengeView.of(proven)
    return await start_session(response, deps, proven, origin_of(actor, user_agent))


@router.post("/v1/session/second-factor")
async def finish_sign_in(
    body: SecondFactorRequest,
    actor: CurrentActor,
    deps: DepsOf,
    response: Response,
    user_agent: UserAgent = "",
) -> SessionView:
    """The second step: the challenge of the first and a code."""
    user_id = await deps.builtin.logins.answer(body.challenge, body.proof, actor.ip, deps.clock())
    return await start_session(response, deps, user_id, origin_of(actor, user_agent))
