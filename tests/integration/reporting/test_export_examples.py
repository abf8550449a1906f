"""The guide to exports: its examples are files, and they run against the service."""

import asyncio
import os
import re
import socket
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from infra.export_files import read_csv
from infra.reporting_slices import Landed, ReportingWorld, make_row
from reporting.exports.jobs import Runner, run_next

from .test_exports import D1, D2, runner

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "docs" / "examples" / "exports"
GUIDE = (ROOT / "docs" / "data-export.md").read_text(encoding="utf-8")

__all__ = ["runner"]


def test_the_guide_shows_every_example_as_it_is() -> None:
    shown = dict(re.findall(r"<!-- docs/examples/exports/(\S+) -->\n```\w+\n(.*?)```", GUIDE, re.S))
    files = {path.name: path.read_text(encoding="utf-8") for path in EXAMPLES.iterdir()}
    assert shown == files


@asynccontextmanager
async def served(app: FastAPI) -> AsyncGenerator[str]:
    """The app on a port of its own."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_level="warning"))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving


@asynccontextmanager
async def working(runner: Runner) -> AsyncGenerator[None]:
    """Exports are written meanwhile."""

    async def work() -> None:
        while True:
            await asyncio.sleep(0 if await run_next(runner) else 0.05)

    task = asyncio.create_task(work())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet"])
async def test_a_file_is_fetched_and_checked(
    world: ReportingWorld, app: FastAPI, runner: Runner, sign_in: Any, tmp_path: Path, form: str
) -> None:
    advertiser = await world.advertiser("Acme", brand_id=await world.brand("Acme"))
    rows = [make_row(day, creative=str(n), impressions=n) for day in (D1, D2) for n in range(3)]
    await world.load(Landed(advertiser, D1, D2, rows))
    key = sign_in()["Authorization"].removeprefix("Bearer ")
    to = tmp_path / f"numbers.{form}"
    async with served(app) as url, working(runner):
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(EXAMPLES / "fetch_export.py"),
            str(EXAMPLES / "query.json"),
            str(to),
            env={**os.environ, "NO_PROXY": "*", "LEADLINE_URL": url, "LEADLINE_API_KEY": key},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        printed, _ = await process.communicate()
    assert (process.returncode, printed.decode()) == (0, "6 rows as of 2025-03-20T12:00:00Z\n")
    if form == "csv":
        assert len(read_csv(to.read_bytes())) == 7
