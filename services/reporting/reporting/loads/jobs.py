"""The loop that loads landed slices."""

from shared.loops import Loops

from .service import Loader, load_next


def schedule_loads(loops: Loops, loader: Loader, *, poll_seconds: float, workers: int) -> None:
    """`workers` loops; each loads one slice at a time until none is due."""

    async def tick() -> bool:
        return await load_next(loader)

    for number in range(workers):
        loops.every(poll_seconds, tick, f"load-{number}")
