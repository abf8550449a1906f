"""A few pieces of work at once, beside the loop that claims them."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from shared.db import CONNECTION_ERRORS
from shared.loops import Loops

from .deps import Deps

log = logging.getLogger(__name__)
W = TypeVar("W")


@dataclass(frozen=True, slots=True)
class Trade(Generic[W]):
    """How work of one kind is got, done and given back; `loop` is the loop that claims it."""

    loop: str
    concurrency: int
    claim: Callable[[Deps], Awaitable[W | None]]
    carry_out: Callable[[Deps, W], Awaitable[None]]
    release: Callable[[Deps, Sequence[W]], Awaitable[None]]


class Workers(Generic[W]):
    """A resource: up to `concurrency` at once. `tick` fills the free places and returns, so that a
    long download never looks like a dead loop."""

    def __init__(self, deps: Deps, loops: Loops, trade: Trade[W]) -> None:
        self._deps = deps
        self._loops = loops
        self._trade = trade
        self._tasks: dict[asyncio.Task[Any], W] = {}

    async def start(self) -> None:
        """Work begins with the first tick."""

    async def stop(self) -> None:
        """Gives unfinished work back, so that the next process need not wait for its leases."""
        works = list(self._tasks.values())
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if works:
            with contextlib.suppress(*CONNECTION_ERRORS):
                await self._trade.release(self._deps, works)

    async def tick(self) -> bool:
        """Claims one piece if a place is free; True when it did."""
        if len(self._tasks) >= self._trade.concurrency:
            return False
        work = await self._trade.claim(self._deps)
        if work is None:
            return False
        task = asyncio.create_task(self._carry_out(work), name=f"{self._trade.loop}-step")
        self._tasks[task] = work
        task.add_done_callback(self._done)
        return True

    async def _carry_out(self, work: W) -> None:
        await self._trade.carry_out(self._deps, work)

    def _done(self, task: asyncio.Task[Any]) -> None:
        del self._tasks[task]
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning("a step was not recorded: %s: %s", type(error).__name__, error)
            return
        self._loops.wake(self._trade.loop)
