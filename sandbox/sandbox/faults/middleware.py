"""The outermost layer: request ids, faults, the journal. Control calls pass untouched."""

import asyncio
import uuid
from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.clock import SandboxClock
from sandbox.control.journal import Entry, Journal, safe_headers, safe_query

from .files import FILE_KINDS, spoil_file
from .responses import HTML, Recorded, answer, broken, error_answer, hang_up, trickle
from .rules import ERROR_KINDS, Faults, Rule


class Edge:
    """Pure ASGI, so that it can stop in the middle of a body."""

    def __init__(self, app: ASGIApp, faults: Faults, journal: Journal, clock: SandboxClock) -> None:
        self._app = app
        self._faults = faults
        self._journal = journal
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/_sandbox"):
            await self._app(scope, receive, send)
            return
        request_id = str(uuid.uuid4())
        status: int | None = None

        async def marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *message["headers"], (b"x-amzn-requestid", request_id.encode()),
                ]  # fmt: skip
            await send(message)

        rule = self._faults.fire(scope["method"], scope["path"])
        try:
            await self._serve(rule, scope, receive, marked)
        finally:
            self._write(scope, status, rule, request_id)

    async def _serve(self, rule: Rule | None, scope: Scope, receive: Receive, send: Send) -> None:
        if rule is None:
            await self._app(scope, receive, send)
        elif rule.kind == "drop":
            await hang_up(scope, receive)
        elif rule.kind == "timeout":
            await _stall(receive, rule.seconds)
            await hang_up(scope, receive)
        elif rule.kind in ERROR_KINDS:
            await answer(send, *error_answer(rule, scope["path"], self._clock.now()))
        else:
            await self._spoil(rule, scope, receive, send)

    async def _spoil(self, rule: Rule, scope: Scope, receive: Receive, send: Send) -> None:
        """The application does its work; only the answer is hurt on its way."""
        kept = Recorded()
        await self._app(scope, receive, kept.send)
        if rule.kind == "truncate":
            start = {"type": "http.response.start", "status": kept.status}
            await send(start | {"headers": kept.resized(max(2, len(kept.body)))})
            half = kept.body[: len(kept.body) // 2]
            await send({"type": "http.response.body", "body": half, "more_body": True})
            await hang_up(scope, receive)
        elif rule.kind == "slow":
            await trickle(send, kept, rule.seconds)
        else:
            body, media = _spoiled(rule.kind, kept)
            await answer(send, kept.status, kept.resized(len(body), media), body)

    def _write(self, scope: Scope, status: int | None, rule: Rule | None, request_id: str) -> None:
        self._journal.add(
            Entry(
                self._clock.now(), scope["method"], scope["path"],
                safe_query(scope["query_string"]), safe_headers(scope["headers"]), status,
                rule.kind if rule else None, request_id,
            )
        )  # fmt: skip


def _spoiled(kind: str, kept: Recorded) -> tuple[bytes, bytes | None]:
    """Another body, and its media type where that is another one too."""
    if kind == "html_ok":
        return HTML, b"text/html"
    if kind == "wrong_content_type":
        return kept.body, b"text/plain"
    if kind in FILE_KINDS:
        return (spoil_file(kind, kept.body) if kept.status == 200 else kept.body), None
    return broken(kept.body), None


async def _stall(receive: Receive, seconds: float) -> None:
    """Silence for so many real seconds, or until the client gives up."""

    async def gone() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    with suppress(TimeoutError):
        await asyncio.wait_for(gone(), seconds)
