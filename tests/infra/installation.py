"""A whole installation in a scratch folder, driven the way its operator would."""

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
from embedded.ports import is_free
from embedded.secret_file import Secrets, load_secrets

BLOCK = 20


class Installation:
    """`make up` in a folder of its own, on a free block of ports."""

    def __init__(self, home: Path, **settings: str) -> None:
        self.home = home
        self.port_base = free_block()
        self.env = {
            **os.environ,
            "LEADLINE_HOME": str(home),
            "PORT_BASE": str(self.port_base),
            **settings,
        }

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port_base}"

    @property
    def sandbox_url(self) -> str:
        return f"http://127.0.0.1:{self.port_base + 6}"

    @property
    def secrets(self) -> Secrets:
        return load_secrets(self.home)

    @property
    def admin_database_url(self) -> str:
        password = self.secrets.postgres_password
        return f"postgresql://postgres:{password}@127.0.0.1:{self.port_base + 10}/leadline"

    def command(self, *args: str, timeout: float = 240, given: str = "") -> str:
        """`python -m embedded …`; raises with its output when it fails."""
        done = subprocess.run(
            [sys.executable, "-m", "embedded", *args],
            env=self.env,
            input=given,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"embedded {' '.join(args)}:\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def up(self) -> str:
        return self.command("up")

    def down(self) -> str:
        return self.command("down")

    def status(self) -> dict[str, Any]:
        return json.loads(self.command("status", "--json"))

    def process(self, name: str) -> dict[str, Any]:
        return next(p for p in self.status()["processes"] if p["name"] == name)

    def kill(self, name: str) -> int:
        """SIGKILL to the named process, which the supervisor then starts again."""
        pid = int(self.process(name)["pid"])
        os.kill(pid, signal.SIGKILL)
        return pid

    def sandbox(self, method: str, path: str, **options: Any) -> Any:
        """A call to the sandbox's control API."""
        answer = httpx.request(method, f"{self.sandbox_url}/_sandbox{path}", timeout=60, **options)
        answer.raise_for_status()
        return answer.json()

    def add_organization(self, name: str, email: str, password: str) -> str:
        """A second tenant, the way an operator adds one; its id."""
        command = ["exec", "auth", "-m", "auth.cli", "organizations", "create"]
        return self.command(
            *command, "--name", name, "--owner-email", email, given=password
        ).strip()

    def __enter__(self) -> Self:
        self.up()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.down()


def free_block() -> int:
    """A base port whose block of ports is free.

    Below the range from which systems take the ports of outgoing calls: a block there may lose one of
    its ports to a passing connection before its server binds it.
    """
    draw = random.SystemRandom()
    for _ in range(200):
        base = draw.randrange(10_000, 32_000, BLOCK)
        if all(is_free(base + offset) for offset in range(BLOCK)):
            return base
    raise RuntimeError("no free block of ports")
