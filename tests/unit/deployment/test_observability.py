"""Prometheus, Grafana and the collector speak of what exists."""

import json
import re
from pathlib import Path
from typing import Any

import yaml
from embedded.settings import SERVICES
from infra.deployments import ROOT, Image

FOLDER = ROOT / "deploy" / "observability"
_MADE = re.compile(r"\b(counter|gauge|histogram)\(\s*\"(\w+)\"")
_LABELS = re.compile(r"\b(?:counter|gauge|histogram)\(\s*\"\w+\",\s*\"[^\"]*\",?\s*(\[[^\]]*\])?")


def load(name: str) -> Any:
    return yaml.safe_load((FOLDER / name).read_text())


def metrics() -> dict[str, set[str]]:
    """Series name → its labels, of every metric that a service makes."""
    found: dict[str, set[str]] = {}
    for path in [*(ROOT / "shared/shared").rglob("*.py"), *(ROOT / "services").rglob("*.py")]:
        text = path.read_text()
        for made, rest in zip(_MADE.finditer(text), _LABELS.finditer(text), strict=True):
            labels = set(re.findall(r"\"(\w+)\"", rest[1] or ""))
            kind, name = made[1], f"leadline_{made[2]}"
            series = [f"{name}_{end}" for end in ("bucket", "sum", "count")]
            found |= dict.fromkeys(series if kind == "histogram" else [name], labels)
    return found


def panels() -> list[dict[str, Any]]:
    return json.loads((FOLDER / "grafana/dashboards/leadline.json").read_text())["panels"]


def queries() -> list[str]:
    rules = [rule["expr"] for group in load("alerts.yml")["groups"] for rule in group["rules"]]
    return rules + [target["expr"] for panel in panels() for target in panel.get("targets", [])]


def test_every_query_names_a_metric_that_a_service_makes() -> None:
    known = metrics()
    named = {name for query in queries() for name in re.findall(r"leadline_\w+", query)}
    assert named
    assert named - set(known) == set()


def test_a_runbook_that_an_alert_names_has_a_chapter_about_it() -> None:
    rules = [rule for group in load("alerts.yml")["groups"] for rule in group["rules"]]
    named = {r["alert"]: r["annotations"].get("runbook") for r in rules}
    assert {"TokenClientRefused", "TokenHostAway", "RefreshesMissed"} <= named.keys()
    for alert, runbook in named.items():
        if runbook:
            page, chapter = runbook.split("#")
            assert f"\n## {alert}\n" in (ROOT / page).read_text()
            assert chapter == alert.lower()


def test_every_query_groups_by_labels_that_exist() -> None:
    known = metrics()
    for query in queries():
        names = re.findall(r"leadline_\w+", query)
        allowed = {"app", "job", "instance", "le"}.union(*(known[name] for name in names))
        for group in re.findall(r"by \(([\w, ]+)\)", query):
            assert set(group.split(", ")) <= allowed, query


def test_no_metric_has_a_label_that_scraping_sets() -> None:
    """It would be renamed on the way in, and the queries would miss it."""
    assert all("app" not in labels for labels in metrics().values())


def test_prometheus_scrapes_every_service_where_it_listens(images: dict[str, Image]) -> None:
    (job,) = [
        job for job in load("prometheus.yml")["scrape_configs"] if job["job_name"] == "leadline"
    ]
    scraped = {(c["labels"]["app"], *c["targets"]) for c in job["static_configs"]}
    assert scraped == {(name, f"{name}:{images[name].port}") for name in SERVICES}


def test_the_panel_of_services_up_expects_all_of_them() -> None:
    (panel,) = [panel for panel in panels() if panel["title"] == "Services up"]
    steps = panel["fieldConfig"]["defaults"]["thresholds"]["steps"]
    assert steps[-1]["value"] == len(SERVICES)


def test_panels_do_not_overlap() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in panels():
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"])
                 for y in range(at["y"], at["y"] + at["h"])}  # fmt: skip
        assert not cells & taken, panel["title"]
        taken |= cells
        assert at["x"] + at["w"] <= 24


def test_every_file_mounted_is_there(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        for mount in service.get("volumes", []):
            source = mount.split(":")[0]
            if source.startswith("."):
                assert (ROOT / source).exists(), source
                assert mount.endswith(":ro"), mount
            else:
                assert source in compose["volumes"], source


def test_grafana_reads_the_dashboard_and_prometheus_the_alerts(compose: dict[str, Any]) -> None:
    grafana, prometheus = compose["services"]["grafana"], compose["services"]["prometheus"]
    (provider,) = load("grafana/provisioning/dashboards/leadline.yaml")["providers"]
    mounted = {Path(mount.split(":")[1]) for mount in [*grafana["volumes"], *prometheus["volumes"]]}
    assert Path(provider["options"]["path"]) in mounted
    assert set(map(Path, load("prometheus.yml")["rule_files"])) <= mounted


def test_services_send_traces_where_the_collector_listens(compose: dict[str, Any]) -> None:
    place = load("otel-collector.yaml")["receivers"]["otlp"]["protocols"]["http"]["endpoint"]
    port = place.rpartition(":")[2]
    for service in SERVICES:
        endpoint = compose["services"][service]["environment"]["OTEL_EXPORTER_OTLP_ENDPOINT"]
        assert endpoint == f"http://otel-collector:{port}"


def test_the_collectors_pipelines_name_parts_that_are_set_up() -> None:
    page = load("otel-collector.yaml")
    for pipeline in page["service"]["pipelines"].values():
        for kind in ("receivers", "processors", "exporters"):
            assert set(pipeline[kind]) <= set(page[kind])
