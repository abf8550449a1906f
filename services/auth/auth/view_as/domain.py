"""Who may look as whom. Pure; time is an argument."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from shared.errors import Forbidden, Unprocessable

from auth.members.domain import Member

LONGEST = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class View:
    """A session's user looks at everything as another member does, and why."""

    id: UUID
    organization_id: UUID
    session_id: UUID
    viewer_id: UUID
    user_id: UUID
    reason: str
    started_at: datetime
    expires_at: datetime


def check_may_view(viewer: Member, target: Member) -> None:
    """Raises Unprocessable (view_as_self) or, for an owner's view, Forbidden (view_as_owner)."""
    if viewer.user_id == target.user_id:
        raise Unprocessable("You see what you see already.", code="view_as_self")
    if target.is_owner and not viewer.is_owner:
        raise Forbidden("Only an owner views as an owner.", code="view_as_owner")
