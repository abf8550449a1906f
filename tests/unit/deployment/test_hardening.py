"""Least rights in both deployments, and no secret in a file of the repository."""

import re
from typing import Any

import pytest
from embedded.settings import SERVICES
from infra.deployments import PROCESSES, ROOT, pod_of, script, settings_class
from pydantic import SecretStr
from pydantic.fields import FieldInfo

BY_OTHER_NAMES = {
    "DATABASE_ADMIN_URL", "SERVICE_PASSWORDS", "POSTGRES_PASSWORD", "VALKEY_PASSWORD",
    "GF_SECURITY_ADMIN_PASSWORD", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
}  # fmt: skip
REQUIRED = re.compile(r"\$\{(\w+):?\?")


def is_secret(field: FieldInfo) -> bool:
    return field.annotation is SecretStr


def secret_names() -> set[str]:
    fields = [item for name in PROCESSES for item in settings_class(name).model_fields.items()]
    return {name.upper() for name, field in fields if is_secret(field)} | BY_OTHER_NAMES


def references(value: object) -> set[str]:
    return set(re.findall(r"\$\{(\w+)", str(value)))


@pytest.fixture(params=[*PROCESSES, "provision"])
def pod(request: pytest.FixtureRequest, workloads: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return pod_of(workloads[request.param])


# ── docker compose ───────────────────────────────────────────────────────────────────────────────


def test_every_container_is_read_only_unprivileged_and_capless(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert int(service["user"].split(":")[0]) > 0, name
        assert not {"privileged", "network_mode", "pid", "cap_add"} & set(service), name
        assert service["mem_limit"], name


def test_only_gateway_grafana_and_the_consent_page_are_published_and_on_loopback(
    compose: dict[str, Any],
) -> None:
    ports = {name: s["ports"] for name, s in compose["services"].items() if "ports" in s}
    assert ports == {
        "gateway": ["127.0.0.1:8400:8400"],
        "grafana": ["127.0.0.1:8420:3000"],
        "sandbox": ["127.0.0.1:8406:8406"],
    }


def test_servers_are_on_a_network_without_a_way_out(compose: dict[str, Any]) -> None:
    closed = {name for name, net in compose["networks"].items() if net.get("internal")}
    assert closed == {"data", "services", "monitoring"}
    for server in ("postgres", "valkey", "kafka", "provision"):
        assert compose["services"][server]["networks"] == ["data"]
    assert list(compose["services"]["sandbox"]["networks"]) == ["outside"]


def test_callers_and_called_share_a_network(compose: dict[str, Any]) -> None:
    for service in SERVICES:
        assert {"data", "services", "monitoring"} <= set(compose["services"][service]["networks"])


def test_every_container_but_the_collector_tells_its_health(compose: dict[str, Any]) -> None:
    silent = {
        name
        for name, service in compose["services"].items()
        if "healthcheck" not in service and "build" not in service
    }
    assert silent == {"otel-collector"}


def test_compose_takes_secrets_from_variables_that_must_be_set(raw_compose: dict[str, Any]) -> None:
    for name, service in raw_compose["services"].items():
        for variable, value in service.get("environment", {}).items():
            if variable in secret_names() and value is not None:
                assert REQUIRED.search(value), f"{name}: {variable}"
                assert references(value) == set(REQUIRED.findall(value)), f"{name}: {variable}"


def test_a_containers_secrets_are_its_own(raw_compose: dict[str, Any]) -> None:
    holders: dict[str, set[str]] = {}
    for name, service in raw_compose["services"].items():
        for variable in references(service.get("environment", {})):
            holders.setdefault(variable, set()).add(name)
    for service in SERVICES:
        upper = service.upper().replace("-", "_")
        assert holders[f"INTERNAL_SIGNING_KEY_{upper}"] == {service}
        assert holders[f"DATABASE_PASSWORD_{upper}"] == {service, "provision"}
    assert holders["TOKEN_ENCRYPTION_KEYS"] == {"token-refresher"}
    assert holders["SESSION_PEPPER"] == {"auth"}
    assert holders["POSTGRES_PASSWORD"] == {"postgres", "provision"}
    assert holders["LWA_CLIENT_SECRET"] == {"auth", "token-refresher", "sandbox"}


# ── Kubernetes ───────────────────────────────────────────────────────────────────────────────────


def test_pods_meet_the_restricted_profile(pod: dict[str, Any]) -> None:
    whole = pod["securityContext"]
    assert whole["runAsNonRoot"] is True
    assert whole["runAsUser"] == 10001
    assert whole["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in pod["containers"]:
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
    assert {next(iter(v.keys() - {"name"})) for v in pod["volumes"]} <= {
        "emptyDir", "secret", "persistentVolumeClaim",
    }  # fmt: skip


def test_pods_know_neither_the_cluster_nor_its_services(pod: dict[str, Any]) -> None:
    """Links would bring variables such as SANDBOX_PORT=tcp://…, which are settings here."""
    assert pod["automountServiceAccountToken"] is False
    assert pod["enableServiceLinks"] is False


def test_pods_have_requests_and_limits(pod: dict[str, Any]) -> None:
    for container in pod["containers"]:
        for kind in ("requests", "limits"):
            assert set(container["resources"][kind]) == {"cpu", "memory"}


@pytest.mark.parametrize("process", PROCESSES)
def test_probes_ask_for_life_and_readiness(
    process: str, workloads: dict[str, dict[str, Any]]
) -> None:
    (container,) = pod_of(workloads[process])["containers"]
    asked = [container[f"{kind}Probe"]["httpGet"] for kind in ("startup", "liveness", "readiness")]
    paths = ["/_sandbox/health"] * 3 if process == "sandbox" else ["/livez", "/livez", "/readyz"]
    assert asked == [{"path": path, "port": "http"} for path in paths]


@pytest.mark.parametrize("process", PROCESSES)
def test_every_deployment_has_service_account_service_and_budget(
    process: str, kubernetes: list[dict[str, Any]], workloads: dict[str, dict[str, Any]]
) -> None:
    named = {d["kind"]: d for d in kubernetes if d["metadata"]["name"] == process}
    labels = {"app.kubernetes.io/name": process}
    template = workloads[process]["spec"]["template"]
    assert template["metadata"]["labels"] == {**labels, "app.kubernetes.io/part-of": "leadline"}
    assert template["spec"]["serviceAccountName"] == process
    assert named["ServiceAccount"]["automountServiceAccountToken"] is False
    assert named["Service"]["spec"]["selector"] == labels
    assert named["PodDisruptionBudget"]["spec"]["selector"] == {"matchLabels": labels}
    assert workloads[process]["spec"]["selector"] == {"matchLabels": labels}


def test_consumers_are_replaced_and_not_doubled(workloads: dict[str, dict[str, Any]]) -> None:
    """Two pods with one REPLICA_ID would push each other out of the consumer group."""
    for service in set(SERVICES) - {"gateway"}:
        assert workloads[service]["spec"]["replicas"] == 1
        assert workloads[service]["spec"]["strategy"] == {"type": "Recreate"}


def test_kubernetes_takes_every_secret_by_reference(
    in_kubernetes: dict[str, dict[str, Any]], kubernetes: list[dict[str, Any]]
) -> None:
    for process, variables in in_kubernetes.items():
        for name in secret_names() & set(variables):
            assert set(variables[name]) == {"secretKeyRef"}, f"{process}: {name}"
    assert "Secret" not in {document["kind"] for document in kubernetes}


def test_a_pods_secrets_are_its_own(in_kubernetes: dict[str, dict[str, Any]]) -> None:
    shared = {"leadline-shared", "leadline-amazon", "leadline-object-store"}
    for process, variables in in_kubernetes.items():
        read = {v["secretKeyRef"]["name"] for v in variables.values() if isinstance(v, dict)}
        assert read - shared <= {process}


# ── who may talk to whom ─────────────────────────────────────────────────────────────────────────


def callers(embedded: dict[str, dict[str, str]]) -> set[tuple[str, str]]:
    """(caller, called) as the embedded mode wires them."""
    places = {name.upper().replace("-", "_") + "_URL": name for name in SERVICES}
    return {(name, places[v]) for name, env in embedded.items() for v in env if v in places}


def pods_of(peer: dict[str, Any]) -> set[str]:
    selector = peer.get("podSelector", {})
    names = set(selector.get("matchLabels", {}).values())
    for rule in selector.get("matchExpressions", []):
        names |= set(rule["values"])
    return names & set(PROCESSES)


def edges(kubernetes: list[dict[str, Any]], way: str, peers: str) -> set[tuple[str, str]]:
    """(selected pod, peer) of all network policies, among our processes."""
    policies = [d["spec"] for d in kubernetes if d["kind"] == "NetworkPolicy"]
    return {
        (selected, other)
        for policy in policies
        for rule in policy.get(way, [])
        for peer in rule.get(peers, [])
        for selected in pods_of(policy)
        for other in pods_of(peer)
    }


def test_nothing_is_open_by_default(kubernetes: list[dict[str, Any]]) -> None:
    policies = {
        d["metadata"]["name"]: d["spec"] for d in kubernetes if d["kind"] == "NetworkPolicy"
    }
    assert policies["nothing-by-default"] == {
        "podSelector": {"matchLabels": {"app.kubernetes.io/part-of": "leadline"}},
        "policyTypes": ["Ingress", "Egress"],
    }


def test_network_policies_open_exactly_the_calls_there_are(
    kubernetes: list[dict[str, Any]], embedded: dict[str, dict[str, str]]
) -> None:
    amazon = {(name, "sandbox") for name, env in embedded.items() if "AMAZON_BASE_URL" in env}
    wanted = callers(embedded) | amazon
    assert edges(kubernetes, "egress", "to") == wanted
    assert {(a, b) for b, a in edges(kubernetes, "ingress", "from")} == wanted


# ── the variables of compose ─────────────────────────────────────────────────────────────────────


def test_made_variables_are_those_without_a_default(compose_variables: dict[str, str]) -> None:
    needed = set(REQUIRED.findall((ROOT / "docker-compose.yml").read_text()))
    assert set(compose_variables) == needed | {"COMPOSE_PROFILES"}


def test_the_example_lists_every_variable(raw_compose: dict[str, Any]) -> None:
    listed = re.findall(r"^(\w+)=", (ROOT / "deploy/docker/env.example").read_text(), re.MULTILINE)
    passed = {
        name
        for service in raw_compose["services"].values()
        for name, value in service.get("environment", {}).items()
        if value is None
    }
    assert len(listed) == len(set(listed))
    assert set(listed) == references(raw_compose) | passed | {"COMPOSE_PROFILES"}


def test_the_example_holds_no_secret(compose_variables: dict[str, str]) -> None:
    text = (ROOT / "deploy/docker/env.example").read_text()
    shown = {"COMPOSE_PROFILES", "AMAZON_BASE_URL"}
    for name in set(compose_variables) - shown:
        assert re.search(rf"^{name}=$", text, re.MULTILINE), name


def test_two_installations_share_no_secret() -> None:
    first, second = script("make_env").variables(), script("make_env").variables()
    same = {name for name in first if first[name] == second[name]}
    given = {"AMAZON_BASE_URL", "LWA_CLIENT_ID", "SMTP_URL", "CLERK_WEBHOOK_SECRET"}
    assert same == given | {"COMPOSE_PROFILES"}
