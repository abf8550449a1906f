"""HTTP byte by byte: what a client library would refuse to send."""

import http.client
import socket
from contextlib import closing
from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """`headers` by lower-case name."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


def opened(port: int, *, seconds: float = 20) -> closing[socket.socket]:
    """A connection for as long as the block lasts."""
    return closing(socket.create_connection(("127.0.0.1", port), timeout=seconds))


def send(port: int, raw: bytes, *, seconds: float = 20) -> Answer:
    """The first answer to these bytes; a peer that hangs up without one raises."""
    with opened(port, seconds=seconds) as peer:
        peer.sendall(raw)
        return _read(peer)


def request(
    port: int, method: str, target: str | bytes, headers: dict[str, str], body: bytes = b""
) -> Answer:
    """One request with this request target as it is."""
    raw_target = target.encode("latin-1") if isinstance(target, str) else target
    lines = {"Host": f"127.0.0.1:{port}", "Connection": "close", **headers}
    if body:
        lines["Content-Length"] = str(len(body))
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    start = method.encode() + b" " + raw_target + b" HTTP/1.1\r\n"
    return send(port, start + head.encode("latin-1") + b"\r\n" + body)


def answers(port: int, raw: bytes, *, seconds: float = 5) -> bytes:
    """Everything that comes back until the peer closes or falls silent."""
    received = b""
    with opened(port, seconds=seconds) as peer:
        peer.sendall(raw)
        try:
            while piece := peer.recv(1 << 16):
                received += piece
        except TimeoutError:
            pass
    return received


def _read(peer: socket.socket) -> Answer:
    answer = http.client.HTTPResponse(peer)
    answer.begin()
    headers = {name.lower(): value for name, value in answer.getheaders()}
    return Answer(answer.status, headers, answer.read())
