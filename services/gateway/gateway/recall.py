"""What auth said about a secret, remembered for a few seconds; one question per secret at a time.

Only a hash of the secret is kept. A revocation drops what is remembered and also keeps an answer that
was already on its way from being remembered.
"""

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from shared.errors import Unauthenticated

MAX_REMEMBERED = 10_000

T = TypeVar("T")


@dataclass(slots=True)
class _Remembered(Generic[T]):
    answer: T
    until: float


class Recall(Generic[T]):
    """Answers by secret; `seconds` at most each."""

    def __init__(self, *, seconds: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._monotonic = monotonic
        self._remembered: OrderedDict[bytes, _Remembered[T]] = OrderedDict()
        self._asking: dict[bytes, asyncio.Task[T]] = {}
        self._epoch = 0

    def remembered(self, secret: str) -> T | None:
        """The answer, if it came within the last seconds."""
        key = hash_of(secret)
        entry = self._remembered.get(key)
        if entry is None:
            return None
        if entry.until <= self._monotonic():
            del self._remembered[key]
            return None
        return entry.answer

    async def ask(self, secret: str, question: Callable[[], Awaitable[T]]) -> T:
        """The answer to a question asked now, or by somebody else who is waiting for it; raises what
        the question raises. Unauthenticated ends what was remembered."""
        key = hash_of(secret)
        task = self._asking.get(key)
        if task is None:
            task = asyncio.create_task(self._ask(key, question))
            self._asking[key] = task
            task.add_done_callback(lambda done: self._answered(key, done))
        return await asyncio.shield(task)

    async def _ask(self, key: bytes, question: Callable[[], Awaitable[T]]) -> T:
        epoch = self._epoch
        try:
            answer = await question()
        except Unauthenticated:
            self._remembered.pop(key, None)
            raise
        if epoch == self._epoch:
            self._remember(key, answer)
        return answer

    def _answered(self, key: bytes, task: asyncio.Task[T]) -> None:
        if self._asking.get(key) is task:
            del self._asking[key]
        if not task.cancelled():
            task.exception()

    def _remember(self, key: bytes, answer: T) -> None:
        self._remembered[key] = _Remembered(answer, self._monotonic() + self._seconds)
        self._remembered.move_to_end(key)
        while len(self._remembered) > MAX_REMEMBERED:
            self._remembered.popitem(last=False)

    def forget(self, secret: str) -> None:
        """Drop one secret."""
        self._forget_keys([hash_of(secret)])

    def forget_where(self, matches: Callable[[T], bool]) -> None:
        """Drop those whose answers match, and let no answer on its way be remembered."""
        self._forget_keys([key for key, e in self._remembered.items() if matches(e.answer)])

    def _forget_keys(self, keys: list[bytes]) -> None:
        self._epoch += 1
        self._asking.clear()
        for key in keys:
            self._remembered.pop(key, None)


def hash_of(secret: str) -> bytes:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
