"""What accounts do on command: advertisers that vanish for a user, managers with more links than are listed."""

from dataclasses import asdict, dataclass, field

from sandbox.state import State

_HIDDEN, _MANAGERS = "hidden_advertisers", "managers"


@dataclass(frozen=True, slots=True)
class ManagerHabits:
    """`extra_links` vendor accounts stand before everything else a manager links to; `account_links`:
    whether this client is in the beta that pages through them."""

    extra_links: int = 0
    account_links: bool = False


@dataclass(frozen=True, slots=True)
class Whims:
    """Kept in the sandbox's state: they outlive a restart and end with a reset."""

    state: State = field(repr=False)

    def hidden_from(self, user: str) -> frozenset[str]:
        """Ids of advertisers that the user can no longer see."""
        kept = self.state.get(_HIDDEN, user)
        return frozenset(kept["advertiser_ids"]) if kept else frozenset()

    def hide(self, user: str, advertiser_ids: list[str]) -> None:
        """These, and no others from now on."""
        self.state.put(_HIDDEN, user, {"advertiser_ids": sorted(set(advertiser_ids))})

    @property
    def managers(self) -> ManagerHabits:
        kept = self.state.get(_MANAGERS, "all")
        return ManagerHabits(**kept) if kept else ManagerHabits()

    def manage(self, habits: ManagerHabits) -> None:
        self.state.put(_MANAGERS, "all", asdict(habits))
