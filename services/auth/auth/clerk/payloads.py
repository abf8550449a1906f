"""Clerk's webhook payloads, as far as they matter here; the rest of them is ignored.

Shapes: https://clerk.com/docs/guides/development/webhooks/overview and the `…JSON` types of
clerk/javascript, packages/backend/src/api/resources/{JSON,Webhooks}.ts. Deletions carry the id only,
except those of memberships; sessions end as `ended`, `removed` or `revoked`.
"""

import unicodedata
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from shared.errors import AppError, Unprocessable

from auth.names import clean_email

from .domain import (
    MembershipDeleted,
    MembershipTold,
    OrganizationDeleted,
    OrganizationTold,
    SessionEnded,
    Told,
    UserDeleted,
    UserTold,
)
from .tokens import MAX_ID_CHARACTERS

MAX_NAME_CHARACTERS = 120
ClerkId = Annotated[
    str, StringConstraints(min_length=1, max_length=MAX_ID_CHARACTERS, pattern=r"^[\x21-\x7e]+$")
]
Milliseconds = Annotated[int, Field(ge=0, le=1 << 53)]


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class _Identified(_Data):
    id: ClerkId


class _Verification(_Data):
    status: str | None = None


class _Email(_Data):
    id: str
    email_address: str
    verification: _Verification | None = None


class _User(_Identified):
    email_addresses: list[_Email] = []
    primary_email_address_id: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    username: str | None = None
    updated_at: Milliseconds


class _Organization(_Identified):
    name: str
    updated_at: Milliseconds


class _PublicUser(_Data):
    user_id: ClerkId


class _Membership(_Identified):
    role: Annotated[str, StringConstraints(min_length=1, max_length=MAX_ID_CHARACTERS)]
    organization: _Organization
    public_user_data: _PublicUser
    updated_at: Milliseconds


class _Event(_Data):
    type: str = Field(max_length=MAX_ID_CHARACTERS)
    data: dict[str, Any]


def read_event(body: bytes) -> Told | None:
    """What a verified webhook tells; None for types that mean nothing here. Raises Unprocessable
    (clerk_payload_unknown) for a known type of an unknown shape, so that Clerk keeps it for later."""
    try:
        event = _Event.model_validate_json(body)
        read = _READERS.get(event.type)
        return None if read is None else read(event.data)
    except ValidationError as error:
        where = "; ".join(".".join(map(str, one["loc"])) for one in error.errors())
        raise Unprocessable(
            "The webhook has a shape that is not known here.",
            code="clerk_payload_unknown",
            hint=where[:300],
        ) from None


def _user(data: Mapping[str, Any]) -> UserTold:
    user = _User.model_validate(data)
    email = _verified_email(user)
    full = " ".join(filter(None, (user.first_name, user.last_name)))
    name = full or user.username or (email or "").partition("@")[0]
    return UserTold(user.id, email, _one_line(name) or "Clerk user", user.updated_at)


def _verified_email(user: _User) -> str | None:
    """Only an address that Clerk has verified may stand for a person."""
    for email in user.email_addresses:
        if email.id == user.primary_email_address_id:
            status = email.verification.status if email.verification else None
            return _address(email.email_address) if status == "verified" else None
    return None


def _address(raw: str) -> str | None:
    try:
        return clean_email(raw)
    except AppError:
        return None


def _organization(data: Mapping[str, Any]) -> OrganizationTold:
    return _told(_Organization.model_validate(data))


def _told(found: _Organization) -> OrganizationTold:
    return OrganizationTold(found.id, _one_line(found.name) or found.id, found.updated_at)


def _membership(data: Mapping[str, Any]) -> MembershipTold:
    found = _Membership.model_validate(data)
    user = found.public_user_data.user_id
    return MembershipTold(found.id, _told(found.organization), user, found.role, found.updated_at)


def _one_line(text: str) -> str:
    """As much of a name as can be stored and shown: printable, spaces folded, not too long."""
    shown = (c for c in unicodedata.normalize("NFC", text) if unicodedata.category(c)[0] != "C")
    return " ".join("".join(shown).split())[:MAX_NAME_CHARACTERS].strip()


def _gone(make: Callable[[str], Told]) -> Callable[[Mapping[str, Any]], Told]:
    return lambda data: make(_Identified.model_validate(data).id)


_READERS: Mapping[str, Callable[[Mapping[str, Any]], Told]] = {
    "user.created": _user,
    "user.updated": _user,
    "user.deleted": _gone(UserDeleted),
    "organization.created": _organization,
    "organization.updated": _organization,
    "organization.deleted": _gone(OrganizationDeleted),
    "organizationMembership.created": _membership,
    "organizationMembership.updated": _membership,
    "organizationMembership.deleted": _gone(MembershipDeleted),
    "session.ended": _gone(SessionEnded),
    "session.removed": _gone(SessionEnded),
    "session.revoked": _gone(SessionEnded),
}
EVENT_TYPES = tuple(_READERS)
"""What to subscribe the endpoint to at Clerk."""
