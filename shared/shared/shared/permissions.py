"""Named permissions and the built-in roles made of them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

PERMISSIONS: frozenset[str] = frozenset(
    {
        "organization:manage",
        "brand:manage",
        "connection:read",
        "connection:manage",
        "report:read",
        "report:export",
        "sync:read",
        "sync:manage",
        "amc:read",
    }
)

ROLES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "owner": PERMISSIONS,
        "admin": PERMISSIONS,
        "analyst": PERMISSIONS - {"organization:manage", "connection:manage", "brand:manage"},
        "viewer": frozenset(
            {"report:read", "report:export", "sync:read", "connection:read", "amc:read"}
        ),
        "client": frozenset({"report:read", "report:export"}),
    }
)
