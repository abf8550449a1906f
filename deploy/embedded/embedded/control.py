"""Talking to the supervisor: one JSON line each way on a loopback port, with the install's token."""

import asyncio
import contextlib
import hmac
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import Any

Command = Callable[[Mapping[str, str]], Awaitable[object]]


class ControlError(Exception):
    """The supervisor refused, or did not answer."""


@contextlib.asynccontextmanager
async def serve_control(
    port: int, token: str, commands: Mapping[str, Command]
) -> AsyncGenerator[None, None]:
    """Answer commands while the block runs."""

    async def on_client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(30):
                answer = await _answer(await reader.readline(), token, commands)
                writer.write(json.dumps(answer).encode() + b"\n")
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(on_client, "127.0.0.1", port)
    try:
        yield
    finally:
        server.close()


async def _answer(line: bytes, token: str, commands: Mapping[str, Command]) -> dict[str, object]:
    try:
        request: dict[str, str] = json.loads(line)
        if not hmac.compare_digest(request.pop("token"), token):
            return {"error": "wrong token"}
        return {"result": await commands[request.pop("command")](request)}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {"error": "malformed request"}
    except LookupError as error:
        return {"error": str(error)}


async def ask(port: int, token: str, command: str, **arguments: str) -> Any:
    """The answer of the supervisor on this port. Raises :class:`ControlError`."""
    try:
        async with asyncio.timeout(30):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                request = {"token": token, "command": command, **arguments}
                writer.write(json.dumps(request).encode() + b"\n")
                answer = json.loads(await reader.readline())
            finally:
                writer.close()
    except (OSError, ValueError, TimeoutError) as error:
        raise ControlError(f"the supervisor does not answer: {error}") from error
    if "error" in answer:
        raise ControlError(answer["error"])
    return answer["result"]
