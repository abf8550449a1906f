"""``.leadline/run.json``: which supervisor runs this installation, held by a lock that dies with it."""

import fcntl
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self


class AlreadyRunningError(Exception):
    """Another supervisor has this home."""


@dataclass(frozen=True)
class Running:
    """A live supervisor."""

    pid: int
    control_port: int


class RunFile:
    """Held open and locked by the supervisor; the kernel lets go of it however it ends."""

    def __init__(self, home: Path) -> None:
        self._path = home / "run.json"
        self._descriptor = -1

    def write(self, control_port: int) -> None:
        os.ftruncate(self._descriptor, 0)
        content = json.dumps({"pid": os.getpid(), "control_port": control_port})
        os.pwrite(self._descriptor, content.encode(), 0)

    def __enter__(self) -> Self:
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._descriptor)
            raise AlreadyRunningError(f"{self._path.parent} is already running") from None
        os.ftruncate(self._descriptor, 0)
        return self

    def __exit__(self, *_: object) -> None:
        os.ftruncate(self._descriptor, 0)
        os.close(self._descriptor)


def is_held(home: Path) -> bool:
    """Whether a supervisor lives (perhaps one that does not answer yet)."""
    path = home / "run.json"
    if not path.exists():
        return False
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def running(home: Path) -> Running | None:
    """The live supervisor, once it can be talked to."""
    if not is_held(home):
        return None
    content = (home / "run.json").read_text()
    return Running(**json.loads(content)) if content else None
