"""dsp-ingest against the sandbox: one clock, one database, steps taken by hand, crashes on command."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import httpx
import pyarrow.parquet as pq
from amazon_ads import Endpoints, lwa
from dsp_ingest import jobs
from dsp_ingest.consumers import HANDLERS
from dsp_ingest.deps import Deps, budgets_of, planner_of, tools_of
from dsp_ingest.planning.domain import local
from dsp_ingest.quota.local import LocalQuota
from dsp_ingest.quota.service import Allowance
from dsp_ingest.quota.shared_quota import Quota
from dsp_ingest.quota.turnstile import Turnstile
from dsp_ingest.reports.clients import Amazon, Warehouse
from dsp_ingest.settings import Settings
from fastapi import FastAPI
from sandbox.main import create_app as create_sandbox
from sandbox.settings import Settings as SandboxSettings
from shared.bus import Bus
from shared.consumers import deliver
from shared.db import SYSTEM, Db
from shared.events import AdvertiserLinked, Event, EventData
from shared.events.envelope import make_event
from shared.ids import new_id
from shared.internal_tokens import TokenSigner, generate_keypair
from shared.objects import ObjectStore
from shared.service_client import ServiceClient

from infra.crashes import Clock, CrashingStore, CrashPlan, Wire

ROOT = "http://sandbox"
CLIENT = lwa.ClientCredentials("amzn1.application-oa2-client.test", "client-secret")
CALLBACK = "http://127.0.0.1/callback"
MEASURES = (
    "impressions", "clicks", "detail_page_views", "add_to_cart", "purchases", "units_sold",
    "new_to_brand_purchases", "total_cost_micros", "sales_micros", "new_to_brand_sales_micros",
)  # fmt: skip


class TokenDesk:
    """token-refresher's door: hands out real sandbox tokens, or a problem where one is set."""

    def __init__(self) -> None:
        self.tokens: dict[str, str] = {}
        self.problems: dict[str, tuple[int, str]] = {}
        self.renew: Callable[[], str] = lambda: ""
        self.asked: list[dict[str, Any]] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        connection_id = request.url.path.split("/")[3]
        body = json.loads(request.content)
        self.asked.append(body)
        if problem := self.problems.get(connection_id):
            status, code = problem
            return httpx.Response(status, json={"status": status, "code": code, "detail": code})
        token = self.tokens[connection_id]
        refused = body.get("refused_token_sha256")
        if refused == hashlib.sha256(token.encode()).hexdigest():
            token = self.tokens[connection_id] = self.renew()
        return httpx.Response(200, json={"access_token": token})


@dataclass(frozen=True)
class Advertiser:
    """An advertiser of the sandbox as an organization knows it."""

    advertiser_id: UUID
    organization_id: UUID
    connection_id: UUID
    brand_id: UUID | None
    raw: dict[str, Any]

    @property
    def amazon_id(self) -> str:
        return self.raw["advertiser_id"]

    def linked(self, **changes: Any) -> AdvertiserLinked:
        values: dict[str, Any] = {
            "advertiser_id": self.advertiser_id,
            "amazon_advertiser_id": self.amazon_id,
            "brand_id": self.brand_id,
            "connection_id": self.connection_id,
            **{n: self.raw[n] for n in ("name", "currency", "country", "timezone", "region")},
            "profile_id": self.raw["profile_id"],
            "entity_id": self.raw["entity_id"],
        }
        return AdvertiserLinked(**values | changes)


class Rig:
    """Everything a test of dsp-ingest needs."""

    def __init__(self, sandbox: FastAPI, db: Db, url: str, folder: Path) -> None:
        self.sandbox = sandbox
        self.db = db
        self.url = url
        self.folder = folder
        self.plan = CrashPlan()
        self.clock = Clock(sandbox)
        self.wire = Wire(sandbox, self.plan)
        self.desk = TokenDesk()
        self.quota: Quota = LocalQuota(budgets_of(self.settings()), self.clock)
        self.store = ObjectStore.from_url(f"file://{folder}/objects")
        self.control = httpx.AsyncClient(
            transport=httpx.ASGITransport(sandbox, client=("127.0.0.1", 1)), base_url=ROOT
        )
        (folder / "scratch").mkdir()
        self.refresh_token = ""

    def settings(self, **changes: Any) -> Settings:
        values: dict[str, Any] = {
            "service_port": 8733,
            "database_url": self.url,
            "kafka_bootstrap_servers": "127.0.0.1:1",
            "redis_url": "redis://127.0.0.1:1/0",
            "object_store_url": f"file://{self.folder}/objects",
            "internal_signing_key": generate_keypair()[0],
            "internal_public_keys": {},
            "public_url": "http://127.0.0.1:8400",
            "token_refresher_url": "http://token-refresher",
            "lwa_client_id": CLIENT.client_id,
            "amazon_base_url": ROOT,
            "sync_report_types": "dspCampaign",
            "sync_intraday_per_day": 24,
            "scratch_dir": str(self.folder / "scratch"),
        }
        return Settings(**values | changes)

    def deps(self, db: Db | None = None, **changes: Any) -> Deps:
        """The service's parts around `db`, as one replica."""
        settings = self.settings(**changes)
        signer = TokenSigner("dsp-ingest", settings.internal_signing_key.get_secret_value())
        transport = httpx.MockTransport(self.desk.answer)
        tokens = ServiceClient(
            settings.token_refresher_url,
            "token-refresher",
            signer,
            "dsp-ingest",
            transport=transport,
        )
        wire = httpx.AsyncClient(transport=self.wire)
        endpoints = Endpoints.at(ROOT)
        amazon = Amazon(
            httpx.AsyncClient(transport=Turnstile(wire, self.quota, endpoints)),
            endpoints,
            client_id=CLIENT.client_id,
            tokens=tokens,
            max_file_bytes=settings.max_file_bytes,
        )
        store = cast("ObjectStore", CrashingStore(self.store, self.plan))
        scratch = self.folder / "scratch"
        tools = tools_of(settings, amazon, Warehouse(store), scratch, self.clock)
        where = db or self.db
        bus = Bus(settings, where, service="dsp-ingest", handlers=HANDLERS)
        planner, allowance = planner_of(settings), Allowance(self.quota, CLIENT.client_id)
        return Deps(settings, where, bus, self.clock, lambda: 0.5, planner, tools, allowance)

    def limited(self, deps: Deps, **limits: Any) -> Deps:
        """`deps` with another patience."""
        tools = replace(deps.tools, limits=replace(deps.tools.limits, **limits))
        return replace(deps, tools=tools)

    async def consent(self, connection_id: UUID, user: str = "morgan") -> None:
        """The whole walk through Login with Amazon; the tokens end at the desk."""
        endpoints = Endpoints.at(ROOT).na
        pkce = lwa.Pkce.new()
        url = lwa.authorize_url(
            endpoints,
            client_id=CLIENT.client_id,
            redirect_uri=CALLBACK,
            state="s",
            code_challenge=pkce.challenge,
        )
        form = {**httpx.URL(url).params, "decision": "allow", "user": user}
        answer = await self.control.post(endpoints.authorize_url, data=form)
        code = httpx.URL(answer.headers["location"]).params["code"]
        grant = await lwa.exchange_code(
            self.control,
            endpoints,
            CLIENT,
            code=code,
            redirect_uri=CALLBACK,
            code_verifier=pkce.verifier,
        )
        self.refresh_token = grant.refresh_token
        self.desk.tokens[str(connection_id)] = grant.access_token
        grants = self.sandbox.state.deps.grants
        opened = grants.refresh(grant.refresh_token, CLIENT.client_id)
        self.desk.renew = lambda: grants.mint.access_token(opened, self.clock())

    async def advertiser(
        self, organization_id: UUID, *, number: int = 0, brand_id: UUID | None = None
    ) -> Advertiser:
        """The sandbox's advertiser `number`, reachable through a consented connection."""
        world = (await self.control.get("/_sandbox/world")).json()
        connection_id = new_id()
        await self.consent(connection_id)
        raw = world["advertisers"][number]
        return Advertiser(new_id(), organization_id, connection_id, brand_id, raw)

    async def tell(
        self, data: EventData, organization_id: UUID, *, at: datetime | None = None
    ) -> None:
        """Delivers an event the way the bus does: twice."""
        made: Event[Any] = make_event(data, organization_id)
        event = made.model_copy(update={"time": at or self.clock()})
        outcomes = [await deliver(self.db, HANDLERS, event) for _ in range(2)]
        assert outcomes == ["handled", "duplicate"]

    async def link(self, advertiser: Advertiser, **changes: Any) -> None:
        await self.tell(advertiser.linked(**changes), advertiser.organization_id)

    async def settle(self, deps: Deps, *, hours: float = 6, steps: int = 600) -> None:
        """Plans and works until no report is open, moving the clock to whatever is due next."""
        deadline = self.clock() + timedelta(hours=hours)
        for _ in range(steps):
            if await jobs.plan(deps) or await jobs.work_one(deps):
                continue
            due = await self._next_due()
            if due is None or due > deadline:
                return
            self.clock.move(max(due, self.clock() + timedelta(milliseconds=1)))
        raise AssertionError(f"not settled after {steps} steps: {await self.reports()}")

    async def _next_due(self) -> datetime | None:
        async with self.db.read(SYSTEM) as tx:
            return await tx.fetchval(
                """
                select min(greatest(next_attempt_at, coalesce(lease_until, '-infinity')))
                from report where state not in ('landed', 'rejected', 'failed')
                """
            )

    async def reports(self) -> list[dict[str, Any]]:
        async with self.db.read(SYSTEM) as tx:
            rows = await tx.fetch("select * from report order by created_at, end_date desc")
        return [dict(row) for row in rows]

    async def syncs(self) -> list[dict[str, Any]]:
        async with self.db.read(SYSTEM) as tx:
            rows = await tx.fetch("select * from sync order by created_at, sync_id")
        return [dict(row) for row in rows]

    async def events(self, type_: str = "", advertiser_id: UUID | None = None) -> list[Any]:
        """What went to the outbox, in order."""
        async with self.db.read(SYSTEM) as tx:
            rows = await tx.fetch("select payload from outbox order by id")
        events = [json.loads(row["payload"]) for row in rows]
        return [
            event
            for event in events
            if event["type"].startswith(type_)
            and (advertiser_id is None or event["subject"] == str(advertiser_id))
        ]

    async def faults(self, *rules: dict[str, Any]) -> None:
        answer = await self.control.put("/_sandbox/faults", json={"rules": list(rules)})
        assert answer.status_code == 200, answer.text

    async def pace(self, **values: float) -> None:
        answer = await self.control.put("/_sandbox/reports", json=values)
        assert answer.status_code == 200, answer.text

    async def hold_data(self) -> None:
        """Numbers stand still, so that a later truth is the same truth."""
        held = {"data_held_at": self.clock().isoformat()}
        assert (await self.control.put("/_sandbox/clock", json=held)).status_code == 200

    async def requests(self, contains: str) -> list[dict[str, Any]]:
        found = await self.control.get(
            "/_sandbox/journal", params={"contains": contains, "limit": 1000}
        )
        return found.json()["items"]

    async def truth(self, advertiser: Advertiser, start: date, end: date) -> dict[Any, Any]:
        """Ground truth per day and creative, in integers."""
        params = {
            "advertiser_id": advertiser.amazon_id,
            "start_date": start.isoformat(),
            "end_date": end.isoformat(),
            "level": "creative",
        }
        body = (await self.control.get("/_sandbox/truth", params=params)).json()
        return _summed(body["rows"])

    async def landed(self, advertiser: Advertiser) -> dict[Any, Any]:
        """What landed, per day and creative, each announced slice counted as often as announced."""
        rows: list[dict[str, Any]] = []
        for event in await self.events("report.landed", advertiser.advertiser_id):
            data = event["data"]
            content = await self.store.get(data["uri"], sha256=data["sha256"])
            assert len(content) == data["bytes"]
            slice_rows = _rows(content)
            assert len(slice_rows) == data["rows"]
            assert _totals(slice_rows) == data["totals"]
            rows += slice_rows
        return _summed(rows)


def _rows(content: bytes) -> list[dict[str, Any]]:
    import io  # noqa: PLC0415

    return pq.read_table(io.BytesIO(content)).to_pylist()


def _totals(rows: list[dict[str, Any]]) -> dict[str, int]:
    return {name: sum(row[name] for row in rows) for name in MEASURES}


def _summed(rows: list[dict[str, Any]]) -> dict[Any, Any]:
    sums: dict[Any, dict[str, int]] = {}
    for row in rows:
        ids = ("order_id", "line_item_id", "creative_id", "creative_ad_id")
        key = (str(row["date"]), *(row[name] for name in ids))
        total = sums.setdefault(key, dict.fromkeys(MEASURES, 0))
        for name in MEASURES:
            total[name] += row[name]
    return {key: total for key, total in sums.items() if any(total.values())}


def make_sandbox() -> FastAPI:
    """A sandbox of its own for one test, with real paces."""
    settings: dict[str, Any] = {
        "lwa_client_id": CLIENT.client_id,
        "lwa_client_secret": CLIENT.client_secret,
        "sandbox_brands": 4,
        "sandbox_journal_size": 5000,
    }
    return create_sandbox(SandboxSettings(**settings))


async def assert_truth(rig: Rig, advertiser: Advertiser) -> None:
    """Every day of the window landed once, to the micro."""
    today = local(advertiser.raw["timezone"], rig.clock()).today
    truth = await rig.truth(advertiser, today - timedelta(days=30), today)
    assert await rig.landed(advertiser) == truth
    assert len(await rig.events("report.landed")) == 2
    assert len(await rig.events("sync.completed")) == 1
    assert [sync["state"] for sync in await rig.syncs()] == ["completed"]
