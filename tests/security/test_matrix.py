"""Every operation by every kind of caller: what the routes say they ask for is what decides.

The expected answer comes from the table of permissions (`x-permissions` of the document); the calls name
things that do not exist with bodies that say nothing, so who is let in changes nothing.
"""

import json

import httpx
import pytest
from infra.operations import Operation, nowhere, operations
from infra.principals import NAMES, Principal, make_principals
from infra.tenants import Tenants

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("security")]

ENDS_SESSIONS = {"signOut", "endOtherSessions", "stopViewing"}
"""Effective without naming anything: held by tests of their own."""
STREAM = "streamEvents"
REFUSED = {"user": {403}, "viewing": {403}, "key": {401, 403}}
REASONS = {
    "user": {"permission_missing"},
    "viewing": {"permission_missing", "viewing_as"},
    "key": {"permission_missing", "not_for_api_keys"},
}
OPERATIONS = [o for o in operations() if o.id not in ENDS_SESSIONS | {STREAM}]


@pytest.fixture(scope="module")
def principals(tenants: Tenants) -> dict[str, Principal]:
    return make_principals(tenants)


@pytest.mark.parametrize("name", NAMES)
def test_a_caller_is_let_in_exactly_where_the_table_says(
    http: httpx.Client, principals: dict[str, Principal], name: str
) -> None:
    caller = principals[name]
    wrong = [
        told for operation in OPERATIONS if (told := judged(caller, operation, http)) is not None
    ]
    assert wrong == []


def judged(caller: Principal, operation: Operation, http: httpx.Client) -> str | None:
    """What is wrong with the answer, None when it is as the table says."""
    answer = caller.call(
        http, operation.method, nowhere(operation), {} if operation.unsafe else None
    )
    code = _code(answer.text, answer.headers.get("content-type", ""))
    told = f"{operation.id} ({', '.join(operation.permissions)}): {answer.status_code} {code}"
    if answer.status_code >= 500:
        return told
    return None if _as_expected(caller, operation, answer.status_code, code) else told


def _as_expected(caller: Principal, operation: Operation, status: int, code: str) -> bool:
    """Refused where something is missing, let in where nothing is, and told why in each case."""
    asked = set(operation.permissions)
    if operation.public:
        return (status, code) not in {(401, "sign_in_required"), (403, "permission_missing")}
    if caller.kind == "anonymous":
        return status == 401
    if asked - caller.held or (caller.kind == "key" and not asked):
        return status in REFUSED[caller.kind] and code in REASONS[caller.kind]
    if not asked and caller.kind == "viewing":
        return status != 401 and (status != 403 or code == "viewing_as")
    return status not in (401, 403) or (
        bool(asked - caller.whole) and code == "every_brand_required"
    )


def _code(text: str, media: str) -> str:
    return str(json.loads(text).get("code", "")) if "problem" in media else ""


def test_a_person_who_views_as_another_can_write_nothing(
    http: httpx.Client, principals: dict[str, Principal]
) -> None:
    caller = principals["viewing as analyst"]
    reads = {"queryMetrics", "stopViewing", "signOut"}
    for operation in OPERATIONS:
        if operation.unsafe and not operation.public and operation.id not in reads:
            answer = caller.call(http, operation.method, nowhere(operation), {})
            assert answer.status_code == 403, (operation.id, answer.text)


def test_the_table_covers_every_operation() -> None:
    """Each is public, asks for a permission, or is a signed-in person's own."""
    own = {"/v1/session", "/v1/sessions", "/v1/user", "/v1/organization", "/v1/permissions"}
    for operation in operations():
        if not operation.public and not operation.permissions and operation.id != STREAM:
            assert any(operation.path.startswith(prefix) for prefix in own), operation.id
