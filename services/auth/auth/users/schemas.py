"""Requests and answers about one's own account."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from auth.sessions.schemas import PasswordField
from auth.text import Line

from .queries import Profile


class ProfileView(BaseModel):
    id: UUID
    email: str
    name: str
    created_at: datetime

    @classmethod
    def of(cls, profile: Profile) -> "ProfileView":
        return cls.model_validate(asdict(profile))


class ProfileRequest(BaseModel):
    """`PATCH /v1/user`."""

    model_config = ConfigDict(extra="forbid")

    name: Line


class PasswordChange(BaseModel):
    """`PUT /v1/user/password`."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    current: PasswordField
    new: PasswordField
