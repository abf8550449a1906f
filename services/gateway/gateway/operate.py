"""Operator's commands: `python -m gateway.operate parked list|replay SERVICE [ID]`.

Reads the gateway's environment: only its key may ask services for their parked messages.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError
from shared.errors import AppError
from shared.internal_tokens import TokenSigner
from shared.service_client import ServiceClient

from .settings import Settings

SERVICE = "gateway"
SERVICES = ("auth", "token-refresher", "dsp-ingest", "amc-runner", "reporting")


def parser() -> argparse.ArgumentParser:
    """The commands and their arguments."""
    root = argparse.ArgumentParser(prog="python -m gateway.operate")
    nouns = root.add_subparsers(dest="noun", required=True)
    verbs = nouns.add_parser("parked", help="messages put aside").add_subparsers(
        dest="verb", required=True
    )
    listing = verbs.add_parser("list", help="what waits, with its error")
    listing.add_argument("service", choices=SERVICES)
    again = verbs.add_parser("replay", help="deliver a message again")
    again.add_argument("service", choices=SERVICES)
    again.add_argument("message_id")
    return root


async def run(arguments: argparse.Namespace, client: ServiceClient) -> list[str]:
    """The lines to print. Raises AppError."""
    path = "/internal/parked-messages"
    if arguments.verb == "replay":
        done = await client.post(f"{path}/{arguments.message_id}/replay")
        return [f"{arguments.message_id}: {done['outcome']}"]
    items: list[dict[str, Any]] = (await client.get(path))["items"]
    return [
        f"{item['id']}  {item['parked_at']}  {item['topic']}/{item['partition']}"
        f"/{item['kafka_offset']}  {item['error']}"
        for item in items
    ] or ["nothing is parked"]


async def _main(arguments: argparse.Namespace, settings: Settings) -> list[str]:
    signer = TokenSigner(SERVICE, settings.internal_signing_key.get_secret_value())
    url = settings.upstreams()[arguments.service]
    client = ServiceClient(url, arguments.service, signer, SERVICE)
    try:
        return await run(arguments, client)
    finally:
        await client.stop()


def main(argv: Sequence[str] | None = None) -> None:
    """Prints the answer; exits with a message when it cannot be done."""
    arguments = parser().parse_args(argv)
    try:
        settings = Settings()  # pyright: ignore[reportCallIssue] - read from the environment
    except ValidationError:
        sys.exit("run it with the gateway's environment: make exec SERVICE=gateway ARGS='-m …'")
    try:
        lines = asyncio.run(_main(arguments, settings))
    except AppError as error:
        sys.exit(f"{error.code}: {error.detail}")
    for line in lines:
        sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
