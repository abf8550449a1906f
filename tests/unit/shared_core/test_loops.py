"""Loops tick, survive their ticks' errors, drain, stop, and say when one hangs."""

import asyncio

import pytest
from shared.loops import Loops

from shared import loops as loops_module


async def test_a_loop_outlives_a_failing_tick() -> None:
    ticks: list[int] = []
    twice = asyncio.Event()

    async def tick() -> None:
        ticks.append(1)
        if len(ticks) == 1:
            raise RuntimeError("first")
        twice.set()

    loops = Loops()
    loops.every(0.001, tick, "flaky")
    await loops.start()
    await twice.wait()
    await loops.stop()
    assert len(ticks) >= 2


async def test_a_true_answer_ticks_again_at_once_and_wake_shortens_the_wait() -> None:
    left = [3]
    drained, woken = asyncio.Event(), asyncio.Event()

    async def tick() -> bool:
        if drained.is_set():
            woken.set()
            return False
        left[0] -= 1
        if not left[0]:
            drained.set()
        return bool(left[0])

    loops = Loops()
    loops.every(3600, tick, "drain")
    await loops.start()
    await drained.wait()
    loops.wake("drain")
    await woken.wait()
    await loops.stop()
    assert left == [0]


async def test_a_hanging_loop_makes_the_process_unhealthy(monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang() -> None:
        await asyncio.Event().wait()

    loops = Loops()
    loops.every(0.0, hang, "stuck")
    await loops.start()
    assert await loops.alive() is None
    monkeypatch.setattr(loops_module, "MIN_PATIENCE_SECONDS", -1.0)
    assert "stuck" in str(await loops.alive())
    await loops.stop()
