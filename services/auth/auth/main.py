"""Wires the auth service: the only place where pools, clients, the broker and loops are built."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
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
from .api_keys.routes import router as api_keys
from .audit.chaining import Chainer, Retention
from .audit.routes import router as audit_log
from .brands.routes import router as brands
from .clerk.build import build_clerk, clerk_offer
from .clerk.routes import router as clerk_routes
from .clerk.service import Clerk
from .connections.consent import ConsentDesk
from .connections.disconnection import Disconnections
from .connections.expiry import ExpiryWatch
from .connections.handover import Handovers
from .connections.health import ConsentRule
from .connections.recognition import LoginWithAmazon
from .connections.routes import router as connections
from .consent_requests.routes import router as consent_requests
from .consent_requests.service import ConsentRequests
from .consumers import HANDLERS
from .deps import Deps
from .discoveries.domain import RENEW_EVERY_SECONDS
from .discoveries.jobs import AmazonAccess, Discoverer
from .discoveries.routes import router as discoveries
from .identity.builtin import build_builtin
from .identity.domain import Offer
from .identity.routes import router as identity
from .invitations.acceptance import Reception
from .invitations.routes import router as invitations
from .invitations.service import Desk
from .jobs import FirstOwner, Housekeeping
from .logins.routes import router as logins
from .mail.service import Post, Sends
from .members.routes import router as members
from .organizations.routes import router as organization
from .password_resets.routes import router as password_resets
from .pepper import Pepper
from .roles.routes import router as roles
from .second_factors.routes import router as second_factors
from .session_list.routes import router as session_list
from .sessions.domain import Lifetime
from .sessions.passwords import Passwords
from .sessions.routes import router as sessions
from .sessions.service import Sessions
from .settings import Settings
from .sign_ups.routes import router as sign_ups
from .succession.jobs import Reviews
from .succession.routes import router as succession
from .suggestions.routes import router as suggestions
from .users.routes import router as users
from .view_as.routes import router as view_as
from .workers import Workers

SERVICE = "auth"
MIGRATIONS = Path(__file__).parent / "migrations"
ROUTERS = (
    identity,
    clerk_routes,
    logins,
    sign_ups,
    password_resets,
    users,
    second_factors,
    sessions,
    brands,
    succession,
    suggestions,
    connections,
    discoveries,
    consent_requests,
    advertisers,
    audit_log,
    members,
    roles,
    invitations,
    organization,
    view_as,
    api_keys,
    session_list,
)


@dataclass(frozen=True)
class Outside:
    """What lies beyond this process and what tests replace; None is built from the settings."""

    db: Db | None = None
    amazon: httpx.AsyncClient | None = None
    token_refresher: ServiceClient | None = None
    passwords: Passwords | None = None
    mailer: Sends | None = None
    clerk: httpx.AsyncClient | None = None
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
    sessions = build_sessions(settings, db)
    handovers = build_handovers(settings, db, clock, http, refresher, loops)
    discoverer = build_discoverer(settings, db, clock, http, refresher)
    consents = ConsentDesk(db, sessions.pepper, handovers, settings.consent_wait_seconds)
    add_loops(loops, handovers, discoverer, Housekeeping(db, clock))
    post = Post(db, sessions.pepper, outside.mailer or open_mailer(settings), clock)
    loops.every(2, post.tick, "post")
    rule = ConsentRule(timedelta(days=settings.consent_life_days), settings.consent_life_from)
    watch = ExpiryWatch(db, sessions.pepper, rule, settings.web_root, clock)
    loops.every(2, Disconnections(db, refresher, clock).tick, "disconnect")
    loops.every(600, watch.tick, "consent-expiry")
    loops.every(5, Reviews(db, clock, rule).tick, "review-serving")
    links = ConsentRequests(consents, sessions.pepper, settings, link_limiter(redis))
    offer = Offer(
        settings.identity_provider, settings.sign_up, settings.sends_mail, clerk_offer(settings)
    )
    clerk_http = outside.clerk or httpx.AsyncClient(trust_env=False)
    clerk = build_clerk(settings, sessions, clerk_http, clock, offer)
    watch_clerk(loops, clerk, settings.clerk_jwks_refresh_seconds)
    builtin = build_builtin(settings, db, login_limiter(redis), passwords, offer)
    loops.every(5, builtin.attempts.tick, "tell-attempts")
    desk, reception = build_invitations(settings, db, passwords)
    first_owner = FirstOwner(db, passwords, settings, clock)
    clients = (
        Closing(http.aclose),
        Closing(clerk_http.aclose),
        Closing(redis.aclose),
        refresher,
    )
    work = (handovers.workers, discoverer.workers, loops)
    return create_service_app(
        settings,
        Deps(
            settings,
            db,
            bus,
            clock,
            sessions.pepper,
            sessions,
            consents,
            discoverer,
            offer,
            builtin,
            clerk,
            rule,
            links,
            desk,
            reception,
        ),
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


def watch_clerk(loops: Loops, clerk: Clerk | None, refresh_seconds: int) -> None:
    """Fetches Clerk's keys before anybody needs them, and forgets what it no longer repeats."""
    if clerk is not None:
        loops.every(refresh_seconds, clerk.keys.refresh, "clerk-keys")
        loops.every(3600, clerk.forget_old, "clerk-housekeeping")


def open_mailer(settings: Settings) -> Mailer | None:
    """None where no SMTP server is set."""
    if not settings.sends_mail:
        return None
    return Mailer(settings.smtp_url.get_secret_value(), settings.mail_from)


def token_refresher_client(settings: Settings) -> ServiceClient:
    signer = TokenSigner(SERVICE, settings.internal_signing_key.get_secret_value())
    return ServiceClient(settings.token_refresher_url, "token-refresher", signer, SERVICE)


def login_limiter(redis: Redis) -> ratelimit.RateLimiter:
    """Counts guesses; it fails closed so that Postgres counts in its place."""
    return ratelimit.RateLimiter(redis, "auth:login", fail_open=False)


def build_sessions(settings: Settings, db: Db) -> Sessions:
    """What every sign-in ends with, whoever proved it."""
    pepper = Pepper(settings.session_pepper.get_secret_value())
    return Sessions(db, pepper, Lifetime(settings.session_idle, settings.session_max))


def link_limiter(redis: Redis) -> ratelimit.RateLimiter:
    """Counts visitors of magic links; their tokens cannot be guessed, so it may fail open."""
    return ratelimit.RateLimiter(redis, "auth:consent-link")


def build_invitations(settings: Settings, db: Db, passwords: Passwords) -> tuple[Desk, Reception]:
    """How invitations leave, and how they are taken up."""
    pepper = Pepper(settings.session_pepper.get_secret_value())
    by_letter, self_service = settings.sends_mail, settings.identity_provider == "builtin"
    desk = Desk(pepper, settings.invitation_life, settings.web_root, by_letter)
    return desk, Reception(db, pepper, passwords, self_service, by_letter)


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
        ask_profile=settings.lwa_ask_profile,
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
    loops.every(1, Chainer(housekeeping.db, housekeeping.clock).tick, "chain-audit")
    loops.every(3600, Retention(housekeeping.db, housekeeping.clock).tick, "purge-audit")


class Closing:
    """A client that only needs closing, as a resource."""

    def __init__(self, close: Callable[[], Awaitable[object]]) -> None:
        self._close = close

    async def start(self) -> None:
        """Connections open with the first call."""

    async def stop(self) -> None:
        await self._close()
