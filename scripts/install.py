"""`make install`: everything Leadline needs, from Python 3.11+ with pip (and Node, or a wheel of it).

Standard library only: it runs before anything is installed. Each step leaves a stamp with the hash
of what it was made from, and is skipped while that has not changed.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
WEB = ROOT / "web"
LOCK = ROOT / "requirements.lock"
NODE_LOCK = ROOT / "scripts" / "node.lock"
OLDEST_PYTHON = (3, 11)
OLDEST_NODE = 20


def main() -> None:
    if sys.version_info < OLDEST_PYTHON:
        sys.exit(f"Leadline needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    step("python", [LOCK, *members()], install_python)
    if not os.environ.get("KAFKA_BOOTSTRAP_SERVERS"):
        run(PYTHON, "-m", "embedded.jars")
    if WEB.exists():
        add_node()
        step("npm", [WEB / "package-lock.json"], install_npm, made=WEB / "node_modules")
        step("web", web_sources(), build_web, made=WEB / "out")


def step(name: str, inputs: Iterable[Path], work: Callable[[], None], made: Path = PYTHON) -> None:
    """Do the work unless its stamp says that nothing has changed and what it makes is there."""
    stamp = VENV / f".leadline-{name}"
    now = fingerprint(inputs)
    if made.exists() and stamp.exists() and stamp.read_text() == now:
        return
    print(f"installing: {name}", flush=True)
    work()
    stamp.write_text(now)


def fingerprint(inputs: Iterable[Path]) -> str:
    digest = hashlib.sha256(sys.version.encode())
    for path in sorted(inputs):
        digest.update(f"{path.relative_to(ROOT)}\n".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def members() -> list[Path]:
    patterns = ("services/*", "shared/*", "sandbox", "deploy/embedded")
    return [path for part in patterns for path in sorted(ROOT.glob(f"{part}/pyproject.toml"))]


def install_python() -> None:
    """The virtual environment: uv by pip, the lock by uv, then the workspace on top."""
    if not PYTHON.exists():
        run(sys.executable, "-m", "venv", "--without-pip", VENV)
    add_uv()
    uv("pip", "sync", "--require-hashes", LOCK)
    editable = [word for path in members() for word in ("--editable", path.parent)]
    uv("pip", "install", "--no-deps", *editable)


def add_uv() -> None:
    """The very uv of the lock, checked by its hashes."""
    block = re.search(r"^uv==(\S+) .*(?:\n    --hash.*)+", LOCK.read_text(), re.MULTILINE)
    if block is None:
        sys.exit(f"{LOCK.name} does not name uv: make lock")
    if block[1] in output_of(VENV / "bin" / "uv", "--version"):
        return
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as wanted:
        wanted.write(block[0] + "\n")
        wanted.flush()
        pip = ["-m", "pip", "--python", PYTHON, "install", "--quiet", "--require-hashes"]
        run(sys.executable, *pip, "--requirement", wanted.name)


def add_node() -> None:
    """Node 20+ of the machine, or the one in a wheel."""
    if node_major(shutil.which("node")) >= OLDEST_NODE and shutil.which("npm"):
        return
    if not (VENV / "bin" / "node").exists():
        print("installing: Node (no Node 20+ on this machine)", flush=True)
        uv("pip", "install", "--require-hashes", "--requirement", NODE_LOCK)


def node_major(node: str | None) -> int:
    version = output_of(node, "--version") if node else ""
    return int(version.lstrip("v").split(".")[0] or 0)


def install_npm() -> None:
    run("npm", "ci", "--no-progress", "--loglevel=error", folder=WEB)


def build_web() -> None:
    run("npm", "run", "--silent", "build", folder=WEB)


def web_sources() -> list[Path]:
    """What the build reads: every file of web/ that is neither made nor a test."""
    made = {"node_modules", ".next", "out", "tests", "next-env.d.ts"}
    parts = [path for path in WEB.iterdir() if path.name not in made]
    files = [file for part in parts for file in (part.rglob("*") if part.is_dir() else [part])]
    return [file for file in files if file.is_file() and file.suffix != ".tsbuildinfo"]


def uv(*words: object) -> None:
    run(VENV / "bin" / "uv", *words[:2], "--quiet", "--python", PYTHON, *words[2:])


def output_of(program: str | Path, *words: str) -> str:
    """What it prints; empty when there is no such program."""
    try:
        done = subprocess.run([program, *words], check=False, capture_output=True, text=True)
    except FileNotFoundError:
        return ""
    return done.stdout


def run(*words: object, folder: Path = ROOT) -> None:
    """Run it; ends this program when it fails (it has said why)."""
    command = [str(word) for word in words]
    if subprocess.run(command, check=False, cwd=folder, env=environment()).returncode:
        sys.exit(f"failed: {' '.join(command)}")


def environment() -> dict[str, str]:
    """Ours, with the wheel's Node first on PATH where it was needed."""
    path = os.environ.get("PATH", "")
    if (VENV / "bin" / "node").exists():
        path = f"{VENV / 'bin'}:{path}"
    return {**os.environ, "PATH": path, "NEXT_TELEMETRY_DISABLED": "1"}


if __name__ == "__main__":
    main()
