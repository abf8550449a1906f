"""The chronicle of what connections see: kept from the look that first saw a thing to the first that did
not, so that any two looks can be held against each other."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.db import Tx

from . import chronicle_queries as rows
from .chronicle_queries import Present
from .domain import Account, Claim, Look, Seen


@dataclass(frozen=True, slots=True)
class Movements:
    """`gained` and `lost` since the look before; `altered` says something else about the same thing."""

    gained: tuple[Account, ...]
    altered: tuple[tuple[Present, Account], ...]
    lost: tuple[Present, ...]


async def record(tx: Tx, claim: Claim, look: Look, now: datetime) -> None:
    """Writes a complete look at a region down."""
    present = await rows.present(tx, claim, look.region)
    moved = movements(look, present)
    await rows.insert(tx, claim, look.region, moved.gained, now)
    await rows.alter(tx, claim, moved.altered)
    await rows.end(tx, claim, moved.lost, now)


def movements(look: Look, present: Mapping[tuple[str, str], Present]) -> Movements:
    """What differs between a look and what was present before; `present` by kind and Amazon's id."""
    things = {(thing.kind, thing.amazon_id): thing for thing in _things(look)}
    return Movements(
        gained=tuple(thing for key, thing in things.items() if key not in present),
        altered=tuple(
            (present[key], thing)
            for key, thing in things.items()
            if key in present and present[key].account != thing
        ),
        lost=tuple(
            was for key, was in present.items() if key not in things and _gone(was.account, look)
        ),
    )


def _gone(account: Account, look: Look) -> bool:
    """Not what could not be looked at: a kind Amazon would not list, a seat it refused to open."""
    if account.kind in look.unread:
        return False
    if account.kind != "advertiser":
        return True
    by_manager = account.parent_id.startswith("amzn1.")
    return account.parent_id not in look.unreadable and not (
        by_manager and "manager" in look.unread
    )


def _things(look: Look) -> list[Account]:
    chosen: dict[str, Seen] = {}
    for seen in sorted(look.seen, key=lambda s: (not s.profile_id, s.parent_id)):
        chosen.setdefault(seen.amazon_advertiser_id, seen)
    advertisers = [
        Account("advertiser", s.amazon_advertiser_id, s.name, s.parent_id, s.access)
        for s in chosen.values()
    ]
    return [*look.accounts, *advertisers]
