"""The gateway's wiring."""

from dataclasses import dataclass
from typing import Any, cast

from shared.app import create_service_app
from shared.bus import Bus
from shared.db import Db
from shared.errors import BadRequest, Unauthenticated, Unavailable, Unprocessable
from shared.internal_tokens import TokenSigner
from shared.ratelimit import RateLimiter, connect
from shared.service_client import ServiceClient

from .aftermath import Aftermath
from .allowances import Allowances
from .clientip import Proxies
from .document import Document
from .edge import App, Edge, EdgeParts
from .forwarding import Forwarder
from .guards import origins_of
from .journal import Journal
from .keys import KeyDesk, Keys
from .keys import Resolve as ResolveKey
from .limits import Limits
from .live.feed import Feed, Reader
from .live.hub import Hub
from .live.stream import Live
from .pages import Pages
from .readiness import Readiness
from .sessions import Resolve, Sessions
from .settings import Settings
from .signals import OnStopSignal

SERVICE = "gateway"


@dataclass(frozen=True)
class Deps:
    """What the shared routes (parked messages) ask for."""

    db: Db
    bus: Bus


def create_app(settings: Settings) -> Edge:
    """The whole edge; nothing connects before the lifespan starts."""
    signer = TokenSigner(SERVICE, settings.internal_signing_key.get_secret_value())
    auth = ServiceClient(settings.auth_url, "auth", signer, SERVICE)
    sessions = Sessions(resolver(auth), seconds=settings.session_cache_seconds)
    keys = Keys(key_resolver(auth), seconds=settings.session_cache_seconds)
    hub = Hub(
        ring_events=settings.live_ring_events,
        queue_events=settings.live_queue_events,
        per_session=settings.live_streams_per_session,
    )
    feed = Feed(
        settings, Reader(hub, sessions, keys), client_id=f"{SERVICE}-{settings.replica_id}-live"
    )
    db = Db(
        settings.database_url.get_secret_value(),
        schema=SERVICE,
        pool_size=settings.database_pool_size,
        pooler=settings.database_pooler,
    )
    forwarder = _forwarder(settings)
    valkey = _Valkey(settings.redis_url.get_secret_value())
    bus = Bus(settings, db, service=SERVICE)
    resources = [db, bus, auth, forwarder, valkey, feed, OnStopSignal(hub.close)]
    deps = Deps(db=db, bus=bus)
    app = create_service_app(settings, deps, service=SERVICE, routers=[], resources=resources)
    journal = Journal(db, app.state.refusals)
    limits = _limits(settings, valkey)
    parts = EdgeParts(
        upstreams=settings.upstreams(),
        origins=origins_of(settings.public_url, settings.allowed_origins),
        proxies=Proxies.parse(settings.trusted_proxies),
        cookie_name=settings.session_cookie_name,
        signer=signer,
        sessions=sessions,
        keys=KeyDesk(keys, limits, seconds=settings.session_cache_seconds),
        limits=limits,
        forwarder=forwarder,
        live=_live(settings, hub, journal),
        pages=Pages.read(settings.web_dir, settings.clerk_origin),
        document=Document.read(),
        readiness=Readiness(
            forwarder, settings.upstreams(), {"database": db.ready, "live": feed.state}
        ),
        journal=journal,
        aftermath=Aftermath(sessions, keys, hub),
    )
    return Edge(cast("App", app), parts)


def resolver(auth: ServiceClient) -> Resolve:
    """Asks auth who a session cookie belongs to; once more when the connection had just broken."""

    async def ask(cookie: str) -> Any:
        try:
            return await auth.post("/internal/sessions/resolve", json={"session_token": cookie})
        except (BadRequest, Unprocessable) as error:
            raise Unauthenticated("The session cookie is malformed.") from error

    async def resolve(cookie: str) -> Any:
        try:
            return await ask(cookie)
        except Unavailable:
            return await ask(cookie)

    return resolve


def key_resolver(auth: ServiceClient) -> ResolveKey:
    """Asks auth who an API key stands for; once more when the connection had just broken."""

    async def ask(secret: str, ip: str) -> Any:
        return await auth.post("/internal/api-keys/resolve", json={"secret": secret, "ip": ip})

    async def resolve(secret: str, ip: str) -> Any:
        try:
            return await ask(secret, ip)
        except Unavailable:
            return await ask(secret, ip)

    return resolve


class _Valkey:
    """A resource: closes the connections."""

    def __init__(self, url: str) -> None:
        self.client = connect(url)

    async def start(self) -> None:
        """Connections are made on demand."""

    async def stop(self) -> None:
        await self.client.aclose()


def _forwarder(settings: Settings) -> Forwarder:
    return Forwarder(
        connections=settings.upstream_connections,
        connect_seconds=settings.upstream_connect_timeout_seconds,
        read_seconds=settings.upstream_read_timeout_seconds,
        max_body=settings.max_body_bytes,
    )


def _limits(settings: Settings, valkey: _Valkey) -> Limits:
    return Limits(
        allowances=Allowances(RateLimiter(valkey.client, "gateway")),
        ip_per_minute=settings.rate_limit_ip_per_minute,
        session_per_minute=settings.rate_limit_session_per_minute,
        login_per_minute=settings.rate_limit_login_per_minute,
        key_per_minute=settings.rate_limit_key_per_minute,
        key_refusals_per_minute=settings.rate_limit_key_refusals_per_minute,
    )


def _live(settings: Settings, hub: Hub, journal: Journal) -> Live:
    return Live(
        hub=hub,
        heartbeat_seconds=settings.live_heartbeat_seconds,
        check_seconds=settings.live_session_check_seconds,
        write_seconds=settings.live_write_timeout_seconds,
        opened=journal.opened,
    )
