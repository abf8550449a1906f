"""Apache Kafka's jars: 45 exact coordinates, each with its sha256, fetched once per user.

``kafka.lock`` is the whole truth: nothing is resolved, nothing beside it is downloaded, and a file
whose hash differs is refused. (The list is Maven's answer for ``org.apache.kafka:kafka_2.13`` and
``org.apache.logging.log4j:log4j-slf4j-impl``; jgo's own resolver would pick older ones.)
"""

import hashlib
import os
import shutil
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

CACHE_VARIABLE = "LEADLINE_CACHE"


class JarsError(Exception):
    """A jar could not be fetched, or is not the one the lock names."""


@dataclass(frozen=True)
class Jar:
    """One line of the lock."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def filename(self) -> str:
        return f"{self.artifact}-{self.version}.jar"


def locked_jars() -> list[Jar]:
    return [_parse(line) for line in _lock_text().splitlines() if line]


def cache_folder() -> Path:
    """``LEADLINE_CACHE``, or ``~/.cache/leadline``: shared by every installation of the user."""
    return Path(os.environ.get(CACHE_VARIABLE) or Path.home() / ".cache" / "leadline")


def jar_folder() -> Path:
    """Where the jars are, once fetched: named after the lock, there whole or not at all."""
    return cache_folder() / f"kafka-{hashlib.sha256(_lock_text().encode()).hexdigest()[:16]}"


def ensure_jars() -> Path:
    """:func:`jar_folder`, fetched when missing; no network when it is there. :class:`JarsError`."""
    folder = jar_folder()
    if folder.exists():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as unfinished:
        _fetch_all(locked_jars(), Path(unfinished))
        try:
            (Path(unfinished) / "jars").rename(folder)
        except OSError:  # another process was quicker
            if not folder.exists():
                raise
    return folder


def _fetch_all(jars: list[Jar], into: Path) -> None:
    from jgo.maven import MavenContext  # noqa: PLC0415 - half a second, needed once

    maven = MavenContext(repo_cache=into / "repository", timeout=60)

    def fetch(jar: Jar) -> None:
        try:
            artifact = maven.project(jar.group, jar.artifact).at_version(jar.version).artifact()
            verify(jar, source := artifact.resolve())
        except (OSError, RuntimeError) as error:
            raise JarsError(f"{jar.filename} could not be fetched: {error}") from error
        shutil.move(source, into / "jars" / jar.filename)

    (into / "jars").mkdir()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(fetch, jars))


def verify(jar: Jar, path: Path) -> None:
    """Raises :class:`JarsError` when the file is not the one the lock names."""
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != jar.sha256:
        raise JarsError(f"{jar.filename} has sha256 {found}, the lock says {jar.sha256}")


def _lock_text() -> str:
    return files("embedded").joinpath("kafka.lock").read_text()


def _parse(line: str) -> Jar:
    coordinate, digest = line.split(" sha256:")
    group, artifact, version = coordinate.split(":")
    return Jar(group, artifact, version, digest)


if __name__ == "__main__":
    try:
        ensure_jars()
    except JarsError as error:
        sys.exit(str(error))
