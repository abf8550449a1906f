"""Sessions: who they are for and how long they live. Pure; time is an argument."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from shared.permissions import ROLES

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
    """A live session with its user, organization and what the role allows there."""

    id: UUID
    user_id: UUID
    email: str
    user_name: str
    organization_id: UUID
    organization_name: str
    role: str
    brand_ids: frozenset[UUID] | None
    last_seen_at: datetime
    idle_expires_at: datetime
    expires_at: datetime

    @property
    def permissions(self) -> frozenset[str]:
        """Deny by default: an unknown role may do nothing."""
        return ROLES.get(self.role, frozenset())

    def due_touch(self, now: datetime) -> bool:
        """Whether its use is worth a write."""
        return now - self.last_seen_at >= TOUCH_EVERY
