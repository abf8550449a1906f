"""Reads `GET /v1/events` in the background and keeps everything that came."""

import socket
import threading
from types import TracebackType
from typing import Self

from infra.agency import Agency, wait_for


class LiveReader:
    """Asks in HTTP/1.0, so that the stream comes as it is, without chunk lengths in between."""

    def __init__(self, agency: Agency, *, last_event_id: str = "") -> None:
        port = agency.installation.port_base
        cookie = "; ".join(f"{c.name}={c.value}" for c in agency.http.cookies.jar)
        resume = f"Last-Event-ID: {last_event_id}\r\n" if last_event_id else ""
        head = f"GET /v1/events HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\n{resume}"
        self._peer = socket.create_connection(("127.0.0.1", port), timeout=0.2)
        self._peer.sendall(f"{head}\r\n".encode())
        self._received = bytearray()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        wait_for(lambda: "event: hello" in self.text, "the live stream", 15)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join(5)
        self._peer.close()

    @property
    def text(self) -> str:
        return self._received.decode("utf-8", "replace")

    @property
    def last_event_id(self) -> str:
        ids = [line[4:] for line in self.text.splitlines() if line.startswith("id: ")]
        return ids[-1] if ids else ""

    def count(self, event: str) -> int:
        return self.text.count(f"event: {event}\n")

    def _read(self) -> None:
        while not self._stop.is_set():
            try:
                piece = self._peer.recv(1 << 16)
            except TimeoutError:
                continue
            if not piece:
                return
            self._received += piece
