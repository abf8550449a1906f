"""The mailbox over real SMTP: what Mailer sends is what people read; refusals come as they do in life."""

import asyncio
from collections.abc import AsyncGenerator

import httpx
import pytest
from fastapi import FastAPI
from infra.amazon_client import Amazon
from sandbox.deps import SandboxDeps
from sandbox.faults.rules import Rule
from sandbox.mail.smtp import smtp_server
from shared.mail import Letter, Mailer, Undelivered

SENDER = "Leadline <leadline@example.com>"
LETTER = Letter(
    to="Ana@Example.com", subject="Grüße\r\nBcc: x@y.z", text="Hi <b>,\n\nhttps://l.example/?a=1&b=2", kind="t"
)  # fmt: skip


@pytest.fixture
async def server(app: FastAPI) -> AsyncGenerator[asyncio.Server]:
    deps: SandboxDeps = app.state.deps
    async with smtp_server("127.0.0.1", 0, deps.mailbox, deps.faults) as running:
        yield running


@pytest.fixture
def mailer(server: asyncio.Server) -> Mailer:
    return Mailer(f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}", SENDER)


async def mail(http: httpx.AsyncClient, to: str = "") -> list[dict[str, str]]:
    return (await http.get("/_sandbox/mail", params={"to": to})).json()["items"]


async def test_a_letter_is_read_as_it_was_written(amazon: Amazon, mailer: Mailer) -> None:
    await mailer.send(LETTER, "one")
    await mailer.send(Letter("bo@example.com", "Second", "x", "t"), "two")
    (letter,) = await mail(amazon.http, "ana@example.com")
    assert letter["subject"] == "Grüße Bcc: x@y.z"
    assert letter["text"].strip() == LETTER.text
    assert letter["from"] == SENDER
    assert letter["message_id"] == "<one@example.com>"
    assert [item["to"] for item in await mail(amazon.http)] == ["bo@example.com", "Ana@Example.com"]


async def test_the_page_escapes_words_and_links_addresses(amazon: Amazon, mailer: Mailer) -> None:
    await mailer.send(LETTER, "one")
    page = (await amazon.http.get("/_sandbox/mailbox")).text
    assert "Hi &lt;b&gt;," in page
    assert '<a href="https://l.example/?a=1&amp;b=2">' in page


@pytest.mark.parametrize(
    ("kind", "final"), [("503", False), ("drop", False), ("timeout", False), ("401", True)]
)
async def test_a_refusal_is_final_only_when_the_server_says_so(
    amazon: Amazon, app: FastAPI, mailer: Mailer, kind: str, final: bool
) -> None:
    deps: SandboxDeps = app.state.deps
    deps.faults.replace([Rule("SMTP /smtp", kind, count=1)])  # pyright: ignore[reportArgumentType]
    with pytest.raises(Undelivered) as refused:
        await mailer.send(LETTER, "one")
    assert refused.value.final is final
    assert "ana@" not in str(refused.value).lower()
    assert await mail(amazon.http) == []
    await mailer.send(LETTER, "one")
    assert len(await mail(amazon.http)) == 1


async def test_a_server_that_is_down_may_come_back(server: asyncio.Server, mailer: Mailer) -> None:
    server.close()
    await server.wait_closed()
    with pytest.raises(Undelivered) as refused:
        await mailer.send(LETTER, "one")
    assert refused.value.final is False
