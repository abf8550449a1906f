"""Export jobs: the file, its manifest, who may have it, and dying on the way."""

import asyncio
import hashlib
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import httpx
import pyarrow.parquet as pq
import pytest
from infra.export_files import read_csv, read_xlsx
from infra.reporting_slices import Landed, ReportingWorld, make_row
from reporting.exports.jobs import Runner, run_next, tidy_up
from shared.db import SYSTEM
from shared.errors import Unavailable
from shared.events import (
    AdvertiserErased,
    ApiKeyRevoked,
    EventData,
    MemberRemoved,
    MemberUpdated,
)
from shared.ids import new_id

D1, D2 = date(2025, 3, 17), date(2025, 3, 18)
QUERY: dict[str, Any] = {
    "start_date": str(D1),
    "end_date": str(D2),
    "dimensions": ["date", "brand", "advertiser", "creative"],
    "metrics": ["impressions", "total_cost", "roas"],
}
Call = Callable[..., Any]


@pytest.fixture
def runner(world: ReportingWorld) -> Runner:
    return Runner(
        db=world.db,
        objects=world.loader.objects,
        clock=lambda: world.now,
        lease=timedelta(seconds=30),
        max_attempts=3,
        keep=timedelta(days=7),
        temp_folder=world.loader.temp_folder,
        beat_seconds=0.05,
    )


class Clients:
    """Two brands with numbers of their own, and their people."""

    def __init__(
        self, world: ReportingWorld, client: httpx.AsyncClient, sign_in: Any, visitor: Any
    ) -> None:
        self.world, self.client, self.sign_in, self.visitor = world, client, sign_in, visitor
        self.brands: dict[str, UUID] = {}
        self.advertisers: dict[str, UUID] = {}

    async def fill(self) -> "Clients":
        for name in ("Acme", "Globex"):
            brand = self.brands[name] = await self.world.brand(name)
            advertiser = await self.world.advertiser(f"{name} US", brand_id=brand)
            self.advertisers[name] = advertiser
            rows = [
                make_row(day, creative=str(n), creative_name=f"{name} {n}", impressions=n + 1,
                         total_cost_micros=1_000_001 * n, sales_micros=2_000_002 * n)
                for day in (D1, D2)
                for n in range(3)
            ]  # fmt: skip
            await self.world.load(Landed(advertiser, D1, D2, rows))
        return self

    def of(self, *names: str, subject: UUID | None = None) -> dict[str, str]:
        brands = frozenset(self.brands[name] for name in names) if names else None
        return self.sign_in(brand_ids=brands, subject=subject)

    async def ask(self, headers: Any, **change: Any) -> dict[str, Any]:
        body = {"format": "csv", "query": QUERY, **change}
        answer = await self.client.post("/v1/exports", json=body, headers=headers)
        assert answer.status_code == 202, answer.text
        return answer.json()

    async def read(self, headers: Any, export_id: str) -> dict[str, Any]:
        return (await self.client.get(f"/v1/exports/{export_id}", headers=headers)).json()

    async def file(self, headers: Any, export_id: str, **more: str) -> httpx.Response:
        path = f"/v1/exports/{export_id}/file"
        return await self.client.get(path, headers={**headers, **more})

    async def follow(self, link: Any, **more: str) -> httpx.Response:
        """As the gateway sends a visitor on."""
        return await self.client.get(link["path"], headers={**self.visitor, **more})


@pytest.fixture
async def clients(
    world: ReportingWorld, client: httpx.AsyncClient, sign_in: Any, visitor: Any
) -> Clients:
    return await Clients(world, client, sign_in, visitor).fill()


async def test_an_export_becomes_a_file_that_says_what_it_is(
    clients: Clients, runner: Runner
) -> None:
    owner = clients.of()
    asked = await clients.ask(owner)
    assert (asked["state"], asked["rows"], asked["manifest"]) == ("pending", 0, None)
    assert await run_next(runner)
    assert not await run_next(runner)
    ready = await clients.read(owner, asked["id"])
    file = await clients.file(owner, asked["id"])
    lines = read_csv(file.content)
    assert (ready["state"], ready["rows"], len(lines)) == ("ready", 12, 13)
    assert ready["sha256"] == hashlib.sha256(file.content).hexdigest()
    assert ready["manifest"]["reconciliation"]["ok"] is True
    ticks = {t["metric"]: t["in_file"] for t in ready["manifest"]["reconciliation"]["ticks"]}
    assert ticks == {"impressions": "24", "total_cost": "12.000012"}
    assert ready["manifest"]["as_of"] == "2025-03-20T12:00:00Z"
    assert ready["manifest"]["query"]["dimensions"] == QUERY["dimensions"]
    assert await events(clients.world) == ["export.requested", "export.ready"]


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet"])
async def test_every_format_holds_the_rows_of_the_answer(
    clients: Clients, runner: Runner, form: str
) -> None:
    owner = clients.of()
    asked = await clients.ask(owner, format=form)
    await run_next(runner)
    job = (await clients.file(owner, asked["id"])).content
    direct = await clients.client.post(f"/v1/metrics/query.{form}", json=QUERY, headers=owner)
    answer = await clients.client.post("/v1/metrics/query", json=QUERY, headers=owner)
    names = [row["creative_name"] for row in answer.json()["rows"]]
    for content in (job, direct.content):
        assert creatives_in(content, form) == names


def creatives_in(content: bytes, form: str) -> list[str]:
    if form == "csv":
        return [line[6] for line in read_csv(content)[1:]]
    if form == "xlsx":
        return [row[6][1] for row in read_xlsx(content)["Data"][1:]]
    return pq.ParquetFile(io.BytesIO(content)).read()["creative_name"].to_pylist()


async def test_an_export_never_holds_another_brands_row(clients: Clients, runner: Runner) -> None:
    acme = clients.of("Acme", subject=new_id())
    naming = {"filters": {"brand_ids": [str(clients.brands["Globex"])]}}
    for form in ("csv", "xlsx", "parquet"):
        for change in ({}, naming):
            asked = await clients.ask(acme, format=form, query={**QUERY, **change})
            assert await run_next(runner)
            file = await clients.file(acme, asked["id"])
            found = creatives_in(file.content, form)
            assert found == ([] if change else [f"Acme {n}" for _ in range(2) for n in range(3)])
            assert b"Globex" not in file.content


async def test_others_do_not_know_of_an_export(
    clients: Clients, runner: Runner, other_organization_id: UUID
) -> None:
    asker = new_id()
    asked = await clients.ask(clients.of("Acme", subject=asker))
    await run_next(runner)
    strangers = [
        clients.of("Globex"),
        clients.of("Acme"),
        clients.of("Acme", "Globex"),
        clients.of("Globex", subject=asker),
        clients.sign_in(organization=other_organization_id),
    ]
    for headers in strangers:
        listed = (await clients.client.get("/v1/exports", headers=headers)).json()
        assert listed["items"] == []
        for method, path in (
            *(("GET", ""), ("GET", "/file"), ("DELETE", ""), ("POST", "/cancellation")),
            *(("POST", "/links"), ("DELETE", f"/links/{new_id()}")),
        ):
            answer = await clients.client.request(
                method, f"/v1/exports/{asked['id']}{path}", headers=headers,
                json={} if path == "/links" else None,
            )  # fmt: skip
            assert (answer.status_code, answer.json()["code"]) == (404, "export_unknown"), path
    for headers in (clients.of(), clients.of("Acme", subject=asker)):
        assert (await clients.file(headers, asked["id"])).status_code == 200


async def test_a_broken_download_goes_on_where_it_broke(clients: Clients, runner: Runner) -> None:
    owner = clients.of()
    asked = await clients.ask(owner)
    await run_next(runner)
    whole = await clients.file(owner, asked["id"])
    tag = whole.headers["etag"]
    half = len(whole.content) // 2
    first = await clients.file(owner, asked["id"], Range=f"bytes=0-{half - 1}")
    rest = await clients.file(owner, asked["id"], Range=f"bytes={half}-", **{"If-Range": tag})
    assert (first.status_code, rest.status_code) == (206, 206)
    assert (
        rest.headers["content-range"]
        == f"bytes {half}-{len(whole.content) - 1}/{len(whole.content)}"
    )
    assert first.content + rest.content == whole.content
    changed = await clients.file(owner, asked["id"], Range="bytes=5-", **{"If-Range": '"other"'})
    assert (changed.status_code, changed.content) == (200, whole.content)
    beyond = await clients.file(owner, asked["id"], Range="bytes=999999-")
    assert (beyond.status_code, beyond.json()["code"]) == (416, "range_not_satisfiable")
    assert beyond.headers["content-range"] == f"bytes */{len(whole.content)}"


async def test_a_link_works_without_an_account_until_it_is_revoked(
    clients: Clients, runner: Runner
) -> None:
    acme = clients.of("Acme", subject=new_id())
    asked = await clients.ask(acme)
    refused = await clients.client.post(f"/v1/exports/{asked['id']}/links", json={}, headers=acme)
    assert (refused.status_code, refused.json()["code"]) == (409, "export_not_ready")
    await run_next(runner)
    link = await new_link(clients, acme, asked["id"])
    got = await clients.follow(link)
    assert got.content == (await clients.file(acme, asked["id"])).content
    part = await clients.follow(link, Range="bytes=0-3")
    assert (part.status_code, part.content) == (206, got.content[:4])
    told = await audited(clients.world, "export.downloaded")
    assert told[0]["brand_ids"] == [str(clients.brands["Acme"])]
    path = f"/v1/exports/{asked['id']}/links/{link['id']}"
    assert (await clients.client.delete(path, headers=acme)).status_code == 204
    ended = await clients.follow(link)
    assert (ended.status_code, ended.json()["code"]) == (410, "link_ended")


async def new_link(clients: Clients, headers: Any, export_id: str, **body: Any) -> dict[str, Any]:
    path = f"/v1/exports/{export_id}/links"
    answer = await clients.client.post(path, json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_link_ends_by_itself(clients: Clients, runner: Runner) -> None:
    owner = clients.of()
    asked = await clients.ask(owner)
    await run_next(runner)
    link = await new_link(clients, owner, asked["id"], hours=1)
    clients.world.now += timedelta(hours=1)
    assert (await clients.follow(link)).status_code == 410


def left(subject: UUID) -> list[EventData]:
    return [
        MemberRemoved(subject_id=subject, user_id=subject),
        MemberUpdated(subject_id=subject, user_id=subject),
        ApiKeyRevoked(subject_id=subject, user_id=new_id()),
    ]


@pytest.mark.parametrize("which", [0, 1, 2])
async def test_links_die_with_the_right_of_who_made_them(
    clients: Clients, runner: Runner, which: int
) -> None:
    asker, other = new_id(), new_id()
    links: list[dict[str, Any]] = []
    for subject in (asker, other):
        headers = clients.of("Acme", subject=subject)
        asked = await clients.ask(headers)
        await run_next(runner)
        links.append(await new_link(clients, headers, asked["id"]))
    waiting = await clients.ask(clients.of("Acme", subject=asker))
    await clients.world.hear(left(asker)[which])
    answers = [(await clients.follow(link)).status_code for link in links]
    assert answers == [410, 200]
    state = (await clients.read(clients.of(), waiting["id"]))["state"]
    assert state == ("pending" if which == 1 else "cancelled")


async def test_a_revoked_export_is_gone_with_its_file(clients: Clients, runner: Runner) -> None:
    owner = clients.of()
    asked = await clients.ask(owner)
    await run_next(runner)
    link = await new_link(clients, owner, asked["id"])
    for _ in range(2):
        answer = await clients.client.delete(f"/v1/exports/{asked['id']}", headers=owner)
        assert answer.status_code == 204
    assert (await clients.file(owner, asked["id"])).status_code == 409
    assert (await clients.follow(link)).status_code == 410
    assert await tidy_up(runner)
    assert await stored_files(clients.world) == []
    assert (await clients.read(owner, asked["id"]))["state"] == "revoked"


async def test_a_file_is_deleted_when_it_expires(clients: Clients, runner: Runner) -> None:
    owner = clients.of()
    asked = await clients.ask(owner)
    await run_next(runner)
    assert len(await stored_files(clients.world)) == 1
    clients.world.now += timedelta(days=7)
    await tidy_up(runner)
    assert await stored_files(clients.world) == []
    assert (await clients.read(owner, asked["id"]))["state"] == "expired"


async def test_numbers_of_an_erased_advertiser_are_in_no_file(
    clients: Clients, runner: Runner
) -> None:
    owner = clients.of()
    both = await clients.ask(owner)
    one = {**QUERY, "filters": {"brand_ids": [str(clients.brands["Acme"])]}}
    acme = await clients.ask(owner, query=one)
    await run_next(runner)
    await run_next(runner)
    await clients.world.hear(AdvertiserErased(advertiser_id=clients.advertisers["Globex"]))
    states = [(await clients.read(owner, e["id"]))["state"] for e in (both, acme)]
    assert states == ["revoked", "ready"]


async def test_a_killed_worker_is_taken_over_when_its_lease_ends(
    clients: Clients, runner: Runner
) -> None:
    owner = clients.of()
    asked = await clients.ask(owner)
    stuck = Stuck(runner)
    dying = asyncio.create_task(run_next(stuck.runner))
    await stuck.reached.wait()
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    assert not await run_next(runner)
    clients.world.now += timedelta(seconds=31)
    assert await run_next(runner)
    assert (await clients.read(owner, asked["id"]))["state"] == "ready"


async def test_a_cancelled_export_leaves_no_file_behind(clients: Clients, runner: Runner) -> None:
    owner = clients.of()
    asked = await clients.ask(owner)
    stuck = Stuck(runner)
    writing = asyncio.create_task(run_next(stuck.runner))
    await stuck.reached.wait()
    path = f"/v1/exports/{asked['id']}/cancellation"
    assert (await clients.client.post(path, headers=owner)).status_code == 204
    assert await asyncio.wait_for(writing, 20)
    clients.world.now += timedelta(seconds=31)
    await tidy_up(runner)
    assert await stored_files(clients.world) == []
    assert (await clients.read(owner, asked["id"]))["state"] == "cancelled"
    assert (await clients.client.post(path, headers=owner)).status_code == 204
    assert await events(clients.world) == ["export.requested", "export.failed"]


class Stuck:
    """A runner whose store takes for ever."""

    def __init__(self, runner: Runner) -> None:
        self.reached = asyncio.Event()
        self.runner = replace(runner, objects=self)  # pyright: ignore[reportArgumentType]

    async def put(self, *_: Any) -> None:
        self.reached.set()
        await asyncio.Event().wait()


class Away:
    """A store that is not to be reached."""

    async def put(self, *_: Any) -> None:
        raise Unavailable("The object store failed.", code="object_store_unavailable")


async def test_an_export_waits_for_the_store_and_fails_in_the_end(
    clients: Clients, runner: Runner
) -> None:
    owner = clients.of()
    asked = await clients.ask(owner)
    away = replace(runner, objects=Away())  # pyright: ignore[reportArgumentType]
    for _ in range(runner.max_attempts):
        assert await run_next(away)
        assert not await run_next(away)
        clients.world.now += timedelta(minutes=5)
    assert not await run_next(runner)
    failed = await clients.read(owner, asked["id"])
    assert (failed["state"], failed["error_code"]) == ("failed", "object_store_unavailable")
    assert await events(clients.world) == ["export.requested", "export.failed"]


async def test_asked_twice_under_one_key_is_written_once(clients: Clients) -> None:
    owner = {**clients.of(subject=new_id()), "Idempotency-Key": "monday"}
    first, second = await clients.ask(owner), await clients.ask(owner)
    assert first == second
    listed = (await clients.client.get("/v1/exports", headers=owner)).json()
    assert [item["id"] for item in listed["items"]] == [first["id"]]


async def test_an_organization_has_twenty_at_a_time(clients: Clients) -> None:
    owner = clients.of()
    for _ in range(20):
        await clients.ask(owner)
        clients.world.now += timedelta(seconds=1)
    body = {"format": "csv", "query": QUERY}
    refused = await clients.client.post("/v1/exports", json=body, headers=owner)
    assert (refused.status_code, refused.json()["code"]) == (429, "exports_busy")
    page = (await clients.client.get("/v1/exports?limit=15", headers=owner)).json()
    more = await clients.client.get(
        f"/v1/exports?limit=15&cursor={page['next_cursor']}", headers=owner
    )
    ids = [item["id"] for item in (*page["items"], *more.json()["items"])]
    assert (len(set(ids)), more.json()["next_cursor"]) == (20, None)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"format": "pdf", "query": QUERY}, "validation_failed"),
        ({"format": "csv"}, "validation_failed"),
        ({"format": "csv", "query": QUERY, "rows": 5}, "validation_failed"),
        ({"format": "csv", "query": {**QUERY, "metrics": ["impresions"]}}, "unknown_metric"),
        ({"format": "csv", "query": {**QUERY, "end_date": "2020-01-01"}}, "date_range_invalid"),
    ],
)
async def test_a_malformed_request_is_told_what_is_wrong(
    client: httpx.AsyncClient, sign_in: Any, body: Any, code: str
) -> None:
    answer = await client.post("/v1/exports", json=body, headers=sign_in())
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_a_link_works_through_the_gateway_only(clients: Clients, runner: Runner) -> None:
    owner = clients.of()
    asked = await clients.ask(owner)
    await run_next(runner)
    link = await new_link(clients, owner, asked["id"])
    assert (await clients.client.get(link["path"])).status_code == 401
    assert (await clients.follow(link)).status_code == 200


async def test_a_forged_link_leads_nowhere(client: httpx.AsyncClient, visitor: Any) -> None:
    for token in ("x", "v1.a.b.c.d", "." * 5, "v1." + "0" * 32 + "." + "0" * 32 + ".9.x"):
        answer = await client.get("/v1/exports/download", params={"token": token}, headers=visitor)
        assert (answer.status_code, answer.json()["code"]) == (404, "link_unknown")


async def events(world: ReportingWorld) -> list[str]:
    async with world.db.read(SYSTEM) as tx:
        rows = await tx.fetch(
            "select payload::jsonb ->> 'type' as type from outbox"
            " where topic = 'reporting.export.v1' order by id"
        )
    return [row["type"] for row in rows]


async def audited(world: ReportingWorld, action: str) -> list[dict[str, Any]]:
    async with world.db.read(SYSTEM) as tx:
        rows = await tx.fetch(
            "select payload::jsonb -> 'data' ->> 'brand_ids' as brands from outbox"
            " where payload::jsonb -> 'data' ->> 'action' = $1 order by id",
            action,
        )
    return [{"brand_ids": httpx.Response(200, text=row["brands"]).json()} for row in rows]


async def stored_files(world: ReportingWorld) -> list[str]:
    folder = world.loader.temp_folder / "objects" / "exports"
    found = await asyncio.to_thread(lambda: [p.name for p in folder.rglob("*") if p.is_file()])
    return sorted(found)
