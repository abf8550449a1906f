"""Downloads and calls over a real socket whose server hangs up, stalls or cuts the file."""

import asyncio
import gzip
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path

import httpx
import msgspec
import pytest
from amazon_ads import NO_RETRY, AmazonAdsClient, Endpoints, accounts, download, errors, read_rows

Serve = Callable[[bytes], Awaitable[str]]
FILE = gzip.compress(b'[{"clicks":1}]' + b" " * 1_000_000)


class Row(msgspec.Struct):
    clicks: int


@pytest.fixture
async def serve() -> AsyncGenerator[Serve]:
    """`await serve(answer)`: a server that sends these bytes to everybody and hangs up."""
    servers: list[asyncio.Server] = []

    async def start(answer: bytes) -> str:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(handle, "127.0.0.1", 0)
        servers.append(server)
        return f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"

    yield start
    for server in servers:
        server.close()
        await server.wait_closed()


def answer(body: bytes, length: int | None = None, *, head: str = "") -> bytes:
    size = "" if length is None else f"Content-Length: {length}\r\n"
    return f"HTTP/1.1 200 OK\r\n{size}{head}\r\n".encode() + body


async def fetch(root: str, to: Path) -> int:
    async with httpx.AsyncClient() as http:
        found = await download(http, Endpoints.at(root).na, f"{root}/file", to)
    return found.file_bytes


async def test_a_whole_file_arrives_byte_by_byte(serve: Serve, tmp_path: Path) -> None:
    root = await serve(answer(FILE, len(FILE), head="Content-Encoding: gzip\r\n"))
    assert await fetch(root, tmp_path / "f") == len(FILE)
    assert [row.clicks for rows in read_rows(tmp_path / "f", Row) for row in rows] == [1]


async def test_a_file_cut_below_its_length_is_truncated(serve: Serve, tmp_path: Path) -> None:
    root = await serve(answer(FILE[:200], len(FILE)))
    with pytest.raises(errors.FileTruncated):
        await fetch(root, tmp_path / "f")


async def test_a_cut_file_without_a_length_is_noticed_when_it_is_read(
    serve: Serve, tmp_path: Path
) -> None:
    root = await serve(answer(FILE[:200]))
    assert await fetch(root, tmp_path / "f") == 200
    with pytest.raises(errors.FileTruncated):
        list(read_rows(tmp_path / "f", Row))


async def test_a_chunked_file_without_its_last_chunk_is_truncated(
    serve: Serve, tmp_path: Path
) -> None:
    body = b"64\r\n" + FILE[:100] + b"\r\n"
    root = await serve(answer(body, head="Transfer-Encoding: chunked\r\n"))
    with pytest.raises(errors.FileTruncated):
        await fetch(root, tmp_path / "f")


@pytest.mark.parametrize("sent", [b"", b"HTTP/1.1 200 OK\r\nContent-Le", answer(b'[{"pro', 100)])
async def test_a_call_cut_anywhere_is_connection_lost(serve: Serve, sent: bytes) -> None:
    async def tokens(_: str | None) -> str:
        return "Atza|t"

    root = await serve(sent)
    async with httpx.AsyncClient() as http:
        client = AmazonAdsClient(
            http, Endpoints.at(root).na, client_id="c", tokens=tokens, retry=NO_RETRY
        )
        with pytest.raises(errors.ConnectionLost):
            await accounts.list_profiles(client)


async def test_nobody_listening_is_unavailable(serve: Serve, tmp_path: Path) -> None:
    async def tokens(_: str | None) -> str:
        return "Atza|t"

    async with httpx.AsyncClient() as http:
        client = AmazonAdsClient(
            http,
            Endpoints.at("http://127.0.0.1:9").na,
            client_id="c",
            tokens=tokens,
            retry=NO_RETRY,
        )
        with pytest.raises(errors.Unavailable):
            await accounts.list_profiles(client)
        with pytest.raises(errors.ConnectionLost):
            await download(http, client.endpoints, "http://127.0.0.1:9/f", tmp_path / "f")
