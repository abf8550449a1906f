"""The sandbox's own time: real by default; set, advanced, frozen on command; kept over restarts."""

from datetime import UTC, datetime, timedelta

from .state import State


def _real_now() -> datetime:
    return datetime.now(UTC)


class SandboxClock:
    """`now()` drives tokens, codes, reports and how much of a day is known.

    `data_held_at` holds only the numbers still: reports and truth are then valued as known at
    that moment, while tokens and reports go on living in clock time.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        saved = state.get("clock", "now") or {}
        self._offset = timedelta(seconds=saved.get("offset_seconds", 0.0))
        self._frozen_at = _parse(saved.get("frozen_at"))
        self._held_at = _parse(saved.get("data_held_at"))

    def now(self) -> datetime:
        return self._frozen_at or _real_now() + self._offset

    def data_time(self, at: datetime) -> datetime:
        """The moment whose knowledge counts when somebody looks at `at`."""
        return self._held_at or at

    def set(self, now: datetime | None, *, frozen: bool) -> None:
        """`now` None means real time; `frozen` stops the clock there."""
        self._offset = timedelta(0) if now is None else now - _real_now()
        self._frozen_at = (now or _real_now()) if frozen else None
        self._save()

    def advance(self, seconds: float) -> None:
        step = timedelta(seconds=seconds)
        self._offset += step
        if self._frozen_at:
            self._frozen_at += step
        self._save()

    def hold_data(self, at: datetime | None) -> None:
        self._held_at = at
        self._save()

    def describe(self) -> dict[str, object]:
        return {
            "now": stamp(self.now()),
            "frozen": self._frozen_at is not None,
            "offset_seconds": self._offset.total_seconds(),
            "data_held_at": stamp(self._held_at) if self._held_at else None,
        }

    def _save(self) -> None:
        self._state.put("clock", "now", {
            "offset_seconds": self._offset.total_seconds(),
            "frozen_at": self._frozen_at.isoformat() if self._frozen_at else None,
            "data_held_at": self._held_at.isoformat() if self._held_at else None,
        })  # fmt: skip


def stamp(at: datetime) -> str:
    """RFC 3339 UTC with milliseconds, as Amazon prints times."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def to_millisecond(at: datetime) -> datetime:
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def _parse(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
