"""The commands behind ``make up``, ``down``, ``status``, ``logs``, ``restart`` and ``reset``."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from typing import NoReturn

from embedded import unprivileged
from embedded.control import ControlError, ask
from embedded.environment import Environment
from embedded.logs import Tail, last_lines
from embedded.run_file import is_held, running
from embedded.secret_file import Secrets, load_secrets
from embedded.settings import Settings
from embedded.status import ProcessStatus, login_text, table
from embedded.supervisor import Supervisor
from embedded.topology import topology

_STOP_SECONDS = 60.0
_UP = ("ready", "done")


class CommandError(Exception):
    """A command could not be carried out; the text says why and what to do."""


def make_home(settings: Settings) -> None:
    """Private to its owner; as root others may pass through (Postgres runs as another user)."""
    settings.home.mkdir(parents=True, exist_ok=True)
    settings.home.chmod(0o711 if os.geteuid() == 0 else 0o700)


async def supervise(settings: Settings, *, echo: bool) -> None:
    """Be the supervisor, in this process, until stopped."""
    os.umask(0o077)  # what the processes write is for this user only
    make_home(settings)
    secrets = load_secrets(settings.home)
    await Supervisor(settings, secrets, topology(settings, secrets), echo=echo).run()


async def up(settings: Settings) -> None:
    """Start the supervisor in the background and return once everything is ready.

    Cancelled (Ctrl-C) or failed, it stops all that it had started.
    """
    make_home(settings)
    secrets = load_secrets(settings.home)
    was_running = is_held(settings.home)
    daemon = None if was_running else _start_daemon(settings)
    try:
        await _until_ready(settings, secrets, daemon)
    except BaseException:
        if daemon:
            print("\nstopping", flush=True)
            await down(settings)
            daemon.wait()
        raise
    print(login_text(settings.url, _login(settings, secrets), settings.mailbox_url))


def _start_daemon(settings: Settings) -> subprocess.Popen[bytes]:
    """A session of its own: the terminal's Ctrl-C reaches only us, and it outlives us."""
    log = settings.home / "logs" / "supervisor.log"
    log.parent.mkdir(mode=0o700, exist_ok=True)
    with log.open("wb") as output:
        return subprocess.Popen(  # noqa: S603
            [sys.executable, "-P", sys.argv[0], "supervise"],  # -P: not its folder on the path
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


async def _until_ready(
    settings: Settings, secrets: Secrets, daemon: subprocess.Popen[bytes] | None
) -> None:
    began = time.monotonic()
    shown: dict[str, str] = {}
    while True:
        if daemon and daemon.poll() is not None:
            text = "\n".join(last_lines(settings.home / "logs" / "supervisor.log", 20))
            raise CommandError(text or f"the supervisor ended with status {daemon.returncode}")
        processes = await _processes(settings, secrets)
        seconds = time.monotonic() - began
        _show_changes(processes, shown, seconds)
        _raise_if_failed(settings, processes, seconds)
        if processes and all(process["state"] in _UP for process in processes):
            return
        await asyncio.sleep(0.1)


async def _processes(settings: Settings, secrets: Secrets) -> list[ProcessStatus]:
    """Empty when no supervisor answers."""
    with contextlib.suppress(ControlError):
        if supervisor := running(settings.home):
            return await ask(supervisor.control_port, secrets.control_token, "status")
    return []


def _show_changes(processes: list[ProcessStatus], shown: dict[str, str], seconds: float) -> None:
    for process in processes:
        name, state = process["name"], process["state"]
        if shown.get(name) != state and state not in {"waiting", "starting"}:
            print(f"  {name:<16} {state:<11} {seconds:5.1f} s", flush=True)
        shown[name] = state


def _raise_if_failed(settings: Settings, processes: list[ProcessStatus], seconds: float) -> None:
    late = seconds > settings.start_timeout_seconds
    failed = [p["name"] for p in processes if p["state"] == "failed"]
    if late and not failed:
        failed = [p["name"] for p in processes if p["state"] not in _UP]
    if late or failed:
        logs = settings.home / "logs"
        ends = ["\n".join([f"{name}:", *last_lines(logs / f"{name}.log", 15)]) for name in failed]
        raise CommandError("\n\n".join(["did not become ready:", *ends]))


async def down(settings: Settings) -> None:
    """Stop everything and return when all of it has ended."""
    if not is_held(settings.home):
        print("nothing is running")
        return
    secrets = load_secrets(settings.home)
    supervisor = None
    deadline = time.monotonic() + _STOP_SECONDS
    while is_held(settings.home):
        supervisor = running(settings.home) or supervisor
        if supervisor and time.monotonic() > deadline:
            os.kill(supervisor.pid, signal.SIGKILL)  # its children die with it
        elif supervisor:
            with contextlib.suppress(ControlError):
                await ask(supervisor.control_port, secrets.control_token, "stop")
        await asyncio.sleep(0.1)
    print("stopped")


async def status(settings: Settings, *, as_json: bool) -> None:
    if not (settings.home / "secrets.json").exists():
        raise CommandError("Leadline has not been started here yet: make up")
    secrets = load_secrets(settings.home)
    processes = await _processes(settings, secrets)
    login = _login(settings, secrets)
    if as_json:
        print(json.dumps({"login": login, "processes": processes}, indent=2))
    elif processes:
        print(table(processes))
        print(login_text(settings.url, login, settings.mailbox_url))
    else:
        print("not running; start it: make up")


async def restart(settings: Settings, name: str) -> None:
    supervisor = running(settings.home)
    if supervisor is None:
        raise CommandError("not running; start it: make up")
    token = load_secrets(settings.home).control_token
    await ask(supervisor.control_port, token, "restart", name=name)


def reset(settings: Settings, *, sure: bool) -> None:
    """Stop everything and remove all data, secrets and logs."""
    question = f"Remove all data, secrets and logs in {settings.home}? Type yes: "
    if not sure and input(question).strip().lower() not in {"y", "yes"}:
        return
    asyncio.run(down(settings))
    unprivileged.erase(settings.home / "postgres")
    shutil.rmtree(settings.home, ignore_errors=True)
    print(f"removed {settings.home}")


def follow_logs(settings: Settings, name: str) -> None:
    """Print the end of one log (or all), and what is added, until interrupted."""
    folder = settings.home / "logs"
    paths = [folder / f"{name}.log"] if name else sorted(folder.glob("*.log"))
    if not paths or not all(path.exists() for path in paths):
        known = ", ".join(sorted(path.stem for path in folder.glob("*.log"))) or "none yet"
        raise CommandError(f"no log of {name or 'anything'}; there are: {known}")
    tails = [Tail(path) for path in paths]
    for tail in tails:
        _print_lines(tail, last_lines(tail.path, 50 if name else 10), prefix=not name)
    while True:
        for tail in tails:
            _print_lines(tail, tail.new_lines(), prefix=not name)
        time.sleep(0.2)


def _print_lines(tail: Tail, lines: Iterable[str], *, prefix: bool) -> None:
    for line in lines:
        print(f"{tail.path.stem:<16} | {line}" if prefix else line, flush=True)


def _login(settings: Settings, secrets: Secrets) -> dict[str, str]:
    """Of the first owner; nothing where Clerk keeps the accounts and no password signs anybody in."""
    if settings.identity_provider == "clerk":
        return {}
    return {"email": settings.first_owner_email, "password": secrets.owner_password}


def execute(settings: Settings, name: str, arguments: list[str]) -> NoReturn:
    """Become Python with the arguments and one service's environment: its operator's commands."""
    variables = Environment(settings, load_secrets(settings.home)).service(name)
    os.execve(sys.executable, [sys.executable, *arguments], {**os.environ, **variables})  # noqa: S606


def parts(settings: Settings) -> None:
    """The topology as text."""
    make_home(settings)
    for process in topology(settings, load_secrets(settings.home)):
        after = f" after {', '.join(process.after)}" if process.after else ""
        print(f"{process.name:<16} {process.kind:<15} {process.url}{after}")
