"""What must survive a restart: codes, revocations, reports, the clock. One SQLite file."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import orjson

_CREATE = """create table if not exists entries (
  kind text not null, key text not null, value blob not null, primary key (kind, key)
) without rowid"""


class State:
    """Documents by (kind, key); in memory without a folder. Safe to use from several threads."""

    def __init__(self, folder: Path | None) -> None:
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
        path = str(folder / "sandbox.sqlite") if folder else ":memory:"
        self._lock = Lock()
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("pragma journal_mode = wal")
        self._db.execute("pragma synchronous = normal")
        self._db.execute(_CREATE)

    def get(self, kind: str, key: str) -> dict[str, Any] | None:
        with self._lock:
            row = self._db.execute(
                "select value from entries where kind = ? and key = ?", (kind, key)
            ).fetchone()
        return orjson.loads(row[0]) if row else None

    def put(self, kind: str, key: str, value: dict[str, Any]) -> None:
        with self._lock:
            self._db.execute(
                "insert into entries values (?, ?, ?)"
                " on conflict (kind, key) do update set value = excluded.value",
                (kind, key, orjson.dumps(value)),
            )

    def write(self, entries: Sequence[tuple[str, str, dict[str, Any]]]) -> None:
        """Puts documents (kind, key, value) of any kinds: all or none."""
        with self._lock, self._db:
            self._db.execute("begin")
            self._db.executemany(
                "insert into entries values (?, ?, ?)"
                " on conflict (kind, key) do update set value = excluded.value",
                [(kind, key, orjson.dumps(value)) for kind, key, value in entries],
            )

    def drop(self, kind: str, keys: Sequence[str]) -> None:
        """Deletes documents: all or none."""
        with self._lock, self._db:
            self._db.execute("begin")
            self._db.executemany(
                "delete from entries where kind = ? and key = ?", [(kind, key) for key in keys]
            )

    def all(self, kind: str) -> list[tuple[str, dict[str, Any]]]:
        """Every document of a kind with its key, by key."""
        with self._lock:
            rows = self._db.execute(
                "select key, value from entries where kind = ? order by key", (kind,)
            ).fetchall()
        return [(key, orjson.loads(value)) for key, value in rows]

    def take(self, kind: str, key: str) -> dict[str, Any] | None:
        """Reads and deletes in one step: single use."""
        with self._lock:
            row = self._db.execute(
                "delete from entries where kind = ? and key = ? returning value", (kind, key)
            ).fetchone()
        return orjson.loads(row[0]) if row else None

    def newest(self, kind: str, limit: int) -> list[dict[str, Any]]:
        """The documents with the highest keys, highest first."""
        with self._lock:
            rows = self._db.execute(
                "select value from entries where kind = ? order by key desc limit ?", (kind, limit)
            ).fetchall()
        return [orjson.loads(row[0]) for row in rows]

    def keep_newest(self, kind: str, count: int) -> None:
        """Deletes all but the documents with the highest keys."""
        with self._lock:
            self._db.execute(
                "delete from entries where kind = ? and key not in"
                " (select key from entries where kind = ? order by key desc limit ?)",
                (kind, kind, count),
            )

    def clear(self) -> None:
        with self._lock:
            self._db.execute("delete from entries")

    def close(self) -> None:
        self._db.close()
