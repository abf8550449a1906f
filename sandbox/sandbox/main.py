"""The sandbox, wired: create_app(settings) builds everything there is."""

import hashlib
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import Response

from .accounts import links
from .accounts import routes as accounts
from .accounts.whims import Whims
from .amc import routes as amc
from .classic import routes as classic_reports
from .clerk import control as clerk_control
from .clerk import routes as clerk
from .clerk.instance import ClerkInstance
from .clock import SandboxClock
from .control import page as control_page
from .control import routes as control
from .control.journal import Journal
from .deps import SandboxDeps
from .entities import classic as classic_entities
from .entities import control as entity_control
from .entities import dsp_v1, refusals
from .entities import unified as unified_entities
from .entities.catalogue import Catalogue
from .entities.history import History
from .envelopes import AdsError, json_response, render, universal
from .faults.middleware import Edge
from .faults.rules import Faults
from .insights import campaign as campaign_insights
from .insights import distribution, savings
from .lwa import profile, token_endpoint
from .lwa import routes as consent
from .lwa.grants import Grants
from .lwa.tokens import TokenMint
from .mail import routes as mail
from .mail.mailbox import Mailbox
from .mail.smtp import smtp_server
from .quota import control as quota_control
from .quota.gate import Gate
from .quota.model import Quota
from .reports import downloads
from .reports import routes as reports
from .reports.lifecycle import Pace, Reports
from .settings import Settings
from .state import State
from .streams import control as stream_control
from .streams import routes as subscriptions
from .streams import wire
from .streams.delivery import Streams
from .streams.queues import Queues
from .streams.subscriptions import Subscriptions
from .unified import routes as unified_reports
from .world.facts import World

REGIONS = ("na", "eu", "fe")


def create_app(settings: Settings, webhooks: httpx.AsyncBaseTransport | None = None) -> FastAPI:
    """An ASGI application; regional hosts live under /na, /eu and /fe, Clerk under /clerk.

    `webhooks` takes the place of the network for Clerk's webhooks.
    """
    deps = build_deps(settings, webhooks)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        async with AsyncExitStack() as opened:
            opened.callback(deps.state.close)
            if port := settings.sandbox_smtp_port:
                listening = smtp_server(settings.bind_host, port, deps.mailbox, deps.faults)
                await opened.enter_async_context(listening)
            await opened.enter_async_context(deps.clerk.sending())
            yield

    app = FastAPI(title="Leadline sandbox", openapi_url=None, lifespan=lifespan)
    app.state.deps = deps
    app.add_middleware(Gate, quota=deps.quota, clock=deps.clock)
    app.add_middleware(Edge, faults=deps.faults, journal=deps.journal, clock=deps.clock)
    app.add_exception_handler(AdsError, render)
    app.add_exception_handler(404, _not_found)
    amazon = _amazon()
    for region in REGIONS:
        app.include_router(amazon, prefix=f"/{region}")
    for part in (
        control,
        control_page,
        quota_control,
        entity_control,
        mail,
        clerk,
        clerk_control,
        wire,
        stream_control,
    ):
        app.include_router(part.router)
    app.include_router(control.health_router)
    return app


def build_deps(settings: Settings, webhooks: httpx.AsyncBaseTransport | None = None) -> SandboxDeps:
    state = State(settings.sandbox_state_dir)
    clock = SandboxClock(state)
    world = World(settings.sandbox_seed, settings.sandbox_brands)
    secret = settings.lwa_client_secret.get_secret_value()
    mint = TokenMint(settings.sandbox_seed, secret)
    pace = Pace(settings.sandbox_report_pending_seconds, settings.sandbox_report_processing_seconds)
    key = hashlib.sha256(f"download\x1f{settings.sandbox_seed}\x1f{secret}".encode()).digest()
    whims = Whims(state)
    return SandboxDeps(
        settings=settings,
        state=state,
        clock=clock,
        world=world,
        grants=Grants(state, clock, mint, consent_days=settings.sandbox_consent_days),
        reports=Reports(state, clock, pace, key),
        unified_reports=Reports(state, clock, pace, key, "unified_report"),
        classic_reports=Reports(state, clock, pace, key, "classic_report"),
        catalogue=Catalogue(world, History(world.dice, state)),
        faults=Faults(world.dice),
        journal=Journal(settings.sandbox_journal_size),
        mailbox=Mailbox(state, clock),
        clerk=ClerkInstance.build(settings, state, clock, webhooks),
        whims=whims,
        quota=Quota(),
        streams=Streams(clock, world, whims, Subscriptions(state, clock), Queues(state, clock)),
    )


def _amazon() -> APIRouter:
    router = APIRouter()
    for part in (consent, token_endpoint, profile, accounts, links, reports, downloads, amc,
                 classic_entities, dsp_v1, unified_entities, refusals,
                 campaign_insights, distribution, savings, unified_reports, classic_reports,
                 subscriptions):  # fmt: skip
        router.include_router(part.router)
    return router


async def _not_found(request: Request, error: Exception) -> Response:
    """Control calls say what is missing; Amazon's paths answer in Amazon's words."""
    if request.url.path.startswith("/_sandbox"):
        return json_response({"detail": getattr(error, "detail", "Not Found")}, 404)
    return await render(request, universal(404, "Resource not found"))
