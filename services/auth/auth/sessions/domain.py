"""Sessions: who they are for and how long they live. Pure; time is an argument."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

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
class Session:
    """A live session with its user, organization and the roles granted there."""

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

    @property
    def role(self) -> str:
        """What to call this member: the role for the whole organization, else the first."""
        whole = [grant.role for grant in self.grants if grant.brand_ids is None]
        return (whole or [grant.role for grant in self.grants] or ["none"])[0]

    @property
    def effective(self) -> Effective:
        """What the session allows."""
        return effective(self.grants)

    def due_touch(self, now: datetime) -> bool:
        """Whether its use is worth a write."""
        return now - self.last_seen_at >= TOUCH_EVERY
