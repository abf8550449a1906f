"""A person's post: the service's sending loop, against a real SMTP server that keeps what comes."""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from auth.mail.service import Post
from sandbox.clock import SandboxClock
from sandbox.faults.rules import Faults, Rule
from sandbox.mail.mailbox import Mailbox
from sandbox.mail.smtp import smtp_server
from sandbox.state import State
from sandbox.world.dice import Dice
from shared.mail import Mailer

from infra.auth_world import AuthWorld

MAIL_FROM = "Leadline <leadline@example.com>"
SMTP_URL = "smtp://127.0.0.1:1"
_TOKEN = re.compile(r"[?&]token=([\w-]+)")


@dataclass
class Postbox:
    """`send` is what the loop does until nothing is due."""

    mailbox: Mailbox
    faults: Faults
    post: Post

    async def send(self) -> None:
        while await self.post.tick():
            pass

    async def letters(self, to: str = "") -> list[dict[str, str]]:
        """What has arrived, newest first."""
        await self.send()
        return self.mailbox.letters(to)

    async def subjects(self, to: str) -> list[str]:
        return [letter["subject"] for letter in await self.letters(to)]

    async def token(self, to: str) -> str:
        """The token of the link in the newest letter to an address."""
        found = _TOKEN.search((await self.letters(to))[0]["text"])
        assert found is not None
        return found[1]

    def refuse(self, kind: str, count: int) -> None:
        """The server answers the next letters with a fault."""
        self.faults.replace([Rule("SMTP /smtp", kind, count=count)])  # pyright: ignore[reportArgumentType]


@asynccontextmanager
async def open_postbox(world: AuthWorld) -> AsyncGenerator[Postbox]:
    """An SMTP server of the test's own, and the loop that sends to it."""
    state = State(None)
    mailbox, faults = Mailbox(state, SandboxClock(state)), Faults(Dice("postbox"))
    async with smtp_server("127.0.0.1", 0, mailbox, faults) as server:
        port = server.sockets[0].getsockname()[1]
        mailer = Mailer(f"smtp://127.0.0.1:{port}", MAIL_FROM)
        yield Postbox(mailbox, faults, Post(world.db, world.deps.pepper, mailer, world.clock))
    state.close()
