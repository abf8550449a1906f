"""Requests and responses about members."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from auth.roles.schemas import GrantView

from .dependents import Item, Noun, Outcome
from .domain import Member
from .removal import Preview
from .service import Listed

SHOWN_ITEMS = 50


class MemberView(BaseModel):
    """A member; `grants` name only brands that the reader sees. `manageable`: the reader may change
    their grants and remove them."""

    user_id: UUID
    name: str
    email: str
    grants: list[GrantView]
    status: Literal["active", "never_signed_in"]
    joined_at: datetime
    last_seen_at: datetime | None
    second_factor: bool
    manageable: bool

    @classmethod
    def of(cls, listed: Listed) -> "MemberView":
        member = listed.member
        return cls(
            user_id=member.user_id,
            name=member.name,
            email=member.email,
            grants=[GrantView.of(each) for each in member.assignments],
            status="active" if member.last_seen_at else "never_signed_in",
            joined_at=member.joined_at,
            last_seen_at=member.last_seen_at,
            second_factor=listed.second_factor,
            manageable=listed.manageable,
        )


class MemberList(BaseModel):
    items: list[MemberView]
    next_cursor: str | None = None


class PersonView(BaseModel):
    """Somebody by id, name and address."""

    user_id: UUID
    name: str
    email: str

    @classmethod
    def of(cls, member: Member) -> "PersonView":
        return cls(user_id=member.user_id, name=member.name, email=member.email)


class DependentItem(BaseModel):
    id: UUID
    name: str


class DependentView(BaseModel):
    """What a member has of one kind, and what becomes of it; `items` are the first 50."""

    kind: str
    count: int
    with_heir: Outcome
    without_heir: Outcome
    items: list[DependentItem]

    @classmethod
    def of(cls, noun: Noun, items: list[Item]) -> "DependentView":
        shown = [DependentItem(id=item.id, name=item.name) for item in items[:SHOWN_ITEMS]]
        return cls(
            kind=noun.kind,
            count=len(items),
            with_heir=noun.with_heir,
            without_heir=noun.without_heir,
            items=shown,
        )


class RemovalView(BaseModel):
    """What removing a member does; a `last_owner` cannot be removed."""

    member: PersonView
    last_owner: bool
    dependents: list[DependentView]
    heirs: list[PersonView]

    @classmethod
    def of(cls, preview: Preview) -> "RemovalView":
        return cls(
            member=PersonView.of(preview.member),
            last_owner=preview.last_owner,
            dependents=[DependentView.of(noun, items) for noun, items in preview.dependents],
            heirs=[PersonView.of(heir) for heir in preview.heirs],
        )
