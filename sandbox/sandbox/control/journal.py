"""The last requests, without secrets: what tests ask to know what a client really did."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from sandbox.clock import stamp

_SECRET_PARAMETERS = frozenset({"code", "state", "sig", "code_challenge", "client_secret"})
_KEPT_HEADERS = (
    "amazon-advertising-api-scope", "amazon-ads-accountid", "amazon-advertising-api-advertiserid",
    "amazon-advertising-api-marketplaceid", "user-agent", "traceparent",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    at: datetime
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    status: int | None
    fault: str | None
    request_id: str

    def as_json(self) -> dict[str, Any]:
        return {
            "at": stamp(self.at), "method": self.method, "path": self.path, "query": self.query,
            "headers": self.headers, "status": self.status, "fault": self.fault,
            "request_id": self.request_id,
        }  # fmt: skip


class Journal:
    def __init__(self, size: int) -> None:
        self._entries: deque[Entry] = deque(maxlen=size)

    def add(self, entry: Entry) -> None:
        self._entries.append(entry)

    def clear(self) -> None:
        self._entries.clear()

    def entries(self, contains: str, limit: int) -> list[Entry]:
        """Newest last; `contains` is looked for in "METHOD path"."""
        found = [item for item in self._entries if contains in f"{item.method} {item.path}"]
        return found[-limit:]


def safe_query(query: bytes) -> dict[str, str]:
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    return {name: "***" if name in _SECRET_PARAMETERS else value[:200] for name, value in pairs}


def safe_headers(headers: list[tuple[bytes, bytes]]) -> dict[str, str]:
    named = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers}
    return {name: named[name][:200] for name in _KEPT_HEADERS if name in named}
