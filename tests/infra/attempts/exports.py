"""Files of numbers, and links to them."""

from .attempt import GONE, Attempt, Attempts, get, on, read

FORGED = f"v1.{'0' * 32}.{'0' * 32}.9999999999.{'A' * 43}"

ATTEMPTS: dict[str, Attempts] = {
    "requestExport": lambda victim, _own: [
        Attempt(
            "POST",
            "/v1/exports",
            frozenset({202, 403}),
            {
                "format": "csv",
                "query": {
                    "start_date": victim.start_date,
                    "end_date": victim.end_date,
                    "dimensions": ["brand", "advertiser", "order"],
                    "metrics": ["clicks"],
                },
            },
        )
    ],
    "listExports": read("/v1/exports", "/v1/exports?limit=200"),
    "readExport": on("GET", "/v1/exports/{export_id}"),
    "downloadExport": on("GET", "/v1/exports/{export_id}/file"),
    "cancelExport": on("POST", "/v1/exports/{export_id}/cancellation"),
    "revokeExport": on("DELETE", "/v1/exports/{export_id}"),
    "addExportLink": on("POST", "/v1/exports/{export_id}/links", {"hours": 1}),
    "revokeExportLink": on("DELETE", "/v1/exports/{export_id}/links/{export_id}"),
    "downloadByLink": lambda _victim, _own: [
        get(f"/v1/exports/download?token={FORGED}", allowed=GONE)
    ],
}
