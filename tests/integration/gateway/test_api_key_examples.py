"""The guide for API users: its examples are files, and they run."""

import asyncio
import json
import os
import re
import sys
from pathlib import Path
from uuid import UUID

import pytest
from gateway.document import PATH
from gateway.settings import Settings
from infra.edge import Behind, Serve
from shared.api_keys import PATTERN, new_key
from shared.ids import new_id

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "docs" / "examples" / "api-keys"
GUIDE = (ROOT / "docs" / "api-keys.md").read_text(encoding="utf-8")
SCRIPTS = sorted(path.name for path in EXAMPLES.glob("*.sh"))


async def run(*command: str, given: str = "", **environment: str) -> tuple[int, str]:
    """Exit code and all that was printed."""
    process = await asyncio.create_subprocess_exec(
        *command,
        env={**os.environ, "NO_PROXY": "*", **environment},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _ = await process.communicate(given.encode())
    return process.returncode or 0, printed.decode()


def test_the_guide_shows_every_example_as_it_is() -> None:
    shown = dict(
        re.findall(r"<!-- docs/examples/api-keys/(\S+) -->\n```\w+\n(.*?)```", GUIDE, re.S)
    )
    files = {path.name: path.read_text(encoding="utf-8") for path in EXAMPLES.iterdir()}
    assert shown == files
    assert PATTERN in GUIDE


@pytest.mark.parametrize("script", SCRIPTS)
async def test_an_example_calls_what_a_key_can_call(
    serve: Serve, settings: Settings, behind: Behind, organization_id: UUID, script: str
) -> None:
    running = await serve(settings)
    code, printed = await run(
        "bash",
        str(EXAMPLES / script),
        LEADLINE_URL=running.root,
        LEADLINE_API_KEY=behind.issue_key(organization_id),
        SECONDS_TO_FOLLOW="1",
    )
    assert code == 0, printed
    if script == "follow-events.sh":
        assert "event: hello" in printed
        return
    assert behind.actor_of_last_call().kind == "key"
    called = behind.requests[-1]
    path = "/" + called.path.split("/", 2)[2]
    operation = json.loads(PATH.read_text(encoding="utf-8"))["paths"][path][called.method.lower()]
    assert {"apiKey": []} in operation["security"]
    assert script != "show-limit.sh" or 'RateLimit: "key";r=599' in printed.replace(
        "ratelimit", "RateLimit"
    )


@pytest.mark.parametrize("script", SCRIPTS)
async def test_an_example_says_what_went_wrong(
    serve: Serve, settings: Settings, script: str
) -> None:
    running = await serve(settings)
    code, _printed = await run(
        "bash",
        str(EXAMPLES / script),
        LEADLINE_URL=running.root,
        LEADLINE_API_KEY=new_key(new_id()),
        SECONDS_TO_FOLLOW="1",
    )
    assert code != 0


async def test_the_scanner_of_the_guide_finds_keys_and_no_look_alikes() -> None:
    check = (sys.executable, str(EXAMPLES / "check_form.py"))
    key = new_key(new_id())
    other = "A" if key[-1] != "A" else "B"
    assert await run(*check, given=f"one {key}, two {new_key(new_id())}") == (1, "2 found\n")
    assert await run(*check, given=f"{key[:-1]}{other} and nothing") == (0, "0 found\n")
