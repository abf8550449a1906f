"""Each process's output: a file of its own with size rotation, and prefixed lines on a terminal."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import IO

_LIMIT_BYTES = 10 * 1024 * 1024
_KEPT = 3
_COLOURS = (36, 33, 35, 32, 34, 96, 93, 95, 92, 94, 91, 31)

Sink = Callable[[bytes], None]


class LogFile:
    """Appends lines; at 10 MiB it becomes ``.1`` (then ``.2``, ``.3``) and a new one begins."""

    def __init__(self, path: Path, limit_bytes: int = _LIMIT_BYTES) -> None:
        self._path = path
        self._limit = limit_bytes
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = path.open("ab", buffering=0)

    def write(self, line: bytes) -> None:
        if self._file.tell() + len(line) > self._limit:
            self._rotate()
        self._file.write(line)

    def close(self) -> None:
        self._file.close()

    def _rotate(self) -> None:
        self._file.close()
        for number in range(_KEPT, 0, -1):
            older = self._path if number == 1 else self._numbered(number - 1)
            if older.exists():
                older.rename(self._numbered(number))
        self._file = self._path.open("ab", buffering=0)

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")


class Prefixed:
    """Writes lines to a terminal as ``name | line``, one colour per process."""

    def __init__(self, name: str, index: int, width: int) -> None:
        label = f"{name:<{width}} |"
        coloured = f"\033[{_COLOURS[index % len(_COLOURS)]}m{label}\033[0m"
        self._label = (coloured if sys.stdout.isatty() else label).encode()

    def __call__(self, line: bytes) -> None:
        sys.stdout.buffer.write(self._label + b" " + line)
        sys.stdout.buffer.flush()


async def pump(pipe: IO[bytes], sinks: list[Sink]) -> None:
    """Carry every line to the sinks until the pipe ends."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
    try:
        async for line in _lines(reader):
            for sink in sinks:
                sink(line)
    finally:
        transport.close()


async def _lines(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """Whole lines; one of more than 64 KiB comes in pieces (``readline`` would raise)."""
    rest = b""
    while chunk := await reader.read(65536):
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line + b"\n"
        if len(rest) > 65536:
            yield rest + b"\n"
            rest = b""
    if rest:
        yield rest + b"\n"


def last_lines(path: Path, count: int) -> list[str]:
    """The end of a log, empty when there is none."""
    if not path.exists():
        return []
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 65536))
        return file.read().decode(errors="replace").splitlines()[-count:]


class Tail:
    """What is added to a log from now on, through rotations."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open(errors="replace")
        self._file.seek(0, os.SEEK_END)

    def new_lines(self) -> list[str]:
        """Lines since the last call."""
        lines = self._file.read().splitlines()
        if self.path.exists() and self.path.stat().st_ino != os.fstat(self._file.fileno()).st_ino:
            self._file.close()
            self._file = self.path.open(errors="replace")
            lines += self._file.read().splitlines()
        return lines

    def close(self) -> None:
        self._file.close()
