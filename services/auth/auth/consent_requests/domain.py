"""Magic links: who asks for what, and whether one may still be used. Pure; time is an argument."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

State = Literal["open", "consenting", "completed", "expired", "revoked"]
Change = Literal["created", "sent", "opened", "failed", "completed", "revoked"]

LIFE_DAYS = 7
LONGEST_LIFE_DAYS = 30
KEEP = timedelta(days=90)
LETTERS_PER_REQUEST = 10


@dataclass(frozen=True, slots=True)
class ConsentRequest:
    """A request and the names that its page shows. `consenting`: an answer of Amazon's is on its way;
    `connection_ended`: the connection it would renew was disconnected."""

    id: UUID
    organization_id: UUID
    organization_name: str
    connection_id: UUID | None
    connection_label: str | None
    reauthorizes: bool
    region: str
    label: str | None
    note: str
    recipient_email: str | None
    requested_by: UUID
    requester: str
    created_at: datetime
    expires_at: datetime
    sent_at: datetime | None
    letters: int
    opened_at: datetime | None
    error_code: str | None
    completed_at: datetime | None
    revoked_at: datetime | None
    consenting: bool

    def state(self, now: datetime) -> State:
        """Worked out each time, so that no crash can leave it wrong."""
        if self.completed_at is not None:
            return "completed"
        if self.revoked_at is not None:
            return "revoked"
        if self.consenting:
            return "consenting"
        return "expired" if now >= self.expires_at else "open"


def expires_at(now: datetime, days: int) -> datetime:
    return now + timedelta(days=days)
