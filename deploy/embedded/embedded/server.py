"""One server on its own: what tests use, and what the topology builds on."""

import asyncio
import signal
import subprocess
from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar, Self

from embedded import unprivileged
from embedded.launch import Launch, end, kill_group, spawn, wait_exit

PROBE_SECONDS = 0.05


class StartFailedError(Exception):
    """A server ended, or never answered, while it was being started. Carries its last lines."""


class Server(ABC):
    """A server with its data in ``folder``, listening on 127.0.0.1:``port``.

    ``async with`` starts it, waits until it answers and stops it; the data stays in the folder and
    is used again by the next start, after a kill too. Output goes to ``log``. It dies
    with the process that started it.
    """

    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM
    start_seconds: ClassVar[float] = 60.0

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port
        self.log = folder.with_name(f"{folder.name}.log")
        self.process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    async def prepare(self) -> Launch:
        """Make the folder ready (first start: create the data) and say what to run."""

    @abstractmethod
    async def ready(self) -> bool:
        """Whether it answers now."""

    @property
    def ports(self) -> tuple[int, ...]:
        """All it listens on."""
        return (self.port,)

    async def start(self) -> None:
        """Start it and return once it answers. Raises :class:`StartFailedError`."""
        launch = await self.prepare()
        with self.log.open("ab") as output:
            self.process = spawn(launch, output)
        try:
            async with asyncio.timeout(self.start_seconds):
                while not await self.ready():
                    if self.process.poll() is not None:
                        raise StartFailedError(self._last_lines())
                    await asyncio.sleep(PROBE_SECONDS)
        except BaseException as error:
            await self.kill()
            if isinstance(error, TimeoutError):
                raise StartFailedError(self._last_lines()) from None
            raise

    async def stop(self) -> None:
        """Stop it in order; by force when it takes longer than 20 s."""
        if self.process is not None:
            await end(self.process, self.stop_signal, grace_seconds=20)
            self.process = None

    async def kill(self) -> None:
        """SIGKILL, as a crash would: no last write, no goodbye."""
        if self.process is not None:
            kill_group(self.process)
            await wait_exit(self.process)
            self.process = None

    async def erase(self) -> None:
        """Kill it and remove its data."""
        await self.kill()
        unprivileged.erase(self.folder)

    def _last_lines(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()[-15:]
        return f"{type(self).__name__} on port {self.port} did not start:\n" + "\n".join(lines)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()
