"""``leadline``: the operator's commands of every service of this machine's installation.

``leadline keys status|rotate`` · ``leadline parked list SERVICE`` · ``leadline auth|gateway …`` · and those
of ``make``: ``leadline up|down|status|logs|restart|reset``. In a container, where there is one service and
its settings are in the environment, it is ``python -m token_refresher.cli`` and so on.
"""

import sys
from collections.abc import Sequence
from types import MappingProxyType

from pydantic import ValidationError

from embedded import __main__ as installation
from embedded import cli
from embedded.secret_file import SecretsMissingError
from embedded.settings import Settings

MODULES = MappingProxyType(
    {
        "auth": "auth.cli",
        "token-refresher": "token_refresher.cli",
        "gateway": "gateway.operate",
    }
)
"""The services that have commands, and where they are."""
NOUNS = MappingProxyType(
    {"keys": "token-refresher", "parked": "gateway", "audit": "auth", "clerk": "auth"}
)
"""Nouns that one service's commands are about, named without it."""
OWN_VERBS = frozenset({"up", "down", "status", "logs", "restart", "reset"})


def main(argv: Sequence[str] | None = None) -> int:
    """Becomes the service's own command, with that service's settings and nobody else's."""
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or words[0] in {"-h", "--help"}:
        print(__doc__)
        return 0 if words else 2
    if words[0] in OWN_VERBS:
        return installation.main(words)
    found = service_of(words)
    if found is None:
        nouns = ", ".join(sorted({*NOUNS, *MODULES, *OWN_VERBS}))
        print(f"leadline: there is no {words[0]}; there are {nouns}", file=sys.stderr)
        return 2
    return _become(*found)


def service_of(words: Sequence[str]) -> tuple[str, list[str]] | None:
    """The service whose command this is, and what that command gets."""
    if words[0] in NOUNS:
        return NOUNS[words[0]], list(words)
    return (words[0], list(words[1:])) if words[0] in MODULES else None


def _become(service: str, words: list[str]) -> int:
    try:
        settings = Settings()
        if not (settings.home / "secrets.json").exists():
            print(f"There is no installation in {settings.home}: make up", file=sys.stderr)
            return 1
        cli.execute(settings, service, ["-m", MODULES[service], *words])
    except (ValidationError, SecretsMissingError) as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
