"""The tenant filter of queries: every statement names organization and brands itself, besides RLS."""

from uuid import UUID

from shared.db import Scope
from shared.errors import Forbidden


def organization_of(scope: Scope) -> UUID:
    """The one organization of a caller; ValueError for the system scope, which has none."""
    if scope.organization_id is None:
        raise ValueError("this query belongs to one organization")
    return scope.organization_id


def brands_of(scope: Scope) -> list[UUID] | None:
    """The brands a caller may see; None is all of them."""
    return None if scope.brand_ids is None else sorted(scope.brand_ids)


def need_every_brand(scope: Scope) -> None:
    """Raises Forbidden (brand_restricted) for callers who see only some brands."""
    if scope.brand_ids is not None:
        raise Forbidden(
            "Your access is limited to some brands, and this concerns all of them.",
            code="brand_restricted",
        )
