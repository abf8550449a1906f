"""``python -m embedded up|down|status|logs|reset|restart NAME|exec NAME …|parts`` (see ``make help``)."""

import argparse
import asyncio
import sys
from collections.abc import Sequence

from pydantic import ValidationError

from embedded import cli
from embedded.control import ControlError
from embedded.ports import PortTakenError
from embedded.run_file import AlreadyRunningError
from embedded.secret_file import SecretsMissingError
from embedded.settings import SERVICES, Settings

_EXPECTED = (
    cli.CommandError,
    ControlError,
    PortTakenError,
    AlreadyRunningError,
    SecretsMissingError,
)


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code; what went wrong is on stderr."""
    arguments = _parser().parse_args(argv)
    try:
        settings = Settings()
        _run(settings, arguments)
    except ValidationError as error:
        problems = [f"{'.'.join(map(str, e['loc']))} {e['msg']}".strip() for e in error.errors()]
        print("settings: " + "; ".join(problems), file=sys.stderr)
        return 2
    except _EXPECTED as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="embedded", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("up").add_argument("--foreground", action="store_true")
    verbs.add_parser("supervise")
    verbs.add_parser("down")
    verbs.add_parser("status").add_argument("--json", action="store_true")
    verbs.add_parser("logs").add_argument("service", nargs="?", default="")
    verbs.add_parser("restart").add_argument("name")
    verbs.add_parser("reset").add_argument("--yes", action="store_true")
    verbs.add_parser("parts")
    execute = verbs.add_parser("exec")
    execute.add_argument("name", choices=SERVICES)
    execute.add_argument("arguments", nargs=argparse.REMAINDER)
    return parser


def _run(settings: Settings, arguments: argparse.Namespace) -> None:
    match arguments.verb:
        case "up" if not arguments.foreground:
            asyncio.run(cli.up(settings))
        case "up" | "supervise":
            asyncio.run(cli.supervise(settings, echo=arguments.verb == "up"))
        case "down":
            asyncio.run(cli.down(settings))
        case "status":
            asyncio.run(cli.status(settings, as_json=arguments.json))
        case "restart":
            asyncio.run(cli.restart(settings, arguments.name))
        case "logs":
            cli.follow_logs(settings, arguments.service)
        case "reset":
            cli.reset(settings, sure=arguments.yes)
        case "exec":
            cli.execute(settings, arguments.name, arguments.arguments)
        case _:
            cli.parts(settings)


if __name__ == "__main__":
    sys.exit(main())
