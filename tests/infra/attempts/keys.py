"""API keys and sessions of others."""

from infra.tenants import Holdings

from .attempt import GONE, Attempt, Attempts, on, read

_REFUSED = GONE | {422}


def _make(victim: Holdings, _own: Holdings) -> list[Attempt]:
    """A key for the victim's brand, and one that manages people."""
    wish = {"name": "A stranger's key", "permissions": ["report:read"]}
    return [
        Attempt("POST", "/v1/api-keys", GONE, {**wish, "brand_ids": [victim.brand_id]}),
        Attempt("POST", "/v1/api-keys", _REFUSED, {**wish, "permissions": ["member:manage"]}),
    ]


ATTEMPTS: dict[str, Attempts] = {
    "listApiKeys": read("/v1/api-keys"),
    "addApiKey": _make,
    "changeApiKey": on("PATCH", "/v1/api-keys/{api_key_id}", {"name": "Renamed by a stranger"}),
    "rotateApiKey": on("POST", "/v1/api-keys/{api_key_id}/secrets", {"grace_hours": 0}),
    "revokeApiKey": on("DELETE", "/v1/api-keys/{api_key_id}"),
    "listSessions": read("/v1/sessions"),
    "endOneSession": on("DELETE", "/v1/sessions/{session_id}"),
    "endOtherSessions": lambda _victim, _own: [],  # names nobody, and would sign the caller out
    "endMemberSessions": on("DELETE", "/v1/members/{user_id}/sessions"),
}
