"""Deletes the files of erased advertisers, twice: a step under way may land one after the first time."""

from dataclasses import dataclass
from datetime import timedelta

import structlog
from shared.clock import Clock
from shared.db import SYSTEM, Db
from shared.objects import ObjectStore

from . import queries

DELETIONS = 2
LEASE, AGAIN_AFTER = timedelta(minutes=5), timedelta(hours=1)
"""`AGAIN_AFTER` outlasts the longest step: by then none of the advertiser's is at work."""
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Eraser:
    """One advertiser at a time; what the store refuses is tried again after the lease."""

    db: Db
    objects: ObjectStore
    clock: Clock

    async def tick(self) -> bool:
        """True when one was due. Raises what the store raises."""
        now = self.clock()
        async with self.db.tx(SYSTEM) as tx:
            erasure = await queries.claim_due(tx, now, now + LEASE)
        if erasure is None:
            return False
        folder = f"dsp/{erasure.organization_id}/{erasure.advertiser_id}"
        files = await self.objects.delete_folder(folder)
        done = self.clock() if erasure.deletions + 1 >= DELETIONS else None
        async with self.db.tx(SYSTEM) as tx:
            await queries.note_deletion(tx, erasure, now + AGAIN_AFTER, done)
        _log.info("files_erased", advertiser_id=str(erasure.advertiser_id), files=files)
        return True
