"""Requests and responses about sessions."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from auth.roles.domain import Effective
from auth.text import Line, Token

from .domain import Session


class LoginRequest(BaseModel):
    """`POST /v1/session`."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    email: Line
    password: str = Field(min_length=1, max_length=1024, repr=False)


def allowed(effective: Effective) -> dict[str, Any]:
    """The fields that tell what is permitted, in stable order."""
    brands = effective.brand_ids
    return {
        "permissions": sorted(effective.permissions),
        "brand_ids": None if brands is None else sorted(brands),
        "narrower": {name: sorted(some) for name, some in sorted(effective.narrower.items())},
    }


class UserView(BaseModel):
    id: UUID
    email: str
    name: str


class OrganizationView(BaseModel):
    id: UUID
    name: str


class SessionView(BaseModel):
    """Who is signed in and what they may do; `brand_ids` null means every brand.

    `narrower`: permissions that hold for fewer brands than `brand_ids`, and for which.
    """

    user: UserView
    organization: OrganizationView
    role: str
    permissions: list[str]
    brand_ids: list[UUID] | None
    narrower: dict[str, list[UUID]]
    csrf_token: str
    expires_at: datetime

    @classmethod
    def of(cls, session: Session, csrf_token: str) -> "SessionView":
        return cls(
            user=UserView(id=session.user_id, email=session.email, name=session.user_name),
            organization=OrganizationView(
                id=session.organization_id, name=session.organization_name
            ),
            role=session.role,
            **allowed(session.effective),
            csrf_token=csrf_token,
            expires_at=session.idle_expires_at,
        )


class ResolveRequest(BaseModel):
    """`POST /internal/sessions/resolve`."""

    model_config = ConfigDict(hide_input_in_errors=True)

    session_token: Token = Field(min_length=1, repr=False)


class ResolvedSession(BaseModel):
    """The fields of the actor a session stands for, its CSRF token and when it ends if unused."""

    kind: Literal["user"] = "user"
    subject: str
    organization_id: UUID
    permissions: list[str]
    brand_ids: list[UUID] | None
    narrower: dict[str, list[UUID]]
    session_id: UUID
    csrf_token: str
    expires_at: datetime

    @classmethod
    def of(cls, session: Session, csrf_token: str) -> "ResolvedSession":
        return cls(
            subject=str(session.user_id),
            organization_id=session.organization_id,
            **allowed(session.effective),
            session_id=session.id,
            csrf_token=csrf_token,
            expires_at=session.idle_expires_at,
        )
