"""The review of choices: what only time changes (patience, probation, health) is taken up here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.clock import Clock
from shared.db import SYSTEM, Db, Scope, Tx

from auth.connections.health import ConsentRule, Facts, assess
from auth.connections.queries import Connection
from auth.connections.queries import list_visible as list_connections
from auth.discoveries.sightings_queries import lock_organization

from . import queries
from .domain import REVIEW_EVERY
from .service import settle_and_tell


@dataclass(frozen=True, slots=True)
class Reviews:
    """Looks over one organization after the other, each when it is due."""

    db: Db
    clock: Clock
    rule: ConsentRule

    async def tick(self) -> bool:
        """One organization; True when one was due."""
        now = self.clock()
        async with self.db.tx(SYSTEM) as tx:
            organization_id = await queries.next_review(tx, now)
            if organization_id is None:
                return False
            await lock_organization(tx, organization_id)
            if await queries.put_off_review(tx, organization_id, now, now + REVIEW_EVERY):
                await self._review(tx, organization_id, now)
        return True

    async def _review(self, tx: Tx, organization_id: UUID, now: datetime) -> None:
        found = await list_connections(tx, Scope.organization(organization_id))
        await queries.save_levels(tx, organization_id, self._levels(found, now))
        everything = await queries.every_advertiser(tx, organization_id)
        await settle_and_tell(tx, organization_id, everything, now)

    def _levels(self, found: list[Connection], now: datetime) -> Mapping[UUID, str]:
        """The health of each grant, without its credential's state: that is ranked by itself."""
        levels: dict[UUID, str] = {}
        for connection in found:
            if connection.status == "active" and connection.consented_at is not None:
                facts = Facts(
                    credential_state="healthy",
                    consented_at=connection.consented_at,
                    consent_expires_at=self.rule.expires_at(connection.consented_at),
                    refreshed_at=None,
                    visible_now=connection.visible_now,
                    visible_before=connection.visible_before,
                    looked_at=connection.looked_at,
                    failed_looks=connection.failed_looks,
                )
                levels[connection.id] = assess(facts, now).level
        return levels
