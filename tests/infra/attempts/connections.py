"""The life of connections, and the magic links that ask for one."""

from .attempt import GONE, Attempt, Attempts, get, on

_UNKNOWN = "A" * 43
_REQUEST = "/v1/consent-requests/{consent_request_id}"


def _asking() -> Attempts:
    """A link of one's own harms nobody; one that would renew the victim's connection must not be."""
    return lambda victim, _own: [
        Attempt("POST", "/v1/consent-requests", GONE, {"connection_id": victim.connection_id}),
        Attempt("POST", "/v1/consent-requests", frozenset({201, 403}), {"region": "FE"}),
    ]


ATTEMPTS: dict[str, Attempts] = {
    "renameConnection": on("PATCH", "/v1/connections/{connection_id}", {"label": "Stolen"}),
    "endConnection": on("DELETE", "/v1/connections/{connection_id}?keep_history=false"),
    "previewDisconnection": on("GET", "/v1/connections/{connection_id}/disconnection"),
    "reauthorize": on("POST", "/v1/connections/{connection_id}/reauthorizations"),
    "decideReplacement": on("PUT", "/v1/connections/{connection_id}/replacement", {"accept": True}),
    "listConsentRequests": lambda _victim, _own: [get("/v1/consent-requests")],
    "createConsentRequest": _asking(),
    "sendConsentRequest": on("POST", f"{_REQUEST}/letters"),
    "revokeConsentRequest": on("DELETE", _REQUEST),
    "showOffer": lambda _victim, _own: [
        get(f"/v1/consent-requests/offer?token={_UNKNOWN}", allowed=frozenset({404}))
    ],
    "openConsentRequest": lambda _victim, _own: [
        Attempt("POST", "/v1/consent-requests/openings", frozenset({404}), {"token": _UNKNOWN})
    ],
}
