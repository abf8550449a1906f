"""Access tokens in this process's memory, so that most hand-outs ask nobody. Never logged, never kept."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

CAPACITY = 10_000


@dataclass(frozen=True, slots=True)
class Kept:
    """A token as it stood on its row at `read_at`; `digest` (SHA-256, hex) tells it from others."""

    organization_id: UUID
    token: str = field(repr=False)
    digest: str = field(repr=False)
    expires_at: datetime
    read_at: datetime


class TokenCache:
    """Believes a row for `believe`: for so long another process's revocation may go unseen."""

    def __init__(self, believe: timedelta, *, capacity: int = CAPACITY) -> None:
        self._believe = believe
        self._capacity = capacity
        self._kept: OrderedDict[UUID, Kept] = OrderedDict()

    def get(
        self, connection_id: UUID, organization_id: UUID, now: datetime, needed: timedelta
    ) -> Kept | None:
        """None unless it is this organization's, read just now, and lives for `needed` or longer."""
        kept = self._kept.get(connection_id)
        if kept is None or kept.organization_id != organization_id:
            return None
        fresh = timedelta(0) <= now - kept.read_at < self._believe
        if not fresh or kept.expires_at - now < needed:
            self.forget(connection_id)
            return None
        return kept

    def keep(self, connection_id: UUID, kept: Kept) -> None:
        """The oldest goes when there is no room."""
        if not self._believe:
            return
        self._kept[connection_id] = kept
        self._kept.move_to_end(connection_id)
        if len(self._kept) > self._capacity:
            self._kept.popitem(last=False)

    def forget(self, connection_id: UUID) -> None:
        self._kept.pop(connection_id, None)
