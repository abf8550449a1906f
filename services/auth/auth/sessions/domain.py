"""Sessions: who they are for and how long they live. Pure; time is an argument."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from shared.permissions import READ_ONLY

from auth.roles.domain import Effective, Grant, effective

TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Lifetime:
    """A session ends `idle` after its last use and `absolute` after sign-in, whichever is first."""

    idle: timedelta
    absolute: timedelta

    def idle_end(self, now: datetime, end: datetime) -> datetime:
        """When a session used now and ending at `end` goes idle."""
        return min(now + self.idle, end)

    def end(self, signed_in: datetime) -> datetime:
        return signed_in + self.absolute


@dataclass(frozen=True, slots=True)
class Organization:
    """One that the user belongs to."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class View:
    """The member whom the session's user views as for a while."""

    user_id: UUID
    email: str
    name: str
    grants: tuple[Grant, ...]
    until: datetime


@dataclass(frozen=True, slots=True)
class Session:
    """A live session with its user, organization and the roles granted there.

    `organizations` are those of the user that the reading transaction sees: all in the system scope.
    """

    id: UUID
    user_id: UUID
    email: str
    user_name: str
    organization_id: UUID
    organization_name: str
    grants: tuple[Grant, ...]
    last_seen_at: datetime
    idle_expires_at: datetime
    expires_at: datetime
    created_at: datetime
    second_factor: bool = False
    organizations: tuple[Organization, ...] = ()
    view: View | None = None

    @property
    def subject(self) -> UUID:
        """Who acts: the user, or the member whom they view as."""
        return self.user_id if self.view is None else self.view.user_id

    @property
    def impersonator(self) -> str:
        """The user who views as the subject, "" when nobody does."""
        return "" if self.view is None else str(self.user_id)

    @property
    def role(self) -> str:
        """What to call the subject: the role for the whole organization, else the first."""
        grants = self.grants if self.view is None else self.view.grants
        whole = [grant.role for grant in grants if grant.brand_ids is None]
        return (whole or [grant.role for grant in grants] or ["none"])[0]

    @property
    def effective(self) -> Effective:
        """What the session allows; viewing as somebody: what both may see, and no change of anything."""
        own = effective(self.grants)
        if self.view is None:
            return own
        return effective(self.view.grants).only(READ_ONLY).intersect(own)

    def due_touch(self, now: datetime) -> bool:
        """Whether its use is worth a write."""
        return now - self.last_seen_at >= TOUCH_EVERY
