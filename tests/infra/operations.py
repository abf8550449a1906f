"""Every public operation, as the gateway's OpenAPI document lists them."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

DOCUMENT = Path(__file__).parents[2] / "services" / "gateway" / "gateway" / "openapi.json"
METHODS = ("get", "post", "put", "patch", "delete")
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Operation:
    """`body` is the JSON schema of the request, `parameters` those of the document; `permissions` are
    what the route asks for, none for what is public or a signed-in person's own."""

    id: str
    method: str
    path: str
    public: bool
    permissions: tuple[str, ...]
    parameters: tuple[dict[str, Any], ...]
    body: dict[str, Any] | None

    @property
    def unsafe(self) -> bool:
        return self.method in UNSAFE


NOWHERE = str(UUID(int=7))


def nowhere(operation: Operation) -> str:
    """The operation's path, about a thing that does not exist."""
    path = operation.path
    for parameter in operation.parameters:
        path = path.replace("{" + parameter["name"] + "}", NOWHERE)
    return path


def document() -> dict[str, Any]:
    return json.loads(DOCUMENT.read_text())


def operations() -> list[Operation]:
    """In the document's order."""
    paths: dict[str, dict[str, Any]] = document()["paths"]
    return [
        _operation(path, method, item[method])
        for path, item in paths.items()
        for method in METHODS
        if method in item
    ]


def _operation(path: str, method: str, item: dict[str, Any]) -> Operation:
    content = item.get("requestBody", {}).get("content", {})
    return Operation(
        id=item["operationId"],
        method=method.upper(),
        path=path,
        public=item.get("security") == [],
        permissions=tuple(item.get("x-permissions", ())),
        parameters=tuple(item.get("parameters", ())),
        body=content.get("application/json", {}).get("schema"),
    )
