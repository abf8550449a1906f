"""Service defaults in one call: errors, health, metrics, request ids, traces, limits, lifecycle."""

import contextlib
import re
import time
from collections.abc import AsyncGenerator, Generator, Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from . import health, idempotency, parked, problems
from .audit.refusals import Refusals
from .audit.requests import under_way
from .deps import audit_rest
from .ids import new_id
from .internal_tokens import TokenVerifier
from .logs import bound
from .metrics import histogram
from .settings import ServiceSettings
from .telemetry import extract, setup_telemetry, span

REQUESTS = histogram(
    "http_request_duration_seconds",
    "Time to answer, by route and status class",
    ["route", "status"],
)
_REQUEST_ID = re.compile(r"^[A-Za-z0-9._-]{8,64}$")
_QUIET = ("/livez", "/readyz", "/metrics")


def create_service_app(
    settings: ServiceSettings,
    deps: Any,
    *,
    service: str,
    routers: Sequence[APIRouter],
    resources: Sequence[Any],
) -> FastAPI:
    """The service's app. Resources (`start`, `stop`, optionally `ready`, `alive`) start in order, stop
    in reverse. `deps` (with `.db` and `.bus`) is what `shared.deps.get_deps` hands to routes."""
    telemetry = setup_telemetry(service, settings)
    refusals = Refusals(deps.db)
    app = FastAPI(
        title=f"Leadline {service}",
        version="1",
        lifespan=_lifespan([telemetry, *resources, refusals]),
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        telemetry={"tracing": False},
        dependencies=[Depends(audit_rest, scope="function")],
    )
    app.state.deps = deps
    app.state.refusals = refusals
    app.state.resources = [*resources, refusals]
    app.state.verifier = TokenVerifier(service, settings.internal_public_keys)
    problems.install(app)
    idempotency.install(app)
    for router in (health.router, parked.router, *routers):
        app.include_router(router)
    app.add_middleware(Observe, max_body_bytes=settings.max_body_bytes)
    return app


def _lifespan(resources: Sequence[Any]) -> Any:
    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncGenerator[None]:
        async with contextlib.AsyncExitStack() as stack:
            for resource in resources:
                stack.push_async_callback(resource.stop)
                await resource.start()
            yield

    return lifespan


class Observe:
    """Request id, trace, log context, latency and body limit; plain ASGI to stay cheap."""

    def __init__(self, app: ASGIApp, *, max_body_bytes: int) -> None:
        self._app = app
        self._max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in _QUIET:
            await self._app(scope, receive, send)
            return
        headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}
        request_id = headers.get("x-request-id", "")
        if not _REQUEST_ID.match(request_id):
            request_id = str(new_id())
        scope.setdefault("state", {})["request_id"] = request_id
        answer = _Answer(send, request_id)
        with (
            bound(request_id=request_id),
            span(f"{scope['method']} {scope['path']}", parent=extract(headers)),
            answer.timed(scope),
            under_way(scope),
        ):
            await self._app(scope, limited(receive, headers, self._max_body_bytes), answer.send)


def limited(receive: Receive, headers: Mapping[str, str], max_bytes: int) -> Receive:
    """`receive`, raising 413 when the body is declared or turns out to be over `max_bytes`."""
    declared = headers.get("content-length", "")
    taken = int(declared) if declared.isdecimal() and int(declared) > max_bytes else 0

    async def take() -> Message:
        nonlocal taken
        message = await receive() if taken <= max_bytes else {"type": "http.request"}
        taken += len(message.get("body", b""))
        if taken > max_bytes:
            raise HTTPException(413, f"The body is over the limit of {max_bytes} bytes.")
        return message

    return take


class _Answer:
    """Watches one response go out."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self._request_id = request_id
        self._status = 500

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            headers = [*message.get("headers", ()), (b"x-request-id", self._request_id.encode())]
            message = {**message, "headers": headers}
        await self._send(message)

    @contextlib.contextmanager
    def timed(self, scope: Scope) -> Generator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            route = getattr(scope.get("route"), "path", "unmatched")
            REQUESTS.labels(route=route, status=f"{self._status // 100}xx").observe(
                time.perf_counter() - started
            )
