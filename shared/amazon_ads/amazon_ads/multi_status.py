"""The 207 of `/adsApi/v1`: each entry of a request with its own success or errors."""

from __future__ import annotations

from .errors import (
    AmazonError,
    BadRequest,
    Forbidden,
    NotFound,
    RateLimited,
    Unauthorized,
    Unavailable,
)
from .fields import optional_integer, text
from .responses import Json, objects

_KINDS: dict[str, type[AmazonError]] = {
    "FORBIDDEN": Forbidden,
    "INTERNAL_ERROR": Unavailable,
    "NOT_FOUND": NotFound,
    "RESOURCE_ID_NOT_FOUND": NotFound,
    "TOO_MANY_REQUESTS": RateLimited,
    "UNAUTHORIZED": Unauthorized,
}


def entry_error(raw: Json) -> AmazonError:
    """The exception for an entry of `error`, after its first error; BadRequest for most codes."""
    found = objects(raw.get("errors"))
    first: Json = found[0] if found else {}
    code = text(first, "code")
    told = [f"{text(e, 'fieldLocation')}: {text(e, 'message')}".removeprefix(": ") for e in found]
    kind = _KINDS.get(code, BadRequest)
    return kind("; ".join(told) or "Amazon gave no reason", status=207, code=code or None)


def entry_of(answer: Json, index: int, name: str) -> Json | None:
    """`name` of the success with this index, None where there is none; raises the entry's error."""
    for entry in objects(answer.get("error")):
        if optional_integer(entry, "index") == index:
            raise entry_error(entry)
    for entry in objects(answer.get("success")):
        if optional_integer(entry, "index") == index and isinstance(entry.get(name), dict):
            return entry[name]
    return None
