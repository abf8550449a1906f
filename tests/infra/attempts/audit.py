"""The audit log. Refused entries repeat what their caller asked for, so only allowed ones are searched."""

from .attempt import READ, Attempt, Attempts, read

ALLOWED = "outcome=allowed"


def _filtered(path: str) -> Attempts:
    """All that is there, and what would name the victim's things."""
    return lambda victim, _own: [
        Attempt("GET", f"{path}?{ALLOWED}{more}", READ)
        for more in (
            "",
            f"&brand_id={victim.brand_id}",
            f"&target_type=brand&target_id={victim.brand_id}",
        )
    ]


ATTEMPTS: dict[str, Attempts] = {
    "listAuditEntries": _filtered("/v1/audit"),
    "exportAuditCsv": _filtered("/v1/audit/export.csv"),
    "exportAuditJsonl": _filtered("/v1/audit/export.jsonl"),
    "listAuditFacets": read("/v1/audit/facets"),
    "verifyAuditLog": read("/v1/audit/verification"),
    "showAuditRetention": read("/v1/audit/retention"),
    "changeAuditRetention": lambda _victim, _own: [
        Attempt("PUT", "/v1/audit/retention", READ, {"days": 400})
    ],
}
