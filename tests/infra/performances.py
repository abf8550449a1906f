"""How each operation that the audit log tells of is performed for real: in this order, as one story.

`PERFORMANCES` must have an entry for every unsafe operation and every look at a brand's data.
"""

from typing import Any

from infra.agency import wait_for
from infra.audit_stage import (
    Did,
    Perform,
    Stage,
    consent_as,
    token_in,
)
from infra.live_reader import LiveReader
from infra.performances_of_exports import OF_EXPORTS
from infra.performances_of_people import OF_PEOPLE
from infra.tenants import map_brands

DAYS = {"start_date": "2026-01-01", "end_date": "2026-01-31", "metrics": ["clicks"]}


def look(path: str) -> Perform:
    return lambda stage: stage.seen(stage.owner.call("GET", path))


def query(path: str) -> Perform:
    body = {**DAYS, "dimensions": ["brand"]}
    return lambda stage: stage.seen(stage.owner.call("POST", path, json=body))


def _live(stage: Stage) -> Did:
    """Its answer goes on and on, so that it is found by what it tells."""
    with LiveReader(stage.owner):
        return Did("", ("user", stage.me), stage.owner, every_brand=True)


def _add_brand(stage: Stage) -> Did:
    answer = stage.owner.call("POST", "/v1/brands", json={"name": "A trail of paper"})
    brand = stage.known["new_brand"] = answer.json()["id"]
    return stage.did(answer, target=("brand", brand), brands=frozenset({brand}))


def _change_brand(stage: Stage) -> Did:
    brand = stage.known["new_brand"]
    answer = stage.owner.call("PATCH", f"/v1/brands/{brand}", json={"name": "A paper trail"})
    return stage.did(answer, target=("brand", brand), brands=frozenset({brand}))


def _put_brands(stage: Stage) -> Did:
    new, old, advertiser = (stage.known[name] for name in ("new_brand", "brand", "advertiser"))
    body = {"mappings": [{"advertiser_id": advertiser, "brand_id": new}]}
    answer = stage.owner.call("PUT", "/v1/advertisers/brands", json=body)
    map_brands(stage.owner, "Woodgrove")
    told = {"mapped": 1, "unmapped": 0}
    return stage.did(answer, brands=frozenset({new, old}), details=told)


def _add_key(stage: Stage) -> Did:
    body = {
        "name": "Of the story",
        "permissions": ["report:read"],
        "allowed_networks": ["10.0.0.0/8"],
    }
    answer = stage.owner.call("POST", "/v1/api-keys", json=body)
    key = stage.known["key"] = answer.json()["id"]
    stage.secret.add(answer.json()["secret"])
    told = {"permissions": ["report:read"], "networks": ["10.0.0.0/8"], "brands": "every"}
    return stage.did(answer, target=("api_key", key), details=told)


def on_key(method: str, path: str = "", body: Any = None) -> Perform:
    def perform(stage: Stage) -> Did:
        key = stage.known["key"]
        answer = stage.owner.call(method, f"/v1/api-keys/{key}{path}", json=body)
        if path:
            stage.secret.add(answer.json()["secret"])
        return stage.did(answer, target=("api_key", key))

    return perform


def on_connection(method: str, path: str, body: Any = None, noun: str = "connections") -> Perform:
    def perform(stage: Stage) -> Did:
        connection = stage.known["connection"]
        options = {} if body is None else {"json": body}
        answer = stage.owner.call(method, f"/v1/{noun}/{connection}{path}", **options)
        return stage.did(answer, target=("connection", connection))

    return perform


def _connect(stage: Stage) -> Did:
    """As sam, who sees nothing."""
    answer = stage.owner.call("POST", "/v1/connections", json={"region": "NA"})
    stage.known["second"] = answer.json()["connection_id"]
    stage.known["authorize_url"] = answer.json()["authorize_url"]
    return stage.did(answer, target=("connection", stage.known["second"]))


def _receive(stage: Stage) -> Did:
    answer = consent_as(stage, stage.known["authorize_url"], "sam")
    return stage.did(answer)


def _reauthorize(stage: Stage) -> Did:
    """Morgan consents where sam did: somebody must decide."""
    second = stage.known["second"]
    answer = stage.owner.call("POST", f"/v1/connections/{second}/reauthorizations")
    consent_as(stage, answer.json()["authorize_url"], "morgan")
    return stage.did(answer, target=("connection", second))


def _decide(stage: Stage) -> Did:
    second = stage.known["second"]
    path = f"/v1/connections/{second}"
    wait_for(lambda: _waits(stage, path), "a replacement to decide about", 30)
    answer = stage.owner.call("PUT", f"{path}/replacement", json={"accept": False})
    return stage.did(answer, target=("connection", second))


def _waits(stage: Stage, path: str) -> bool:
    return stage.owner.api("GET", path).get("replacement") is not None


def _end(stage: Stage) -> Did:
    second = stage.known["second"]
    answer = stage.owner.call("DELETE", f"/v1/connections/{second}?keep_history=false")
    return stage.did(answer, target=("connection", second), details={"keep_history": False})


def _pin(stage: Stage) -> Did:
    advertiser, connection = stage.known["advertiser"], stage.known["connection"]
    path = f"/v1/advertisers/{advertiser}/serving/pin"
    answer = stage.owner.call("PUT", path, json={"connection_id": connection})
    return stage.did(answer, target=("advertiser", advertiser))


def _sync(stage: Stage) -> Did:
    advertiser = stage.known["advertiser"]
    answer = stage.owner.call("POST", "/v1/syncs", json={"advertiser_id": advertiser})
    return stage.did(answer, brands=frozenset({stage.known["brand"]}))


def _plan(stage: Stage) -> Did:
    path = f"/v1/syncs/plan?advertiser_id={stage.known['advertiser']}"
    advertiser, brands = stage.known["advertiser"], frozenset({stage.known["brand"]})
    answer = stage.owner.call("GET", path)
    return stage.did(answer, target=("advertiser", advertiser), brands=brands)


def _backfill(stage: Stage) -> Did:
    body = {"advertiser_id": stage.known["advertiser"], "report_types": ["dspAudioAndVideo"]}
    answer = stage.owner.call("POST", "/v1/syncs/backfills", json=body)
    stage.known["backfill"] = answer.json()["id"]
    target, brands = ("backfill", stage.known["backfill"]), frozenset({stage.known["brand"]})
    return stage.did(answer, target=target, brands=brands)


def on_backfill(method: str, body: Any = None) -> Perform:
    def perform(stage: Stage) -> Did:
        path = f"/v1/syncs/backfills/{stage.known['backfill']}"
        options = {} if body is None else {"json": body}
        answer = stage.owner.call(method, path, **options)
        target, brands = ("backfill", stage.known["backfill"]), frozenset({stage.known["brand"]})
        return stage.did(answer, target=target, brands=brands)

    return perform


def _ask_consent(stage: Stage) -> Did:
    body = {"region": "EU", "recipient_email": "client@elsewhere.example", "note": "Please"}
    answer = stage.owner.call("POST", "/v1/consent-requests", json=body)
    made = answer.json()
    stage.known |= {"request": made["id"], "link": made["link"]}
    stage.secret.add(token_in(made["link"]))
    return stage.did(answer, target=("consent_request", made["id"]))


def _open_consent(stage: Stage) -> Did:
    request = stage.known["request"]
    with stage.visitor() as client:
        body = {"token": token_in(stage.known["link"])}
        answer = client.call("POST", "/v1/consent-requests/openings", json=body)
        stage.secret |= set(client.http.cookies.values())
    return stage.did(answer, actor=("anonymous", "anonymous"), target=("consent_request", request))


def on_request(method: str, path: str = "") -> Perform:
    def perform(stage: Stage) -> Did:
        request = stage.known["request"]
        answer = stage.owner.call(method, f"/v1/consent-requests/{request}{path}")
        return stage.did(answer, target=("consent_request", request))

    return perform


def _retention(stage: Stage) -> Did:
    answer = stage.owner.call("PUT", "/v1/audit/retention", json={"days": 365})
    return stage.did(answer, details={"days_before": 400, "days": 365})


def _rename(stage: Stage) -> Did:
    answer = stage.owner.call("PATCH", "/v1/organization", json={"name": "Woodgrove & Co"})
    return stage.did(answer, details={"name_before": "Woodgrove", "name": "Woodgrove & Co"})


PERFORMANCES: dict[str, Perform] = {
    "listBrands": look("/v1/brands"),
    "listAmcAccounts": look("/v1/amc/accounts"),
    "listAmcDiscoveries": look("/v1/amc/discoveries"),
    "listAmcInstances": look("/v1/amc/instances"),
    "readFreshness": look("/v1/metrics/freshness"),
    "listLoads": look("/v1/metrics/loads?state=loaded"),
    "listSyncs": look("/v1/syncs"),
    "listCampaigns": look("/v1/campaigns"),
    "listAdGroups": look("/v1/ad-groups?limit=1"),
    "listAds": look("/v1/ads?limit=1"),
    "listChanges": look("/v1/campaigns/changes"),
    "listVersions": look("/v1/campaigns/versions?kind=campaign&entity_id=1"),
    "listListings": look("/v1/campaigns/listings"),
    "readQuota": look("/v1/syncs/quota"),
    "listReports": look("/v1/syncs/reports?state=landed"),
    "queryMetrics": query("/v1/metrics/query"),
    "exportMetrics": query("/v1/metrics/query.csv"),
    "exportMetricsXlsx": query("/v1/metrics/query.xlsx"),
    "exportMetricsParquet": query("/v1/metrics/query.parquet"),
    **OF_EXPORTS,
    "streamEvents": _live,
    "startSync": _sync,
    "readPlan": _plan,
    "listBackfills": look("/v1/syncs/backfills"),
    "startBackfill": _backfill,
    "changeBackfill": on_backfill("PATCH", {"state": "paused"}),
    "cancelBackfill": on_backfill("DELETE"),
    "addBrand": _add_brand,
    "changeBrand": _change_brand,
    "putBrands": _put_brands,
    "putPin": _pin,
    "addApiKey": _add_key,
    "changeApiKey": on_key("PATCH", "", {"name": "Of the whole story"}),
    "rotateApiKey": on_key("POST", "/secrets", {"grace_hours": 1}),
    "revokeApiKey": on_key("DELETE"),
    "renameConnection": on_connection("PATCH", "", {"label": "Robin at work"}),
    "discover": on_connection("POST", "/discoveries"),
    "suspendCredential": on_connection(
        "POST", "/suspension", {"reason": "A question to the client"}, "credentials"
    ),
    "resumeCredential": on_connection("DELETE", "/suspension", noun="credentials"),
    "connect": _connect,
    "receiveConsent": _receive,
    "reauthorize": _reauthorize,
    "decideReplacement": _decide,
    "endConnection": _end,
    "createConsentRequest": _ask_consent,
    "sendConsentRequest": on_request("POST", "/letters"),
    "openConsentRequest": _open_consent,
    "revokeConsentRequest": on_request("DELETE"),
    "changeAuditRetention": _retention,
    "changeOrganization": _rename,
    **OF_PEOPLE,
}
