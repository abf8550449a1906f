"""Requests and responses about the organization."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from auth.text import Line

from .queries import Organization


class OrganizationRequest(BaseModel):
    """`PATCH /v1/organization`."""

    model_config = ConfigDict(extra="forbid")

    name: Line


class OwnerRequest(BaseModel):
    """`PUT /v1/organization/owner`: who is to own it; the caller's password, where they have one."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    user_id: UUID
    password: str = Field(default="", max_length=1024, repr=False)


class OrganizationDetails(BaseModel):
    id: UUID
    name: str
    created_at: datetime

    @classmethod
    def of(cls, organization: Organization) -> "OrganizationDetails":
        return cls.model_validate(organization, from_attributes=True)
