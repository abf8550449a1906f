"""Asking a client's Amazon admin for a consent, by a link that needs no account here.

The link's token is derived from the request and the pepper: it can be shown and sent again, and the
database alone does not hold it. Clicking "Continue" gives the browser a cookie, and the consent page at
Amazon is bound to both, so an answer brought by another browser is refused (login CSRF).
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.db import Scope, Tx
from shared.errors import Conflict, NotFound, TooManyRequests
from shared.ids import new_id
from shared.internal_tokens import Actor
from shared.ratelimit import RateLimiter

from auth.connections.consent import ConsentDesk
from auth.connections.domain import STATE_LIFE, OpenConsent
from auth.connections.service import open_connection
from auth.mail.service import Letter, post
from auth.names import clean_email, clean_name
from auth.pepper import Pepper, new_bearer
from auth.scopes import organization_of
from auth.settings import Settings
from shared import audit

from . import announce, queries
from .domain import LETTERS_PER_REQUEST, ConsentRequest, expires_at

_WINDOW_SECONDS = 60
_TEXT = """{requester} of {organization} asks you to give {organization} access to your company's Amazon
advertising data: campaigns, their reports and audiences in Amazon DSP and Amazon Marketing Cloud.
Leadline, the program that {organization} uses, only reads them.
{note}
You consent on Amazon's own page, signed in there; {organization} never sees your password, and you need
no account here. The link works once, until {until} (UTC):

{link}

If you do not know {organization}, ignore this letter: nothing happens without your consent.
"""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a consent request is to be; `connection_id`: the connection to renew, else a new one."""

    region: str | None
    label: str | None
    note: str
    recipient_email: str | None
    life_days: int
    connection_id: UUID | None


@dataclass(frozen=True, slots=True)
class Opening:
    """Where a visitor goes on; `browser` is for the cookie that this browser is known by."""

    authorize_url: str
    expires_at: datetime
    browser: str


@dataclass(frozen=True, slots=True)
class ConsentRequests:
    """Magic links from making to opening; their answers arrive at the ConsentDesk."""

    desk: ConsentDesk
    pepper: Pepper
    settings: Settings
    limiter: RateLimiter

    def link(self, request_id: UUID) -> str:
        return (
            f"{self.settings.web_root}/amazon-consent/?token={self.pepper.link_token(request_id)}"
        )

    async def create(
        self, tx: Tx, scope: Scope, user_id: UUID, wish: Wish, now: datetime
    ) -> ConsentRequest:
        """Raises NotFound and Conflict for the connection, Unprocessable for a name or address."""
        label = clean_name(wish.label, what="label", limit=100) if wish.label else None
        email = clean_email(wish.recipient_email) if wish.recipient_email else None
        region = wish.region
        if wish.connection_id is not None:
            region = (await open_connection(tx, scope, wish.connection_id)).region
        request_id, renews = new_id(), wish.connection_id is not None
        end = expires_at(now, wish.life_days)
        note = " ".join(wish.note.split())
        row = (*(request_id, wish.connection_id, renews, region, label, note, email, user_id, end),)
        token_hash = self.pepper.link_hash(self.pepper.link_token(request_id))
        await queries.insert(tx, scope, row, token_hash, now)
        await announce.tell(tx, (organization_of(scope), request_id), "created")
        return await self._send(tx, scope, request_id, now)

    async def send_again(
        self, tx: Tx, scope: Scope, request_id: UUID, now: datetime
    ) -> ConsentRequest:
        """The same link once more. Raises NotFound, Conflict (link_over, no_recipient,
        enough_letters)."""
        request = await show_request(tx, scope, request_id)
        if request.state(now) != "open":
            raise Conflict("The link is used up, has expired or was revoked.", code="link_over")
        if request.recipient_email is None:
            raise Conflict(
                "The request names no recipient.",
                code="no_recipient",
                hint="Copy the link and send it yourself.",
            )
        if request.letters >= LETTERS_PER_REQUEST:
            raise Conflict("Enough letters were sent for this request.", code="enough_letters")
        return await self._send(tx, scope, request_id, now)

    async def revoke(self, tx: Tx, scope: Scope, request_id: UUID, now: datetime) -> None:
        """Ends the link; one that is over already stays as it is. Raises NotFound."""
        await show_request(tx, scope, request_id)
        organization_id = organization_of(scope)
        await queries.lock(tx, organization_id, request_id)
        if await queries.revoke(tx, organization_id, request_id, now):
            await announce.tell(tx, (organization_id, request_id), "revoked")

    async def find(self, tx: Tx, token: str) -> ConsentRequest:
        """The request of a visitor's token, locked. Raises NotFound (link_invalid)."""
        where = await queries.of_token(tx, self.pepper.link_hash(token))
        if where is None:
            raise NotFound(
                "This link is not valid.",
                code="link_invalid",
                hint="Check that it was copied whole, or ask for a new one.",
            )
        return await show_request(tx, Scope.organization(where[0]), where[1])

    async def open(self, tx: Tx, token: str, now: datetime) -> Opening:
        """A consent page for this visitor's browser. Raises NotFound, Conflict (link_over)."""
        request = await self.find(tx, token)
        if request.state(now) != "open":
            raise Conflict("The link is used up, has expired or was revoked.", code="link_over")
        browser = new_bearer()
        end = min(now + STATE_LIFE, request.expires_at)
        consent = OpenConsent(
            request.organization_id,
            end,
            connection_id=request.connection_id,
            consent_request_id=request.id,
            browser_hash=self.pepper.browser_hash(browser),
        )
        url = await self.desk.open_page(tx, consent, request.region, now)
        where = (request.organization_id, request.id)
        await queries.note_opened(tx, *where, now)
        await announce.tell(tx, where, "opened")
        await audit.record(
            tx,
            "consent_request.opened",
            audit.current_caller() or Actor("anonymous", "anonymous"),
            organization_id=request.organization_id,
            target=("consent_request", request.id),
            origin=audit.current_origin(),
        )
        return Opening(url, end, browser)

    async def admit(self, ip: str) -> None:
        """Counts a visitor's call; raises TooManyRequests."""
        limit = self.settings.consent_links_per_ip
        key = self.pepper.throttle_hash(f"link:{ip}").hex()
        taken = await self.limiter.take(key, limit=limit, window_seconds=_WINDOW_SECONDS)
        if not taken.allowed:
            raise TooManyRequests("Too many requests.", retry_after_seconds=taken.reset_seconds)

    async def _send(self, tx: Tx, scope: Scope, request_id: UUID, now: datetime) -> ConsentRequest:
        """Posts the letter where there is somebody to write to."""
        request = await show_request(tx, scope, request_id)
        if request.recipient_email is None:
            return request
        letter = self._letter(request, request.recipient_email)
        await post(tx, self.pepper, letter, now)
        await queries.note_sent(tx, request.organization_id, request.id, now)
        await announce.tell(tx, (request.organization_id, request.id), "sent")
        return await show_request(tx, scope, request_id)

    def _letter(self, request: ConsentRequest, to: str) -> Letter:
        organization = request.organization_name
        text = _TEXT.format(
            requester=request.requester,
            organization=organization,
            note=f"\nTheir note: {request.note}\n" if request.note else "",
            until=request.expires_at.strftime("%Y-%m-%d %H:%M"),
            link=self.link(request.id),
        )
        subject = f"{organization} asks for access to your Amazon advertising data"
        return Letter(to=to, subject=subject, text=text, kind="consent_request")


async def show_request(tx: Tx, scope: Scope, request_id: UUID) -> ConsentRequest:
    """Raises NotFound."""
    found = await queries.list_all(tx, scope, request_id)
    if not found:
        raise NotFound("There is no such consent request.", code="consent_request_not_found")
    return found[0]
