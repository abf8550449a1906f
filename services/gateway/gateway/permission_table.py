"""docs/permissions.md: who may call what, written from the code and from nothing else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from shared.permissions import DESCRIPTIONS, KEY_PERMISSIONS, ROLES

PATH = Path(__file__).resolve().parents[3] / "docs" / "permissions.md"

_HEAD = """# Permissions

Written by `make openapi` from the routes' signatures and `shared/permissions.py`; edits are lost.

Everything is denied that no grant allows. A member holds one or more grants: a role for the whole
organization or for chosen brands. What a grant for some brands allows ends at these brands, in the
query and again by row-level security. Custom roles are made of the same permissions.

## Roles
"""


def render(document: dict[str, Any]) -> str:
    """The page for an OpenAPI document whose operations carry `x-permissions`."""
    operations = list(_operations(document))
    lines = [_HEAD, *_roles(), "\n## Operations\n", *_calls(operations)]
    return "\n".join(lines) + "\n"


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield _asked(operation), f"`{method.upper()} {path}`", _summary(operation)


def _asked(operation: dict[str, Any]) -> str:
    if operation.get("security") == []:
        return "nothing: public"
    names = operation.get("x-permissions", [])
    return ", ".join(f"`{name}`" for name in names) or "a signed-in person"


def _summary(operation: dict[str, Any]) -> str:
    text = operation.get("description") or operation.get("summary", "")
    return text.split("\n\n")[0].replace("\n", " ").replace("|", "\\|")


def _roles() -> Iterator[str]:
    yield "| Permission | Allows | " + " | ".join(ROLES) + " | API keys |"
    yield "|---" * (len(ROLES) + 3) + "|"
    for name, text in DESCRIPTIONS.items():
        marks = [_mark(name in held) for held in ROLES.values()]
        yield f"| `{name}` | {text} | {' | '.join(marks)} | {_mark(name in KEY_PERMISSIONS)} |"


def _mark(held: bool) -> str:
    return "yes" if held else ""


def _calls(operations: list[tuple[str, str, str]]) -> Iterator[str]:
    yield "| Operation | Asks for | Does |"
    yield "|---|---|---|"
    for asked, call, summary in sorted(operations, key=lambda row: row[1].split(" ")[::-1]):
        yield f"| {call} | {asked} | {summary} |"
