"""What the grants of a member add up to. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from shared.permissions import PERMISSIONS, ROLES

Brands = frozenset[UUID] | None
"""None: every brand of the organization, also those still to come."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A role for some brands: `role` names it; `permissions` are what it holds."""

    role: str
    permissions: frozenset[str]
    brand_ids: Brands

    @classmethod
    def built_in(cls, role: str, brand_ids: Brands = None) -> "Grant":
        """Deny by default: an unknown role holds nothing."""
        return cls(role, ROLES.get(role, frozenset()), brand_ids)


@dataclass(frozen=True, slots=True)
class Assignment:
    """A grant as it is written down: a built-in `role` by name, or one of the organization's by
    `role_id`; `name` and `permissions` are that one's, empty where only the wish is known."""

    role: str | None
    role_id: UUID | None
    brand_ids: Brands
    name: str = ""
    permissions: frozenset[str] = frozenset()

    @property
    def grant(self) -> Grant:
        """What it gives."""
        if self.role is not None:
            return Grant.built_in(self.role, self.brand_ids)
        return Grant(self.name, self.permissions, self.brand_ids)

    @property
    def wish(self) -> tuple[str | None, UUID | None, Brands]:
        """What makes it this one, whatever the role is called or holds today."""
        return self.role, self.role_id, self.brand_ids


@dataclass(frozen=True, slots=True)
class Effective:
    """All of a member's grants together, in the shape of `shared.internal_tokens.Actor`.

    `brand_ids`: brands where anything is permitted; `narrower`: permissions that hold for fewer.
    """

    permissions: frozenset[str]
    brand_ids: Brands
    narrower: Mapping[str, frozenset[UUID]]

    def brands_for(self, permission: str) -> Brands:
        """The brands for which a permission is held; none at all when it is not held."""
        if permission not in self.permissions:
            return frozenset()
        return self.narrower.get(permission, self.brand_ids)

    def covers(self, other: "Effective") -> bool:
        """Whether all that `other` allows is allowed here, for the same brands at least."""
        return other.permissions <= self.permissions and all(
            within(other.brands_for(name), self.brands_for(name)) for name in other.permissions
        )

    def only(self, permissions: frozenset[str]) -> "Effective":
        """The same without all other permissions."""
        kept = self.permissions & permissions
        return combine({name: self.brands_for(name) for name in kept})

    def intersect(self, other: "Effective") -> "Effective":
        """What both allow."""
        kept = self.permissions & other.permissions
        both = {name: meet(self.brands_for(name), other.brands_for(name)) for name in kept}
        return combine({name: brands for name, brands in both.items() if brands != frozenset()})


NOTHING = Effective(frozenset(), frozenset(), {})


def effective(grants: Iterable[Grant]) -> Effective:
    """What these grants allow; without any, nothing."""
    held: dict[str, Brands] = {}
    for grant in grants:
        for permission in grant.permissions & PERMISSIONS:
            known = held.get(permission, frozenset())
            held[permission] = join(known, grant.brand_ids)
    return combine(held)


def combine(held: Mapping[str, Brands]) -> Effective:
    """Permission → brands, as one Effective."""
    brands: Brands = frozenset()
    for some in held.values():
        brands = join(brands, some)
    narrower = {name: some for name, some in held.items() if some is not None and some != brands}
    return Effective(frozenset(held), brands, narrower)


def within(inner: Brands, outer: Brands) -> bool:
    """Whether `inner` names no brand that `outer` does not."""
    return outer is None or (inner is not None and inner <= outer)


def join(one: Brands, other: Brands) -> Brands:
    """The brands of either."""
    return None if one is None or other is None else one | other


def meet(one: Brands, other: Brands) -> Brands:
    """The brands of both."""
    if one is None or other is None:
        return other if one is None else one
    return one & other


OWNER = "owner"


def access_of(assignments: Iterable[Assignment]) -> Effective:
    """What these add up to."""
    return effective(each.grant for each in assignments)


def is_owner(assignments: Iterable[Assignment]) -> bool:
    return any(each.role == OWNER for each in assignments)


def seen_through(assignments: Iterable[Assignment], brands: Brands) -> tuple[Assignment, ...]:
    """Those that concern these brands, naming no other brand."""
    if brands is None:
        return tuple(assignments)
    shown = (replace(each, brand_ids=_shown(each.brand_ids, brands)) for each in assignments)
    return tuple(each for each in shown if each.brand_ids != frozenset())


def _shown(granted: Brands, brands: frozenset[UUID]) -> Brands:
    return None if granted is None else granted & brands


@dataclass(frozen=True, slots=True)
class Authority:
    """Somebody about to change what others may do: what they hold themselves, and for which brands
    they hold the permission to do so."""

    user_id: UUID
    effective: Effective
    brands: Brands

    def may_decide(self, access: Effective) -> bool:
        """Nobody gives, changes or takes away what they do not hold themselves."""
        return self.effective.covers(access) and within(access.brand_ids, self.brands)
