"""What the grants of a member add up to. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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


def join(one: Brands, other: Brands) -> Brands:
    """The brands of either."""
    return None if one is None or other is None else one | other


def meet(one: Brands, other: Brands) -> Brands:
    """The brands of both."""
    if one is None or other is None:
        return other if one is None else one
    return one & other
