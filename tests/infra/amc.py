"""amc-runner's parts without a process: the sandbox as Amazon, a stand-in for token-refresher, a clock."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from amazon_ads import Endpoints
from amc_runner.clients import SERVICE, Amazon
from amc_runner.consumers import HANDLERS
from amc_runner.jobs import Discoverer
from sandbox.faults.rules import Rule
from sandbox.lwa.tokens import Grant
from sandbox.main import create_app
from sandbox.settings import Settings as SandboxSettings
from shared.db import SYSTEM, Db
from shared.events import ConnectionAuthorized, Event, EventData, make_event
from shared.internal_tokens import TokenSigner, TokenVerifier, generate_keypair
from shared.service_client import ServiceClient

from shared import consumers

CLIENT_ID = "amzn1.application-oa2-client.test"
PRIVATE_KEY, PUBLIC_KEY = generate_keypair()


@dataclass
class Stage:
    """The outside world. `user` is the Amazon user whose token is handed out."""

    now: datetime
    user: str = "morgan"
    refusal: tuple[int, str] | None = None
    asked: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    amazon_calls: list[httpx.Request] = field(default_factory=list[httpx.Request])
    before_call: Any = None

    def __post_init__(self) -> None:
        secret: Any = "sandbox-secret"
        settings = SandboxSettings(lwa_client_id=CLIENT_ID, lwa_client_secret=secret)
        self.sandbox = create_app(settings)
        self.deps = self.sandbox.state.deps
        self._asgi = httpx.ASGITransport(self.sandbox)

    def clock(self) -> datetime:
        return self.now

    def faults(self, *rules: Rule) -> None:
        self.deps.faults.replace(list(rules))

    def access_token(self) -> str:
        scopes = ("advertising::campaign_management",)
        generation = self.deps.grants.access_floor(self.user)
        grant = Grant(self.user, CLIENT_ID, scopes, generation, "1")
        return self.deps.grants.mint.access_token(grant, self.deps.clock.now())

    async def amazon(self, request: httpx.Request) -> httpx.Response:
        self.amazon_calls.append(request)
        if self.before_call is not None:
            await self.before_call(request)
        return await self._asgi.handle_async_request(request)

    async def token_refresher(self, request: httpx.Request) -> httpx.Response:
        token = request.headers["authorization"].removeprefix("Bearer ")
        actor = TokenVerifier("token-refresher", {SERVICE: PUBLIC_KEY}).verify(token)
        asked = {"path": request.url.path, "organization_id": actor.organization_id}
        self.asked.append({**asked, **json.loads(request.content)})
        if self.refusal is not None:
            status, code = self.refusal
            problem = {"code": code, "detail": code, "retryable": status == 503}
            return httpx.Response(status, json=problem)
        return httpx.Response(200, json={"access_token": self.access_token()})

    def expected_instances(self) -> dict[str, str]:
        """Amazon's instance id → AMC account id, of the user, as the sandbox's world has them."""
        tree = self.deps.world.tree
        mine = tree.users[self.user].amc_account_ids
        return {
            instance.instance_id: account.account_id
            for account in tree.amc_accounts
            if account.account_id in mine
            for instance in account.instances
        }


class Runner:
    """amc-runner's handlers and loop on one database."""

    def __init__(self, db: Db, stage: Stage, *, lease: timedelta) -> None:
        self.db = db
        self.stage = stage
        refresher = ServiceClient(
            "http://token-refresher",
            "token-refresher",
            TokenSigner(SERVICE, PRIVATE_KEY),
            SERVICE,
            transport=httpx.MockTransport(stage.token_refresher),
        )
        amazon = Amazon(
            Endpoints.at("http://amazon"),
            CLIENT_ID,
            refresher,
            transport=httpx.MockTransport(stage.amazon),
        )
        every = timedelta(hours=6)
        self.discoverer = Discoverer(db, amazon, stage.clock, 4, lease, every)

    async def deliver(self, data: EventData, organization_id: UUID, *, times: int = 2) -> list[str]:
        """Deliver an event as the bus does: twice."""
        event: Event[Any] = make_event(data, organization_id)
        return [await consumers.deliver(self.db, HANDLERS, event) for _ in range(times)]

    async def authorize(self, connection_id: UUID, organization_id: UUID) -> None:
        authorized = ConnectionAuthorized(
            connection_id=connection_id,
            region="NA",
            amazon_user_name="A. Gency",
            consented_at=self.stage.now - timedelta(hours=2),
            scopes=["advertising::campaign_management"],
        )
        await self.deliver(authorized, organization_id)

    async def emitted(self) -> list[dict[str, Any]]:
        """Events in the outbox, in order."""
        async with self.db.read(SYSTEM) as tx:
            rows = await tx.fetch("select payload from outbox order by id")
        return [json.loads(row["payload"]) for row in rows]
