"""`/v1/session/clerk` for browsers, `/v1/clerk/webhooks` for Clerk."""

from typing import Annotated, cast

from fastapi import APIRouter, Depends, Header, Request, Response
from shared.deps import CurrentActor

from auth.deps import DepsOf, SystemTx
from auth.identity.domain import require_provider
from auth.sessions.routes import origin_of, set_cookie
from auth.sessions.schemas import SessionView

from .domain import Told
from .schemas import ClerkSignIn
from .service import Clerk
from .webhooks import Delivery

router = APIRouter(tags=["clerk"])


async def clerk_in_use(deps: DepsOf) -> Clerk:
    """The provider; raises NotFound (identity_provider_disabled) where another one is set."""
    require_provider(deps.offer, "clerk")
    return cast("Clerk", deps.clerk)


ClerkOf = Annotated[Clerk, Depends(clerk_in_use)]
SvixHeader = Annotated[str, Header(max_length=2048)]


async def signed_webhook(
    request: Request,
    clerk: ClerkOf,
    svix_id: SvixHeader = "",
    svix_timestamp: SvixHeader = "",
    svix_signature: SvixHeader = "",
) -> tuple[str, Told | None]:
    """The delivery's id and what it tells. Verified over the raw bytes, before anything is opened."""
    delivery = Delivery(await request.body(), svix_id, svix_timestamp, svix_signature)
    return delivery.id, clerk.webhooks.read(delivery)


SignedWebhook = Annotated[tuple[str, "Told | None"], Depends(signed_webhook)]


@router.post("/v1/session/clerk")
async def sign_in_with_clerk(
    body: ClerkSignIn,
    actor: CurrentActor,
    clerk: ClerkOf,
    deps: DepsOf,
    response: Response,
    user_agent: Annotated[str, Header(max_length=2048)] = "",
) -> SessionView:
    """Exchange a Clerk session token for a session; its own token travels only in the cookie."""
    opened = await clerk.sign_in(body.token, origin_of(actor, user_agent), deps.clock())
    set_cookie(response, deps, opened.token)
    return SessionView.of(opened.session, deps.pepper.csrf_token(opened.session.id))


@router.post("/v1/clerk/webhooks", status_code=204)
async def take_clerk_webhook(
    _caller: CurrentActor, signed: SignedWebhook, clerk: ClerkOf, tx: SystemTx, deps: DepsOf
) -> None:
    """Clerk tells of users, organizations, memberships and sessions. Signed by Svix."""
    delivery_id, told = signed
    await clerk.webhooks.apply(tx, delivery_id, told, deps.clock())
