"""`python -m benchmarks [name …]`: run the benchmarks, one after the other; all without a name."""

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
NAMES = (
    "load_report",
    "outbox",
    "gateway_edge",
    "metrics_query",
    "exports",
    "token_refresh",
    "audit_cost",
    "amazon_client",
    "normalise",
    "planner",
)


def main(names: list[str]) -> int:
    unknown = set(names) - set(NAMES)
    if unknown:
        print(f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
        return 2
    failed = 0
    for name in names or NAMES:
        print(f"\n## {name}\n", flush=True)
        failed += bool(
            subprocess.run([sys.executable, FOLDER / f"{name}.py"], check=False).returncode
        )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
