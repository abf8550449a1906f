"""The hash chain: what is hashed, how a chain is checked, and what people of some brands may read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

ZERO = bytes(32)
"""What stands before the first entry."""

DEFAULT_RETENTION_DAYS = 400
MIN_RETENTION_DAYS = 90
MAX_RETENTION_DAYS = 3660
MAX_BREAKS = 100

BreakKind = Literal["changed", "removed", "relinked", "head", "rewritten"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One link. `previous_hash` and `hash` tie it to its neighbours."""

    organization_id: UUID
    sequence: int
    event_id: UUID
    occurred_at: datetime
    recorded_at: datetime
    service: str
    action: str
    operation: str
    actor_kind: str
    actor_id: str
    impersonator: str
    brand_ids: tuple[UUID, ...]
    every_brand: bool
    target_type: str
    target_id: str
    outcome: str
    code: str
    count: int
    ip: str
    user_agent: str
    request_id: str
    details: dict[str, Any]
    previous_hash: bytes = ZERO
    hash: bytes = ZERO

    def document(self) -> dict[str, Any]:
        """What is hashed: every column but the hash itself."""
        return {
            "organization_id": str(self.organization_id),
            "sequence": self.sequence,
            "previous_hash": self.previous_hash.hex(),
            "event_id": str(self.event_id),
            "occurred_at": instant(self.occurred_at),
            "recorded_at": instant(self.recorded_at),
            "service": self.service,
            "action": self.action,
            "operation": self.operation,
            "actor": {
                "kind": self.actor_kind,
                "id": self.actor_id,
                "impersonator": self.impersonator,
            },
            "brand_ids": [str(brand_id) for brand_id in self.brand_ids],
            "every_brand": self.every_brand,
            "target": {"type": self.target_type, "id": self.target_id},
            "outcome": self.outcome,
            "code": self.code,
            "count": self.count,
            "ip": self.ip,
            "user_agent": self.user_agent,
            "request_id": self.request_id,
            "details": self.details,
        }

    def computed_hash(self) -> bytes:
        return hashlib.sha256(canonical(self.document())).digest()

    def chained(self, sequence: int, previous_hash: bytes) -> Entry:
        """This entry as the next link."""
        linked = replace(self, sequence=sequence, previous_hash=previous_hash)
        return replace(linked, hash=linked.computed_hash())


def canonical(document: Any) -> bytes:
    """One spelling of a JSON document: keys sorted, no spaces, UTF-8. Numbers are whole (fractions
    are text), so that every language writes them alike."""
    text = json.dumps(
        document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode()


def instant(moment: datetime) -> str:
    """`2026-01-31T09:00:00.000000Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@dataclass(frozen=True, slots=True)
class Point:
    """A place in a chain: an entry's sequence and hash."""

    sequence: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.sequence}:{self.hash.hex()}"

    @classmethod
    def parse(cls, text: str) -> Point:
        """`sequence:hash`, as an exported head is written; raises ValueError."""
        sequence, _, digest = text.partition(":")
        point = cls(int(sequence), bytes.fromhex(digest))
        if point.sequence < 0 or len(point.hash) != 32:
            raise ValueError("not the head of a chain: sequence:sha256")
        return point


@dataclass(frozen=True, slots=True)
class Chain:
    """The head of an organization's chain, and the anchor that retention left."""

    organization_id: UUID
    head: Point
    anchor: Point
    retention_days: int


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain does not hold, and how.

    changed: the entry's content is not what was hashed · removed: entries are missing ·
    relinked: the entry does not follow the one before it (inserted, reordered or rewritten) ·
    head: the last entry is not the one the chain ended with ·
    rewritten: an entry differs from what was noted outside of this installation
    """

    kind: BreakKind
    sequence: int
    through: int


@dataclass(slots=True)
class Check:
    """Walks a chain entry by entry, oldest first."""

    chain: Chain
    known: Point | None = None
    checked: int = 0
    breaks: list[Break] = field(default_factory=list[Break])
    broken: int = 0
    last: Point = field(init=False)

    def __post_init__(self) -> None:
        self.last = self.chain.anchor
        if self.known is not None and self.known.sequence == self.chain.anchor.sequence:
            self._compare(self.chain.anchor, self.known)

    def feed(self, entry: Entry) -> None:
        expected = self.last.sequence + 1
        if entry.sequence != expected:
            self._found("removed", expected, entry.sequence - 1)
        elif entry.previous_hash != self.last.hash:
            self._found("relinked", entry.sequence)
        if entry.computed_hash() != entry.hash:
            self._found("changed", entry.sequence)
        self.last = Point(entry.sequence, entry.hash)
        self.checked += 1
        if self.known is not None and entry.sequence == self.known.sequence:
            self._compare(self.last, self.known)

    def finish(self) -> None:
        """After the last entry: does the chain end where it says, and reach what was noted outside?"""
        head, last = self.chain.head, self.last
        if last.sequence < head.sequence:
            self._found("removed", last.sequence + 1, head.sequence)
        elif last != head:
            self._found("head", last.sequence)
        if self.known is not None and self.known.sequence > last.sequence:
            self._found("removed", last.sequence + 1, self.known.sequence)

    def _compare(self, found: Point, known: Point) -> None:
        if found != known:
            self._found("rewritten", found.sequence)

    def _found(self, kind: BreakKind, sequence: int, through: int | None = None) -> None:
        self.broken += 1
        if len(self.breaks) < MAX_BREAKS:
            self.breaks.append(Break(kind, sequence, sequence if through is None else through))


def reduced(entry: Entry, brand_ids: Iterable[UUID], viewer: str) -> Entry:
    """The entry as people of some brands may read it: without the others' ids, and without what
    was said about them. Where people sit is told of the viewer's own acts alone."""
    mine = frozenset(brand_ids)
    shown = (
        tuple(sorted(mine)) if entry.every_brand else tuple(b for b in entry.brand_ids if b in mine)
    )
    whole = not entry.every_brand and mine.issuperset(entry.brand_ids)
    own = viewer in (entry.actor_id, entry.impersonator)
    return replace(
        entry,
        brand_ids=shown,
        every_brand=False,
        target_type=entry.target_type if whole else "",
        target_id=entry.target_id if whole else "",
        details=entry.details if whole else {},
        ip=entry.ip if own else "",
        user_agent=entry.user_agent if own else "",
        request_id=entry.request_id if own else "",
    )
