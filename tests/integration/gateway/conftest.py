"""The real edge on a real port, in front of one small server that plays all services behind."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import uvicorn
from aiohttp import web
from aiohttp.test_utils import TestServer
from gateway.main import create_app
from gateway.settings import Settings
from infra.databases import Databases
from infra.edge import PRIVATE_KEY, PUBLIC_KEY, SERVICES, Behind, Browser, Running, Serve


@pytest.fixture
async def behind() -> AsyncGenerator[Behind]:
    services = Behind()
    app = web.Application(client_max_size=64 << 20)
    app.router.add_route("*", "/{tail:.*}", services.handle)
    server = TestServer(app)
    await server.start_server()
    services.url = str(server.make_url("")).rstrip("/")
    yield services
    await server.close()


@pytest.fixture
def web_dir(tmp_path: Path) -> Path:
    """A small export, shaped as the dashboard's."""
    script = "<script>self.__next_f=[]</script><script src='/_next/static/a.js'></script>"
    files = {
        "index.html": f"<html>{script}<p>home</p></html>" + " " * 600,
        "404.html": "<html>nothing here</html>",
        "login/index.html": "<html>sign in</html>",
        "invitation/index.html": "<html>join us</html>",
        "connections/index.html": "<html>connections</html>",
        "connections/index.txt": "flight data",
        "_next/static/a.js": "console.log(1)",
        "icon.svg": "<svg/>",
    }
    for name, text in files.items():
        path = tmp_path / "out" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "out"


@pytest.fixture
async def settings(
    databases: Databases, redis_url: str, behind: Behind, web_dir: Path
) -> AsyncGenerator[Settings]:
    values: dict[str, Any] = {
        "database_url": await databases.create("gateway", None),
        "kafka_bootstrap_servers": "127.0.0.1:1",
        "redis_url": redis_url,
        "object_store_url": "memory:///",
        "service_port": 1,
        "internal_signing_key": PRIVATE_KEY,
        "internal_public_keys": {"gateway": PUBLIC_KEY},
        "public_url": "https://leads.example",
        "web_dir": web_dir,
        "max_body_bytes": 4096,
        **{f"{name.replace('-', '_')}_url": f"{behind.url}/{name}" for name in SERVICES},
    }
    yield Settings(**values)
    await databases.drop_all()


@pytest.fixture
async def serve() -> AsyncGenerator[Serve]:
    """`await serve(settings)`: the edge under uvicorn until the test ends."""
    running: list[tuple[uvicorn.Server, asyncio.Task[None]]] = []

    async def start(settings: Settings) -> Running:
        edge = create_app(settings)
        config = uvicorn.Config(
            edge, port=0, log_config=None, proxy_headers=False, timeout_graceful_shutdown=2
        )
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve())
        running.append((server, task))
        while not server.started:
            assert not task.done(), "the edge did not start"
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        return Running(edge, f"http://127.0.0.1:{port}")

    yield start
    for server, task in running:
        server.should_exit = True
        await task


@pytest.fixture
async def http() -> AsyncGenerator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as client:
        yield client


@pytest.fixture
async def browser(serve: Serve, settings: Settings, http: aiohttp.ClientSession) -> Browser:
    return Browser(http, (await serve(settings)).root)
