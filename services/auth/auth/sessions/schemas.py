"""Requests and responses about sessions."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from auth.roles.domain import Effective
from auth.text import Line, Token

from .domain import Session, View

PasswordField = Annotated[str, Field(min_length=1, max_length=1024, repr=False)]


class LoginRequest(BaseModel):
    """`POST /v1/session`."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    email: Line
    password: PasswordField


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


class ViewingAs(BaseModel):
    """The member as whom somebody looks at everything, reading only, until `expires_at`."""

    user_id: UUID
    email: str
    name: str
    expires_at: datetime


class SessionView(BaseModel):
    """Who is signed in and what they may do; `brand_ids` null means every brand.

    `narrower`: permissions that hold for fewer brands than `brand_ids`, and for which. While somebody
    views as another member, `user` is that member, as is `viewing_as`; `impersonator` is who looks.
    """

    user: UserView
    impersonator: UserView | None
    viewing_as: ViewingAs | None
    organization: OrganizationView
    organizations: list[OrganizationView]
    role: str
    permissions: list[str]
    brand_ids: list[UUID] | None
    narrower: dict[str, list[UUID]]
    second_factor: bool
    csrf_token: str
    expires_at: datetime

    @classmethod
    def of(cls, session: Session, csrf_token: str) -> "SessionView":
        own = UserView(id=session.user_id, email=session.email, name=session.user_name)
        view = session.view
        return cls(
            user=own
            if view is None
            else UserView(id=view.user_id, email=view.email, name=view.name),
            impersonator=None if view is None else own,
            viewing_as=None if view is None else _viewing_as(view),
            organization=OrganizationView(
                id=session.organization_id, name=session.organization_name
            ),
            organizations=_organizations(session),
            role=session.role,
            **allowed(session.effective),
            second_factor=session.second_factor,
            csrf_token=csrf_token,
            expires_at=session.idle_expires_at,
        )


def _viewing_as(view: View) -> ViewingAs:
    return ViewingAs(user_id=view.user_id, email=view.email, name=view.name, expires_at=view.until)


def _organizations(session: Session) -> list[OrganizationView]:
    """Those to switch to; viewing as another member there is no switching."""
    if session.view is not None:
        return [OrganizationView(id=session.organization_id, name=session.organization_name)]
    return [OrganizationView(id=one.id, name=one.name) for one in session.organizations]


class SwitchRequest(BaseModel):
    """`PUT /v1/session/organization`."""

    model_config = ConfigDict(extra="forbid")

    organization_id: UUID


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
    impersonator: str
    csrf_token: str
    expires_at: datetime

    @classmethod
    def of(cls, session: Session, csrf_token: str) -> "ResolvedSession":
        return cls(
            subject=str(session.subject),
            organization_id=session.organization_id,
            **allowed(session.effective),
            session_id=session.id,
            impersonator=session.impersonator,
            csrf_token=csrf_token,
            expires_at=session.idle_expires_at,
        )
