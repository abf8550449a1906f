"""The deployments as data: docker-compose.yml resolved, the Kubernetes base built, the images read."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml
from embedded.settings import SERVICES
from pydantic_settings import BaseSettings

ROOT = Path(__file__).parents[2]
BASE = ROOT / "deploy" / "k8s" / "base"
PROCESSES = (*SERVICES, "sandbox")
_REFERENCE = re.compile(r"\$\{(\w+)(?:(:?[-?+])((?:[^{}]|\{[^{}]*\})*))?\}")


def script(name: str) -> ModuleType:
    """A program of deploy/docker, imported."""
    spec = spec_from_file_location(name, ROOT / "deploy" / "docker" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def resolved(value: Any, variables: Mapping[str, str]) -> Any:
    """Compose's interpolation: `${A}`, `${A:-x}`, `${A?x}`, `${A:+x}`, nested ones, and `$$`."""
    if isinstance(value, dict):
        return {key: resolved(item, variables) for key, item in value.items()}
    if isinstance(value, list):
        return [resolved(item, variables) for item in value]
    if not isinstance(value, str):
        return value
    parts = [_replaced(part, variables) for part in value.split("$$")]
    return "$".join(parts)


def _replaced(text: str, variables: Mapping[str, str]) -> str:
    def replace(found: re.Match[str]) -> str:
        name, operator, word = found[1], found[2] or "", found[3] or ""
        given = variables.get(name)
        there = bool(given) if operator.startswith(":") else given is not None
        if operator.endswith("+"):
            return _replaced(word, variables) if there else ""
        if there:
            return given or ""
        assert not operator.endswith("?"), f"docker compose would refuse: {name} is not set"
        return _replaced(word, variables)

    return _REFERENCE.sub(replace, text)


def kustomized(folder: Path) -> list[dict[str, Any]]:
    """What `kubectl kustomize` makes of the parts used here: resources, config maps, image tags."""
    page: Any = yaml.safe_load((folder / "kustomization.yaml").read_text())
    objects = [
        document
        for name in page["resources"]
        for document in yaml.safe_load_all((folder / name).read_text())
    ]
    for generated in page.get("configMapGenerator", []):
        data = dict(literal.split("=", 1) for literal in generated["literals"])
        meta = {"name": generated["name"]}
        objects.append({"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": data})
    tags = {image["name"]: image["newTag"] for image in page["images"]}
    for pod in map(pod_of, objects):
        for container in pod.get("containers", []):
            container["image"] += f":{tags[container['image']]}"
    return objects


def pod_of(document: dict[str, Any]) -> dict[str, Any]:
    """The pod of a Deployment or Job; empty for anything else."""
    return document.get("spec", {}).get("template", {}).get("spec", {})


@dataclass(frozen=True)
class Image:
    """A Dockerfile: its instructions, and those of the stage that is shipped."""

    name: str
    folder: Path
    instructions: list[tuple[str, str]]

    @property
    def shipped(self) -> list[tuple[str, str]]:
        last = max(i for i, (word, _) in enumerate(self.instructions) if word == "FROM")
        return self.instructions[last:]

    def all(self, word: str) -> list[str]:
        return [rest for found, rest in self.shipped if found == word]

    @property
    def env(self) -> dict[str, str]:
        pairs = [pair.split("=", 1) for rest in self.all("ENV") for pair in rest.split()]
        return {pair[0]: pair[1] for pair in pairs}

    @property
    def port(self) -> int:
        return self.ports[0]

    @property
    def ports(self) -> list[int]:
        (ports,) = self.all("EXPOSE")
        return [int(port) for port in ports.split()]


def read_image(name: str) -> Image:
    folder = ROOT / "sandbox" if name == "sandbox" else ROOT / "services" / name
    text = (folder / "Dockerfile").read_text()
    lines = re.sub(r"\s*\\\n\s*", " ", text).splitlines()
    parsed = [line.split(None, 1) for line in lines if line and not line.startswith("#")]
    return Image(name, folder, [(word, rest) for word, rest in parsed])


def settings_class(process: str) -> type[BaseSettings]:
    return import_module(f"{process.replace('-', '_')}.settings").Settings


def schema(name: str) -> Any:
    return json.loads((ROOT / "tests" / "unit" / "deployment" / "schemas" / name).read_text())
