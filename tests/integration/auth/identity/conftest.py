"""An auth service where everybody may sign up, the post that reaches people, and a count of its work."""

import secrets
from collections import Counter
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

import pytest
from argon2 import PasswordHasher
from auth.main import MIGRATIONS
from infra.auth_world import AuthWorld, build_world, settings_for
from infra.databases import Databases, MakeDb
from infra.postbox import MAIL_FROM, SMTP_URL, Postbox, open_postbox
from shared.db import Tx


@pytest.fixture
async def world(make_db: MakeDb, databases: Databases, redis_url: str) -> AsyncGenerator[AuthWorld]:
    url = await databases.create("auth", MIGRATIONS)
    db = await make_db("auth", MIGRATIONS, url=url)
    mail = {"sign_up": "open", "smtp_url": SMTP_URL, "mail_from": MAIL_FROM}
    built = build_world(settings_for(url, redis_url, secrets.token_hex(32), **mail), db)
    yield built
    await built.close()


@pytest.fixture
async def postbox(world: AuthWorld) -> AsyncGenerator[Postbox]:
    async with open_postbox(world) as opened:
        yield opened


@dataclass
class Work:
    """What requests cost: each statement and each argon2 run, in order."""

    done: list[str] = field(default_factory=list[str])

    def take(self) -> Counter[str]:
        """What was done since the last time."""
        done, self.done = self.done, []
        return Counter(done)


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    seen = Work()

    def counted(owner: type, name: str) -> None:
        inner: Any = getattr(owner, name)

        def call(self: Any, first: Any, *rest: Any) -> Any:
            seen.done.append(first if owner is Tx else f"argon2 {name}")
            return inner(self, first, *rest)

        monkeypatch.setattr(owner, name, call)

    for name in ("execute", "fetch", "fetchrow", "fetchval"):
        counted(Tx, name)
    counted(PasswordHasher, "hash")
    counted(PasswordHasher, "verify")
    return seen
