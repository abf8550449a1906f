"""Ending live streams when the process is told to stop.

The server waits for open responses before it runs any shutdown code, and a live stream never ends by
itself; so the stop signal itself has to end them.
"""

import asyncio
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any


class OnStopSignal:
    """A resource: between `start` and `stop`, SIGTERM and SIGINT call `callback` before the server acts."""

    def __init__(self, callback: Callable[[], None]) -> None:
        self._callback = callback
        self._before: dict[signal.Signals, Any] = {}

    async def start(self) -> None:
        """Puts itself in front of the handlers that are installed (in the main thread only)."""
        if threading.current_thread() is not threading.main_thread():
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            before = signal.getsignal(number)
            if callable(before):
                self._before[number] = before
                signal.signal(number, self._chained(loop, before))

    async def stop(self) -> None:
        """Puts the handlers back and calls the callback (a stop without a signal)."""
        for number, before in self._before.items():
            signal.signal(number, before)
        self._before.clear()
        self._callback()

    def _chained(self, loop: asyncio.AbstractEventLoop, before: Any) -> Any:
        def handler(number: int, frame: FrameType | None) -> None:
            loop.call_soon_threadsafe(self._callback)
            before(number, frame)

        return handler
