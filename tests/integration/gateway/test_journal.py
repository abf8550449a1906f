"""What the edge tells the audit log: streams that open, and changes it turned away."""

import json
from typing import Any
from uuid import UUID

from gateway.journal import Journal
from gateway.requests import EdgeRequest
from infra.databases import MakeDb
from shared.audit.refusals import Refusals
from shared.db import SYSTEM, Db
from shared.errors import Forbidden
from shared.ids import new_id
from shared.internal_tokens import Actor


def request(method: str, path: str) -> EdgeRequest:
    return EdgeRequest(
        method=method,
        path=path,
        target=path,
        query="",
        headers=[(b"user-agent", b"test")],
        ip="203.0.113.7",
        scheme="https",
        host="leadline.example",
        request_id="r" * 32,
    )


async def told(db: Db) -> list[dict[str, Any]]:
    async with db.read(SYSTEM) as tx:
        rows = await tx.fetch("select topic, payload from outbox order by id")
    assert {row["topic"] for row in rows} <= {"gateway.audit.v1"}
    return [json.loads(row["payload"])["data"] for row in rows]


async def test_an_open_stream_is_a_look_at_the_callers_brands(
    make_db: MakeDb, organization_id: UUID
) -> None:
    db = await make_db("gateway", None)
    journal, brand = Journal(db, Refusals(db)), new_id()
    for brands in (None, frozenset({brand})):
        actor = Actor("user", "ana", organization_id, brand_ids=brands)
        await journal.opened(request("GET", "/v1/events"), actor)
    every, mine = await told(db)
    assert (every["action"], every["every_brand"], every["ip"]) == (
        "live.opened",
        True,
        "203.0.113.7",
    )
    assert (mine["every_brand"], mine["brand_ids"]) == (False, [str(brand)])


async def test_changes_turned_away_are_told_once_and_counted_and_reads_are_not(
    make_db: MakeDb, organization_id: UUID
) -> None:
    db = await make_db("gateway", None)
    refusals = Refusals(db)
    journal, ana = Journal(db, refusals), Actor("user", "ana", organization_id)
    error = Forbidden("no", code="csrf_invalid")
    for _ in range(5):
        await journal.turned_away(request("POST", "/v1/brands"), ana, error)
    await journal.turned_away(request("GET", "/v1/brands"), ana, error)
    await refusals.flush()
    first, rest = await told(db)
    assert (first["action"], first["code"], first["outcome"]) == (
        "edge.refused",
        "csrf_invalid",
        "refused",
    )
    assert (first["count"], rest["count"]) == (1, 4)
    assert first["details"] == {"method": "POST", "noun": "brands"}
