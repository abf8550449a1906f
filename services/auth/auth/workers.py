"""Work that outlasts a tick or a request: tasks of this process, few at a time.

What a task does is leased in Postgres; a task that dies with the process is taken up after its lease.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar
from uuid import UUID

import structlog

R = TypeVar("R")
_log = structlog.get_logger(__name__)


class Workers:
    """A resource. Each task is known by the lease token it holds. Its end waits `grace_seconds` for what
    is under way, then cuts it."""

    def __init__(self, name: str, *, limit: int, grace_seconds: float = 0) -> None:
        self._name = name
        self._limit = limit
        self._grace_seconds = grace_seconds
        self._tasks: dict[UUID, asyncio.Task[Any]] = {}

    @property
    def full(self) -> bool:
        return len(self._tasks) >= self._limit

    @property
    def lease_tokens(self) -> list[UUID]:
        return list(self._tasks)

    def spawn(self, lease_token: UUID, work: Coroutine[Any, Any, R]) -> asyncio.Task[R]:
        task = asyncio.create_task(work, name=f"{self._name}:{lease_token}")
        self._tasks[lease_token] = task
        task.add_done_callback(lambda done: self._finished(lease_token, done))
        return task

    async def start(self) -> None:
        """Tasks begin when they are spawned."""

    async def stop(self) -> None:
        if self._tasks and self._grace_seconds:
            await asyncio.wait(list(self._tasks.values()), timeout=self._grace_seconds)
        await self.cut()

    async def cut(self) -> None:
        """Every task ends where it stands."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def idle(self) -> None:
        """Until every task has ended."""
        while self._tasks:
            await asyncio.wait(list(self._tasks.values()))
            await asyncio.sleep(0)

    def _finished(self, lease_token: UUID, task: asyncio.Task[Any]) -> None:
        self._tasks.pop(lease_token, None)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("worker_failed", worker=self._name, error=repr(error))
