"""API keys: what one may do, how long it lives. Pure; time is an argument."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from shared.api_keys import public_part
from shared.errors import Unprocessable
from shared.networks import Network, is_within
from shared.permissions import KEY_PERMISSIONS

from auth.roles.domain import Brands, Effective

TOUCH_EVERY = timedelta(minutes=1)
LONGEST_GRACE = timedelta(hours=24)
State = Literal["active", "expired", "ownerless"]
Ended = Literal["revoked", "expired", "replaced", "ownerless"]


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants a new key to be."""

    name: str
    permissions: frozenset[str]
    brand_ids: Brands
    networks: tuple[Network, ...] = ()
    per_minute: int | None = None
    expires_at: datetime | None = None

    @property
    def access(self) -> Effective:
        return Effective(self.permissions, self.brand_ids, {})


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as its organization sees it. `owner_name` is None when the owner is no member any more.

    `shown_to`: who has seen the current secret; `replaced_until`: when the secret before it ends.
    """

    id: UUID
    organization_id: UUID
    owner_id: UUID
    owner_name: str | None
    wish: Wish
    created_at: datetime
    last_used_at: datetime | None
    last_used_ip: str
    shown_to: UUID
    replaced_until: datetime | None

    @property
    def prefix(self) -> str:
        """What may be shown of it."""
        return public_part(self.id)

    @property
    def known_to_another(self) -> bool:
        """Whether somebody who is not its owner has seen the secret that works."""
        return self.shown_to != self.owner_id

    def state(self, now: datetime) -> State:
        if self.wish.expires_at is not None and self.wish.expires_at <= now:
            return "expired"
        return "active" if self.owner_name is not None else "ownerless"


@dataclass(frozen=True, slots=True)
class LiveKey:
    """A key that was presented with a secret that works until `expires_at`."""

    id: UUID
    organization_id: UUID
    owner_id: UUID
    access: Effective
    networks: tuple[Network, ...]
    per_minute: int | None
    expires_at: datetime | None
    last_used_at: datetime | None

    def admits(self, ip: str) -> bool:
        """Whether it may be used from this address."""
        return not self.networks or is_within(ip, self.networks)

    def due_touch(self, now: datetime) -> bool:
        """Whether its use is worth a write."""
        return self.last_used_at is None or now - self.last_used_at >= TOUCH_EVERY

    def within(self, owner: Effective) -> Effective:
        """What it may do: what it was made for, as far as its owner may do that now."""
        return self.access.only(KEY_PERMISSIONS).intersect(owner)


@dataclass(frozen=True, slots=True)
class EndedKey:
    """A key that was presented with a secret that it had once: worth nothing, but told of."""

    id: UUID
    organization_id: UUID
    reason: Ended


def check_permissions(permissions: Sequence[str]) -> frozenset[str]:
    """Raises Unprocessable (permission_not_for_keys) for what no key may ever do."""
    wanted = frozenset(permissions)
    if foreign := wanted - KEY_PERMISSIONS:
        raise Unprocessable(
            f"An API key cannot hold {', '.join(sorted(foreign))}.",
            code="permission_not_for_keys",
            hint=f"It can hold {', '.join(sorted(KEY_PERMISSIONS))}.",
        )
    return wanted


def end_of_life(
    wanted: datetime | None, longest: timedelta | None, now: datetime
) -> datetime | None:
    """When a key made now ends: as wanted, else as late as may be. Raises Unprocessable
    (expiry_invalid) for the past and for more than `longest` (None: no limit)."""
    latest = None if longest is None else now + longest
    if wanted is None:
        return latest
    if wanted <= now or (latest is not None and wanted > latest):
        days = "" if longest is None else f", {longest.days} days from now at the latest"
        raise Unprocessable(f"A key ends in the future{days}.", code="expiry_invalid")
    return wanted
