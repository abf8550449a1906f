"""The deployments as data, read once: see infra.deployments."""

from typing import Any

import pytest
import yaml
from embedded.environment import Environment
from embedded.secret_file import load_secrets
from embedded.settings import SERVICES, Settings
from infra.deployments import (
    BASE,
    PROCESSES,
    ROOT,
    Image,
    kustomized,
    pod_of,
    read_image,
    resolved,
    script,
)


@pytest.fixture(scope="session")
def compose_variables() -> dict[str, str]:
    """What deploy/docker/make_env.py makes, as compose reads it."""
    made: dict[str, str] = script("make_env").variables()
    return {name: value.strip("'") for name, value in made.items()}


@pytest.fixture(scope="session")
def raw_compose() -> dict[str, Any]:
    document: Any = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return document


@pytest.fixture(scope="session")
def compose(raw_compose: dict[str, Any], compose_variables: dict[str, str]) -> dict[str, Any]:
    return resolved(raw_compose, compose_variables)


@pytest.fixture(scope="session")
def kubernetes() -> list[dict[str, Any]]:
    """The base with the sandbox's component; merged config maps keep the base's literals."""
    return [*kustomized(BASE), *kustomized(BASE / "sandbox")]


@pytest.fixture(scope="session")
def workloads(kubernetes: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Deployments and Jobs by name."""
    return {d["metadata"]["name"]: d for d in kubernetes if d["kind"] in {"Deployment", "Job"}}


@pytest.fixture(scope="session")
def images() -> dict[str, Image]:
    return {name: read_image(name) for name in PROCESSES}


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """Process → variables that the embedded mode gives it."""
    home = tmp_path_factory.mktemp("installation")
    settings = Settings(_env_file=None, leadline_home=home)  # pyright: ignore[reportCallIssue]
    environment = Environment(settings, load_secrets(home))
    services = {name: environment.service(name) for name in SERVICES}
    return {
        **services,
        "sandbox": environment.sandbox(),
        "provision": environment.provision(),
    }


@pytest.fixture(scope="session")
def in_compose(compose: dict[str, Any], images: dict[str, Image]) -> dict[str, dict[str, Any]]:
    """Process → its variables in a container: the image's, then those of docker-compose.yml."""
    return {
        name: {
            **images["auth" if name == "provision" else name].env,
            **compose["services"][name]["environment"],
        }
        for name in (*PROCESSES, "provision")
        if name in compose["services"]
    }


@pytest.fixture(scope="session")
def in_kubernetes(
    workloads: dict[str, dict[str, Any]],
    kubernetes: list[dict[str, Any]],
    images: dict[str, Image],
) -> dict[str, dict[str, Any]]:
    """Process → its variables in a pod; a value out of a Secret is the reference to it."""
    maps: dict[str, dict[str, str]] = {}
    for document in kubernetes:
        if document["kind"] == "ConfigMap":
            maps.setdefault(document["metadata"]["name"], {}).update(document["data"])
    found: dict[str, dict[str, Any]] = {}
    for name, workload in workloads.items():
        (container,) = pod_of(workload)["containers"]
        own = {e["name"]: _value(e, maps) for e in container["env"]}
        shared = [maps[s["configMapRef"]["name"]] for s in container.get("envFrom", [])]
        image = images[container["image"].removeprefix("leadline/").split(":")[0]]
        found[name] = {**image.env, **{k: v for m in shared for k, v in m.items()}, **own}
    return found


def _value(variable: dict[str, Any], maps: dict[str, dict[str, str]]) -> Any:
    """As written, or out of a config map; the reference itself where it leads to a Secret."""
    source = variable.get("valueFrom", {})
    if "configMapKeyRef" in source:
        return maps[source["configMapKeyRef"]["name"]][source["configMapKeyRef"]["key"]]
    return variable.get("value", source)
