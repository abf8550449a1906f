"""What somebody without the right to it tries with every public operation.

`ATTEMPTS` has an entry for each operation of the OpenAPI document (a test holds that): the calls that
use the ids of the `victim`, and what an answer may be: a refusal, or success without anything foreign.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from infra.tenants import Holdings

GONE = frozenset({403, 404})
READ = frozenset({200, 403})
METRICS = ("impressions", "clicks", "total_cost")
LEVELS = ("date", "brand", "advertiser", "order", "line_item", "creative")


@dataclass(frozen=True)
class Attempt:
    """`empty`: lists that must hold nothing in a success. `fresh`: with a session of its own."""

    method: str
    path: str
    allowed: frozenset[int]
    json: Any = None
    empty: tuple[str, ...] = ()
    fresh: bool = False


def _get(path: str, *empty: str, allowed: frozenset[int] = READ) -> Attempt:
    return Attempt("GET", path, allowed, empty=empty)


def _query(path: str, victim: Holdings) -> list[Attempt]:
    asked = {
        "start_date": victim.start_date,
        "end_date": victim.end_date,
        "metrics": list(METRICS),
        "limit": 10_000,
    }
    everything = {**asked, "dimensions": list(LEVELS), "granularity": "month"}
    pointed = [
        {"brand_ids": [victim.brand_id]},
        {"advertiser_ids": [victim.advertiser_id]},
        {"order_ids": [victim.order_id]},
    ]
    empty = ("rows", "totals", "gaps") if path.endswith("query") else ()
    return [
        Attempt("POST", path, READ, everything),
        *(Attempt("POST", path, READ, {**asked, "filters": f}, empty) for f in pointed),
    ]


def _map(victim: Holdings, own: Holdings) -> list[Attempt]:
    pairs: list[tuple[str, dict[str, str | None]]] = [
        (victim.advertiser_id, {"brand_id": own.brand_id}),
        (victim.advertiser_id, {"brand_id": victim.brand_id}),
        (victim.advertiser_id, {"brand_id": None}),
        (victim.advertiser_id, {"new_brand_name": "Stolen"}),
        (own.advertiser_id, {"brand_id": victim.brand_id}),
    ]
    single = [[{"advertiser_id": advertiser, **brand}] for advertiser, brand in pairs]
    unmapping = {"advertiser_id": own.advertiser_id, "brand_id": None}
    mixed = [unmapping, {"advertiser_id": victim.advertiser_id, "brand_id": own.brand_id}]
    return [
        Attempt("PUT", "/v1/advertisers/brands", GONE, {"mappings": mappings})
        for mappings in (*single, mixed)
    ]


def _on(
    method: str, template: str, json: Any = None
) -> Callable[[Holdings, Holdings], list[Attempt]]:
    """The operation on the victim's thing named in the template."""
    return lambda victim, _own: [Attempt(method, template.format_map(vars(victim)), GONE, json)]


def _read(*paths: str) -> Callable[[Holdings, Holdings], list[Attempt]]:
    return lambda _victim, _own: [_get(path) for path in paths]


ATTEMPTS: dict[str, Callable[[Holdings, Holdings], list[Attempt]]] = {
    "listAdvertisers": lambda victim, _own: [
        _get("/v1/advertisers"),
        _get("/v1/advertisers?unmapped=true"),
        _get(f"/v1/advertisers?connection_id={victim.connection_id}", "items", allowed=READ | GONE),
        _get(f"/v1/advertisers?brand_id={victim.brand_id}", "items", allowed=READ | GONE),
    ],
    "putBrands": _map,
    "listAmcAccounts": _read("/v1/amc/accounts"),
    "listAmcDiscoveries": _read("/v1/amc/discoveries"),
    "listAmcInstances": _read("/v1/amc/instances"),
    "listBrands": _read("/v1/brands"),
    "addBrand": lambda _victim, _own: [
        Attempt("POST", "/v1/brands", frozenset({201, 403}), {"name": "A name of both"})
    ],
    "changeBrand": _on("PATCH", "/v1/brands/{brand_id}", {"name": "Renamed by a stranger"}),
    "listConnections": _read("/v1/connections"),
    "connect": lambda _victim, _own: [
        Attempt("POST", "/v1/connections", frozenset({201, 403}), {"region": "FE"})
    ],
    "receiveConsent": lambda _victim, _own: [
        _get("/v1/connections/callback?state=unknown&code=unknown", allowed=frozenset({303}))
    ],
    "getConnection": _on("GET", "/v1/connections/{connection_id}"),
    "discover": _on("POST", "/v1/connections/{connection_id}/discoveries"),
    "listCredentials": _read("/v1/credentials"),
    "readContinuity": _read(
        "/v1/credentials/continuity", "/v1/credentials/continuity?window_hours=168"
    ),
    "readCatalogue": _read("/v1/metrics/catalogue"),
    "readFreshness": lambda victim, _own: [
        _get("/v1/metrics/freshness"),
        _get(f"/v1/metrics/freshness?start_date={victim.start_date}&end_date={victim.end_date}"),
    ],
    "listLoads": _read(
        "/v1/metrics/loads",
        "/v1/metrics/loads?state=loaded&state=superseded&state=pending&state=rejected&state=parked",
    ),
    "retryLoad": _on("POST", "/v1/metrics/loads/{report_id}/retries"),
    "queryMetrics": lambda victim, _own: _query("/v1/metrics/query", victim),
    "exportMetrics": lambda victim, _own: _query("/v1/metrics/query.csv", victim),
    "signIn": lambda victim, _own: [
        Attempt(
            "POST",
            "/v1/session",
            frozenset({401}),
            {"email": victim.email, "password": "not the password"},
            fresh=True,
        )
    ],
    "showSession": _read("/v1/session"),
    "signOut": lambda _victim, _own: [
        Attempt("DELETE", "/v1/session", frozenset({204}), fresh=True)
    ],
    "listSyncs": _read("/v1/syncs"),
    "startSync": lambda victim, _own: [
        Attempt("POST", "/v1/syncs", GONE, {"advertiser_id": victim.advertiser_id})
    ],
    "listReports": _read(
        *(
            f"/v1/syncs/reports?limit=1000&state={state}"
            for state in ("landed", "rejected", "failed", "planned", "downloading")
        )
    ),
}
