"""Operator's commands: `python -m token_refresher.cli keys status|rotate`.

Reads DATABASE_URL and TOKEN_ENCRYPTION_KEYS, as the service has them.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Callable, Sequence

from pydantic import ValidationError
from shared.db import Db
from shared.keyring import KeyRing

from .main import MIGRATIONS, SCHEMA
from .rotation import BATCH, KeyStatus, Progress, RotationRefused, key_status, rotate
from .settings import KeySettings


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    root = argparse.ArgumentParser(prog="python -m token_refresher.cli")
    verbs = root.add_subparsers(dest="noun", required=True).add_parser("keys")
    kinds = verbs.add_subparsers(dest="verb", required=True)
    kinds.add_parser("status", help="how many sealed tokens name each key")
    turn = kinds.add_parser("rotate", help="seal everything with the first key; may be repeated")
    turn.add_argument("--batch", type=int, default=BATCH, help=f"rows at a time ({BATCH})")
    return root


async def run(arguments: argparse.Namespace, db: Db, keys: KeyRing) -> bool:
    """Does what was asked and prints it; False when something needs the operator."""
    ok = True
    if arguments.verb == "rotate":
        end = await rotate(db, keys, progress_printer(), batch=arguments.batch)
        ok = end.done == end.total
        print(f"{end.done} of {end.total} credentials are sealed with {keys.current_key_id}")
        if end.unreadable:
            print(f"{end.unreadable} could not be opened by the key they name: see the log")
    status = await key_status(db, keys)
    print_status(status)
    return ok and not any(key.role == "missing" for key in status)


def progress_printer(clock: Callable[[], float] = time.monotonic) -> Callable[[Progress], None]:
    """Prints `120 of 2000 (340/s)` for every batch."""
    started, first = clock(), [-1]

    def show(now: Progress) -> None:
        if first[0] < 0:
            first[0] = max(0, now.done - BATCH)
        rate = (now.done - first[0]) / max(clock() - started, 0.001)
        print(f"{now.done} of {now.total} ({rate:.0f}/s)", flush=True)

    return show


def print_status(status: Sequence[KeyStatus]) -> None:
    """One line a key."""
    for key in status:
        print(f"{key.key_id}: {key.tokens} tokens, {key.role}")


async def _main(arguments: argparse.Namespace, settings: KeySettings) -> bool:
    db = Db(
        settings.database_url.get_secret_value(),
        schema=SCHEMA,
        pool_size=2,
        migrations=MIGRATIONS,
        pooler=settings.database_pooler,
    )
    await db.start()
    try:
        return await run(arguments, db, settings.ring())
    finally:
        await db.stop()


def main(argv: Sequence[str] | None = None) -> None:
    """Exit code 1 with a message when it cannot be done or is not done."""
    arguments = parser().parse_args(argv)
    try:
        settings = KeySettings()  # pyright: ignore[reportCallIssue] - read from the environment
    except ValidationError as error:
        names = ", ".join(str(e["loc"][0]).upper() for e in error.errors() if e["loc"])
        sys.exit(f"not set or not usable: {names}")
    try:
        done = asyncio.run(_main(arguments, settings))
    except RotationRefused as refused:
        sys.exit(str(refused))
    if not done:
        sys.exit(1)


if __name__ == "__main__":
    main()
