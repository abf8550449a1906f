"""Every recorded action has a stable name, and words on the page."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from shared.audit.actions import ACTIONS, LOOKS, OTHER_ACTIONS
from shared.audit.requests import BRAND_DATA, UNSAFE_METHODS

ROOT = Path(__file__).parents[3]
NAMES = set(ACTIONS.values()) | OTHER_ACTIONS
UNTOLD = {
    "readCatalogue": "what can be asked for is the same for everybody and nobody's data",
}
NAMED_IN_CODE = re.compile(
    r'(?:audit\.(?:record|row)|make_entry|_tell)\([^"()]*?"([a-z_]+\.[a-z_]+)"', re.DOTALL
)


def operations() -> dict[str, tuple[str, set[str]]]:
    paths: dict[str, Any] = json.loads((ROOT / "web" / "openapi.json").read_text())["paths"]
    return {
        operation["operationId"]: (method.upper(), set(operation.get("x-permissions", ())))
        for item in paths.values()
        for method, operation in item.items()
    }


def test_every_operation_that_is_recorded_has_a_name() -> None:
    recorded = {
        name
        for name, (method, permissions) in operations().items()
        if (method in UNSAFE_METHODS or permissions & BRAND_DATA) and name not in UNTOLD
    }
    assert recorded <= ACTIONS.keys(), "name them in shared/audit/actions.py"


def test_no_name_is_left_of_an_operation_that_is_gone() -> None:
    assert ACTIONS.keys() <= operations().keys()
    assert UNTOLD.keys() <= operations().keys()


def test_looks_are_what_only_reads() -> None:
    """A GET that is recorded looks, and so do a query and a download by POST; the callback from Amazon writes."""
    posted = {"exportMetrics", "exportMetricsParquet", "exportMetricsXlsx", "queryMetrics"}
    looking = posted | {name for name, (method, _) in operations().items() if method == "GET"}
    for name, action in ACTIONS.items():
        if name != "receiveConsent":
            assert (action in LOOKS) == (name in looking), name


def test_every_name_that_code_gives_is_in_the_catalogue() -> None:
    given = {
        name
        for folder in ("services", "shared")
        for path in (ROOT / folder).rglob("*.py")
        for name in NAMED_IN_CODE.findall(path.read_text(encoding="utf-8"))
    }
    assert given, "the pattern finds nothing any more"
    assert given <= NAMES


@pytest.mark.parametrize("name", sorted(NAMES))
def test_the_page_has_words_for(name: str) -> None:
    noun, act = name.split(".")
    words = json.loads((ROOT / "web" / "messages" / "en" / "audit.json").read_text())["actions"]
    assert words[noun][act].strip()
    assert re.fullmatch(r"[a-z_]+\.[a-z_]+", name)
