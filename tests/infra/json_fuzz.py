"""JSON values grown from a JSON schema: nearly right ones, wrong ones, and strange ones."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from infra.operations import document

Schema = dict[str, Any]
STRANGE = st.sampled_from(
    [
        "\x00", "\ud800", "'", "\"", "%s", "{}", "$1", "../..", "\u202e", "\U0001f4a9", "0", "-1",
        "NaN", "1e309", "null", "a" * 5000, "; drop table x", "=1+1", "\r\nX: y", "2026-02-30",
    ]
)  # fmt: skip
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | STRANGE,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)  # fmt: skip
WORDS = ("clicks", "total_cost", "roas", "date", "brand", "advertiser", "order", "creative")


def bodies(schema: Schema) -> st.SearchStrategy[Any]:
    """Mostly bodies that come far, with a part of them wrong."""
    return st.one_of(nearly(schema), nearly(schema), nearly(schema), ANYTHING)


def nearly(schema: Schema) -> st.SearchStrategy[Any]:
    """Values of the schema; now and then something else in their place."""
    right = _right(_resolved(schema))
    return st.integers(0, 11).flatmap(lambda draw: ANYTHING if draw == 0 else right)


def _resolved(schema: Schema) -> Schema:
    if "$ref" not in schema:
        return schema
    return document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]


def _right(schema: Schema) -> st.SearchStrategy[Any]:
    if "anyOf" in schema:
        return st.one_of(*(nearly(option) for option in schema["anyOf"]))
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    kinds: dict[str, Callable[[Schema], st.SearchStrategy[Any]]] = {
        "object": _object,
        "array": lambda item: st.lists(nearly(item["items"]), max_size=5),
        "string": _string,
        "integer": lambda _: st.integers(1, 10_000) | st.sampled_from([0, -1, 2**63, 10**40]),
        "boolean": lambda _: st.booleans(),
        "null": lambda _: st.none(),
    }
    return kinds[schema["type"]](schema)


def _object(schema: Schema) -> st.SearchStrategy[Any]:
    """Most required members, some optional ones, rarely one nobody knows."""
    members: dict[str, Schema] = schema.get("properties", {})
    needed = {name: nearly(members[name]) for name in schema.get("required", ())}
    free = {name: nearly(item) for name, item in members.items() if name not in needed}
    whole = st.fixed_dictionaries(needed, optional=free)
    lacking = st.fixed_dictionaries({}, optional={**needed, **free, "unheard_of": ANYTHING})
    return st.one_of(whole, whole, whole, lacking)


def _string(schema: Schema) -> st.SearchStrategy[Any]:
    match schema.get("format"):
        case "uuid":
            return st.uuids().map(str)
        case "date":
            near = st.sampled_from(["2026-11-01", "2026-11-20", "0001-01-01", "9999-12-31"])
            return near | st.dates().map(str)
        case _:
            return st.text(max_size=40) | st.sampled_from(WORDS) | STRANGE
