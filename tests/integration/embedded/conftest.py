"""Free places for whole installations, and commands run as a person would run them."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any, Protocol

import psutil
import pytest
from embedded.ports import is_free
from embedded.run_file import running

STAND_IN = Path(__file__).with_name("standin.py")


class Eventually(Protocol):
    def __call__(self, holds: Callable[[], object], seconds: float = 30) -> None: ...


@pytest.fixture
def eventually() -> Eventually:
    """Wait until something holds."""

    def wait(holds: Callable[[], object], seconds: float = 30) -> None:
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, "it never came true"
            time.sleep(0.02)

    return wait


@pytest.fixture
def free_base() -> Callable[[], int]:
    """A PORT_BASE whose fifteen ports are free, another one each time."""
    candidates = iter(range(20000 + os.getpid() % 400 * 20, 30000, 20))
    return lambda: next(base for base in candidates if all(map(is_free, range(base, base + 15))))


class Installation:
    """Stand-ins under the real supervisor, in a folder and on ports of their own."""

    def __init__(self, home: Path, port_base: int) -> None:
        self.home = home
        self.port_base = port_base
        self.variables: dict[str, str] = {}
        self._commands: list[subprocess.Popen[str]] = []

    def start(self, *words: str) -> subprocess.Popen[str]:
        command = subprocess.Popen(
            [sys.executable, "-P", str(STAND_IN), *words],
            env={
                **os.environ,
                "LEADLINE_HOME": str(self.home),
                "PORT_BASE": str(self.port_base),
                **self.variables,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        self._commands.append(command)
        return command

    def close(self) -> None:
        """Leave nothing, whatever the test did."""
        self.run("down")
        for command in self._commands:
            command.kill()
            command.communicate()

    def run(self, *words: str) -> tuple[int, str]:
        command = self.start(*words)
        output, _ = command.communicate(timeout=120)
        return command.returncode, output

    def processes(self) -> dict[str, dict[str, Any]]:
        _, output = self.run("status", "--json")
        return {process["name"]: process for process in json.loads(output)["processes"]}

    def order(self) -> list[str]:
        """``start store``, ``ran seed``, … as they happened."""
        path = self.home / "order"
        lines = path.read_text().splitlines() if path.exists() else []
        return [line.rpartition(" ")[0] for line in lines]

    def pids(self) -> list[int]:
        """Every process that ever started."""
        lines = (self.home / "order").read_text().splitlines()
        return [int(line.split()[-1]) for line in lines if line.startswith("start")]

    def supervisor(self) -> psutil.Process:
        found = running(self.home)
        assert found is not None
        return psutil.Process(found.pid)


@pytest.fixture
def make_installation(
    tmp_path: Path, free_base: Callable[[], int]
) -> Generator[Callable[[], Installation]]:
    made: list[Installation] = []

    def make() -> Installation:
        made.append(Installation(tmp_path / f"home-{len(made)}", free_base()))
        return made[-1]

    yield make
    for installation in made:
        installation.close()


@pytest.fixture
def installation(make_installation: Callable[[], Installation]) -> Installation:
    return make_installation()


@pytest.fixture
def alive() -> Callable[[int], bool]:
    def is_alive(pid: int) -> bool:
        try:
            return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False

    return is_alive


@pytest.fixture
def interrupt() -> Callable[[subprocess.Popen[str]], None]:
    """The terminal's Ctrl-C: to every process of the command's group."""
    return lambda command: os.killpg(command.pid, signal.SIGINT)
