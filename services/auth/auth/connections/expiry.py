"""Warning of consents that Amazon will end: an event and a letter, 30, 14, 7 and 1 days before."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from asyncpg import Record
from shared.clock import Clock
from shared.db import SYSTEM, Db, Tx
from shared.events import ConnectionConsentExpiring

from auth.mail.service import Letter, post
from auth.pepper import Pepper
from shared import outbox

from . import queries
from .health import WARN_DAYS, ConsentRule, warning_due

_TEXT = """Amazon ends the consent behind the connection "{label}" of {organization} on {day} (UTC):
consents to Amazon's advertising API last {life} days.

Re-authorise it before then and nothing stops: its history, advertisers and brands stay.

{link}
"""


@dataclass(frozen=True, slots=True)
class ExpiryWatch:
    """A connection at a time; each warning is given once, together with its letter."""

    db: Db
    pepper: Pepper
    rule: ConsentRule
    web_root: str
    clock: Clock

    async def tick(self) -> bool:
        """True when a connection was warned about: there may be more."""
        now, rule = self.clock(), self.rule
        if not rule.life:
            return False
        horizon = timedelta(days=max(WARN_DAYS))
        consented_before = now - rule.life + horizon
        async with self.db.tx(SYSTEM) as tx:
            for row in await queries.expiring(tx, rule.since, consented_before, now - rule.life):
                ends = row["consented_at"] + rule.life
                days = warning_due(ends, row["expiry_warned_days"], now)
                if days is not None:
                    await self._warn(tx, row, ends, days, now)
                    return True
        return False

    async def _warn(self, tx: Tx, row: Record, ends: datetime, days: int, now: datetime) -> None:
        await queries.note_expiry_warning(tx, row["organization_id"], row["id"], days)
        data = ConnectionConsentExpiring(
            connection_id=row["id"], consent_expires_at=ends, days_left=days
        )
        await outbox.add(tx, data, organization_id=row["organization_id"])
        text = _TEXT.format(
            label=row["label"],
            organization=row["organization_name"],
            day=ends.date().isoformat(),
            life=self.rule.life.days,
            link=f"{self.web_root}/connections/#connection-{row['id']}",
        )
        subject = f"Amazon consent ends within {days} day{'s' if days > 1 else ''}: {row['label']}"
        letter = Letter(to=row["email"], subject=subject, text=text, kind="consent_expiring")
        await post(tx, self.pepper, letter, now)
