"""Opening Amazon's consent page and receiving the browser that comes back from it."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from amazon_ads import lwa
from shared.db import SYSTEM, Db, Tx
from shared.errors import Conflict
from shared.ids import new_id
from shared.internal_tokens import Actor
from shared.metrics import counter

from auth.consent_requests import announce as links
from auth.consent_requests import queries as link_rows
from auth.names import clean_name
from auth.pepper import Pepper, new_bearer
from shared import audit

from . import handover_queries, queries
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
from .queries import Connection
from .service import note_failure

CONSENTS = counter("consents_total", "Browsers that came back from Amazon", ["outcome"])

_TOLD_TO_ANYBODY = frozenset({"session_mismatch", "state_expired"})
"""The visitor may be a stranger: they are not told which connection it was about."""


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
    """How a callback ends: a connection, or the code of what went wrong; `by_link`: for a visitor who
    came by a magic link and has no account here."""

    connection_id: UUID | None = None
    error: ConsentError | None = None
    by_link: bool = False

    def location(self, web_root: str) -> str:
        """The page that tells."""
        if self.by_link:
            outcome = f"error={self.error}" if self.error else "done=1"
            return f"{web_root}/amazon-consent/?{outcome}"
        if self.error is None:
            return f"{web_root}/connections/?connected={self.connection_id}"
        about = "" if self.connection_id is None else f"&connection={self.connection_id}"
        return f"{web_root}/connections/?error={self.error}{about}"


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
        return await self._open_for(tx, opener, connection_id, region, now)

    async def start_again(
        self, tx: Tx, opener: Opener, connection: Connection, now: datetime
    ) -> OpenedConsent:
        """Another consent to the same connection: until it arrives, what is there goes on."""
        where = (opener.organization_id, connection.id)
        await queries.forget_states_of(tx, *where, opener.session_id)
        await queries.note_error(tx, *where, None)
        return await self._open_for(tx, opener, connection.id, connection.region, now)

    async def open_page(self, tx: Tx, consent: OpenConsent, region: str, now: datetime) -> str:
        """The address of a consent page that Amazon answers to this consent."""
        state, amazon = new_bearer(), self.handovers.amazon
        await queries.insert_state(tx, self.pepper.state_hash(state), consent, now)
        return lwa.authorize_url(
            amazon.endpoints.region(region),
            client_id=amazon.client.client_id,
            redirect_uri=amazon.redirect_uri,
            state=state,
            code_challenge=lwa.Pkce.of(self.pepper.code_verifier(state)).challenge,
            scopes=amazon.scopes,
        )

    async def decide(
        self, tx: Tx, where: tuple[UUID, UUID], *, accept: bool, now: datetime
    ) -> None:
        """What becomes of a held consent by somebody else. Raises Conflict (nothing_held)."""
        if not await self.handovers.decide(tx, where, accept=accept, now=now):
            raise Conflict(
                "No consent waits for a decision.",
                code="nothing_held",
                hint="It may have run out: re-authorise again.",
            )

    async def receive(self, answer: Answer, visitor: Visitor, now: datetime) -> Landing:
        """Uses the state up, redeems the code and hands the grant over. Never raises for what the
        browser brought; a hand-over slower than `wait_seconds` is told as amazon_unavailable."""
        landing = await self._receive(answer, visitor, now)
        CONSENTS.labels(outcome=landing.error or "connected").inc()
        return landing

    async def _receive(self, answer: Answer, visitor: Visitor, now: datetime) -> Landing:
        async with self.db.tx(SYSTEM) as tx:
            accepted = await self._accept(tx, answer, visitor, now)
        if isinstance(accepted, Landing):
            return accepted
        task = self.handovers.workers.spawn(accepted.lease_token, self.handovers.carry(accepted))
        done, _ = await asyncio.wait({task}, timeout=self.wait_seconds)
        error = task.result() if done else "amazon_unavailable"
        return Landing(accepted.connection_id, error, accepted.link is not None)

    async def _accept(
        self, tx: Tx, answer: Answer, visitor: Visitor, now: datetime
    ) -> Handover | Landing:
        consent = await queries.take_state(tx, self.pepper.state_hash(answer.state))
        browser_hash = self.pepper.browser_hash(visitor.browser) if visitor.browser else b""
        error = judge(consent, answer, visitor, now, browser_hash)
        if consent is None:
            by_link = visitor.session_id is None and bool(visitor.browser)
            return Landing(error="state_invalid", by_link=by_link)
        await _tell_return(tx, consent, error)
        if consent.consent_request_id is not None:
            return await self._accept_by_link(tx, consent, answer, error, now)
        assert consent.connection_id is not None  # noqa: S101 - checked by the table
        where = (consent.organization_id, consent.connection_id)
        if error is not None:
            await note_failure(tx, *where, error)
            return Landing(None if error in _TOLD_TO_ANYBODY else consent.connection_id, error)
        handover = await self.handovers.open(tx, where, self._secret(answer), None)
        return handover or Landing(error="connection_ended")

    async def _accept_by_link(
        self,
        tx: Tx,
        consent: OpenConsent,
        answer: Answer,
        error: ConsentError | None,
        now: datetime,
    ) -> Handover | Landing:
        """A magic link works once: not while an answer is carried, and never after one arrived."""
        assert consent.consent_request_id is not None  # noqa: S101 - asked for by the caller
        link = (consent.organization_id, consent.consent_request_id)
        request = await link_rows.lock(tx, *link)
        if request is None or request["revoked_at"] is not None:
            return Landing(error="link_invalid", by_link=True)
        if request["completed_at"] is not None or await handover_queries.carries(tx, *link):
            return Landing(error="link_used", by_link=True)
        if error is not None:
            await links.failed(tx, link, error)
            return Landing(error=error, by_link=True)
        connection_id = request["connection_id"]
        if connection_id is None:
            opener = (request["requested_by"], request["region"], request["label"])
            connection_id = await self._connection_of_link(tx, link, *opener, now)
        where = (consent.organization_id, connection_id)
        handover = await self.handovers.open(tx, where, self._secret(answer), link[1])
        return handover or Landing(error="connection_ended", by_link=True)

    def _secret(self, answer: Answer) -> dict[str, str]:
        return {"code": answer.code, "code_verifier": self.pepper.code_verifier(answer.state)}

    async def _open_for(
        self, tx: Tx, opener: Opener, connection_id: UUID, region: str, now: datetime
    ) -> OpenedConsent:
        consent = OpenConsent(
            opener.organization_id,
            now + STATE_LIFE,
            connection_id=connection_id,
            session_id=opener.session_id,
        )
        url = await self.open_page(tx, consent, region, now)
        return OpenedConsent(connection_id, url, consent.expires_at)

    async def _connection_of_link(
        self,
        tx: Tx,
        link: tuple[UUID, UUID],
        user_id: UUID,
        region: str,
        label: str | None,
        now: datetime,
    ) -> UUID:
        """The link's own connection, its requester's, once somebody has consented."""
        connection_id, name = new_id(), label or default_label(region)
        await queries.insert(tx, connection_id, link[0], region, name, user_id, now)
        await link_rows.set_connection(tx, *link, connection_id)
        return connection_id

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


async def _tell_return(tx: Tx, consent: OpenConsent, error: ConsentError | None) -> None:
    """For the audit log: somebody came back from Amazon, with a consent or without."""
    target = ("connection", consent.connection_id or "")
    if consent.consent_request_id is not None:
        target = ("consent_request", consent.consent_request_id)
    await audit.record(
        tx,
        "connection.consent_received",
        audit.current_caller() or Actor("anonymous", "anonymous"),
        organization_id=consent.organization_id,
        target=target,
        outcome="refused" if error else "allowed",
        code=error or "",
        origin=audit.current_origin(),
    )
