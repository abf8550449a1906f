"""Wires the auth service: the only place where pools, clients, the broker and loops are built."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
from amazon_ads import Endpoints, lwa
from fastapi import FastAPI
from redis.asyncio import Redis
from shared.app import create_service_app
from shared.bus import Bus
from shared.clock import Clock, utc_now
from shared.db import Db
from shared.internal_tokens import TokenSigner
from shared.loops import Loops
from shared.mail import Mailer
from shared.service_client import ServiceClient

from shared import ratelimit

from .advertisers.routes import router as advertisers
from .brands.routes import router as brands
from .connections.consent import ConsentDesk
from .connections.handover import Handovers, LoginWithAmazon
from .connections.routes import router as connections
from .consumers import HANDLERS
from .deps import Deps
from .discoveries.domain import RENEW_EVERY_SECONDS
from .discoveries.jobs import AmazonAccess, Discoverer
from .identity.domain import Offer
from .identity.routes import router as identity
from .jobs import FirstOwner, Housekeeping
from .mail.service import Post, Sends
from .pepper import Pepper
from .sessions.domain import Lifetime
from .sessions.passwords import Passwords
from .sessions.routes import router as sessions
from .sessions.service import Sessions
from .sessions.throttle import Limits, LoginThrottle
from .settings import Settings
from .workers import Workers

SERVICE = "auth"
MIGRATIONS = Path(__file__).parent / "migrations"
ROUTERS = (identity, sessions, brands, connections, advertisers)


@dataclass(frozen=True)
class Outside:
    """What lies beyond this process and what tests replace; None is built from the settings."""

    db: Db | None = None
    amazon: httpx.AsyncClient | None = None
    token_refresher: ServiceClient | None = None
    passwords: Passwords | None = None
    mailer: Sends | None = None
    clock: Clock = utc_now


def create_app(settings: Settings, outside: Outside = Outside()) -> FastAPI:
    """The service: its routes over everything below."""
    db = outside.db or open_db(settings)
    redis = ratelimit.connect(settings.redis_url.get_secret_value())
    passwords = outside.passwords or Passwords()
    http = outside.amazon or httpx.AsyncClient(trust_env=False)
    refresher = outside.token_refresher or token_refresher_client(settings)
    loops, clock = Loops(), outside.clock
    bus = Bus(settings, db, service=SERVICE, handlers=HANDLERS)
    sessions = build_sessions(settings, db, passwords, redis)
    handovers = build_handovers(settings, db, clock, http, refresher, loops)
    discoverer = build_discoverer(settings, db, clock, http, refresher)
    consents = ConsentDesk(db, sessions.pepper, handovers, settings.consent_wait_seconds)
    add_loops(loops, handovers, discoverer, Housekeeping(db, clock))
    post = Post(db, sessions.pepper, outside.mailer or open_mailer(settings), clock)
    loops.every(2, post.tick, "post")
    offer = Offer(settings.identity_provider, settings.sign_up, settings.sends_mail)
    first_owner = FirstOwner(db, passwords, settings, clock)
    clients = (Closing(http.aclose), Closing(redis.aclose), refresher)
    work = (handovers.workers, discoverer.workers, loops)
    return create_service_app(
        settings,
        Deps(settings, db, bus, clock, sessions.pepper, sessions, consents, discoverer, offer),
        service=SERVICE,
        routers=ROUTERS,
        resources=[db, first_owner, bus, *clients, *work],
    )


def open_db(settings: Settings) -> Db:
    return Db(
        settings.database_url.get_secret_value(),
        schema=SERVICE,
        pool_size=settings.database_pool_size,
        migrations=MIGRATIONS,
        pooler=settings.database_pooler,
    )


def open_mailer(settings: Settings) -> Mailer | None:
    """None where no SMTP server is set."""
    if not settings.sends_mail:
        return None
    return Mailer(settings.smtp_url.get_secret_value(), settings.mail_from)


def token_refresher_client(settings: Settings) -> ServiceClient:
    signer = TokenSigner(SERVICE, settings.internal_signing_key.get_secret_value())
    return ServiceClient(settings.token_refresher_url, "token-refresher", signer, SERVICE)


def build_sessions(settings: Settings, db: Db, passwords: Passwords, redis: Redis) -> Sessions:
    """Sign-in with its throttle; the limiter fails closed so that Postgres counts in its place."""
    pepper = Pepper(settings.session_pepper.get_secret_value())
    limits = Limits(
        per_email=settings.login_attempts_per_email,
        per_ip=settings.login_attempts_per_ip,
        window_seconds=settings.login_window_seconds,
    )
    limiter = ratelimit.RateLimiter(redis, "auth:login", fail_open=False)
    throttle = LoginThrottle(limiter, db, pepper, limits)
    lifetime = Lifetime(settings.session_idle, settings.session_max)
    return Sessions(db, pepper, passwords, throttle, lifetime)


def build_handovers(
    settings: Settings,
    db: Db,
    clock: Clock,
    http: httpx.AsyncClient,
    token_refresher: ServiceClient,
    loops: Loops,
) -> Handovers:
    """Consents on their way to token-refresher; an activated one is discovered at once."""
    amazon = LoginWithAmazon(
        http=http,
        endpoints=Endpoints.configured(settings.amazon_base_url),
        client=lwa.ClientCredentials(
            settings.lwa_client_id, settings.lwa_client_secret.get_secret_value()
        ),
        redirect_uri=settings.redirect_uri,
    )
    return Handovers(
        db=db,
        pepper=Pepper(settings.session_pepper.get_secret_value()),
        amazon=amazon,
        token_refresher=token_refresher,
        workers=Workers("handover", limit=32),
        clock=clock,
        on_active=lambda: loops.wake("discover"),
    )


def build_discoverer(
    settings: Settings,
    db: Db,
    clock: Clock,
    http: httpx.AsyncClient,
    token_refresher: ServiceClient,
) -> Discoverer:
    """The discovery job, four connections at a time."""
    access = AmazonAccess(
        http=http,
        endpoints=Endpoints.configured(settings.amazon_base_url),
        client_id=settings.lwa_client_id,
        token_refresher=token_refresher,
    )
    workers = Workers("discovery", limit=4)
    return Discoverer(db, access, workers, clock, settings.discovery_interval)


def add_loops(
    loops: Loops, handovers: Handovers, discoverer: Discoverer, housekeeping: Housekeeping
) -> None:
    """What runs in the background."""
    loops.every(2, discoverer.tick, "discover")
    loops.every(RENEW_EVERY_SECONDS, discoverer.renew, "renew-discoveries")
    loops.every(60, discoverer.schedule, "schedule-discoveries")
    loops.every(5, handovers.tick, "hand-over")
    loops.every(600, housekeeping.tick, "housekeeping")


class Closing:
    """A client that only needs closing, as a resource."""

    def __init__(self, close: Callable[[], Awaitable[object]]) -> None:
        self._close = close

    async def start(self) -> None:
        """Connections open with the first call."""

    async def stop(self) -> None:
        await self._close()
