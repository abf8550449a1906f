"""One OpenAPI document for the whole, equal to the code it describes."""

import json
from typing import Any

import pytest
from gateway import permission_table
from gateway.document import PATH
from gateway.openapi import OpenApiConflict, generate, merge
from gateway.routing import ROUTES, is_private, route_of
from shared.permissions import PERMISSIONS


def document(path: str, **schemas: Any) -> dict[str, Any]:
    operation = {
        "operationId": "list" + path.title().replace("/", ""),
        "responses": {
            "200": {"content": {"x": {"schema": {"$ref": "#/components/schemas/Item"}}}},
            "422": {},
        },
    }
    return {"paths": {path: {"get": operation}}, "components": {"schemas": schemas}}


def test_the_checked_in_documents_are_what_the_code_says() -> None:
    for path, text in generate().items():
        assert path.read_text(encoding="utf-8") == text, "run `make openapi`"


def test_the_table_of_permissions_names_every_operation_and_permission() -> None:
    table = permission_table.PATH.read_text(encoding="utf-8")
    for path, item in json.loads(PATH.read_text(encoding="utf-8"))["paths"].items():
        for method in item:
            assert f"`{method.upper()} {path}`" in table
    for name in PERMISSIONS:
        assert table.count(f"| `{name}` |") >= 1


def test_every_service_is_described_and_nothing_private() -> None:
    paths = json.loads(PATH.read_text(encoding="utf-8"))["paths"]
    described = {route.service for path in paths if (route := route_of(path)) is not None}
    assert described == {route.service for route in ROUTES}
    assert not [path for path in paths if is_private(path) or not path.startswith("/v1/")]


def test_every_reference_leads_somewhere() -> None:
    text = PATH.read_text(encoding="utf-8")
    schemas = json.loads(text)["components"]["schemas"]
    for part in text.split('"#/components/schemas/')[1:]:
        assert part.split('"')[0] in schemas


def test_a_schema_name_that_two_services_use_differently_is_told_apart() -> None:
    merged = merge(
        {
            "auth": document("/v1/brands", Item={"type": "object", "title": "A"}),
            "dsp-ingest": document("/v1/syncs", Item={"type": "object", "title": "B"}),
        }
    )
    schemas = merged["components"]["schemas"]
    assert (schemas["Item"]["title"], schemas["DspIngestItem"]["title"]) == ("A", "B")
    answer = merged["paths"]["/v1/syncs"]["get"]["responses"]
    assert answer["200"]["content"]["x"]["schema"]["$ref"].endswith("/DspIngestItem")
    assert "422" not in answer


def test_a_service_cannot_describe_a_path_that_is_not_routed_to_it() -> None:
    with pytest.raises(OpenApiConflict):
        merge({"auth": document("/v1/syncs")})


def test_an_operation_name_is_used_once() -> None:
    twice = document("/v1/brands")
    twice["paths"]["/v1/brands"]["post"] = twice["paths"]["/v1/brands"]["get"]
    with pytest.raises(OpenApiConflict):
        merge({"auth": twice})


def test_no_request_has_room_for_members_that_nobody_asked_for() -> None:
    """Whoever adds `role` or `organization_id` to a body is refused, not ignored."""
    document = json.loads(PATH.read_text(encoding="utf-8"))
    schemas = document["components"]["schemas"]
    lenient = [
        operation["operationId"]
        for item in document["paths"].values()
        for operation in item.values()
        if (body := operation.get("requestBody"))
        and (schema := body["content"]["application/json"]["schema"])
        and schemas[schema["$ref"].rpartition("/")[2]].get("additionalProperties") is not False
    ]
    assert lenient == []
