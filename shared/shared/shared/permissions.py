"""Named permissions and the built-in roles made of them.

A permission is `<noun>:<act>`; those that end in `:read` change nothing. Routes ask for one in their
signature (`shared.deps.require`), and the table in docs/permissions.md is generated from these names.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

DESCRIPTIONS: Mapping[str, str] = MappingProxyType(
    {
        "organization:manage": "Rename the organization and set its policies",
        "organization:transfer": "Hand the ownership of the organization to another member",
        "member:read": "See who belongs to the organization, and with which roles",
        "member:manage": "Invite people, change their roles and remove them",
        "member:view_as": "See the dashboard as another member does, reading only",
        "role:manage": "Define roles made of named permissions",
        "api_key:manage": "Create, rotate and revoke API keys",
        "audit:read": "Read, verify and export the audit log",
        "brand:manage": "Create and change brands, and assign advertisers to them",
        "connection:read": "See Amazon connections, their health and their advertisers",
        "connection:manage": "Connect, re-authorise and disconnect Amazon accounts",
        "report:read": "See the numbers",
        "report:export": "Download the numbers",
        "sync:read": "See what is being pulled from Amazon, and how far it is",
        "sync:manage": "Start a pull from Amazon and retry what failed",
        "amc:read": "See Amazon Marketing Cloud accounts and instances",
    }
)
"""What each permission allows, in the words that people see."""

PERMISSIONS = frozenset(DESCRIPTIONS)
OWNER_ONLY = frozenset({"organization:transfer"})
READ_ONLY = frozenset(name for name in PERMISSIONS if name.endswith(":read"))
"""What is left of somebody's permissions while another person views as them."""

KEY_PERMISSIONS = frozenset(
    {
        "brand:manage",
        "connection:read",
        "report:read",
        "report:export",
        "sync:read",
        "sync:manage",
        "amc:read",
        "audit:read",
    }
)
"""What an API key may hold: nothing that concerns people, keys or consents."""

_VIEWER = frozenset({"report:read", "report:export", "sync:read", "connection:read", "amc:read"})

ROLES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "owner": PERMISSIONS,
        "admin": PERMISSIONS - OWNER_ONLY,
        "analyst": _VIEWER | {"sync:manage", "member:read"},
        "viewer": _VIEWER,
        "client": frozenset({"report:read", "report:export", "audit:read"}),
    }
)
