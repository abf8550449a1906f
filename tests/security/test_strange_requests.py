"""Thousands of requests that nobody would send, grown from the OpenAPI document: never a 5xx."""

import json
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from infra.bodies import JSON, send_body
from infra.json_fuzz import ANYTHING, bodies, nearly
from infra.operations import Operation, operations
from infra.problems import Problems
from infra.tenants import Tenants

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("security")]
QUIET = settings(
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
SLOW = {"signIn": 15}  # each costs an argon2 verification
WRITING = [o for o in operations() if o.method in {"POST", "PUT", "PATCH"}]
READING = [o for o in operations() if o.method == "GET" and o.parameters]


def by_operation(chosen: list[Operation]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("operation", chosen, ids=[o.id for o in chosen])


def no_failure(problems: Problems, answer: httpx.Response) -> None:
    assert answer.status_code < 500, (
        f"{answer.request.url} {answer.request.content!r} {answer.text}"
    )
    if answer.is_error:
        problems.check(answer, answer.status_code)


def targets(operation: Operation) -> st.SearchStrategy[str]:
    """The operation's path, its placeholders filled with anything that a path can hold."""
    filling = st.uuids().map(str) | st.text(min_size=1, max_size=20)
    parts = operation.path.split("/")
    filled = [filling.map(quoted) if part.startswith("{") else st.just(part) for part in parts]
    return st.tuples(*filled).map("/".join)


def quoted(value: str) -> str:
    return quote(value.encode("utf-8", "surrogatepass"), safe="")


@by_operation(WRITING)
def test_no_body_makes_an_operation_fail(
    tenants: Tenants, problems: Problems, operation: Operation
) -> None:
    body = bodies(operation.body) if operation.body else st.none() | ANYTHING

    @settings(QUIET, max_examples=SLOW.get(operation.id, 60))
    @given(target=targets(operation), value=body)
    def holds(target: str, value: Any) -> None:
        content = json.dumps(value).encode()
        no_failure(problems, send_body(tenants.b, operation.method, target, content))

    holds()


@by_operation([o for o in WRITING if o.body])
def test_no_bytes_make_an_operation_fail(
    tenants: Tenants, problems: Problems, operation: Operation
) -> None:
    @settings(QUIET, max_examples=15)
    @given(content=st.binary(max_size=200))
    def holds(content: bytes) -> None:
        path = operation.path.replace("{brand_id}", "0190a5b0-0000-7000-8000-000000000000")
        no_failure(problems, send_body(tenants.b, operation.method, path, content, JSON))

    holds()


@by_operation(READING)
def test_no_query_makes_an_operation_fail(
    tenants: Tenants, problems: Problems, operation: Operation
) -> None:
    named = [p for p in operation.parameters if p["in"] == "query"]
    query = st.fixed_dictionaries({}, optional={p["name"]: nearly(p["schema"]) for p in named})

    @settings(QUIET, max_examples=30)
    @given(target=targets(operation), params=query)
    def holds(target: str, params: dict[str, Any]) -> None:
        pairs = "&".join(f"{name}={quoted(str(value))}" for name, value in params.items())
        no_failure(problems, tenants.b.call("GET", f"{target}?{pairs}"))

    holds()
