"""Requests and responses about roles, grants and permissions."""

from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator
from shared.permissions import DESCRIPTIONS, KEY_PERMISSIONS, OWNER_ONLY, ROLES

from auth.text import Line

from .domain import Assignment
from .queries import CustomRole

BuiltIn = Literal["owner", "admin", "analyst", "viewer", "client"]
MAX_GRANTS = 20


class GrantRequest(BaseModel):
    """A built-in `role`, or `role_id` of one of the organization; `brand_ids` null: every brand."""

    model_config = ConfigDict(extra="forbid")

    role: BuiltIn | None = None
    role_id: UUID | None = None
    brand_ids: list[UUID] | None = Field(default=None, min_length=1, max_length=500)

    @model_validator(mode="after")
    def _one_role(self) -> Self:
        if (self.role is None) == (self.role_id is None):
            raise ValueError("give either role or role_id")
        if self.role == "owner" and self.brand_ids is not None:
            raise ValueError("an owner's role covers every brand")
        return self

    @property
    def assignment(self) -> Assignment:
        brands = None if self.brand_ids is None else frozenset(self.brand_ids)
        return Assignment(self.role, self.role_id, brands)


class GrantsRequest(BaseModel):
    """All grants that somebody is to have."""

    model_config = ConfigDict(extra="forbid")

    grants: list[GrantRequest] = Field(min_length=1, max_length=MAX_GRANTS)

    @property
    def assignments(self) -> tuple[Assignment, ...]:
        """In the order given, each once."""
        return tuple({grant.assignment.wish: grant.assignment for grant in self.grants}.values())


class GrantView(BaseModel):
    """`role` of a built-in role, `role_id` of one of the organization; `name` is what to call it."""

    role: BuiltIn | None
    role_id: UUID | None
    name: str
    brand_ids: list[UUID] | None

    @classmethod
    def of(cls, assignment: Assignment) -> "GrantView":
        brands = assignment.brand_ids
        return cls.model_validate(
            {
                "role": assignment.role,
                "role_id": assignment.role_id,
                "name": assignment.name,
                "brand_ids": None if brands is None else sorted(brands),
            }
        )


class RoleRequest(BaseModel):
    """`POST /v1/roles`, `PUT /v1/roles/{role_id}`."""

    model_config = ConfigDict(extra="forbid")

    name: Line
    permissions: list[Line] = Field(min_length=1, max_length=len(DESCRIPTIONS))


class RoleView(BaseModel):
    """A role and its permissions; `id` is null for a built-in one, `members` hold it."""

    id: UUID | None
    name: str
    built_in: bool
    permissions: list[str]
    members: int
    updated_at: datetime | None

    @classmethod
    def of(cls, role: CustomRole) -> "RoleView":
        return cls(
            id=role.id,
            name=role.name,
            built_in=False,
            permissions=sorted(role.permissions),
            members=role.members,
            updated_at=role.updated_at,
        )

    @classmethod
    def of_built_in(cls, name: str, members: int) -> "RoleView":
        return cls(
            id=None,
            name=name,
            built_in=True,
            permissions=sorted(ROLES[name]),
            members=members,
            updated_at=None,
        )


class RoleList(BaseModel):
    items: list[RoleView]
    next_cursor: str | None = None


class PermissionView(BaseModel):
    """A permission in plain words, which roles hold it, and to what else it may be given."""

    name: str
    description: str
    roles: list[str]
    owner_only: bool
    for_api_keys: bool


class PermissionList(BaseModel):
    items: list[PermissionView]
    next_cursor: str | None = None

    @classmethod
    def of(cls, custom: list[CustomRole]) -> "PermissionList":
        held = [*ROLES.items(), *((role.name, role.permissions) for role in custom)]
        return cls(
            items=[
                PermissionView(
                    name=name,
                    description=description,
                    roles=[role for role, permissions in held if name in permissions],
                    owner_only=name in OWNER_ONLY,
                    for_api_keys=name in KEY_PERMISSIONS,
                )
                for name, description in DESCRIPTIONS.items()
            ]
        )
