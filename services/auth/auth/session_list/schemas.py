"""Responses about one's sessions."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from auth.sessions.schemas import OrganizationView

from .domain import Kind, OwnSession


class DeviceView(BaseModel):
    """What the browser says it is; empty where that is not recognised."""

    kind: Kind
    browser: str
    system: str


class OwnSessionView(BaseModel):
    """A place where the caller is signed in; `current`: the one that asks."""

    id: UUID
    device: DeviceView
    ip: str
    organization: OrganizationView
    signed_in_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    current: bool

    @classmethod
    def of(cls, session: OwnSession, current: UUID) -> "OwnSessionView":
        return cls(
            id=session.id,
            device=DeviceView.model_validate(session.device, from_attributes=True),
            ip=session.ip,
            organization=OrganizationView(
                id=session.organization_id, name=session.organization_name
            ),
            signed_in_at=session.created_at,
            last_seen_at=session.last_seen_at,
            expires_at=session.expires_at,
            current=session.id == current,
        )


class OwnSessionList(BaseModel):
    items: list[OwnSessionView]
    next_cursor: str | None = None
