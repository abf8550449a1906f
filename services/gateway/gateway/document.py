"""Serves the checked-in OpenAPI document of the whole system."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from .headers import API_SECURITY
from .pages import Reply
from .requests import EdgeRequest

PATH = Path(__file__).parent / "openapi.json"


@dataclass(frozen=True)
class Document:
    """The document's bytes and their tag."""

    body: bytes
    etag: str

    @classmethod
    def read(cls, path: Path = PATH) -> "Document":
        """From the file that `python -m gateway.openapi` writes."""
        body = path.read_bytes()
        return cls(body, f'"{hashlib.sha256(body).hexdigest()[:32]}"')

    def reply(self, request: EdgeRequest) -> Reply:
        """The document, or 304 when the caller has it."""
        headers = [
            *API_SECURITY,
            (b"content-type", b"application/json"),
            (b"cache-control", b"no-cache"),
            (b"etag", self.etag.encode()),
        ]
        if self.etag in (request.header(b"if-none-match") or ""):
            return Reply(304, headers, b"")
        return Reply(200, headers, self.body)
