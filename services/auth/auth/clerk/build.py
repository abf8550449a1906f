"""Wires the provider from the settings; nothing here where another provider is set."""

from datetime import timedelta

import httpx
from shared.clock import Clock
from standardwebhooks.webhooks import Webhook

from auth.identity.domain import ClerkOffer, Offer
from auth.sessions.service import Sessions
from auth.settings import Settings

from .keys import Keys
from .service import Clerk
from .tokens import Expected
from .verifier import Verifier
from .webhooks import Webhooks


def clerk_offer(settings: Settings) -> ClerkOffer | None:
    """What browsers are told; all of it public. None under another provider."""
    if settings.identity_provider != "clerk":
        return None
    return ClerkOffer(
        settings.clerk_publishable_key, settings.clerk_issuer, settings.clerk_script_url
    )


def build_clerk(
    settings: Settings, sessions: Sessions, http: httpx.AsyncClient, clock: Clock, shown: Offer
) -> Clerk | None:
    """The provider; None under another one. `shown` is what people see before they are signed in."""
    if shown.provider != "clerk":
        return None
    keep = timedelta(seconds=settings.clerk_jwks_keep_seconds)
    keys = Keys(http, settings.clerk_jwks_url, clock, keep)
    expected = Expected(
        settings.clerk_issuer,
        settings.parties(settings.public_url),
        settings.clerk_clock_skew_seconds,
    )
    signer = Webhook(settings.clerk_webhook_secret.get_secret_value())
    return Clerk(
        db=sessions.db,
        shown=shown,
        keys=keys,
        verifier=Verifier(keys, expected),
        webhooks=Webhooks(signer, settings.clerk_role_mapping),
        sessions=sessions,
    )
