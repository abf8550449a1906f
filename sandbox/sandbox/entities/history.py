"""What happens to an entity over time: a pure function of its id, and what was commanded.

A change is true at its moment and seen by the lists up to 20 seconds later, like Amazon's eventually
consistent reads. Pauses last hours, at night: the world goes on delivering, so a longer one would show.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sandbox.state import State
from sandbox.world.dice import Dice

Kind = Literal["campaign", "ad_group", "ad"]
Field = Literal["name", "state", "budget", "deleted", "ended"]
Activity = Literal["ENABLED", "PAUSED", "ARCHIVED"]
LAG_SECONDS = 20
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_COMMANDS = "entity_commands"


@dataclass(frozen=True, slots=True)
class Origin:
    """An entity as it was booked; `first` and `last` are the moments its flight begins and ends."""

    kind: Kind
    entity_id: str
    name: str
    budget_micros: int
    created_at: datetime
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Change:
    at: datetime
    field: Field
    value: str | int | bool


@dataclass(frozen=True, slots=True)
class Version:
    """An entity at a moment."""

    name: str
    state: Activity
    budget_micros: int
    deleted: bool
    created_at: datetime
    updated_at: datetime


class History:
    """Every entity's changes; holds what was commanded in the sandbox's state."""

    def __init__(self, dice: Dice, state: State) -> None:
        self._dice = dice
        self._state = state

    def truth(self, origin: Origin, at: datetime) -> Version | None:
        """The entity as it is at `at`; None before its creation."""
        if at < origin.created_at:
            return None
        return _version(origin, (item for item in self.changes(origin) if item.at <= at))

    def seen(self, origin: Origin, at: datetime) -> Version | None:
        """The entity as lists show it at `at`."""
        if at < self.seen_at(origin, origin.created_at):
            return None
        changes = self.changes(origin)
        return _version(origin, (i for i in changes if self.seen_at(origin, i.at) <= at))

    def seen_at(self, origin: Origin, at: datetime) -> datetime:
        """When the lists show what happened at `at`."""
        lag = self._dice.between(0, LAG_SECONDS, "lag", origin.entity_id, at.timestamp())
        return at + timedelta(seconds=lag)

    def changes(self, origin: Origin) -> list[Change]:
        """All of the entity's changes, those to come too, in their order."""
        found = [*self._planned(origin), *self._commanded(origin.entity_id)]
        return sorted(found, key=lambda item: item.at)

    def command(self, entity_id: str, changes: list[Change]) -> None:
        kept = self._state.get(_COMMANDS, entity_id) or {"changes": []}
        rows = [{"at": c.at.isoformat(), "field": c.field, "value": c.value} for c in changes]
        self._state.put(_COMMANDS, entity_id, {"changes": kept["changes"] + rows})

    def _commanded(self, entity_id: str) -> list[Change]:
        kept: dict[str, Any] = self._state.get(_COMMANDS, entity_id) or {"changes": []}
        return [
            Change(datetime.fromisoformat(row["at"]), row["field"], row["value"])
            for row in kept["changes"]
        ]

    def _planned(self, origin: Origin) -> list[Change]:
        found = [Change(origin.last, "ended", True)]
        if origin.kind != "ad":
            found += self._activation(origin)
            found += [*self._budgets(origin), *self._pauses(origin)]
        if self._dice.unit("renamed", origin.entity_id) < 0.25:
            found.append(
                Change(self._within(origin, "renaming"), "name", f"{origin.name} (rev. 2)")
            )
        if origin.kind == "ad_group" and self._dice.unit("deleted", origin.entity_id) < 0.06:
            days = self._dice.between(3, 20, "deletion", origin.entity_id)
            found.append(Change(origin.last + days * _DAY + 9 * _HOUR, "deleted", True))
        return found

    def _activation(self, origin: Origin) -> list[Change]:
        """New campaigns and ad groups stand still until somebody starts them."""
        hours = self._dice.between(1, 5, "activation", origin.entity_id)
        return [
            Change(origin.created_at, "state", "PAUSED"),
            Change(origin.created_at + hours * _HOUR, "state", "ENABLED"),
        ]

    def _budgets(self, origin: Origin) -> list[Change]:
        """Up to three other budgets, each 80 to 130 % of what was booked, in whole hundreds."""
        unit = 100_000_000
        found: list[Change] = []
        for number in range(self._dice.between(0, 3, "budgets", origin.entity_id)):
            share = self._dice.between(80, 130, "budget", origin.entity_id, number)
            micros = max(unit, origin.budget_micros * share // 100 // unit * unit)
            found.append(Change(self._within(origin, "budgeting", number), "budget", micros))
        return found

    def _pauses(self, origin: Origin) -> list[Change]:
        if self._dice.unit("paused", origin.entity_id) >= 0.35:
            return []
        days = max(1, (origin.last - origin.first).days - 1)
        night = origin.first + self._dice.between(1, days, "pause", origin.entity_id) * _DAY
        start = min(night + 2 * _HOUR, origin.last - 6 * _HOUR)
        hours = self._dice.between(1, 5, "pause hours", origin.entity_id)
        return [Change(start, "state", "PAUSED"), Change(start + hours * _HOUR, "state", "ENABLED")]

    def _within(self, origin: Origin, *why: object) -> datetime:
        """A moment of the flight, to the second."""
        seconds = int((origin.last - origin.first).total_seconds())
        after = self._dice.between(0, max(0, seconds - 1), *why, origin.entity_id)
        return origin.first + timedelta(seconds=after)


def _version(origin: Origin, changes: Iterable[Change]) -> Version:
    created = origin.created_at
    version = Version(origin.name, "ENABLED", origin.budget_micros, False, created, created)
    for change in changes:
        version = replace(_changed(version, change), updated_at=change.at)
    return version


def _changed(version: Version, change: Change) -> Version:
    match change.field, change.value:
        case "name", str() as name:
            return replace(version, name=name)
        case "state", ("ENABLED" | "PAUSED" | "ARCHIVED") as state:
            return replace(version, state=state)
        case "budget", int() as micros:
            return replace(version, budget_micros=micros)
        case "deleted", bool() as deleted:
            return replace(version, deleted=deleted)
        case _:
            return version
