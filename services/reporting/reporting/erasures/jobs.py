"""Deletes the numbers of erased advertisers, some at a time: there may be millions."""

from dataclasses import dataclass

from shared.clock import Clock
from shared.db import SYSTEM, Db

from . import queries

BATCH = 20_000


@dataclass(frozen=True, slots=True)
class Eraser:
    """A batch per tick and transaction; a crash repeats one batch at most."""

    db: Db
    clock: Clock
    batch: int = BATCH

    async def tick(self) -> bool:
        """True when there may be more to delete."""
        async with self.db.tx(SYSTEM) as tx:
            erased = await queries.next_due(tx)
            if erased is None:
                return False
            if await queries.delete_facts(tx, *erased, self.batch) < self.batch:
                await queries.finish(tx, *erased, self.clock())
        return True
