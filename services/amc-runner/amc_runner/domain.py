"""Discovery of AMC accounts and instances: what was found, what went wrong, when to look again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

FIRST_RETRY_SECONDS = 15.0
LONGEST_RETRY_SECONDS = 3600.0
DETAIL_CHARACTERS = 500

_STATUS = {
    "REQUESTED": "creating",
    "SUBMITTED": "creating",
    "IN_PROGRESS": "creating",
    "COMPLETED": "ready",
    "SUCCEEDED": "ready",
    "FAILED": "failed",
}


@dataclass(frozen=True, slots=True)
class Claim:
    """A discovery this process may do until `lease_token` is taken from it."""

    connection_id: UUID
    organization_id: UUID
    region: str
    lease_token: UUID
    generation: int
    attempts: int


@dataclass(frozen=True, slots=True)
class Account:
    """An AMC account as Amazon names it; `account_id` is an ENTITY id."""

    account_id: str
    name: str
    marketplace_id: str


@dataclass(frozen=True, slots=True)
class Instance:
    """An AMC instance; `status` is creating, ready, failed, or Amazon's own word in lower case."""

    amazon_instance_id: str
    name: str
    kind: str
    customer_name: str
    status: str
    account: Account


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a discovery is not complete. `retryable`: soon again by itself; else only when things change."""

    code: str
    detail: str
    retryable: bool
    retry_after_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What one look at Amazon brought. Accounts in `unread` exist, but their instances are not known."""

    accounts: tuple[Account, ...]
    instances: tuple[Instance, ...]
    unread: frozenset[Account] = frozenset()
    failure: Failure | None = None


def status_of(creation_status: str) -> str:
    """Ours for Amazon's creationStatus (AMC Administration 3.0)."""
    return _STATUS.get(creation_status.upper(), creation_status.lower() or "unknown")


def worst(failures: list[Failure]) -> Failure | None:
    """The failure to show for a look that failed in several places: one that will be retried first."""
    return min(failures, key=lambda failure: not failure.retryable, default=None)


def next_attempt(
    failure: Failure | None, attempts: int, now: datetime, *, every: timedelta, draw: float
) -> datetime:
    """When to look again: at the usual interval, or sooner after a failure that may pass.

    `draw` is uniform in 0..1. Delays double from 15 s up to an hour, with jitter over their upper half;
    Amazon's Retry-After is never undercut.
    """
    if failure is None or not failure.retryable:
        return now + every * (0.9 + 0.2 * draw)
    doubled = FIRST_RETRY_SECONDS * 2.0 ** min(max(attempts - 1, 0), 20)
    delay = min(doubled, LONGEST_RETRY_SECONDS) * (0.5 + 0.5 * draw)
    return now + timedelta(seconds=max(delay, failure.retry_after_seconds or 0.0))
