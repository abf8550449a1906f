"""Stands before the application and answers 429 in the family's own words."""

import math

import orjson
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.clock import SandboxClock
from sandbox.envelopes import family_of as envelope_of
from sandbox.faults.responses import dated_retry

from .model import Quota, account_of, family_of


class Gate:
    """Inside the layer of faults and the journal: what a fault answers costs no quota."""

    def __init__(self, app: ASGIApp, quota: Quota, clock: SandboxClock) -> None:
        self._app = app
        self._quota = quota
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        wait = self._ask(scope) if scope["type"] == "http" and self._quota.rules else 0.0
        if wait > 0:
            await self._refuse(scope, send, wait)
        else:
            await self._app(scope, receive, send)

    def _ask(self, scope: Scope) -> float:
        _, region, inner = [*scope["path"].split("/", 2), "", ""][:3]
        family = family_of(scope["method"], f"/{inner}")
        if family is None:
            return 0.0
        named = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        return self._quota.ask(region, family, account_of(named), self._clock.now())

    async def _refuse(self, scope: Scope, send: Send, wait: float) -> None:
        inner = "/" + scope["path"].split("/", 2)[2]
        error = envelope_of(inner)(429, "Too Many Requests")
        body = orjson.dumps(error.body)
        headers = [
            (b"content-type", error.media.encode()),
            (b"content-length", str(len(body)).encode()),
            *self._retry_after(wait),
        ]
        await send({"type": "http.response.start", "status": 429, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _retry_after(self, wait: float) -> list[tuple[bytes, bytes]]:
        """Whole seconds, or a date beside the sandbox's own `Date`."""
        if not self._quota.with_retry_after:
            return []
        seconds = max(1, math.ceil(wait))
        if self._quota.form == "seconds":
            return [(b"retry-after", str(seconds).encode())]
        return dated_retry(self._clock.now(), seconds)
