"""The public edge, outermost: what a request must pass before any service hears of it.

In this order: one meaning (requests), known path and method (routing), an API key (keys) or same origin
(guards), a limit, a session, its CSRF token; then the answer of a service (forwarding), a live stream, or a page.
"""

import time
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any, Protocol

import orjson
from shared.errors import AppError, BadRequest, NotFound, Unauthenticated
from shared.ids import new_id
from shared.internal_tokens import Actor, TokenSigner
from shared.metrics import histogram
from shared.telemetry import bound, get_logger, inject, span

from . import routing
from .aftermath import Aftermath
from .callers import Caller
from .clientip import Proxies
from .document import Document
from .forwarding import ClientGone, Forwarder, Receive, ResponseSender, Send
from .guards import check_csrf, check_same_site, check_viewing
from .headers import API_SECURITY, HSTS, to_upstream
from .journal import Journal
from .keys import KeyDesk, KeyEnded, key_of
from .limits import Limits
from .live.stream import Live, Recheck
from .pages import Pages, Reply, after_amazon, to_login, with_slash
from .readiness import Readiness
from .requests import (
    EdgeRequest,
    check_headers,
    clean_path,
    clean_query,
    cookie_values,
    raw_path_of,
)
from .sessions import Session, Sessions

_log = get_logger(__name__)
_SECONDS = histogram(
    "edge_request_duration_seconds", "Time to answer at the edge", ["service", "status"]
)
_ANONYMOUS_TOKEN_SECONDS = 60


class App(Protocol):
    """An ASGI application."""

    async def __call__(
        self, scope: MutableMapping[str, Any], receive: Receive, send: Send, /
    ) -> None: ...


class MethodNotAllowed(AppError):
    """The path exists, not for this method."""

    status = 405
    default_code = "method_not_allowed"


@dataclass(frozen=True)
class EdgeParts:
    """What the edge is made of; built in `main`."""

    upstreams: dict[str, str]
    origins: frozenset[str]
    proxies: Proxies
    cookie_name: str
    signer: TokenSigner
    sessions: Sessions
    keys: KeyDesk
    limits: Limits
    forwarder: Forwarder
    live: Live
    pages: Pages
    document: Document
    readiness: Readiness
    journal: Journal
    aftermath: Aftermath


class Edge:
    """The ASGI application that is served; `app` behind it has the lifespan, /livez and /metrics."""

    def __init__(self, app: App, parts: EdgeParts) -> None:
        self.app = app
        self.parts = parts

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Serve one connection event; a request that fails is answered with problem+json."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def _http(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        request_id = new_id().hex
        sender = ResponseSender(send, [(b"x-request-id", request_id.encode())])
        call = _Call(self, scope, receive, sender, request_id)
        try:
            with bound(request_id=request_id):
                await call.answer()
        except ClientGone:
            return
        except AppError as error:
            await call.tell(error)
            if not await call.led_back(error):
                await _fail(sender, error, request_id)
        except Exception:  # noqa: BLE001 - the HTTP handler: every call gets an answer
            _log.exception("edge_failed", request_id=request_id)
            await _fail(sender, AppError("Something went wrong."), request_id)
        finally:
            status = f"{(sender.status or 499) // 100}xx"
            seconds = time.perf_counter() - started
            _SECONDS.labels(service=call.service, status=status).observe(seconds)


class _Call:
    """One request on its way through the edge."""

    def __init__(
        self, edge: Edge, scope: MutableMapping[str, Any], receive: Receive,
        sender: ResponseSender, request_id: str,
    ) -> None:  # fmt: skip
        self._edge = edge
        self._parts = edge.parts
        self._scope = scope
        self._receive = receive
        self._sender = sender
        self._request_id = request_id
        self._request: EdgeRequest | None = None
        self._caller: Actor | None = None
        self.service = "edge"

    async def answer(self) -> None:
        request = self._request = self._read()
        if request.scheme == "https":
            self._sender.always.append(HSTS)
        if request.method not in routing.METHODS:
            raise MethodNotAllowed(f"The method {request.method} is not known.")
        if routing.is_api(request.path):
            await self._api(request)
        elif request.path in routing.HEALTH_PATHS or request.path == routing.METRICS_PATH:
            await self._health(request)
        elif routing.is_private(request.path):
            raise NotFound("There is nothing at this path.")
        else:
            await self._page(request)

    async def tell(self, error: AppError) -> None:
        """To the audit log, where it is known who was turned away."""
        if self._request is not None and self._caller is not None and not self._sender.begun:
            await self._parts.journal.turned_away(self._request, self._caller, error)

    async def led_back(self, error: AppError) -> bool:
        """A browser that comes from Amazon ends on a page of ours, also where no service took it in."""
        request = self._request
        if request is None or self._sender.begun or not (error.retryable or error.status >= 500):
            return False
        if not routing.is_callback(request.method, request.path):
            return False
        # Somebody who came by a magic link has that cookie; who has a session goes where it counts.
        by_link = any(cookie_values(request.headers, routing.CONSENT_COOKIE))
        signed_in = self._cookie(request) is not None or not by_link
        await self._send(after_amazon(signed_in=signed_in), request)
        return True

    def _read(self) -> EdgeRequest:
        scope, proxies = self._scope, self._parts.proxies
        headers = check_headers(scope["headers"])
        client: tuple[str, int] | None = scope.get("client")
        peer = client[0] if client else ""
        host = next((value for name, value in headers if name == b"host"), b"")
        raw = raw_path_of(scope)
        return EdgeRequest(
            method=scope["method"],
            path=clean_path(raw),
            target=raw.decode("ascii"),
            query=clean_query(scope.get("query_string", b"")),
            headers=headers,
            ip=proxies.client(peer, headers),
            scheme=proxies.scheme(peer, headers, scope.get("scheme", "http")),
            host=host.decode("latin-1"),
            request_id=self._request_id,
        )

    async def _health(self, request: EdgeRequest) -> None:
        """/livez and /metrics of this process, /readyz with what stands behind it.

        /metrics is for those who call the gateway itself: a request that came through a proxy in front
        (it says so in Forwarded headers) does not see it.
        """
        if request.path == "/readyz":
            body = orjson.dumps(await self._parts.readiness.report())
            await self._send(Reply(200, _json_headers(), body), request)
            return
        forwarded = {b"x-forwarded-for", b"forwarded"}
        if request.path == routing.METRICS_PATH and any(n in forwarded for n, _ in request.headers):
            raise NotFound("There is nothing at this path.")
        await self._edge.app(self._scope, self._receive, self._sender.raw)

    # ── pages ────────────────────────────────────────────────────────────────────────────────────

    async def _page(self, request: EdgeRequest) -> None:
        self.service = "pages"
        if request.method not in {"GET", "HEAD"}:
            raise MethodNotAllowed("Pages can only be read.")
        pages = self._parts.pages
        asset = pages.find(request.path)
        if asset is None:
            found = with_slash(request) if pages.needs_slash(request.path) else None
            await self._send(found or pages.missing(request), request)
        elif asset.gated and not await self._signed_in(request):
            await self._send(to_login(request), request)
        else:
            await self._send(pages.reply(request, asset), request)

    async def _signed_in(self, request: EdgeRequest) -> bool:
        """Whether a page may be shown. Pages hold no data, so they show while auth is away, too."""
        cookie = self._cookie(request)
        if cookie is None:
            return False
        try:
            if self._parts.sessions.remembered(cookie) is None:
                await self._parts.limits.take_ip(request.ip)
            await self._parts.sessions.get(cookie)
        except Unauthenticated:
            return False
        except AppError as error:
            if not error.status >= 500:
                raise
        return True

    async def _send(self, reply: Reply, request: EdgeRequest) -> None:
        body = b"" if request.method == "HEAD" else reply.body
        length = (b"content-length", str(len(reply.body)).encode())
        headers = reply.headers if reply.status == 304 else [*reply.headers, length]
        await self._sender.start(reply.status, headers)
        await self._sender.chunk(body, more=False)

    # ── the API ──────────────────────────────────────────────────────────────────────────────────

    async def _api(self, request: EdgeRequest) -> None:
        if request.path == routing.OPENAPI_PATH:
            _only_get(request)
            await self._send(self._parts.document.reply(request), request)
            return
        route = routing.route_of(request.path)
        live = request.path == routing.EVENTS_PATH
        if route is None and not live:
            raise NotFound("There is nothing at this path.", hint="See /v1/openapi.json.")
        secret = key_of(request, self._parts.cookie_name)
        if secret is not None:
            await self._with_key(request, secret, route)
            return
        if request.method in routing.UNSAFE_METHODS:
            check_same_site(request, self._parts.origins)
        cookie, session = await self._session(request)
        if session is not None:
            check_viewing(request, session.actor)
        if live:
            if cookie is None or session is None:
                raise BadRequest("A live stream needs a session.")
            await self._live(request, session, lambda: self._parts.sessions.recheck(cookie))
        elif route is not None:
            self.service = route.service
            self._sender.on_success = lambda: self._parts.aftermath.settle(request, cookie, session)
            await self._forward(request, route.service, session)

    async def _with_key(
        self, request: EdgeRequest, secret: str, route: routing.Route | None
    ) -> None:
        """A program's call. No browser adds a key by itself, so no other site can make it send one:
        neither origin nor CSRF token are asked for."""
        desk, told = self._parts.keys, self._sender.always
        try:
            key = await desk.find(secret, request.ip, told)
        except KeyEnded as ended:
            self._caller = ended.actor
            raise
        self._caller = key.actor
        await desk.check(key, request.ip, told)
        if route is not None:
            self.service = route.service
            await self._forward(request, route.service, key)
            return
        await self._live(request, key, lambda: desk.recheck(secret, request.ip))

    async def _session(self, request: EdgeRequest) -> tuple[str | None, Session | None]:
        """Who calls; counts the call. Raises Unauthenticated where a session is needed and none is there."""
        limits, sessions = self._parts.limits, self._parts.sessions
        call = (request.method, request.path)
        cookie = self._cookie(request)
        if call in routing.BEFORE_SIGN_IN:
            self._sender.always.extend(await limits.take_login(request.ip))
            return cookie, await self._resolve(cookie, needed=False)
        if call in routing.BY_LINK:
            self._sender.always.extend(await limits.take_ip(request.ip))
            return None, None
        session = sessions.remembered(cookie) if cookie is not None else None
        if session is None:
            self._sender.always.extend(await limits.take_ip(request.ip))
            session = await self._resolve(cookie, needed=call not in routing.WITHOUT_SESSION)
        else:
            self._caller = session.actor
            taken = await limits.take_session(str(session.actor.session_id))
            self._sender.always.extend(taken)
        self._caller = session.actor if session is not None else None
        if session is not None and request.method in routing.UNSAFE_METHODS:
            check_csrf(request, session.csrf_token)
        return cookie, session

    async def _resolve(self, cookie: str | None, *, needed: bool) -> Session | None:
        try:
            if cookie is not None:
                return await self._parts.sessions.get(cookie)
        except Unauthenticated:
            if needed:
                raise
        if needed:
            raise Unauthenticated("Sign in first.", hint="POST /v1/session")
        return None

    def _cookie(self, request: EdgeRequest) -> str | None:
        """The session cookie; none where two different ones were sent (somebody planted one)."""
        values = set(cookie_values(request.headers, self._parts.cookie_name))
        return values.pop() if len(values) == 1 else None

    async def _forward(self, request: EdgeRequest, service: str, caller: Caller | None) -> None:
        parts = self._parts
        with span(f"{request.method} {service}"):
            token = self._token(request, service, caller)
            await parts.forwarder.forward(
                request,
                self._receive,
                self._sender,
                parts.upstreams[service],
                to_upstream(request, token, inject()),
                cookies=(request.method, request.path) in routing.SETS_COOKIES,
            )

    def _token(self, request: EdgeRequest, service: str, caller: Caller | None) -> str:
        if caller is not None:
            return caller.token(self._parts.signer, service, request.ip)
        nobody = Actor(kind="anonymous", subject="anonymous", ip=request.ip)
        return self._parts.signer.sign(nobody, service, ttl_seconds=_ANONYMOUS_TOKEN_SECONDS)

    async def _live(self, request: EdgeRequest, caller: Caller, recheck: Recheck) -> None:
        self.service = "live"
        _only_get(request)
        await self._parts.live.serve(request, caller, recheck, self._receive, self._sender)


def _only_get(request: EdgeRequest) -> None:
    if request.method not in {"GET", "HEAD"}:
        raise MethodNotAllowed("This can only be read.")


def _json_headers() -> list[tuple[bytes, bytes]]:
    return [
        *API_SECURITY,
        (b"content-type", b"application/json"),
        (b"cache-control", b"no-store"),
    ]


async def _fail(sender: ResponseSender, error: AppError, request_id: str) -> None:
    """The error as problem+json; when the answer has begun, its end is withheld so that it reads as cut."""
    if sender.begun:
        _log.warning("answer_cut", code=error.code, request_id=request_id)
        return
    headers = [
        *API_SECURITY,
        (b"content-type", b"application/problem+json"),
        (b"cache-control", b"no-store"),
        *((name.lower().encode(), value.encode()) for name, value in error.headers().items()),
    ]
    await sender.whole(error.status, headers, orjson.dumps(error.problem(request_id)))
