"""Discoveries: what a connection was seen to see, against what is known. Pure; time is an argument."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, Protocol
from uuid import UUID

REGIONS = ("NA", "EU", "FE")
SEAT = "agency"
Kind = Literal["seat", "profile", "manager", "advertiser", "amc_account"]
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
    """An advertiser as Amazon shows it under a seat (profile) of a region, or, where no seat shows it,
    under a manager account (`profile_id` is then empty): reports can be read that way."""

    amazon_advertiser_id: str
    name: str
    currency: str
    country: str
    timezone: str
    region: str
    entity_id: str
    profile_id: str
    access: str = "view"
    manager_account_id: str = ""

    @property
    def parent_id(self) -> str:
        """The seat or manager account it was found under."""
        return self.profile_id or self.manager_account_id


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
    access: str = "view"
    manager_account_id: str = ""

    @property
    def parent_id(self) -> str:
        return self.profile_id or self.manager_account_id


@dataclass(frozen=True, slots=True)
class Account:
    """Something else a connection sees. `linked`: how much Amazon listed below it; `complete` is false
    where there may be more."""

    kind: Kind
    amazon_id: str
    name: str
    parent_id: str = ""
    access: str = ""
    linked: int = 0
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Look:
    """A complete look at one region. `unreadable` are seats whose advertisers Amazon would not list, and
    managers listed in part: what is linked through them stays as it is; so does what was seen of
    `unread` kinds, which Amazon would not list at all."""

    region: str
    seats: int
    seen: tuple[Seen, ...]
    unreadable: frozenset[str] = frozenset()
    accounts: tuple[Account, ...] = ()
    unread: frozenset[str] = frozenset()

    @property
    def amazon_ids(self) -> list[str]:
        return sorted({s.amazon_advertiser_id for s in self.seen})

    def count(self, kind: Kind) -> int:
        return sum(account.kind == kind for account in self.accounts)


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
    met = [(known[a], _told(s, known[a])) for a, s in sightings.items() if a in known]
    return Changes(
        added=added,
        linked=tuple((k, s) for k, s in met if k.profile_id is None),
        changed=tuple((k, s) for k, s in met if k.profile_id is not None and _differs(k, s)),
        gone=tuple(k for a, k in known.items() if a not in sightings and _missed(k, look)),
    )


def _told(seen: Seen, known: Known) -> Seen:
    """A manager account's list says too little of an advertiser to change what is known of it."""
    if seen.profile_id:
        return seen
    return replace(
        seen,
        name=known.name,
        currency=known.currency,
        country=known.country,
        timezone=known.timezone,
        entity_id=known.entity_id,
    )


def _missed(known: Known, look: Look) -> bool:
    """Linked in this region through a seat that was listed, or that is no longer there."""
    return (
        known.profile_id is not None
        and known.region == look.region
        and known.parent_id not in look.unreadable
        and not (known.manager_account_id and "manager" in look.unread)
    )


def _one_each(seen: Sequence[Seen], known: Mapping[str, Known]) -> dict[str, Seen]:
    """One sighting per advertiser: under the profile already linked, else the lowest profile id; under a
    manager account only where there is no other."""
    chosen: dict[str, Seen] = {}
    for sighting in sorted(seen, key=lambda s: (s.amazon_advertiser_id, _order(s, known))):
        chosen.setdefault(sighting.amazon_advertiser_id, sighting)
    return chosen


def _order(sighting: Seen, known: Mapping[str, Known]) -> tuple[bool, bool, int, str]:
    linked = known.get(sighting.amazon_advertiser_id)
    other = linked is None or linked.parent_id != sighting.parent_id
    return not sighting.profile_id, other, len(sighting.parent_id), sighting.parent_id


def _differs(known: Known, seen: Seen) -> bool:
    return (
        known.name,
        known.currency,
        known.country,
        known.timezone,
        known.region,
        known.entity_id,
        known.parent_id,
        known.access,
    ) != (
        seen.name,
        seen.currency,
        seen.country,
        seen.timezone,
        seen.region,
        seen.entity_id,
        seen.parent_id,
        seen.access,
    )


def retry_at(attempts: int, now: datetime, wait_seconds: float | None) -> datetime | None:
    """When to try again after the n-th failed attempt; None when enough was tried."""
    if attempts >= MAX_ATTEMPTS:
        return None
    pause = min(_FIRST_PAUSE_SECONDS * 2 ** (attempts - 1), _LONGEST_PAUSE_SECONDS)
    return now + timedelta(seconds=max(pause, wait_seconds or 0.0))
