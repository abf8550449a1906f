"""Write `requirements.lock` of each image: its part of the workspace's lock, nothing else.

`python deploy/docker/service_locks.py` after `make lock`; with --check, only compare. What an image
needs is the closure of its pyproject.toml over the installed packages' own metadata, asked for the
image's Python on Linux. The lines come from the workspace's lock as they are, hashes included, so an
image never gets another version than the tests had, and never a tool of the workshop.
"""

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
WORKSPACE_LOCK = ROOT / "requirements.lock"
IMAGES = (*sorted((ROOT / "services").iterdir()), ROOT / "sandbox")
MEMBERS = ("services/*", "shared/*", "sandbox")
HEADER = (
    "# made by `python deploy/docker/service_locks.py` from the workspace's requirements.lock\n"
)

PYTHON = "3.11"
_LINUX = {
    "implementation_name": "cpython",
    "os_name": "posix",
    "platform_python_implementation": "CPython",
    "platform_release": "",
    "platform_system": "Linux",
    "platform_version": "",
    "python_full_version": f"{PYTHON}.14",
    "implementation_version": f"{PYTHON}.14",
    "python_version": PYTHON,
    "sys_platform": "linux",
}
_MACHINES = ("x86_64", "aarch64")


def main() -> None:
    blocks, members = lock_blocks(WORKSPACE_LOCK.read_text()), member_requirements()
    stale: list[str] = []
    for folder in IMAGES:
        path, wanted = folder / "requirements.lock", service_lock(folder, blocks, members)
        if "--check" not in sys.argv:
            path.write_text(wanted)
        elif not path.exists() or path.read_text() != wanted:
            stale.append(f"{path.relative_to(ROOT)} is not made from the current locks")
    sys.exit("\n".join(stale) or None)


def service_lock(folder: Path, blocks: dict[str, str], members: dict[str, list[str]]) -> str:
    """The text of one image's lock. KeyError when the workspace's lock lacks a package."""
    asked = tomllib.loads((folder / "pyproject.toml").read_text())["project"]["dependencies"]
    return HEADER + "".join(blocks[name] for name in sorted(closure(asked, members)))


def lock_blocks(text: str) -> dict[str, str]:
    """Package → its lines (version, marker, hashes) in a lock."""
    blocks = re.findall(r"^[A-Za-z0-9].*\n(?:[ \t]+.*\n)*", text, re.MULTILINE)
    return {
        canonicalize_name(re.split(r"[=\[ ;]", block, maxsplit=1)[0]): block for block in blocks
    }


def member_requirements() -> dict[str, list[str]]:
    """The workspace's own packages, which stand in no lock, and what they ask for."""
    files = [path for part in MEMBERS for path in ROOT.glob(f"{part}/pyproject.toml")]
    projects = [tomllib.loads(path.read_text())["project"] for path in files]
    return {canonicalize_name(project["name"]): project["dependencies"] for project in projects}


def closure(asked: Iterable[str], members: dict[str, list[str]]) -> set[str]:
    """Names of all packages that `asked` leads to on the image's platform, without the members."""
    found: set[tuple[str, str]] = set()
    waiting = [Requirement(text) for text in asked]
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        for extra in ("", *requirement.extras):
            if (name, extra) not in found:
                found.add((name, extra))
                waiting.extend(needed_by(name, extra, members))
    return {name for name, _ in found} - set(members)


def needed_by(name: str, extra: str, members: dict[str, list[str]]) -> Iterator[Requirement]:
    """What a package asks for, with one of its extras (empty: none)."""
    try:
        texts = members[name] if name in members else requires(name) or []
    except PackageNotFoundError:
        sys.exit(f"{name} is not installed: make install")
    for text in texts:
        requirement = Requirement(text)
        if applies(requirement, extra):
            yield requirement


def applies(requirement: Requirement, extra: str) -> bool:
    if requirement.marker is None:
        return not extra
    places = [{**_LINUX, "platform_machine": machine, "extra": extra} for machine in _MACHINES]
    return any(requirement.marker.evaluate(place) for place in places)


if __name__ == "__main__":
    main()
