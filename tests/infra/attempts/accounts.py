"""Brands, Amazon connections, advertisers and their tokens."""

from infra.tenants import Holdings

from .attempt import GONE, READ, Attempt, Attempts, get, on, read


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


ATTEMPTS: dict[str, Attempts] = {
    "listAdvertisers": lambda victim, _own: [
        get("/v1/advertisers"),
        get("/v1/advertisers?unmapped=true"),
        get(f"/v1/advertisers?connection_id={victim.connection_id}", "items", allowed=READ | GONE),
        get(f"/v1/advertisers?brand_id={victim.brand_id}", "items", allowed=READ | GONE),
    ],
    "putBrands": _map,
    "listBrands": read("/v1/brands"),
    "addBrand": lambda _victim, _own: [
        Attempt("POST", "/v1/brands", frozenset({201, 403, 409}), {"name": "A name of both"})
    ],
    "changeBrand": on("PATCH", "/v1/brands/{brand_id}", {"name": "Renamed by a stranger"}),
    "listConnections": read("/v1/connections"),
    "connect": lambda _victim, _own: [
        Attempt("POST", "/v1/connections", frozenset({201, 403}), {"region": "FE"})
    ],
    "receiveConsent": lambda _victim, _own: [
        get("/v1/connections/callback?state=unknown&code=unknown", allowed=frozenset({303}))
    ],
    "getConnection": on("GET", "/v1/connections/{connection_id}"),
    "discover": on("POST", "/v1/connections/{connection_id}/discoveries"),
    "listCredentials": read("/v1/credentials"),
    "suspendCredential": on(
        "POST", "/v1/credentials/{connection_id}/suspension", {"reason": "by a stranger"}
    ),
    "resumeCredential": on("DELETE", "/v1/credentials/{connection_id}/suspension"),
    "readContinuity": read(
        "/v1/credentials/continuity", "/v1/credentials/continuity?window_hours=168"
    ),
}
