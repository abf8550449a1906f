"""One process's life: backoff, tasks, restarts on request."""

import asyncio
import sys
from collections.abc import Awaitable, Callable

import pytest
from embedded import worker as worker_module
from embedded.launch import Launch
from embedded.topology import Process
from embedded.worker import Worker


def program(code: str) -> Callable[[], Awaitable[Launch]]:
    async def launch() -> Launch:
        return Launch([sys.executable, "-I", "-c", code])

    return launch


async def never() -> bool:
    return False


async def always() -> bool:
    return True


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "FIRST_BACKOFF_SECONDS", 0.01)
    monkeypatch.setattr(worker_module, "LONGEST_BACKOFF_SECONDS", 0.04)
    monkeypatch.setattr(worker_module, "WATCH_SECONDS", 0.01)


class Lines(list[str]):
    """A sink that can be waited for."""

    def __init__(self) -> None:
        super().__init__()
        self._more = asyncio.Event()

    def __call__(self, line: bytes) -> None:
        self.append(line.decode().strip())
        self._more.set()

    async def until(self, count: int, containing: str) -> list[str]:
        async with asyncio.timeout(30):
            while len(found := [line for line in self if containing in line]) < count:
                self._more.clear()
                await self._more.wait()
        return found


async def test_a_crashing_process_is_started_again_ever_later() -> None:
    lines = Lines()
    worker = Worker(Process("p", "service", program("raise SystemExit(3)"), never), [lines])
    life = asyncio.create_task(worker.run([]))
    said = await lines.until(5, "starting again")
    await worker.stop(1)
    life.cancel()
    waits = [line.rpartition(" in ")[2] for line in said]
    assert waits[:4] == ["0.01 s", "0.02 s", "0.04 s", "0.04 s"]
    assert "status 3" in said[0]
    assert worker.state == "failed"


async def test_a_launch_that_raises_is_shown_and_tried_again() -> None:
    lines = Lines()

    async def broken() -> Launch:
        raise OSError("no such disk")

    life = asyncio.create_task(Worker(Process("p", "service", broken, never), [lines]).run([]))
    await lines.until(2, "no such disk")
    life.cancel()


async def test_a_task_runs_once_and_is_up_when_it_has_ended_well() -> None:
    worker = Worker(Process("p", "task", program("pass")), [])
    await worker.run([])
    assert worker.state == "done"
    assert worker.up.is_set()


async def test_a_failed_task_is_not_up() -> None:
    lines = Lines()
    worker = Worker(Process("p", "task", program("raise SystemExit(1)")), [lines])
    life = asyncio.create_task(worker.run([]))
    await lines.until(1, "starting again")
    life.cancel()
    assert not worker.up.is_set()


async def test_a_process_waits_for_those_before_it() -> None:
    lines = Lines()
    first = Worker(Process("a", "service", program("pass"), never), [])
    second = Worker(Process("b", "task", program("print('ran')")), [lines])
    life = asyncio.create_task(second.run([first]))
    await asyncio.sleep(0)
    assert second.state == "waiting"
    first.up.set()
    await life
    assert lines == ["ran"]


async def test_a_process_that_no_longer_lives_is_ended_and_started_again() -> None:
    lines = Lines()
    code = "print('born', flush=True); import time; time.sleep(600)"
    worker = Worker(Process("p", "service", program(code), always, never), [lines])
    life = asyncio.create_task(worker.run([]))
    await lines.until(2, "born")
    assert worker.restarts >= 1
    await worker.stop(5)
    await life


async def test_a_restart_on_request_does_not_wait() -> None:
    lines = Lines()
    code = "print('born', flush=True); import time; time.sleep(600)"
    worker = Worker(Process("p", "service", program(code), always), [lines])
    life = asyncio.create_task(worker.run([]))
    await lines.until(1, "born")
    await worker.restart()
    await lines.until(2, "born")
    assert not [line for line in lines if "starting again" in line]
    await worker.stop(5)
    await life
    assert worker.state == "stopped"


async def test_a_line_longer_than_any_buffer_arrives() -> None:
    lines = Lines()
    worker = Worker(Process("p", "task", program("print('x' * 300_000); print('end')")), [lines])
    await worker.run([])
    assert sum(map(len, lines)) == 300_003
    assert lines[-1] == "end"


async def test_nothing_of_our_environment_is_inherited_but_neutral_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LWA_CLIENT_SECRET", "must-not-travel")
    lines = Lines()
    code = "import os; print(sorted(os.environ))"
    await Worker(Process("p", "task", program(code)), [lines]).run([])
    assert "PATH" in lines[0]
    assert "LWA_CLIENT_SECRET" not in lines[0]
