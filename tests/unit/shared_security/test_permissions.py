from __future__ import annotations

from shared.permissions import KEY_PERMISSIONS, OWNER_ONLY, PERMISSIONS, READ_ONLY, ROLES


def test_roles_only_hold_known_permissions() -> None:
    assert all(held <= PERMISSIONS for held in ROLES.values())


def test_guests_read_and_change_nothing() -> None:
    assert ROLES["client"] == {"report:read", "report:export", "audit:read"}
    assert not any(p.endswith(":manage") for p in ROLES["viewer"])
    assert "connection:manage" not in ROLES["analyst"]
    assert ROLES["owner"] == PERMISSIONS
    assert ROLES["owner"] - ROLES["admin"] == OWNER_ONLY


def test_what_keys_and_viewers_as_another_may_hold_concerns_no_people() -> None:
    assert KEY_PERMISSIONS < PERMISSIONS
    assert {name.partition(":")[2] for name in READ_ONLY} == {"read"}
    people = {name for name in PERMISSIONS if name.split(":")[0] in ("member", "role", "api_key")}
    assert not people & KEY_PERMISSIONS
