"""The identity port: what sessions, roles and audit need to know of a provider, and no more. Pure.

A provider proves who somebody is and gives the id of their user here; what that user may do is never
the provider's to say. Sessions are ours under every provider (sessions.service.Sessions.open).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, TypeVar
from uuid import UUID

from shared.errors import NotFound

Provider = Literal["builtin", "clerk"]
SignUpMode = Literal["invitation", "open"]
Evidence_contra = TypeVar("Evidence_contra", contravariant=True)


@dataclass(frozen=True, slots=True)
class ClerkOffer:
    """Public: what a browser needs to load Clerk."""

    publishable_key: str
    frontend_api_url: str
    script_url: str


@dataclass(frozen=True, slots=True)
class Offer:
    """What the sign-in page shows. `mail`: whether letters (resets, invitations) reach people."""

    provider: Provider
    sign_up: SignUpMode
    mail: bool
    clerk: ClerkOffer | None = None


@dataclass(frozen=True, slots=True)
class Challenge:
    """Half a proof: whoever holds this token has yet to show the second factor. Never a session."""

    token: str
    expires_at: datetime


class IdentityProvider(Protocol[Evidence_contra]):
    """One way of proving who somebody is."""

    def offer(self) -> Offer:
        """What to show to somebody who is not signed in."""
        ...

    async def prove(self, evidence: Evidence_contra, now: datetime) -> UUID | Challenge:
        """The id of the user who is proven, or what is still to be shown; raises Unauthenticated or
        TooManyRequests."""
        ...


def require_provider(offer: Offer, provider: Provider) -> None:
    """Raises NotFound (identity_provider_disabled) for the routes of a provider that is not in use."""
    if offer.provider != provider:
        raise NotFound(
            f"This installation does not sign people in that way: it uses {offer.provider}.",
            code="identity_provider_disabled",
        )
