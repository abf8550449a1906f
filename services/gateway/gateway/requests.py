"""A request as the edge sees it: checked, with one meaning only, before anything acts on it.

Pure functions over the ASGI scope. Whatever two parsers could read differently (encoded slashes, dot
segments, both kinds of length, repeated headers that must be single) is refused with 400.
"""

import re
from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from shared.errors import BadRequest
from shared.http_protocol import HeadersTooLarge

_RAW_PATH = re.compile(rb"/(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*")
_RAW_QUERY = re.compile(rb"[!-~]*")
_FORBIDDEN_IN_PATH = frozenset("/\\%.\x7f") | {chr(c) for c in range(32)}
_ENCODED = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_SINGLE = frozenset(
    {b"host", b"authorization", b"content-length", b"content-type", b"transfer-encoding"}
)
_BAD_IN_VALUE = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
MAX_HEADERS = 200
MAX_HEADER_BYTES = 64 * 1024

Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class EdgeRequest:
    """`target` is the raw path exactly as it goes upstream; `path` the same with encodings resolved."""

    method: str
    path: str
    target: str
    query: str
    headers: Headers
    ip: str
    scheme: str
    host: str
    request_id: str

    def header(self, name: bytes) -> str | None:
        """The first value of a header (lower-case name), latin-1 decoded."""
        for key, value in self.headers:
            if key == name:
                return value.decode("latin-1")
        return None

    @property
    def content_length(self) -> int | None:
        """The declared length of the body in bytes, None when it is chunked or absent."""
        value = self.header(b"content-length")
        return None if value is None else int(value)


def check_headers(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    """The headers, lower-cased; raises BadRequest where they could be read in two ways, and
    HeadersTooLarge."""
    headers = list(headers)
    size = sum(len(name) + len(value) for name, value in headers)
    if len(headers) > MAX_HEADERS or size > MAX_HEADER_BYTES:
        raise HeadersTooLarge(
            f"There are {len(headers)} headers of {size} bytes.",
            hint=f"At most {MAX_HEADERS} headers of {MAX_HEADER_BYTES} bytes are read.",
        )
    seen: set[bytes] = set()
    checked: Headers = []
    for raw_name, value in headers:
        name = raw_name.lower()
        if name in _SINGLE and name in seen:
            raise BadRequest(
                f"The header {name.decode()} was sent twice.", code="ambiguous_request"
            )
        if _BAD_IN_VALUE.search(value):
            raise BadRequest("A header holds control characters.", code="ambiguous_request")
        seen.add(name)
        checked.append((name, value))
    if b"content-length" in seen and b"transfer-encoding" in seen:
        raise BadRequest(
            "Content-Length and Transfer-Encoding exclude each other.", code="ambiguous_request"
        )
    for name, value in checked:
        if name == b"content-length" and not value.isdigit():
            raise BadRequest("Content-Length is not a number.", code="ambiguous_request")
        if name == b"transfer-encoding" and value.strip().lower() != b"chunked":
            raise BadRequest("Only chunked transfer encoding is known.", code="ambiguous_request")
    return checked


def clean_path(raw: bytes) -> str:
    """The one meaning of a raw path; raises BadRequest when there could be another."""
    if not _RAW_PATH.fullmatch(raw):
        raise BadRequest("The path holds characters that must be encoded.", code="malformed_path")
    path = _ENCODED.sub(_decoded, raw.decode("ascii"))
    segments = path.split("/")[1:]
    if any(segment in {".", ".."} for segment in segments) or "" in segments[:-1]:
        raise BadRequest("The path holds empty or dot segments.", code="malformed_path")
    return path


def _decoded(match: re.Match[str]) -> str:
    try:
        text = unquote_to_bytes(match.group()).decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRequest("The path is not valid UTF-8.", code="malformed_path") from error
    if not _FORBIDDEN_IN_PATH.isdisjoint(text):
        raise BadRequest("The path hides separators in encodings.", code="malformed_path")
    return text


def clean_query(raw: bytes) -> str:
    """The query string unchanged; raises BadRequest when it is not ASCII or its encodings not UTF-8."""
    if not _RAW_QUERY.fullmatch(raw):
        raise BadRequest("The query holds characters that must be encoded.", code="malformed_query")
    if b"%" in raw:
        try:
            unquote_to_bytes(raw).decode("utf-8")
        except UnicodeDecodeError as error:
            raise BadRequest("The query is not valid UTF-8.", code="malformed_query") from error
    return raw.decode("ascii")


def raw_path_of(scope: MutableMapping[str, Any]) -> bytes:
    """The path as it stood on the wire, without its query."""
    raw: bytes | None = scope.get("raw_path")
    if raw is None:
        raw = str(scope["path"]).encode("utf-8")
    return raw.partition(b"?")[0]


def cookie_values(headers: Headers, name: str) -> list[str]:
    """Every value sent under a cookie's name, over all Cookie headers, without empty ones."""
    wanted, values = name.encode("ascii"), list[str]()
    for key, header in headers:
        if key != b"cookie":
            continue
        for pair in header.split(b";"):
            cookie, separator, value = pair.strip().partition(b"=")
            if separator and cookie == wanted and value:
                values.append(value.strip(b'"').decode("latin-1"))
    return values
