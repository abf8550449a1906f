"""After everything the other tests of this folder did. It is the last by its name."""

import pytest
from infra.installation import Installation
from infra.leftovers import leaked_secrets
from infra.tenants import BRAND_PASSWORD, OTHER_OWNER

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("security")]


def test_nothing_left_behind_holds_a_secret(installation: Installation) -> None:
    assert leaked_secrets(installation) == []


def test_no_log_holds_a_password_that_somebody_typed(installation: Installation) -> None:
    typed = [password.encode() for password in (BRAND_PASSWORD, OTHER_OWNER[1], "not the password")]
    logs = [path for path in installation.home.rglob("*.log*") if path.is_file()]
    assert logs
    for path in logs:
        content = path.read_bytes()
        assert [word for word in typed if word in content] == [], path
