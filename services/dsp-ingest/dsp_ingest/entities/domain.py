"""What an entity's next version is. Pure: time is an argument.

Amazon's lists are eventually consistent: one that is older than what is known changes nothing
(`amazon_updated_at` tells), and nothing is taken for deleted before two listings agree.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

Kind = Literal["campaign", "ad_group", "ad", "ad_association"]
Change = Literal["found", "created", "changed", "deleted", "restored"]
Scalar = str | int | bool | None
Fields = Mapping[str, Any]
"""By name; text, whole numbers (money in micros), lists and objects of these. Times are ISO 8601 in UTC."""

BASELINE: Final = "found"
CONFIRMED_AFTER: Final = timedelta(minutes=5)
"""Between two listings that both lack an entity, before it counts as deleted: Amazon shows writes up to
30 s late."""


@dataclass(frozen=True, slots=True)
class Listed:
    """An entity as a list shows it."""

    kind: Kind
    entity_id: str
    fields: Fields
    created_at: datetime | None
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class Current:
    """The newest version that is known."""

    version_id: int
    kind: Kind
    entity_id: str
    fields: Fields
    deleted: bool
    created_at: datetime | None
    updated_at: datetime | None
    valid_from: datetime
    missing_since: datetime | None


@dataclass(frozen=True, slots=True)
class FieldChange:
    """Lists and objects are None on both sides: only that they changed is told."""

    field: str
    before: Scalar
    after: Scalar


@dataclass(frozen=True, slots=True)
class Version:
    """A version to be written."""

    kind: Kind
    entity_id: str
    change: Change
    fields: Fields
    changes: tuple[FieldChange, ...]
    created_at: datetime | None
    updated_at: datetime | None
    seen_at: datetime
    valid_from: datetime
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entities to show; None: whichever. `deleted`: those too. `text`: a part of the name, or
    an id."""

    at: datetime | None = None
    brand_ids: Sequence[UUID] | None = None
    advertiser_ids: Sequence[UUID] | None = None
    campaign_ids: Sequence[str] | None = None
    entity_ids: Sequence[str] | None = None
    states: Sequence[str] | None = None
    text: str | None = None
    deleted: bool = False
    ad_group_id: str | None = None

    @property
    def pattern(self) -> str | None:
        """For ILIKE."""
        if self.text is None:
            return None
        escaped = self.text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        return f"%{escaped}%"


@dataclass(frozen=True, slots=True)
class Place:
    """The last entity of a page."""

    name: str
    advertiser_id: UUID
    entity_id: str


@dataclass(frozen=True, slots=True)
class WantedChanges:
    """Which changes to show, seen from `since` until before `until`; `after` is a version's id."""

    brand_ids: Sequence[UUID] | None = None
    advertiser_ids: Sequence[UUID] | None = None
    kinds: Sequence[str] | None = None
    campaign_id: str | None = None
    fields: Sequence[str] | None = None
    since: datetime | None = None
    until: datetime | None = None
    after: int | None = None
    newest_first: bool = False


Certainty = Literal["seen", "told", "unknown"]


def certainty_at(valid_from: datetime, seen_at: datetime, at: datetime | None) -> Certainty:
    """How sure it is that a version stood at `at` (None: now): it was seen by then; Amazon told later
    that nothing had changed since before then; or nobody knows, for the version is younger."""
    if at is None or seen_at <= at:
        return "seen"
    return "told" if valid_from <= at else "unknown"


def is_stale(current: Current, listed: Listed) -> bool:
    """Whether the list is older than what is known already."""
    if current.updated_at is None or listed.updated_at is None:
        return False
    return listed.updated_at < current.updated_at


def first_version(listed: Listed, now: datetime, *, baseline: bool) -> Version:
    """Of an entity never seen before. It has been so since Amazon's last update of it."""
    updated = listed.updated_at or listed.created_at
    return Version(
        listed.kind,
        listed.entity_id,
        "found" if baseline else "created",
        listed.fields,
        (),
        listed.created_at,
        listed.updated_at,
        now,
        min(updated or now, now),
    )


def next_version(current: Current, listed: Listed, now: datetime) -> Version | None:
    """The version after `current`; None when nothing changed, or the list is stale."""
    if is_stale(current, listed):
        return None
    changes = differences(current.fields, listed.fields)
    if not changes and not current.deleted:
        return None
    if current.deleted:
        changes = (*changes, FieldChange("deleted", True, False))
    return Version(
        listed.kind,
        listed.entity_id,
        "restored" if current.deleted else "changed",
        listed.fields,
        changes,
        listed.created_at or current.created_at,
        listed.updated_at or current.updated_at,
        now,
        _valid_from(current, listed.updated_at, now),
    )


def deleted_version(current: Current, now: datetime) -> Version:
    """It is gone since the first listing without it; what it was is kept."""
    return Version(
        current.kind,
        current.entity_id,
        "deleted",
        current.fields,
        (FieldChange("deleted", False, True),),
        current.created_at,
        current.updated_at,
        now,
        max(current.missing_since or now, current.valid_from),
        deleted=True,
    )


def is_confirmed(missing_since: datetime, listing_started_at: datetime) -> bool:
    """Whether a second listing without an entity is far enough from the first."""
    return listing_started_at - missing_since >= CONFIRMED_AFTER


def differences(before: Fields, after: Fields) -> tuple[FieldChange, ...]:
    """By field name, in order."""
    names = sorted(before.keys() | after.keys())
    return tuple(
        FieldChange(name, _scalar(before.get(name)), _scalar(after.get(name)))
        for name in names
        if before.get(name) != after.get(name)
    )


def _scalar(value: Any) -> Scalar:
    return value if isinstance(value, str | int) else None


def _valid_from(current: Current, updated_at: datetime | None, now: datetime) -> datetime:
    """Amazon's moment where it fits between the version before and now; else when it was seen."""
    if updated_at is not None and current.valid_from < updated_at <= now:
        return updated_at
    return max(now, current.valid_from)
