"""HTTP as every service reads it from its sockets, before there is a request: bounded, and told in JSON.

The parser itself collects a head or a trailer of any length. Here a peer that sends more than
`MAX_SILENT_BYTES` of what is neither a body nor the end of anything is answered 431 and cut off, so
that nobody fills the memory. What is no HTTP at all is answered 400 as problem+json.
"""

import json
from http import HTTPStatus
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from .errors import AppError, BadRequest
from .ids import new_id

MAX_SILENT_BYTES = 128 * 1024


class HeadersTooLarge(AppError):
    """More header bytes than anybody needs."""

    status: ClassVar[int] = 431
    default_code: ClassVar[str] = "headers_too_large"


class BoundedHttp(HttpToolsProtocol):
    """Uvicorn's protocol on httptools with a limit on heads and trailers."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._silent_bytes = 0
        self._got_somewhere = False

    def data_received(self, data: bytes) -> None:
        """Feeds the parser; counts what led to nothing yet."""
        self._got_somewhere = False
        super().data_received(data)
        self._silent_bytes = 0 if self._got_somewhere else self._silent_bytes + len(data)
        if self._silent_bytes > MAX_SILENT_BYTES:
            self._refuse(HeadersTooLarge("The headers are too long."))

    def on_headers_complete(self) -> None:
        self._got_somewhere = True
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._got_somewhere = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._got_somewhere = True
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """What the parser could not read."""
        self._refuse(BadRequest(msg, code="malformed_http"))

    def _refuse(self, error: AppError) -> None:
        """Answer and hang up; only hang up where an answer is under way."""
        begun = getattr(self.cycle, "response_started", False)
        answering = begun and not self.cycle.response_complete
        if not self.transport.is_closing() and not answering:
            self.transport.write(_answer(error))
        self.transport.close()


def _answer(error: AppError) -> bytes:
    request_id = new_id().hex
    body = json.dumps(error.problem(request_id)).encode()
    lines = (
        f"HTTP/1.1 {error.status} {HTTPStatus(error.status).phrase}",
        "content-type: application/problem+json",
        f"content-length: {len(body)}",
        "cache-control: no-store",
        "x-content-type-options: nosniff",
        f"x-request-id: {request_id}",
        "connection: close",
    )
    return "\r\n".join((*lines, "", "")).encode("ascii") + body
