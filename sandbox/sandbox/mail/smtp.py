"""The SMTP side: accepts every letter for everybody; faults make it refuse or hang up."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from aiosmtpd.smtp import SMTP, Envelope, Session

from sandbox.faults.rules import Faults

from .mailbox import Mailbox

MAX_BYTES = 1 << 20
_PATH = "/smtp"


class Inlet:
    """aiosmtpd's handler. A fault on `SMTP /smtp` answers 451 (kind 503), 550 (kind 401), or hangs up."""

    def __init__(self, mailbox: Mailbox, faults: Faults) -> None:
        self._mailbox = mailbox
        self._faults = faults

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        rule = self._faults.fire("SMTP", _PATH)
        if rule is None:
            content = envelope.content or b""
            raw = content.encode() if isinstance(content, str) else content
            self._mailbox.put(list(envelope.rcpt_tos), raw)
            return "250 2.0.0 taken"
        if rule.kind in {"drop", "timeout", "truncate"}:
            raise ConnectionResetError
        return "550 5.7.1 refused" if rule.kind == "401" else "451 4.3.0 try again"


@asynccontextmanager
async def smtp_server(
    host: str, port: int, mailbox: Mailbox, faults: Faults
) -> AsyncGenerator[asyncio.Server]:
    """Listens while inside; port 0 takes a free one."""
    inlet = Inlet(mailbox, faults)

    def connected() -> SMTP:
        return SMTP(inlet, data_size_limit=MAX_BYTES, enable_SMTPUTF8=True, hostname="sandbox")

    server = await asyncio.get_running_loop().create_server(connected, host, port)
    async with server:
        yield server
