"""Whether the ports are free, and who holds them when they are not."""

import asyncio
import contextlib
import socket
from collections.abc import Mapping

import psutil

_RELEASE_SECONDS = 5.0


class PortTakenError(Exception):
    """A port is in use by something else. Says which, who wants it, who has it, what to do."""


async def require_free(wanted: Mapping[int, str]) -> None:
    """Raise :class:`PortTakenError` unless each port (→ who wants it) can be bound.

    Waits a few seconds first: processes of a killed supervisor need a moment to vanish.
    """
    taken = [port for port in wanted if not is_free(port)]
    for _ in range(int(_RELEASE_SECONDS / 0.1)):
        if not taken:
            return
        await asyncio.sleep(0.1)
        taken = [port for port in taken if not is_free(port)]
    if taken:
        lines = [f"port {port}, wanted by {wanted[port]}, is taken{_by(port)}" for port in taken]
        hint = "Stop what holds it, or choose other ports: make up PORT_BASE=<another base>"
        raise PortTakenError("\n".join([*lines, hint]))


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _by(port: int) -> str:
    with contextlib.suppress(psutil.Error):
        for connection in psutil.net_connections("tcp"):
            address = connection.laddr
            listens = connection.status == psutil.CONN_LISTEN and address and address[1] == port
            if listens and connection.pid:
                return f" by process {connection.pid} ({psutil.Process(connection.pid).name()})"
    return ""
