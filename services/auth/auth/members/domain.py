"""Members as others see them. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from shared.errors import Conflict

from auth.roles.domain import Assignment, Brands, Effective, access_of, is_owner, seen_through


@dataclass(frozen=True, slots=True)
class Member:
    """A person of an organization and what they were granted there."""

    user_id: UUID
    name: str
    email: str
    assignments: tuple[Assignment, ...]
    joined_at: datetime
    last_seen_at: datetime | None

    @property
    def access(self) -> Effective:
        return access_of(self.assignments)

    @property
    def is_owner(self) -> bool:
        return is_owner(self.assignments)

    def through(self, brands: Brands) -> "Member":
        """As somebody sees them who knows these brands only."""
        return replace(self, assignments=seen_through(self.assignments, brands))


def visible(members: Iterable[Member], brands: Brands, own: UUID) -> list[Member]:
    """Those whom somebody limited to brands may know of: who has to do with one of these brands."""
    shown = (member.through(brands) for member in members)
    return [member for member in shown if member.assignments or member.user_id == own]


def check_owner_stays(members: Iterable[Member], leaving: UUID) -> None:
    """Raises Conflict (last_owner) when nobody else owns the organization."""
    if not any(member.is_owner for member in members if member.user_id != leaving):
        raise Conflict(
            "An organization has an owner, and this is the last one.",
            code="last_owner",
            hint="Make somebody else an owner first.",
        )
