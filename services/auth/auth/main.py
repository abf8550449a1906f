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
from .email_changes.routes import router as email_changes
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
HANDOVER_GRACE_SECONDS = 10.0
MIGRATIONS = Path(__file__).parent / "migrations"
ROUTERS = (
    identity,
    clerk_routes,
    logins,
    sign_ups,
    password_resets,
    users,
    email_changes,
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


@dataclass(frozen=True)
class Base:
    """What everything else stands on."""

    settings: Settings
    db: Db
    redis: Redis
    amazon: httpx.AsyncClient
    clerk: httpx.AsyncClient
    token_refresher: ServiceClient
    passwords: Passwords
    mailer: Sends | None
    clock: Clock
    loops: Loops


def create_app(settings: Settings, outside: Outside = Outside()) -> FastAPI:
    """The service: its routes over everything below."""
    base = open_base(settings, outside)
    deps = build_deps(base)
    add_loops(base, deps)
    return create_service_app(
        settings,
        deps,
        service=SERVICE,
        routers=ROUTERS,
        resources=resources(base, deps),
    )


def open_base(settings: Settings, outside: Outside) -> Base:
    return Base(
        settings=settings,
        db=outside.db or open_db(settings),
        redis=ratelimit.connect(settings.redis_url.get_secret_value()),
        amazon=outside.amazon or httpx.AsyncClient(trust_env=False),
        clerk=outside.clerk or httpx.AsyncClient(trust_env=False),
        token_refresher=outside.token_refresher or token_refresher_client(settings),
        passwords=outside.passwords or Passwords(),
        mailer=outside.mailer or open_mailer(settings),
        clock=outside.clock,
        loops=Loops(),
    )


def build_deps(base: Base) -> Deps:
    """What the routes ask for."""
    settings, db, clock = base.settings, base.db, base.clock
    sessions = build_sessions(settings, db)
    offer = Offer(
        settings.identity_provider, settings.sign_up, settings.sends_mail, clerk_offer(settings)
    )
    handovers = build_handovers(base)
    consents = ConsentDesk(db, sessions.pepper, handovers, settings.consent_wait_seconds)
    limiter = link_limiter(base.redis)
    invitations, reception = build_invitations(settings, db, base.passwords)
    return Deps(
        settings=settings,
        db=db,
        bus=Bus(settings, db, service=SERVICE, handlers=HANDLERS),
        clock=clock,
        pepper=sessions.pepper,
        sessions=sessions,
        consents=consents,
        discoverer=build_discoverer(base),
        offer=offer,
        builtin=build_builtin(settings, db, login_limiter(base.redis), base.passwords, offer),
        clerk=build_clerk(settings, sessions, base.clerk, clock, offer),
        consent_rule=ConsentRule(
            timedelta(days=settings.consent_life_days), settings.consent_life_from
        ),
        consent_requests=ConsentRequests(consents, sessions.pepper, settings, limiter),
        invitations=invitations,
        reception=reception,
    )


def resources(base: Base, deps: Deps) -> list[object]:
    """In the order in which they start."""
    first_owner = FirstOwner(base.db, base.passwords, base.settings, base.clock)
    closing = [Closing(client.aclose) for client in (base.amazon, base.clerk, base.redis)]
    work = (deps.consents.handovers.workers, deps.discoverer.workers, base.loops)
    return [base.db, first_owner, deps.bus, *closing, base.token_refresher, *work]


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


def build_handovers(base: Base) -> Handovers:
    """Consents on their way to token-refresher; an activated one is discovered at once."""
    settings = base.settings
    amazon = LoginWithAmazon(
        http=base.amazon,
        endpoints=Endpoints.configured(settings.amazon_base_url),
        client=lwa.ClientCredentials(
            settings.lwa_client_id, settings.lwa_client_secret.get_secret_value()
        ),
        redirect_uri=settings.redirect_uri,
        ask_profile=settings.lwa_ask_profile,
    )
    return Handovers(
        db=base.db,
        pepper=Pepper(settings.session_pepper.get_secret_value()),
        amazon=amazon,
        token_refresher=base.token_refresher,
        workers=Workers("handover", limit=32, grace_seconds=HANDOVER_GRACE_SECONDS),
        clock=base.clock,
        on_active=lambda: base.loops.wake("discover"),
    )


def build_discoverer(base: Base) -> Discoverer:
    """The discovery job, four connections at a time."""
    access = AmazonAccess(
        http=base.amazon,
        endpoints=Endpoints.configured(base.settings.amazon_base_url),
        client_id=base.settings.lwa_client_id,
        token_refresher=base.token_refresher,
    )
    workers = Workers("discovery", limit=4)
    return Discoverer(base.db, access, workers, base.clock, base.settings.discovery_interval)


def add_loops(base: Base, deps: Deps) -> None:
    """What runs in the background."""
    every, db, clock = base.loops.every, base.db, base.clock
    every(2, deps.discoverer.tick, "discover")
    every(RENEW_EVERY_SECONDS, deps.discoverer.renew, "renew-discoveries")
    every(60, deps.discoverer.schedule, "schedule-discoveries")
    every(5, deps.consents.handovers.tick, "hand-over")
    every(2, Disconnections(db, base.token_refresher, clock).tick, "disconnect")
    every(5, Reviews(db, clock, deps.consent_rule).tick, "review-serving")
    every(2, Post(db, deps.pepper, base.mailer, clock).tick, "post")
    every(600, Housekeeping(db, clock).tick, "housekeeping")
    every(1, Chainer(db, clock).tick, "chain-audit")
    every(3600, Retention(db, clock).tick, "purge-audit")
    every(5, deps.builtin.attempts.tick, "tell-attempts")
    web_root = base.settings.web_root
    watch = ExpiryWatch(db, deps.pepper, deps.consent_rule, web_root, clock)
    every(600, watch.tick, "consent-expiry")
    if deps.clerk is not None:
        every(base.settings.clerk_jwks_refresh_seconds, deps.clerk.keys.refresh, "clerk-keys")
        every(3600, deps.clerk.forget_old, "clerk-housekeeping")


class Closing:
    """A client that only needs closing, as a resource."""

    def __init__(self, close: Callable[[], Awaitable[object]]) -> None:
        self._close = close

    async def start(self) -> None:
        """Connections open with the first call."""

    async def stop(self) -> None:
        await self._close()
