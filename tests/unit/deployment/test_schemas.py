"""docker-compose.yml and the Kubernetes base are what their tools accept."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from infra.deployments import BASE, schema
from jsonschema import Draft7Validator, Draft202012Validator

KINDS = {
    ("apps/v1", "Deployment"): "io.k8s.api.apps.v1.Deployment",
    ("batch/v1", "Job"): "io.k8s.api.batch.v1.Job",
    ("v1", "ConfigMap"): "io.k8s.api.core.v1.ConfigMap",
    ("v1", "PersistentVolumeClaim"): "io.k8s.api.core.v1.PersistentVolumeClaim",
    ("v1", "Service"): "io.k8s.api.core.v1.Service",
    ("v1", "ServiceAccount"): "io.k8s.api.core.v1.ServiceAccount",
    ("networking.k8s.io/v1", "NetworkPolicy"): "io.k8s.api.networking.v1.NetworkPolicy",
    ("policy/v1", "PodDisruptionBudget"): "io.k8s.api.policy.v1.PodDisruptionBudget",
}


def faults(document: Any, validator: Any) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]


@pytest.fixture(scope="session")
def kind_schema() -> Any:
    whole = schema("kubernetes-1.37.json")

    def of(api_version: str, kind: str) -> Any:
        reference = f"#/$defs/{KINDS[api_version, kind]}"
        return Draft202012Validator({"$ref": reference, "$defs": whole["$defs"]})

    return of


@pytest.mark.parametrize("form", ["raw_compose", "compose"])
def test_compose_file_follows_the_compose_specification(
    form: str, request: pytest.FixtureRequest
) -> None:
    assert faults(request.getfixturevalue(form), Draft7Validator(schema("compose-spec.json"))) == []


def test_every_kubernetes_object_follows_its_strict_schema(
    kubernetes: list[dict[str, Any]], kind_schema: Any
) -> None:
    for document in kubernetes:
        validator = kind_schema(document["apiVersion"], document["kind"])
        assert faults(document, validator) == [], document["metadata"]["name"]


def test_a_misspelt_kubernetes_field_is_refused(
    workloads: dict[str, dict[str, Any]], kind_schema: Any
) -> None:
    wrong = {**workloads["auth"], "spec": {**workloads["auth"]["spec"], "replica": 1}}
    assert faults(wrong, kind_schema("apps/v1", "Deployment"))


@pytest.mark.parametrize("folder", [BASE, BASE / "sandbox"])
def test_every_manifest_is_listed_in_its_kustomization(folder: Path) -> None:
    page: Any = yaml.safe_load((folder / "kustomization.yaml").read_text())
    files = {path.name for path in folder.glob("*.yaml")} - {"kustomization.yaml"}
    assert files == set(page["resources"])


def test_no_two_kubernetes_objects_have_one_name(kubernetes: list[dict[str, Any]]) -> None:
    seen = [(d["kind"], d["metadata"]["name"]) for d in kubernetes if d["kind"] != "ConfigMap"]
    assert len(seen) == len(set(seen))
