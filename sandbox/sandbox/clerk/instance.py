"""The instance as a whole, and the loop that sends its webhooks."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass

import httpx

from sandbox.clock import SandboxClock
from sandbox.settings import Settings
from sandbox.state import State

from .directory import Directory
from .keys import SigningKeys
from .webhooks import Endpoint

TICK_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class ClerkInstance:
    """What the sandbox knows of Clerk."""

    keys: SigningKeys
    directory: Directory
    endpoint: Endpoint
    http: httpx.AsyncClient

    @classmethod
    def build(
        cls, settings: Settings, state: State, clock: SandboxClock,
        transport: httpx.AsyncBaseTransport | None,
    ) -> "ClerkInstance":  # fmt: skip
        """`transport` takes the place of the network in tests."""
        http = httpx.AsyncClient(transport=transport, trust_env=False)
        secret = settings.sandbox_clerk_webhook_secret.get_secret_value()
        endpoint = Endpoint(state, http, settings.sandbox_clerk_webhook_url, secret)
        directory = Directory(state, clock, settings.sandbox_seed, endpoint.tell)
        return cls(SigningKeys(state), directory, endpoint, http)

    @contextlib.asynccontextmanager
    async def sending(self) -> AsyncGenerator[None]:
        """Webhooks leave while this is open; an endpoint known from the start hears of everybody."""
        if self.endpoint.is_set:
            self.directory.tell_all()
        task = asyncio.create_task(self._send())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await self.http.aclose()

    async def _send(self) -> None:
        while True:
            await self.endpoint.tick()
            await asyncio.sleep(TICK_SECONDS)
