"""Background ticks beside the refresh itself."""

from collections.abc import Awaitable, Callable
from typing import get_args

from shared.db import SYSTEM, Db
from shared.metrics import gauge

from . import queries
from .domain import State

CREDENTIALS = gauge("credentials", "Credentials by state", ["state"])


def count_states(db: Db) -> Callable[[], Awaitable[None]]:
    """Sets the gauge of credentials by state; a state nobody is in shows 0."""

    async def tick() -> None:
        async with db.read(SYSTEM) as tx:
            counts = await queries.count_by_state(tx)
        for state in get_args(State):
            CREDENTIALS.labels(state).set(counts.get(state, 0))

    return tick
