from __future__ import annotations

from shared.permissions import PERMISSIONS, ROLES


def test_roles_only_hold_known_permissions() -> None:
    assert all(held <= PERMISSIONS for held in ROLES.values())


def test_guests_read_and_export_reports_and_nothing_else() -> None:
    assert ROLES["client"] == {"report:read", "report:export"}
    assert not any(p.endswith(":manage") for p in ROLES["viewer"])
    assert "connection:manage" not in ROLES["analyst"]
    assert ROLES["owner"] == PERMISSIONS
