"""Writing letters down, sealed, and sending them until they are taken.

A letter is put down in the same transaction as what it tells, so that neither is there without the
other; it is deleted after the server took it. A crash in between sends it a second time, under the
same message id.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Protocol

import structlog
from shared.clock import Clock
from shared.db import SYSTEM, Db, Tx
from shared.ids import new_id
from shared.mail import Letter, Undelivered
from shared.metrics import counter

from auth.pepper import Pepper, SealBroken

from . import queries
from .domain import LEASE, LETTER_LIFE, Claim, pause

__all__ = ["Letter", "Post", "post"]
LETTERS = counter("letters_total", "Letters by kind and how it ended", ["kind", "outcome"])
NOBODY = ""
_log = structlog.get_logger(__name__)


class Sends(Protocol):
    """What carries a letter away: shared.mail's Mailer."""

    async def send(self, letter: Letter, message_id: str, /) -> None: ...


async def post(tx: Tx, pepper: Pepper, letter: Letter, now: datetime) -> None:
    """Puts a letter down to be sent after this transaction. One to nobody (`to` empty) costs the same
    and is thrown away: an answer must not take longer for an address that has a user."""
    sealed = pepper.seal(asdict(letter))
    await queries.insert(tx, new_id(), letter.kind, sealed, now, now + LETTER_LIFE)


@dataclass(frozen=True, slots=True)
class Post:
    """Sends one letter per tick. Without a mailer letters only wait for their end."""

    db: Db
    pepper: Pepper
    mailer: Sends | None
    clock: Clock

    async def tick(self) -> bool:
        """True when there was one: then there may be another."""
        now = self.clock()
        async with self.db.tx(SYSTEM) as tx:
            lost = await queries.delete_expired(tx, now)
            claim = None
            if self.mailer is not None:
                claim = await queries.claim_due(tx, new_id(), now, now + LEASE)
        if lost:
            _log.warning("letters_expired", count=lost, mailer=self.mailer is not None)
        if claim is None or self.mailer is None:
            return False
        await self._send(claim, self.mailer)
        return True

    async def _send(self, claim: Claim, mailer: Sends) -> None:
        try:
            letter = Letter(**self.pepper.unseal(claim.sealed))
            if letter.to != NOBODY:
                await mailer.send(letter, str(claim.id))
        except SealBroken as error:
            await self._give_up(claim, str(error))
        except Undelivered as error:
            if error.final:
                await self._give_up(claim, str(error))
            else:
                await self._put_off(claim, str(error))
        else:
            await self._done(claim, "sent" if letter.to != NOBODY else "to_nobody")

    async def _done(self, claim: Claim, outcome: str) -> None:
        async with self.db.tx(SYSTEM) as tx:
            await queries.delete(tx, claim)
        LETTERS.labels(kind=claim.kind, outcome=outcome).inc()

    async def _give_up(self, claim: Claim, reason: str) -> None:
        _log.error("letter_refused", letter_id=str(claim.id), kind=claim.kind, reason=reason)
        await self._done(claim, "refused")

    async def _put_off(self, claim: Claim, reason: str) -> None:
        _log.warning("letter_put_off", letter_id=str(claim.id), kind=claim.kind, reason=reason)
        async with self.db.tx(SYSTEM) as tx:
            await queries.put_off(tx, claim, self.clock() + pause(claim.attempts))
        LETTERS.labels(kind=claim.kind, outcome="put_off").inc()
