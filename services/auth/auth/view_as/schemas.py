"""Requests and responses about viewing as another member."""

from datetime import timedelta
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from auth.sessions.schemas import ViewingAs
from auth.text import Line

from .domain import LONGEST
from .service import Started

LONGEST_MINUTES = int(LONGEST.total_seconds()) // 60


class ViewAsRequest(BaseModel):
    """`POST /v1/session/view-as`: as whom, why, and for how long."""

    model_config = ConfigDict(extra="forbid")

    user_id: UUID
    reason: Line = Field(min_length=1)
    minutes: int = Field(default=LONGEST_MINUTES, ge=1, le=LONGEST_MINUTES)

    @property
    def life(self) -> timedelta:
        return timedelta(minutes=self.minutes)


def viewing_as(started: Started) -> ViewingAs:
    """What began, as the session tells it from now on."""
    target = started.target
    return ViewingAs(
        user_id=target.user_id,
        email=target.email,
        name=target.name,
        expires_at=started.view.expires_at,
    )
