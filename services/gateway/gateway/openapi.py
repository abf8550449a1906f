"""`python -m gateway.openapi`: one OpenAPI document for the whole system, from the services' own routers.

A tool of the build, run where all services are installed: it looks for routers in each service's
`routes` modules by name. The running gateway reads only the file that it writes and knows no service's
code. Needs no database, broker or settings.
"""

import importlib
import json
import pkgutil
from copy import deepcopy
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from shared.api_keys import PATTERN
from shared.audit.requests import operation_id, permissions_of
from shared.permissions import KEY_PERMISSIONS

from . import permission_table
from .document import PATH
from .live.domain import SHOWN
from .routing import EVENTS_PATH, ROUTES, UNSAFE_METHODS, WITHOUT_SESSION, route_of

WEB_PATH = Path(__file__).resolve().parents[3] / "web" / "openapi.json"

_PROBLEM: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457 problem details.",
    "required": ["type", "title", "status", "code", "detail", "hint", "retryable", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable name of the problem."},
        "detail": {"type": "string"},
        "hint": {"type": "string", "description": "What to do about it; may be empty."},
        "retryable": {"type": "boolean"},
        "request_id": {"type": "string"},
    },
}
_PROBLEM_RESPONSE = {
    "description": "The request failed.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_UNUSED = ("HTTPValidationError", "ValidationError")


class OpenApiConflict(Exception):
    """Two services claim the same path or operation name, or a path that is not routed to them."""


def routers(package: str) -> list[APIRouter]:
    """The routers of a service: those in its modules named `routes`, in order of names."""
    root = importlib.import_module(package)
    names = [info.name for info in pkgutil.walk_packages(root.__path__, f"{package}.")]
    found: dict[int, APIRouter] = {}
    for name in sorted(name for name in names if name.rsplit(".", 1)[-1] == "routes"):
        for value in vars(importlib.import_module(name)).values():
            if isinstance(value, APIRouter):
                found[id(value)] = value
    return list(found.values())


def describe(service: str) -> dict[str, Any]:
    """The public part of one service's document."""
    app = FastAPI(generate_unique_id_function=operation_id)
    for router in routers(service.replace("-", "_")):
        for route in router.routes:
            _tell_permission(route)
        app.include_router(router)
    document = get_openapi(title=service, version="1", routes=app.routes)
    paths: dict[str, Any] = document.get("paths", {})
    document["paths"] = {path: item for path, item in paths.items() if path.startswith("/v1/")}
    return document


def _tell_permission(route: object) -> None:
    """Writes the permissions that a route asks for into its description: `x-permissions`."""
    if isinstance(route, APIRoute) and (asked := sorted(permissions_of(route.dependant))):
        route.openapi_extra = {**(route.openapi_extra or {}), "x-permissions": asked}


def merge(documents: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """One document; raises OpenApiConflict where they cannot be one."""
    paths: dict[str, Any] = {EVENTS_PATH: _events_path()}
    schemas: dict[str, Any] = {"Problem": _PROBLEM}
    for service, document in documents.items():
        taken = _rename(service, deepcopy(document), schemas)
        for path, item in taken["paths"].items():
            route = route_of(path)
            if route is None or route.service != service or path in paths:
                raise OpenApiConflict(f"{service} describes {path}, which is not routed to it")
            paths[path] = {m: _operation(m, path, op, service) for m, op in item.items()}
        schemas.update(taken.get("components", {}).get("schemas", {}))
    _check_operation_ids(paths)
    return _whole(paths, schemas)


def _rename(service: str, document: dict[str, Any], taken: dict[str, Any]) -> dict[str, Any]:
    """The service's document with schemas that another service names the same way renamed."""
    schemas: dict[str, Any] = document.get("components", {}).get("schemas", {})
    for name in _UNUSED:
        schemas.pop(name, None)
    text = json.dumps(document)
    prefix = "".join(part.capitalize() for part in service.split("-"))
    for name in [name for name, schema in schemas.items() if taken.get(name, schema) != schema]:
        text = text.replace(
            f'"#/components/schemas/{name}"', f'"#/components/schemas/{prefix}{name}"'
        )
        text = text.replace(f'"{name}": {{', f'"{prefix}{name}": {{')
    return json.loads(text)


def _operation(method: str, path: str, operation: dict[str, Any], service: str) -> dict[str, Any]:
    operation = {**operation, "tags": [service]}
    operation["responses"] = {
        **{code: r for code, r in operation["responses"].items() if code != "422"},
        "default": _PROBLEM_RESPONSE,
    }
    if (method.upper(), path) in WITHOUT_SESSION:
        operation["security"] = []
        return operation
    person = {"session": [], "csrf": []} if method.upper() in UNSAFE_METHODS else {"session": []}
    operation["security"] = [person, *([{"apiKey": []}] if _for_keys(operation) else [])]
    return operation


def _for_keys(operation: dict[str, Any]) -> bool:
    """Whether an API key can call this: it asks for permissions, and for such as keys can hold."""
    asked = set[str](operation.get("x-permissions", []))
    return bool(asked) and asked <= KEY_PERMISSIONS


def _events_path() -> dict[str, Any]:
    names = ", ".join(["hello", "heartbeat", "closed", *sorted(SHOWN)])
    return {
        "get": {
            "operationId": "streamEvents",
            "summary": "Live updates as server-sent events",
            "description": (
                "What happens in the caller's organization and brands, as it happens. Event names: "
                f"{names}. `hello` comes first, `heartbeat` every 15 s, both with `server_time`; "
                "`closed` gives the reason when the server ends the stream. Resume with Last-Event-ID; "
                "`hello.resumed` false means that something may have been missed: read anew."
            ),
            "tags": ["gateway"],
            "security": [{"session": []}, {"apiKey": []}],
            "responses": {
                "200": {
                    "description": "The stream.",
                    "content": {"text/event-stream": {"schema": {"type": "string"}}},
                },
                "default": _PROBLEM_RESPONSE,
            },
        }
    }


def _check_operation_ids(paths: dict[str, Any]) -> None:
    seen: set[str] = set()
    for item in paths.values():
        for operation in item.values():
            name = operation["operationId"]
            if name in seen:
                raise OpenApiConflict(f"the operation name {name} is used twice")
            seen.add(name)


def _whole(paths: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Leadline",
            "version": "1",
            "description": "Every path of the public API, served by the gateway.",
        },
        "servers": [{"url": "/"}],
        "security": [{"session": []}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": "leadline_session"},
                "csrf": {"type": "apiKey", "in": "header", "name": "X-CSRF-Token"},
                "apiKey": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": PATTERN,
                    "description": "An API key, as in docs/api-keys.md.",
                },
            },
        },
    }


def generate() -> dict[Path, str]:
    """What is written from the code, by file: the document, where the gateway and the dashboard's client
    generator read it, and the table of permissions. The same for the same code."""
    services = dict.fromkeys(route.service for route in ROUTES)
    document = merge({service: describe(service) for service in services})
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    table = permission_table.render(document)
    return {PATH: text, WEB_PATH: text, permission_table.PATH: table}


def main() -> None:
    """Writes each file whose folder is there."""
    for path, text in generate().items():
        if path.parent.is_dir():
            path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
