"""Background loops: jittered, counted, never silent, and dead ones make the process unhealthy."""

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from .metrics import counter

log = logging.getLogger(__name__)

TICKS = counter("loop_ticks_total", "Ticks of background loops", ["loop", "outcome"])

Tick = Callable[[], Awaitable[object]]
MIN_PATIENCE_SECONDS = 30.0


@dataclass
class _Loop:
    name: str
    seconds: float
    tick: Tick
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    last_tick: float = field(default_factory=time.monotonic)
    task: asyncio.Task[None] | None = None


class Loops:
    """The loops of one process. A resource; `alive` fails when one has not ticked for three intervals."""

    def __init__(self) -> None:
        self._loops: dict[str, _Loop] = {}
        self._stopping = False

    def every(self, seconds: float, tick: Tick, name: str) -> None:
        """Run `tick` about every `seconds`; again at once while it answers something true."""
        self._loops[name] = _Loop(name, seconds, tick)

    def wake(self, name: str) -> None:
        """Let the named loop tick now."""
        self._loops[name].wake.set()

    async def start(self) -> None:
        for loop in self._loops.values():
            loop.task = asyncio.create_task(self._run(loop), name=f"loop:{loop.name}")

    async def stop(self) -> None:
        self._stopping = True
        tasks = [loop.task for loop in self._loops.values() if loop.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def alive(self) -> str | None:
        """None, or which loop hangs."""
        now = time.monotonic()
        for loop in self._loops.values():
            patience = max(loop.seconds * 3, MIN_PATIENCE_SECONDS)
            if now - loop.last_tick > patience or (loop.task is not None and loop.task.done()):
                return f"loop {loop.name} has not ticked for {now - loop.last_tick:.0f} s"
        return None

    async def _run(self, loop: _Loop) -> None:
        while not self._stopping:
            loop.wake.clear()
            again = await self._tick(loop)
            loop.last_tick = time.monotonic()
            if again:
                await asyncio.sleep(0)
                continue
            pause = loop.seconds * random.uniform(0.9, 1.1)  # noqa: S311
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(loop.wake.wait(), pause)

    async def _tick(self, loop: _Loop) -> bool:
        try:
            again = bool(await loop.tick())
        except Exception as error:  # noqa: BLE001 - a loop outlives its ticks
            TICKS.labels(loop=loop.name, outcome="failed").inc()
            log.warning("loop %s failed: %s: %s", loop.name, type(error).__name__, error)
            return False
        TICKS.labels(loop=loop.name, outcome="done").inc()
        return again
