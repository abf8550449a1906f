"""A process that dies where it is told: at a transaction, a request or a write to the store."""

import contextlib
from collections.abc import AsyncGenerator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from fastapi import FastAPI
from shared.db import Db, Scope, Tx
from shared.objects import ObjectStore, Stored

NOW = datetime(2026, 3, 16, 18, 30, tzinfo=UTC)


class Crash(BaseException):
    """The process is gone: nothing after this line ran."""


class CrashPlan:
    """Dies when the `at`-th point is passed; with None never. Counts either way."""

    def __init__(self) -> None:
        self.at: int | None = None
        self.passed = 0
        self.where = ""

    def arm(self, at: int | None) -> None:
        self.at, self.passed = at, 0

    def point(self, where: str) -> None:
        self.passed += 1
        if self.passed == self.at:
            self.where = where
            raise Crash(where)


class Clock:
    """Stands still until it is moved; the sandbox's moves with it."""

    def __init__(self, sandbox: FastAPI) -> None:
        self._sandbox = sandbox.state.deps.clock
        self.now = NOW
        self.move(NOW)

    def __call__(self) -> datetime:
        return self.now

    def move(self, to: datetime) -> None:
        self.now = to
        self._sandbox.set(to, frozen=True)

    def forward(self, **parts: float) -> None:
        self.move(self.now + timedelta(**parts))


class CrashingDb(Db):
    """Dies before, inside and after transactions."""

    plan: CrashPlan

    @contextlib.asynccontextmanager
    async def tx(self, scope: Scope) -> AsyncGenerator[Tx]:
        self.plan.point("before a transaction")
        async with super().tx(scope) as tx:
            yield tx
            self.plan.point("before a commit")
        self.plan.point("after a commit")


class CrashingStore:
    """Dies before and after an object is put."""

    def __init__(self, store: ObjectStore, plan: CrashPlan) -> None:
        self.store = store
        self.plan = plan

    async def put(self, key: str, content: bytes | Path) -> Stored:
        self.plan.point("before a put")
        stored = await self.store.put(key, content)
        self.plan.point("after a put")
        return stored


class Wire(httpx.AsyncBaseTransport):
    """The network to the sandbox: cut connections look as they do on a socket."""

    def __init__(self, app: FastAPI, plan: CrashPlan) -> None:
        self._inner = httpx.ASGITransport(app)
        self._plan = plan
        self.intercept: Callable[[httpx.Request], httpx.Response | None] = lambda _: None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._plan.point("before a request")
        try:
            response = self.intercept(request) or await self._inner.handle_async_request(request)
        except ConnectionResetError:
            raise httpx.ReadError("connection reset", request=request) from None
        self._plan.point("after a request")
        return response
