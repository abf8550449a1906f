"""Discoveries: what a connection was seen to see, against what is known. Pure; time is an argument."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

REGIONS = ("NA", "EU", "FE")
SEAT = "agency"
LEASE = timedelta(seconds=45)
RENEW_EVERY_SECONDS = 10.0
MAX_ATTEMPTS = 8
_FIRST_PAUSE_SECONDS = 5.0
_LONGEST_PAUSE_SECONDS = 900.0


@dataclass(frozen=True, slots=True)
class Claim:
    """A discovery being worked on by whoever holds the lease token."""

    id: UUID
    organization_id: UUID
    connection_id: UUID
    attempts: int
    regions_done: frozenset[str]
    lease_token: UUID


class Source(Protocol):
    """Anything that names the connection through which something is seen."""

    @property
    def organization_id(self) -> UUID: ...
    @property
    def connection_id(self) -> UUID: ...


@dataclass(frozen=True, slots=True)
class Seen:
    """An advertiser as Amazon shows it under a seat (profile) of a region."""

    amazon_advertiser_id: str
    name: str
    currency: str
    country: str
    timezone: str
    region: str
    entity_id: str
    profile_id: str


@dataclass(frozen=True, slots=True)
class Known:
    """An advertiser of the organization. `profile_id` is that of the discovered connection's link,
    None when this connection is not linked to it."""

    id: UUID
    amazon_advertiser_id: str
    name: str
    currency: str
    country: str
    timezone: str
    region: str
    entity_id: str
    brand_id: UUID | None
    lost: bool
    profile_id: str | None


@dataclass(frozen=True, slots=True)
class Look:
    """A complete look at one region. `unreadable` are profiles whose advertisers Amazon would not
    list: what is linked through them stays as it is."""

    region: str
    seats: int
    seen: tuple[Seen, ...]
    unreadable: frozenset[str] = frozenset()

    @property
    def amazon_ids(self) -> list[str]:
        return sorted({s.amazon_advertiser_id for s in self.seen})


@dataclass(frozen=True, slots=True)
class Changes:
    """`added` are new to the organization, `linked` new to the connection, `changed` differ."""

    added: tuple[Seen, ...]
    linked: tuple[tuple[Known, Seen], ...]
    changed: tuple[tuple[Known, Seen], ...]
    gone: tuple[Known, ...]


def compare(look: Look, known: Mapping[str, Known]) -> Changes:
    """What a look changes. `known` by Amazon id: all that were seen, and all that the connection is
    linked to in the region."""
    sightings = _one_each(look.seen, known)
    added = tuple(s for a, s in sightings.items() if a not in known)
    met = [(known[a], s) for a, s in sightings.items() if a in known]
    return Changes(
        added=added,
        linked=tuple((k, s) for k, s in met if k.profile_id is None),
        changed=tuple((k, s) for k, s in met if k.profile_id is not None and _differs(k, s)),
        gone=tuple(k for a, k in known.items() if a not in sightings and _missed(k, look)),
    )


def _missed(known: Known, look: Look) -> bool:
    """Linked in this region through a seat that was listed, or that is no longer there."""
    return (
        known.profile_id is not None
        and known.region == look.region
        and known.profile_id not in look.unreadable
    )


def _one_each(seen: Sequence[Seen], known: Mapping[str, Known]) -> dict[str, Seen]:
    """One sighting per advertiser: under the profile already linked, else the lowest profile id."""
    chosen: dict[str, Seen] = {}
    for sighting in sorted(seen, key=lambda s: (s.amazon_advertiser_id, _order(s, known))):
        chosen.setdefault(sighting.amazon_advertiser_id, sighting)
    return chosen


def _order(sighting: Seen, known: Mapping[str, Known]) -> tuple[bool, int, str]:
    linked = known.get(sighting.amazon_advertiser_id)
    other = linked is None or linked.profile_id != sighting.profile_id
    return other, len(sighting.profile_id), sighting.profile_id


def _differs(known: Known, seen: Seen) -> bool:
    return (
        known.name,
        known.currency,
        known.country,
        known.timezone,
        known.region,
        known.entity_id,
        known.profile_id,
    ) != (
        seen.name,
        seen.currency,
        seen.country,
        seen.timezone,
        seen.region,
        seen.entity_id,
        seen.profile_id,
    )


def retry_at(attempts: int, now: datetime, wait_seconds: float | None) -> datetime | None:
    """When to try again after the n-th failed attempt; None when enough was tried."""
    if attempts >= MAX_ATTEMPTS:
        return None
    pause = min(_FIRST_PAUSE_SECONDS * 2 ** (attempts - 1), _LONGEST_PAUSE_SECONDS)
    return now + timedelta(seconds=max(pause, wait_seconds or 0.0))
