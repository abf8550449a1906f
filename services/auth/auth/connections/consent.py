"""Opening Amazon's consent page and receiving the browser that comes back from it."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from amazon_ads import lwa
from shared.db import SYSTEM, Db, Tx
from shared.ids import new_id
from shared.metrics import counter

from auth.names import clean_name
from auth.pepper import Pepper, new_bearer

from . import queries
from .domain import (
    STATE_LIFE,
    Answer,
    ConsentError,
    Handover,
    OpenConsent,
    Visitor,
    default_label,
    judge,
)
from .handover import Handovers

CONSENTS = counter("consents_total", "Browsers that came back from Amazon", ["outcome"])


@dataclass(frozen=True, slots=True)
class Opener:
    """The signed-in person who clicks Connect."""

    user_id: UUID
    organization_id: UUID
    session_id: UUID


@dataclass(frozen=True, slots=True)
class OpenedConsent:
    """Where to send the browser; the page's answer is accepted until `expires_at`."""

    connection_id: UUID
    authorize_url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Landing:
    """How a callback ends: a connection, or the code of what went wrong."""

    connection_id: UUID | None = None
    error: ConsentError | None = None

    def location(self, web_root: str) -> str:
        """The page of the dashboard that tells."""
        if self.error is not None:
            return f"{web_root}/connections/?error={self.error}"
        return f"{web_root}/connections/?connected={self.connection_id}"


@dataclass(frozen=True, slots=True)
class ConsentDesk:
    """`wait_seconds`: how long a callback waits for its hand-over, which goes on regardless."""

    db: Db
    pepper: Pepper
    handovers: Handovers
    wait_seconds: float

    async def start(
        self, tx: Tx, opener: Opener, region: str, label: str | None, now: datetime
    ) -> OpenedConsent:
        """A pending connection and its consent page. Raises Unprocessable (name_invalid)."""
        clean = clean_name(label, what="label", limit=100) if label else None
        connection_id = await self._pending(tx, opener, region, clean, now)
        state, amazon = new_bearer(), self.handovers.amazon
        consent = OpenConsent(
            connection_id, opener.organization_id, opener.session_id, now + STATE_LIFE
        )
        await queries.insert_state(tx, self.pepper.state_hash(state), consent, now)
        url = lwa.authorize_url(
            amazon.endpoints.region(region),
            client_id=amazon.client.client_id,
            redirect_uri=amazon.redirect_uri,
            state=state,
            code_challenge=lwa.Pkce.of(self.pepper.code_verifier(state)).challenge,
        )
        return OpenedConsent(connection_id, url, consent.expires_at)

    async def receive(self, answer: Answer, visitor: Visitor, now: datetime) -> Landing:
        """Uses the state up, redeems the code and hands the grant over. Never raises for what the
        browser brought; a hand-over slower than `wait_seconds` is told as amazon_unavailable."""
        landing = await self._receive(answer, visitor, now)
        CONSENTS.labels(outcome=landing.error or "connected").inc()
        return landing

    async def _receive(self, answer: Answer, visitor: Visitor, now: datetime) -> Landing:
        async with self.db.tx(SYSTEM) as tx:
            accepted = await self._accept(tx, answer, visitor, now)
        if not isinstance(accepted, Handover):
            return Landing(error=accepted)
        task = self.handovers.workers.spawn(accepted.lease_token, self.handovers.carry(accepted))
        done, _ = await asyncio.wait({task}, timeout=self.wait_seconds)
        if not done:
            return Landing(error="amazon_unavailable")
        error = task.result()
        return Landing(error=error) if error else Landing(accepted.connection_id)

    async def _accept(
        self, tx: Tx, answer: Answer, visitor: Visitor, now: datetime
    ) -> Handover | ConsentError:
        consent = await queries.take_state(tx, self.pepper.state_hash(answer.state))
        error = judge(consent, answer, visitor, now)
        if consent is None:
            return "state_invalid"
        where = (consent.organization_id, consent.connection_id)
        if error is not None:
            await queries.note_error(tx, *where, error)
            return error
        verifier = self.pepper.code_verifier(answer.state)
        secret = {"code": answer.code, "code_verifier": verifier}
        return await self.handovers.open(tx, *where, secret)

    async def _pending(
        self, tx: Tx, opener: Opener, region: str, label: str | None, now: datetime
    ) -> UUID:
        """A connection that this person never completed, or a new one."""
        where = (opener.organization_id, region, opener.user_id)
        connection_id = await queries.take_pending(tx, *where, opener.session_id, now)
        if connection_id is not None:
            await queries.reopen(tx, connection_id, opener.organization_id, label)
            return connection_id
        connection_id = new_id()
        name = label or default_label(region)
        await queries.insert(
            tx, connection_id, opener.organization_id, region, name, opener.user_id, now
        )
        return connection_id
