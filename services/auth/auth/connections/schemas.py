"""Requests and responses about connections."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from auth.text import Line

from .queries import Connection


class ConnectRequest(BaseModel):
    """`POST /v1/connections`; `region` is where the person's Amazon login lives."""

    model_config = ConfigDict(extra="forbid")

    region: Literal["NA", "EU", "FE"]
    label: Line | None = None


class OpenedConsentView(BaseModel):
    """Send the browser to `authorize_url` before `expires_at`."""

    connection_id: UUID
    authorize_url: str
    expires_at: datetime


class DiscoveryView(BaseModel):
    """The latest look at what the connection can see; `error_code` also while it is being retried."""

    state: Literal["pending", "running", "done", "failed"]
    error_code: str | None
    finished_at: datetime | None
    profiles: int
    advertisers: int


class ConnectionView(BaseModel):
    """One Amazon user's consent. `error_code`: what went wrong with the latest attempt to consent."""

    id: UUID
    region: Literal["NA", "EU", "FE"]
    label: str
    amazon_user_name: str
    status: Literal["pending", "active", "revoked"]
    credential_state: str
    error_code: str | None
    discovery: DiscoveryView
    created_at: datetime
    consented_at: datetime | None

    @classmethod
    def of(cls, connection: Connection) -> "ConnectionView":
        discovery = {
            "state": connection.discovery_state,
            "error_code": connection.discovery_error_code,
            "finished_at": connection.discovery_finished_at,
            "profiles": connection.profiles,
            "advertisers": connection.advertisers,
        }
        names = cls.model_fields.keys() - {"discovery"}
        fields = {name: getattr(connection, name) for name in names}
        return cls.model_validate({**fields, "discovery": discovery})


class ConnectionList(BaseModel):
    items: list[ConnectionView]
    next_cursor: str | None = None
