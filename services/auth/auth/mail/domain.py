"""How long a letter is tried and how patiently. Pure; time is an argument."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

LETTER_LIFE = timedelta(hours=24)
LEASE = timedelta(seconds=60)
_FIRST_PAUSE_SECONDS = 5
_LONGEST_PAUSE_SECONDS = 900


@dataclass(frozen=True, slots=True)
class Claim:
    """A letter this process may send until its lease ends; `attempts` counts this one too."""

    id: UUID
    kind: str
    sealed: bytes
    attempts: int
    lease_token: UUID
    expires_at: datetime


def pause(attempts: int) -> timedelta:
    """How long to wait after so many failed attempts: 5 s, doubled each time, a quarter of an hour
    at most."""
    doubled = _FIRST_PAUSE_SECONDS * 2 ** min(attempts - 1, 10)
    return timedelta(seconds=min(doubled, _LONGEST_PAUSE_SECONDS))
