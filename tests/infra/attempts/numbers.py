"""Numbers, and what pulls and loads them."""

from infra.tenants import Holdings

from .attempt import GONE, READ, Attempt, Attempts, get, on, read

METRICS = ("impressions", "clicks", "total_cost")
LEVELS = ("date", "brand", "advertiser", "order", "line_item", "creative")


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


def _booked(path: str, *id_filters: str) -> Attempts:
    """A list of entities: as it is, as it was, and pointed at the victim's."""

    def attempts(victim: Holdings, _own: Holdings) -> list[Attempt]:
        pointed = [
            f"brand_id={victim.brand_id}",
            f"advertiser_id={victim.advertiser_id}",
            *(f"{name}={victim.order_id}" for name in id_filters),
        ]
        everything = f"{path}?limit=1000&deleted=true"
        return [
            get(everything),
            get(f"{everything}&at=2026-01-01T00:00:00Z"),
            *(get(f"{path}?{query}", "items") for query in pointed),
        ]

    return attempts


ATTEMPTS: dict[str, Attempts] = {
    "readCatalogue": read("/v1/metrics/catalogue"),
    "readFreshness": lambda victim, _own: [
        get("/v1/metrics/freshness"),
        get(f"/v1/metrics/freshness?start_date={victim.start_date}&end_date={victim.end_date}"),
    ],
    "listLoads": read(
        "/v1/metrics/loads",
        "/v1/metrics/loads?state=loaded&state=superseded&state=pending&state=rejected&state=parked",
    ),
    "retryLoad": on("POST", "/v1/metrics/loads/{report_id}/retries"),
    "queryMetrics": lambda victim, _own: _query("/v1/metrics/query", victim),
    "exportMetrics": lambda victim, _own: _query("/v1/metrics/query.csv", victim),
    "exportMetricsXlsx": lambda victim, _own: _query("/v1/metrics/query.xlsx", victim),
    "exportMetricsParquet": lambda victim, _own: _query("/v1/metrics/query.parquet", victim),
    "listSyncs": read("/v1/syncs"),
    "startSync": lambda victim, _own: [
        Attempt("POST", "/v1/syncs", GONE, {"advertiser_id": victim.advertiser_id})
    ],
    "listCampaigns": _booked("/v1/campaigns", "campaign_id"),
    "listAdGroups": _booked("/v1/ad-groups", "campaign_id"),
    "listAds": _booked("/v1/ads"),
    "listChanges": lambda victim, _own: [
        get("/v1/campaigns/changes?limit=1000"),
        get("/v1/campaigns/changes?limit=1000&order=newest"),
        get(f"/v1/campaigns/changes?brand_id={victim.brand_id}", "items"),
        get(f"/v1/campaigns/changes?advertiser_id={victim.advertiser_id}", "items"),
        get(f"/v1/campaigns/changes?campaign_id={victim.order_id}", "items"),
    ],
    "listVersions": lambda victim, _own: [
        get(f"/v1/campaigns/versions?kind=campaign&entity_id={victim.order_id}", "items")
    ],
    "listListings": read("/v1/campaigns/listings"),
    "readQuota": read("/v1/syncs/quota", "/v1/syncs/quota?window_hours=2160"),
    "readPlan": on("GET", "/v1/syncs/plan?advertiser_id={advertiser_id}"),
    "listBackfills": read("/v1/syncs/backfills"),
    "startBackfill": lambda victim, _own: [
        Attempt("POST", "/v1/syncs/backfills", GONE, {"advertiser_id": victim.advertiser_id})
    ],
    "changeBackfill": lambda victim, _own: [
        Attempt("PATCH", f"/v1/syncs/backfills/{victim.advertiser_id}", GONE, {"state": "paused"})
    ],
    "cancelBackfill": lambda victim, _own: [
        Attempt("DELETE", f"/v1/syncs/backfills/{victim.advertiser_id}", GONE)
    ],
    "listReports": read(
        *(
            f"/v1/syncs/reports?limit=1000&state={state}"
            for state in ("landed", "rejected", "failed", "planned", "downloading")
        )
    ),
}
