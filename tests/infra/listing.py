"""Listings of campaigns against the sandbox: run to their end, compared with what it knows."""

import json
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from dsp_ingest.deps import Deps
from dsp_ingest.listings import jobs
from shared.db import SYSTEM

from infra.ingest import Advertiser, Rig

LAG = 20
"""Seconds after which the sandbox's lists show every change."""


async def list_all(rig: Rig, deps: Deps, *, hours: float = 2, steps: int = 2000) -> None:
    """Works until no listing is under way or overdue, moving the clock to whatever waits."""
    deadline = rig.clock() + timedelta(hours=hours)
    for _ in range(steps):
        if await jobs.list_one(deps):
            continue
        async with rig.db.read(SYSTEM) as tx:
            due = await tx.fetchval(
                """
                select min(greatest(due_at, coalesce(lease_until, '-infinity')))
                from listing where listing_id is not null or listed_at is null
                """
            )
        if due is None or due > deadline:
            return
        rig.clock.move(max(due, rig.clock() + timedelta(milliseconds=1)))
    raise AssertionError(f"not listed after {steps} steps")


async def list_again(rig: Rig, deps: Deps, *, hours: float = 1.2) -> None:
    """The next listing of everybody."""
    rig.clock.forward(hours=hours)
    await list_all(rig, deps)


async def versions(rig: Rig, kind: str = "", entity_id: str = "") -> list[dict[str, Any]]:
    """In the order they were written."""
    async with rig.db.read(SYSTEM) as tx:
        rows = await tx.fetch("select * from entity_version order by version_id")
    found = [
        {**dict(row), "fields": json.loads(row["fields"]), "changes": json.loads(row["changes"])}
        for row in rows
    ]
    return [
        row
        for row in found
        if row["kind"].startswith(kind) and (not entity_id or row["entity_id"] == entity_id)
    ]


async def current(rig: Rig, advertiser: Advertiser, kind: str) -> dict[str, dict[str, Any]]:
    """The newest version of each, by id."""
    return {
        row["entity_id"]: row
        for row in await versions(rig, kind)
        if row["kind"] == kind
        and row["valid_to"] is None
        and row["advertiser_id"] == advertiser.advertiser_id
    }


async def entity(rig: Rig, entity_id: str, **params: str) -> dict[str, Any]:
    """What the sandbox knows of one."""
    answer = await rig.control.get(f"/_sandbox/entities/{entity_id}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def change(rig: Rig, entity_id: str, **values: Any) -> None:
    """Somebody changes it at Amazon, and the lists have had time to show it."""
    answer = await rig.control.put(f"/_sandbox/entities/{entity_id}", json=values)
    assert answer.status_code == 200, answer.text
    rig.clock.forward(seconds=LAG + 1)


async def assert_true(rig: Rig, advertiser: Advertiser) -> None:
    """Every campaign, ad group and ad is what the sandbox's lists show now, and no other is."""
    counts: dict[str, int] = defaultdict(int)
    for kind in ("campaign", "ad_group", "ad"):
        for entity_id, row in (await current(rig, advertiser, kind)).items():
            listed = (await entity(rig, entity_id))["listed"]
            if listed is None or listed["deleted"]:
                assert row["deleted"], (kind, entity_id)
                continue
            assert not row["deleted"], (kind, entity_id)
            counts[kind] += 1
            assert row["name"] == listed["name"]
            assert row["state"] == listed["state"]
            if kind != "ad":
                assert row["fields"]["budget_micros"] == listed["budget_micros"]
            assert row["amazon_updated_at"] == datetime.fromisoformat(listed["updated_at"])
    assert all(counts[kind] for kind in ("campaign", "ad_group", "ad")), counts
