"""Invitations: how long they hold and who may take one up. Pure; time is an argument."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.errors import Conflict, Forbidden, NotFound

from auth.roles.domain import Assignment, Effective, access_of

State = Literal["pending", "expired"]
Way = Literal["new_user", "sign_in", "letter"]
"""How somebody who is not signed in takes an offer up: choose name and password; sign in first; open
the letter (or sign in) first."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """An open invitation: neither accepted nor revoked."""

    id: UUID
    organization_id: UUID
    email: str
    invited_by: UUID
    inviter_name: str
    inviter_email: str
    assignments: tuple[Assignment, ...]
    created_at: datetime
    sent_at: datetime
    expires_at: datetime

    @property
    def access(self) -> Effective:
        return access_of(self.assignments)

    def state(self, now: datetime) -> State:
        return "pending" if now < self.expires_at else "expired"


@dataclass(frozen=True, slots=True)
class Offer:
    """What a token stands for. `proves_address`: it came by letter, so its bearer reads the address's
    mail."""

    invitation: Invitation
    organization_name: str
    proves_address: bool


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who presents a token: the signed-in user, or (all None) somebody unknown."""

    user_id: UUID | None = None
    email: str | None = None


def invitation_invalid() -> NotFound:
    """One answer for tokens unknown, used, replaced, revoked and expired."""
    return NotFound(
        "This invitation does not hold: it was used, withdrawn or replaced, or its time is over.",
        code="invitation_invalid",
        hint="Ask who invited you for a new one.",
    )


def check_addressee(offer: Offer, bearer: Bearer) -> None:
    """Raises Forbidden (invitation_for_another) for somebody signed in under another address."""
    if bearer.email is not None and bearer.email != offer.invitation.email:
        raise Forbidden(
            "This invitation is for another e-mail address.",
            code="invitation_for_another",
            hint="Sign out, then open the link again and sign in with the address that was invited.",
        )


def check_newcomer(way: Way) -> None:
    """Raises Conflict (sign_in_first) or Forbidden (letter_needed) for who cannot take an offer up by
    choosing a password."""
    if way == "sign_in":
        raise sign_in_first()
    if way == "letter":
        raise Forbidden(
            "Open the link in the letter that was sent to this address, or sign in first.",
            code="letter_needed",
            hint="The letter shows that the address is yours. It can be sent again.",
        )


def sign_in_first() -> Conflict:
    return Conflict("Sign in under the invited address, then accept.", code="sign_in_first")


def already_member() -> Conflict:
    return Conflict("This person is a member already.", code="already_member")
