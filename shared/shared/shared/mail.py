"""Letters by SMTP: plain text with an HTML part made from it, over TLS, one recipient each."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import getaddresses
from html import escape
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

import aiosmtplib

TIMEOUT_SECONDS = 15.0
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_PORTS = {"smtp": 587, "smtps": 465}
_LINK = re.compile(r"https?://[^\s<>\"']+")
_REFUSED_FOR_EVER = (aiosmtplib.SMTPRecipientRefused, aiosmtplib.SMTPDataError)


class Undelivered(Exception):
    """The letter was not taken. `final`: trying again cannot help."""

    def __init__(self, reason: str, *, final: bool) -> None:
        super().__init__(reason)
        self.final = final


@dataclass(frozen=True, slots=True)
class Letter:
    """What one person is told. `kind` names the occasion in metrics and logs."""

    to: str
    subject: str
    text: str
    kind: str


class Mailer:
    """Sends over `smtps://user:password@host:465` (TLS) or `smtp://user:password@host:587` (STARTTLS).

    Without TLS only to this machine, or when the URL says so: `smtp://relay:25?tls=none`.
    """

    def __init__(self, smtp_url: str, mail_from: str) -> None:
        self._server = smtp_options(smtp_url)
        self._from = sender(mail_from)

    async def send(self, letter: Letter, message_id: str) -> None:
        """The server took it. The same `message_id` lets mail programs drop a second copy."""
        to = recipient(letter.to)
        message = self._message(letter, to, message_id)
        try:
            await aiosmtplib.send(
                message, sender=self._from.addr_spec, recipients=[to.addr_spec], **self._server
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _undelivered(error.recipients[0]) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise _undelivered(error) from error

    def _message(self, letter: Letter, to: Address, message_id: str) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self._from
        message["To"] = to
        message["Subject"] = " ".join(letter.subject.split())
        message["Message-ID"] = f"<{message_id}@{self._from.domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        message.add_alternative(html_of(letter.text), subtype="html")
        return message


def smtp_options(url: str) -> Mapping[str, Any]:
    """How to reach the server; ValueError for what is no SMTP URL."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError("an SMTP URL is smtps://user:password@host:465 or smtp://…:587")
    return {
        "hostname": parts.hostname,
        "port": parts.port or _PORTS[parts.scheme],
        "username": unquote(parts.username) if parts.username else None,
        "password": unquote(parts.password) if parts.password else None,
        "use_tls": parts.scheme == "smtps",
        "start_tls": parts.scheme == "smtp" and not _plain(parts),
        "timeout": TIMEOUT_SECONDS,
    }


def sender(mail_from: str) -> Address:
    """The address letters come from, with its name; ValueError when it is none."""
    try:
        ((name, address),) = getaddresses([mail_from])
        found = Address(name, addr_spec=address)
    except (ValueError, MessageError, IndexError):
        found = None
    if found is None or not found.domain:
        raise ValueError("MAIL_FROM: a sender is name@domain or Name <name@domain>")
    return found


def recipient(address: str) -> Address:
    """Exactly one address, so that no text can add a second one or a header."""
    try:
        return Address(addr_spec=address)
    except (ValueError, MessageError, IndexError) as error:
        raise Undelivered(f"not an address to write to: {error}", final=True) from None


def html_of(text: str) -> str:
    """The same words as simple HTML: a paragraph per block, links that can be clicked."""
    blocks = [_linked(block).replace("\n", "<br>") for block in text.strip().split("\n\n")]
    body = "".join(f"<p>{block}</p>" for block in blocks)
    return f'<!doctype html><html lang="en"><head><meta charset="utf-8"></head><body>{body}</body></html>\n'


def _linked(text: str) -> str:
    pieces, at = list[str](), 0
    for found in _LINK.finditer(text):
        url = escape(found[0])
        pieces += [escape(text[at : found.start()]), f'<a href="{url}">{url}</a>']
        at = found.end()
    return "".join([*pieces, escape(text[at:])])


def _plain(parts: SplitResult) -> bool:
    return parts.hostname in _LOOPBACK or parse_qs(parts.query).get("tls") == ["none"]


def _undelivered(error: Exception) -> Undelivered:
    """Without the server's words, in which addresses stand. Final only where the server refused this recipient or letter for good; a refused sender,
    login or connection is the operator's to mend, and the letter waits for it."""
    code = error.code if isinstance(error, aiosmtplib.SMTPResponseException) else 0
    final = isinstance(error, _REFUSED_FOR_EVER) and code >= 500
    return Undelivered(f"{type(error).__name__} {code or ''}".strip(), final=final)
