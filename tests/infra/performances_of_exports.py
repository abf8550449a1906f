"""How operations on exports are performed: one that becomes ready and is linked, and one that is cancelled."""

from infra.agency import wait_for
from infra.audit_stage import Did, Perform, Stage, token_in

BODY = {
    "format": "csv",
    "query": {"start_date": "2026-01-01", "end_date": "2026-01-31", "metrics": ["clicks"]},
}


def _request(stage: Stage) -> Did:
    answer = stage.owner.call("POST", "/v1/exports", json=BODY)
    stage.known["export"] = answer.json()["id"]
    wait_for(lambda: _state(stage, stage.known["export"]) == "ready", "the export", 60)
    return stage.seen(answer, target=("export", stage.known["export"]))


def _state(stage: Stage, export_id: str) -> str:
    return stage.owner.api("GET", f"/v1/exports/{export_id}")["state"]


def _link(stage: Stage) -> Did:
    export_id = stage.known["export"]
    answer = stage.owner.call("POST", f"/v1/exports/{export_id}/links", json={"hours": 1})
    stage.known["export_link"] = answer.json()["id"]
    stage.secret.add(token_in(answer.json()["path"]))
    return stage.seen(answer, target=("export", export_id))


def on_export(method: str, path: str = "") -> Perform:
    def perform(stage: Stage) -> Did:
        filled = path.format(link=stage.known.get("export_link", ""))
        answer = stage.owner.call(method, f"/v1/exports/{stage.known['export']}{filled}")
        return stage.seen(answer, target=("export", stage.known["export"]))

    return perform


def _cancel(stage: Stage) -> Did:
    """Asked for again until one is stopped before it is ready."""
    while True:
        export_id = stage.owner.api("POST", "/v1/exports", json=BODY)["id"]
        answer = stage.owner.call("POST", f"/v1/exports/{export_id}/cancellation")
        if answer.is_success:
            return stage.seen(answer, target=("export", export_id))


OF_EXPORTS: dict[str, Perform] = {
    "requestExport": _request,
    "listExports": lambda stage: stage.seen(stage.owner.call("GET", "/v1/exports")),
    "readExport": on_export("GET"),
    "downloadExport": on_export("GET", "/file"),
    "addExportLink": _link,
    "revokeExportLink": on_export("DELETE", "/links/{link}"),
    "revokeExport": on_export("DELETE"),
    "cancelExport": _cancel,
}
