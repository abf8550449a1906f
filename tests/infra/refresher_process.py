"""token-refresher as a process of its own, and an Amazon on a socket that answers when told."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from urllib.parse import parse_qs

import httpx
from shared.internal_tokens import generate_keypair

from infra.credentials import KEYS
from infra.embedded_parts import free_port
from infra.events import eventually


@dataclass
class HeldAmazon:
    """`asked` gets each refresh token that somebody asks with; the answer waits for `answer`."""

    url: str = ""
    rotates_to: str = ""
    asked: asyncio.Queue[str] = field(default_factory=asyncio.Queue[str])
    _go: asyncio.Event = field(default_factory=asyncio.Event)

    def answer(self) -> None:
        """All calls, now and from now on."""
        self._go.set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
                form = parse_qs((await reader.readexactly(length)).decode())
                self.asked.put_nowait(form["refresh_token"][0])
                await self._go.wait()
                writer.write(self._answer())
                await writer.drain()
        writer.close()

    def _answer(self) -> bytes:
        body = {"access_token": "Atza|of-the-process", "expires_in": 3600, "token_type": "bearer"}
        if self.rotates_to:
            body["refresh_token"] = self.rotates_to
        text = json.dumps(body).encode()
        head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
        return f"{head}{len(text)}\r\n\r\n".encode() + text


@contextlib.asynccontextmanager
async def held_amazon() -> AsyncGenerator[HeldAmazon]:
    amazon = HeldAmazon()
    server = await asyncio.start_server(amazon.serve, "127.0.0.1", 0)
    amazon.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield amazon
    finally:
        amazon.answer()
        server.close()


@dataclass
class RefresherProcess:
    """`python -m token_refresher`; Kafka and Valkey are not there, which is none of its business."""

    popen: subprocess.Popen[bytes]
    url: str

    def stall(self) -> None:
        self.popen.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self.popen.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        self.popen.kill()
        self.popen.wait()

    async def counted(self, outcome: str) -> None:
        """Returns when /metrics counts a refresh that ended so."""
        line = f'leadline_credential_refreshes_total{{outcome="{outcome}"}} 1.0'

        async def shown() -> bool:
            async with httpx.AsyncClient() as http:
                return line in (await http.get(f"{self.url}/metrics")).text

        await eventually(shown)


@contextlib.asynccontextmanager
async def refresher_process(
    database_url: str, amazon: HeldAmazon
) -> AsyncGenerator[RefresherProcess]:
    port = free_port()
    private, public = generate_keypair()
    settings = {
        "DATABASE_URL": database_url,
        "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "OBJECT_STORE_URL": "file:///nowhere",
        "SERVICE_PORT": str(port),
        "PUBLIC_URL": "http://127.0.0.1:8400",
        "INTERNAL_SIGNING_KEY": private,
        "INTERNAL_PUBLIC_KEYS": json.dumps({"gateway": public}),
        "TOKEN_ENCRYPTION_KEYS": KEYS,
        "LWA_CLIENT_ID": "client",
        "LWA_CLIENT_SECRET": "secret",
        "AMAZON_BASE_URL": amazon.url,
        "REFRESH_TICK_SECONDS": "0.2",
    }
    popen = _start(settings)
    try:
        yield RefresherProcess(popen, f"http://127.0.0.1:{port}")
    finally:
        popen.kill()
        popen.wait()


def _start(settings: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "token_refresher"],
        env={"PATH": os.environ["PATH"], **settings},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
