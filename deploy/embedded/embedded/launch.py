"""Starting and ending one operating-system process."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from embedded import child

_INHERITED = (
    "PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "SSL_CERT_FILE",
    "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY",
)  # fmt: skip


@dataclass(frozen=True)
class User:
    """An operating-system user to run as."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Launch:
    """What to run. ``env`` is all the process sees, besides a short list of neutral variables.

    Nothing else is inherited: a secret in the caller's environment reaches no process by accident.
    """

    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict[str, str])
    user: User | None = None
    cwd: Path = Path("/")


def spawn(launch: Launch, output: int | IO[bytes]) -> subprocess.Popen[bytes]:
    """Start it in its own session, bound to die with this process; stderr joins stdout.

    Call from the main thread: Linux ties the bond to the thread that forked.
    """
    user = launch.user
    ids = [str(user.uid), str(user.gid)] if user else ["-", "-"]
    wrapper = [sys.executable, "-I", "-S", child.__file__, str(os.getpid()), *ids, "--"]
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return subprocess.Popen(  # noqa: S603
        [*wrapper, *launch.argv],
        env={**inherited, "PYTHONUNBUFFERED": "1", **launch.env},
        cwd=launch.cwd,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
    )


async def wait_exit(process: subprocess.Popen[bytes]) -> int:
    """Its exit status (negative: the signal that ended it), on any event loop, without a thread."""
    if process.poll() is not None:
        return process.returncode
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    descriptor = os.pidfd_open(process.pid)
    loop.add_reader(descriptor, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)
    return process.wait()


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL for it and everything it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    if process.poll() is None:  # it had not reached its own session yet
        process.kill()


async def end(
    process: subprocess.Popen[bytes], stop_signal: signal.Signals, *, grace_seconds: float
) -> int:
    """Ask it to stop; after the grace, and for anything it left behind, SIGKILL. Exit status."""
    if process.poll() is None:
        process.send_signal(stop_signal)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(wait_exit(process), grace_seconds)
    kill_group(process)
    return await wait_exit(process)
