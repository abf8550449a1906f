"""The life of one process: wait for its turn, start, watch, start again, end."""

import asyncio
import contextlib
import subprocess
import time
from collections.abc import Sequence
from typing import Literal

from embedded.launch import end, kill_group, spawn, wait_exit
from embedded.logs import Sink, pump
from embedded.probes import Probe
from embedded.topology import Process

State = Literal[
    "waiting", "starting", "ready", "unready", "restarting", "done", "failed", "stopping", "stopped"
]

FIRST_BACKOFF_SECONDS = 0.5
LONGEST_BACKOFF_SECONDS = 15.0
SETTLED_SECONDS = 30.0
START_PROBE_SECONDS = 0.05
WATCH_SECONDS = 5.0
FAILURES_TO_RESTART = 6
FAILED_STARTS = 5


class Worker:
    """Runs one :class:`Process` until told to stop. ``up`` is set while it is ready (or done)."""

    def __init__(self, process: Process, sinks: Sequence[Sink]) -> None:
        self.process = process
        self.state: State = "waiting"
        self.restarts = 0
        self.up = asyncio.Event()
        self._sinks = list(sinks)
        self._popen: subprocess.Popen[bytes] | None = None
        self._early_exits = 0
        self._backoff = FIRST_BACKOFF_SECONDS
        self._stopping = False
        self._asked = asyncio.Event()

    @property
    def pid(self) -> int | None:
        return self._popen.pid if self._popen else None

    async def run(self, before: Sequence["Worker"]) -> None:
        """Keep it running; each start waits until everything in ``before`` is up."""
        while not self._stopping:
            for other in before:
                await other.up.wait()
            began = time.monotonic()
            status = await self._run_once()
            self.up.clear()
            if self._stopping:
                break
            if self.process.kind == "task" and status == 0:
                self.state = "done"
                self.up.set()
                return
            await self._pause(time.monotonic() - began, status)
        self.state = "stopped"

    async def stop(self, grace_seconds: float) -> None:
        """Ask it to end and wait; by force after the grace."""
        self._stopping = True
        if self._popen:
            self.state = "stopping"
            await end(self._popen, self.process.stop_signal, grace_seconds=grace_seconds)

    async def restart(self) -> None:
        """End it in order; the loop starts it again at once."""
        self._asked.set()
        if self._popen:
            await end(self._popen, self.process.stop_signal, grace_seconds=15)

    def kill(self) -> None:
        self._stopping = True
        if self._popen:
            kill_group(self._popen)

    async def _run_once(self) -> int:
        """Start it, watch it, and return its exit status."""
        self.state = "starting"
        self._asked.clear()
        try:
            launch = await self.process.launch()
            if self._stopping:
                return 0
            self._popen = popen = spawn(launch, subprocess.PIPE)
        except Exception as error:  # noqa: BLE001 - whatever it was, it is shown and tried again
            self._say(f"cannot start: {error}")
            return 1
        if popen.stdout is None:
            raise RuntimeError("spawned without a pipe")
        output = asyncio.create_task(pump(popen.stdout, self._sinks))
        watch = asyncio.create_task(self._watch())
        try:
            return await wait_exit(popen)
        finally:
            self._popen = None
            kill_group(popen)
            watch.cancel()
            await asyncio.wait([output], timeout=1)
            output.cancel()

    async def _watch(self) -> None:
        """Set ``up`` once it is ready, then keep looking; end it when it no longer lives."""
        ready, alive = self.process.ready, self.process.alive
        if ready is None:
            return
        failures = 0
        while failures < FAILURES_TO_RESTART:
            is_ready = await self._holds(ready)
            if is_ready:
                self._early_exits = 0
                self.up.set()
            if self.up.is_set():
                self.state = "ready" if is_ready else "unready"
            await asyncio.sleep(WATCH_SECONDS if self.up.is_set() else START_PROBE_SECONDS)
            if self.up.is_set() and alive:
                failures = 0 if await self._holds(alive) else failures + 1
        self._say("it no longer reports itself alive: ending it")
        if self._popen:
            await end(self._popen, self.process.stop_signal, grace_seconds=5)

    async def _holds(self, probe: Probe) -> bool:
        try:
            return await probe()
        except Exception as error:  # noqa: BLE001 - a probe's fault must not end the watch
            self._say(f"probe failed: {error!r}")
            return False

    async def _pause(self, lived_seconds: float, status: int) -> None:
        """Wait before the next start: longer each time, unless it had settled or was asked."""
        self.restarts += 1
        if self._asked.is_set():
            return
        settled = lived_seconds >= SETTLED_SECONDS
        self._backoff = FIRST_BACKOFF_SECONDS if settled else self._backoff
        self._early_exits += 1
        self.state = "failed" if self._early_exits >= FAILED_STARTS else "restarting"
        self._say(f"ended with status {status}; starting again in {self._backoff:g} s")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._asked.wait(), self._backoff)
        self._backoff = min(self._backoff * 2, LONGEST_BACKOFF_SECONDS)

    def _say(self, text: str) -> None:
        for sink in self._sinks:
            sink(f"[supervisor] {text}\n".encode())
