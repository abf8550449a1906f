"""Starts everything in order, keeps it running, ends it in the opposite order."""

import asyncio
import contextlib
import signal
from collections.abc import Mapping, Sequence

from embedded.control import Command, serve_control
from embedded.logs import LogFile, Prefixed, Sink
from embedded.ports import require_free
from embedded.run_file import RunFile
from embedded.secret_file import Secrets
from embedded.settings import Settings
from embedded.status import snapshot
from embedded.topology import Process
from embedded.worker import Worker

GRACE_SECONDS = 20.0


class Supervisor:
    """One installation's processes, under one lock."""

    def __init__(
        self, settings: Settings, secrets: Secrets, processes: Sequence[Process], *, echo: bool
    ) -> None:
        self._settings = settings
        self._secrets = secrets
        self._processes = processes
        self._echo = echo
        self._files: list[LogFile] = []
        self._stop = asyncio.Event()
        self._workers: dict[str, Worker] = {}
        self._lives: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Until stopped by a signal or by ``stop`` on the control port. A second signal kills.

        Raises PortTakenError, or AlreadyRunningError when another supervisor has this home.
        """
        port = self._settings.port("supervisor")
        with RunFile(self._settings.home) as run_file:
            wanted = {port: p.name for p in self._processes for port in p.ports}
            await require_free({**wanted, port: "the supervisor"})
            commands: dict[str, Command] = {
                "status": self._status, "stop": self._request_stop, "restart": self._restart,
            }  # fmt: skip
            async with serve_control(port, self._secrets.control_token, commands):
                run_file.write(port)
                self._listen_to_signals()
                try:
                    self._start()
                    await self._stop.wait()
                finally:
                    await self._shut()

    def _start(self) -> None:
        width = max(len(process.name) for process in self._processes)
        for index, process in enumerate(self._processes):
            sinks = self._sinks(process.name, index, width)
            self._workers[process.name] = Worker(process, sinks)
        for process in self._processes:
            before = [self._workers[name] for name in process.after]
            life = self._workers[process.name].run(before)
            self._lives[process.name] = asyncio.create_task(life, name=process.name)

    def _sinks(self, name: str, index: int, width: int) -> list[Sink]:
        file = LogFile(self._settings.home / "logs" / f"{name}.log")
        self._files.append(file)
        return [file.write, Prefixed(name, index, width)] if self._echo else [file.write]

    async def _shut(self) -> None:
        """End each process once everything that comes after it has ended."""
        ended = {name: asyncio.Event() for name in self._workers}

        async def shut(process: Process) -> None:
            for other in self._processes:
                if process.name in other.after:
                    await ended[other.name].wait()
            await self._workers[process.name].stop(GRACE_SECONDS)
            self._lives[process.name].cancel()
            ended[process.name].set()

        await asyncio.gather(*(shut(process) for process in self._processes))
        for life in self._lives.values():
            with contextlib.suppress(asyncio.CancelledError):
                await life
        for file in self._files:
            file.close()

    def _listen_to_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._on_signal)

    def _on_signal(self) -> None:
        if self._stop.is_set():
            for worker in self._workers.values():
                worker.kill()
        self._stop.set()

    async def _status(self, _: Mapping[str, str]) -> object:
        return [snapshot(worker) for worker in self._workers.values()]

    async def _request_stop(self, _: Mapping[str, str]) -> object:
        self._stop.set()
        return "stopping"

    async def _restart(self, arguments: Mapping[str, str]) -> object:
        worker = self._workers.get(arguments.get("name", ""))
        if worker is None:
            raise LookupError(f"no such process; there are {', '.join(self._workers)}")
        await worker.restart()
        return "restarting"
