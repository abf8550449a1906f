"""What root needs: a user for programs that refuse root, and folders that this user can reach."""

import contextlib
import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Generator
from pathlib import Path

from embedded.launch import User

_ACCOUNT = "leadline"
_STATE = Path("/var/lib/leadline")
_CACHE = Path("/var/cache/leadline")


def unprivileged_user() -> User | None:
    """Whom to run as instead of root: the system user ``leadline``, made when missing.

    None for an ordinary user, who runs everything as themselves. ``nobody`` where no account can
    be made (no ``useradd``).
    """
    if os.geteuid() != 0:
        return None
    return _account(_ACCOUNT) or _create_account() or _account("nobody")


def _account(name: str) -> User | None:
    with contextlib.suppress(KeyError):
        entry = pwd.getpwnam(name)
        return User(name, entry.pw_uid, entry.pw_gid)
    return None


def _create_account() -> User | None:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin")
    if useradd is None:
        return None
    options = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    shell = ["--shell", "/usr/sbin/nologin"]
    subprocess.run([useradd, *options, *shell, _ACCOUNT], check=False, capture_output=True)  # noqa: S603
    return _account(_ACCOUNT)


def reachable(folder: Path, user: User | None) -> bool:
    """Whether the user may enter every folder down to this one (those that exist)."""
    if user is None:
        return True
    folder = folder.resolve()
    return all(_may_enter(part, user) for part in (folder, *folder.parents) if part.exists())


def _may_enter(folder: Path, user: User) -> bool:
    status = folder.stat()
    if status.st_uid == user.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == user.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def own_folder(folder: Path, user: User | None) -> Path:
    """The folder itself, private to the user; where they cannot reach it, one they can.

    A checkout below ``/root`` is closed to everyone else. Opening root's home would be worse than
    moving: the data then lives in ``/var/lib/leadline`` and ``folder`` is a link to it.
    """
    if user is None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder
    if not folder.is_symlink() and reachable(folder.parent, user):
        home = folder
    else:
        home = _passable(_STATE) / hashlib.sha256(bytes(folder.absolute())).hexdigest()[:16]
        _link(folder, home)
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.chown(home, user.uid, user.gid)
    return home


def _passable(folder: Path) -> Path:
    """Made when missing, and open to passers-by whatever the umask."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    return folder


def _link(folder: Path, home: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    if folder.is_symlink():
        folder.unlink()
    folder.symlink_to(home)


def erase(folder: Path) -> None:
    """Remove what :func:`own_folder` made, wherever it lives."""
    if folder.is_symlink():
        target = folder.readlink()
        if target.parent == _STATE:
            shutil.rmtree(target, ignore_errors=True)
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder)


def reachable_copy(parts: dict[str, Path], name: str, user: User | None) -> Path:
    """A folder holding ``parts`` (relative place → source file or folder) that the user can reach.

    Made once under ``/var/cache/leadline/<name>``; whole or not at all.
    """
    copy = _CACHE / name
    if not copy.exists():
        unfinished = Path(tempfile.mkdtemp(dir=_passable(_CACHE)))
        for place, source in parts.items():
            (unfinished / place).parent.mkdir(parents=True, exist_ok=True)
            (shutil.copytree if source.is_dir() else shutil.copy2)(source, unfinished / place)
        for folder in (unfinished, *(path for path in unfinished.rglob("*") if path.is_dir())):
            folder.chmod(0o755)
        with contextlib.suppress(OSError):  # another start was quicker
            unfinished.rename(copy)
        shutil.rmtree(unfinished, ignore_errors=True)
    if not reachable(copy, user):
        raise PermissionError(f"{copy} cannot be entered by user {user.name if user else ''}")
    return copy


@contextlib.contextmanager
def scratch_folder() -> Generator[Path, None, None]:
    """A temporary folder that the unprivileged user can reach, removed with all in it."""
    folder = Path(tempfile.mkdtemp(prefix="leadline-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        for part in folder.iterdir():
            if part.is_symlink():
                erase(part)
        shutil.rmtree(folder, ignore_errors=True)
