"""Requests and responses about sessions."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from auth.text import Line, Token

from .domain import Session


class LoginRequest(BaseModel):
    """`POST /v1/session`."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    email: Line
    password: str = Field(min_length=1, max_length=1024, repr=False)


class UserView(BaseModel):
    id: UUID
    email: str
    name: str


class OrganizationView(BaseModel):
    id: UUID
    name: str


class SessionView(BaseModel):
    """Who is signed in and what they may do; `brand_ids` null means every brand."""

    user: UserView
    organization: OrganizationView
    role: str
    permissions: list[str]
    brand_ids: list[UUID] | None
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
            permissions=sorted(session.permissions),
            brand_ids=None if session.brand_ids is None else sorted(session.brand_ids),
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
    session_id: UUID
    csrf_token: str
    expires_at: datetime

    @classmethod
    def of(cls, session: Session, csrf_token: str) -> "ResolvedSession":
        return cls(
            subject=str(session.user_id),
            organization_id=session.organization_id,
            permissions=sorted(session.permissions),
            brand_ids=None if session.brand_ids is None else sorted(session.brand_ids),
            session_id=session.id,
            csrf_token=csrf_token,
            expires_at=session.idle_expires_at,
        )
