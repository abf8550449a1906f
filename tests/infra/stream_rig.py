"""dsp-ingest's stream against the sandbox's, steps taken by hand, crashes on command."""

from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import httpx
import pyarrow.parquet as pq
from dsp_ingest.deps import Deps
from dsp_ingest.streams.domain import Queue, queues_of
from dsp_ingest.streams.jobs import Lander, Receiver, Subscriber
from dsp_ingest.streams.service import Patience
from dsp_ingest.streams.sqs import Sqs
from shared.db import SYSTEM

from .ingest import MEASURES, ROOT, Advertiser, Rig

QUEUES = f"NA={ROOT}/sqs/us-east-1/123456789012/leadline"
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class StreamRig:
    """One advertiser's stream: every tick is a call."""

    rig: Rig
    deps: Deps
    advertiser: Advertiser

    @property
    def queue(self) -> Queue:
        return queues_of(QUEUES)[0]

    @property
    def receiver(self) -> Receiver:
        sqs = Sqs(httpx.AsyncClient(transport=self.rig.wire))
        return Receiver(self.deps.db, sqs, self.queue, self.rig.clock, ROOT, 0)

    @property
    def lander(self) -> Lander:
        patience = Patience(0, 300, 30)
        return Lander(self.deps.db, self.rig.store, self.rig.clock, patience)

    @property
    def subscriber(self) -> Subscriber:
        amazon = self.deps.tools.amazon
        return Subscriber(self.deps.db, amazon, (self.queue,), self.rig.clock, 900)

    async def subscribe(self) -> None:
        """Until all datasets are active; confirmations pass through the queue."""
        for _ in range(6):
            while await self.subscriber.tick():
                pass
            self.rig.clock.move(self.rig.clock() + timedelta(seconds=21))
            await self.drain()
        states = [
            row["status"] for row in await self.rows("select status from stream_subscription")
        ]
        assert states == ["ACTIVE"] * 3

    async def drain(self) -> int:
        """Receives until the queue is empty; how often."""
        receiver, ticks = self.receiver, 0
        while await receiver.tick():
            ticks += 1
        return ticks

    async def land(self) -> None:
        while await self.lander.tick():
            pass

    async def rows(self, query: Any) -> list[dict[str, Any]]:
        async with self.rig.db.read(SYSTEM) as tx:
            return [dict(row) for row in await tx.fetch(query)]

    async def habits(self, **values: float) -> None:
        """How the sandbox delivers."""
        answer = await self.rig.control.put("/_sandbox/streams", json=values)
        assert answer.status_code == 200, answer.text

    async def truth(self, day: date) -> dict[Any, dict[str, int]]:
        """What the stream has told of a day until now, by creative of a line item."""
        params = {
            "advertiser_id": self.advertiser.amazon_id,
            "start_date": day.isoformat(),
            "end_date": day.isoformat(),
        }
        body = (await self.rig.control.get("/_sandbox/streams/truth", params=params)).json()
        return summed(body["rows"])

    async def counted(self, day: date) -> dict[Any, dict[str, int]]:
        """What stands in the tables."""
        rows = await self.rows("select * from stream_hour")
        return summed([row for row in rows if row["date"] == day])

    async def landed(self) -> list[tuple[dict[str, Any], dict[Any, dict[str, int]]]]:
        """Every provisional landing in order: the event's data, and what its file adds up to."""
        found: list[tuple[dict[str, Any], dict[Any, dict[str, int]]]] = []
        for event in await self.rig.events("report.landed", self.advertiser.advertiser_id):
            data = event["data"]
            if data["provisional"]:
                content = await self.rig.store.get(data["uri"], sha256=data["sha256"])
                rows = pq.read_table(BytesIO(content)).to_pylist()
                assert len(rows) == data["rows"]
                found.append((data, summed(rows)))
        return found


def summed(rows: list[dict[str, Any]]) -> dict[Any, dict[str, int]]:
    """Sums by order, line item and creative; what adds up to nothing left out."""
    sums: dict[Any, dict[str, int]] = {}
    for row in rows:
        key = (row["order_id"], row["line_item_id"], row["creative_id"])
        total = sums.setdefault(key, dict.fromkeys(MEASURES, 0))
        for name in MEASURES:
            total[name] += row[name]
    return {key: total for key, total in sums.items() if any(total.values())}
