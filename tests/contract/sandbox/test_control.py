"""The control API: clock, truth, faults, journal, reset."""

from typing import Any

import httpx
import pytest
from infra.amazon_client import Amazon, report_body

Headers = dict[str, str]


async def _fault(amazon: Amazon, **rule: Any) -> None:
    answer = await amazon.http.put("/_sandbox/faults", json={"rules": [rule]})
    assert answer.status_code == 200


async def test_the_clock_is_set_frozen_advanced_and_let_go(amazon: Amazon) -> None:
    frozen = (await amazon.http.get("/_sandbox/clock")).json()
    assert (frozen["now"], frozen["frozen"]) == ("2026-11-20T12:02:03.000Z", True)
    await amazon.advance(90)
    assert (await amazon.http.get("/_sandbox/clock")).json()["now"] == "2026-11-20T12:03:33.000Z"
    body = {"now": "2026-12-01T00:00:00+01:00", "frozen": True}
    moved = (await amazon.http.put("/_sandbox/clock", json=body)).json()
    assert moved["now"] == "2026-11-30T23:00:00.000Z"
    real = (await amazon.http.put("/_sandbox/clock", json={"now": None})).json()
    assert (real["frozen"], real["offset_seconds"]) == (False, 0)


async def test_holding_data_leaves_the_clock_alone(amazon: Amazon) -> None:
    held = (
        await amazon.http.put("/_sandbox/clock", json={"data_held_at": "2026-11-01T00:00:00Z"})
    ).json()
    assert held["frozen"] is True
    assert held["now"] == "2026-11-20T12:02:03.000Z"
    assert held["data_held_at"] == "2026-11-01T00:00:00.000Z"


async def test_truth_sums_agree_between_levels(amazon: Amazon, advertiser: dict[str, Any]) -> None:
    query = {
        "advertiser_id": advertiser["advertiser_id"], "start_date": "2026-11-10",
        "end_date": "2026-11-12",
    }  # fmt: skip
    totals: list[dict[str, int]] = []
    for level in ("advertiser", "order", "line_item", "creative"):
        answer = (await amazon.http.get("/_sandbox/truth", params=query | {"level": level})).json()
        assert answer["currency"] == advertiser["currency"]
        totals.append(answer["totals"])
        assert answer["totals"] == {
            name: sum(row[name] for row in answer["rows"]) for name in answer["totals"]
        }
    assert all(total == totals[0] for total in totals)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"advertiser_id": "1", "start_date": "2026-11-10", "end_date": "2026-11-10"}, 404),
        ({"start_date": "2026-11-11", "end_date": "2026-11-10"}, 422),
        ({"start_date": "2020-11-11", "end_date": "2026-11-10"}, 422),
        ({"start_date": "x", "end_date": "2026-11-10"}, 422),
    ],
)
async def test_truth_refuses_nonsense(
    amazon: Amazon, advertiser: dict[str, Any], query: dict[str, str], status: int
) -> None:
    asked = {"advertiser_id": advertiser["advertiser_id"]} | query
    assert (await amazon.http.get("/_sandbox/truth", params=asked)).status_code == status


@pytest.mark.parametrize(
    ("kind", "status", "retry_after"),
    [("429", 429, "7"), ("429_no_retry_after", 429, None), ("500", 500, None), ("503", 503, None)],
)
async def test_error_faults_use_the_familys_envelope(
    amazon: Amazon, headers: Headers, kind: str, status: int, retry_after: str | None
) -> None:
    await _fault(amazon, match="*", kind=kind, retry_after=7)
    for path, keys in (
        ("/na/v2/profiles", {"code", "details"}),
        ("/na/reporting/reports/x", {"code", "detail"}),
        ("/na/dsp/advertisers", {"message", "requestId", "errors"}),
        ("/na/amc/accounts", {"message", "requestId"}),
    ):
        answer = await amazon.http.get(path, headers=headers)
        assert answer.status_code == status
        assert answer.headers.get("retry-after") == retry_after
        assert set(answer.json()) == keys
    token = await amazon.token(grant_type="refresh_token", refresh_token="x")
    assert set(token.json()) == {"error", "error_description"}


async def test_rules_match_by_method_and_prefix_and_count_their_fires(
    amazon: Amazon, headers: Headers
) -> None:
    await _fault(amazon, match="GET /v2/profiles", kind="500", count=2)
    assert (await amazon.http.get("/na/dsp/advertisers", headers=headers)).status_code == 401
    statuses = [
        (await amazon.http.get("/eu/v2/profiles", headers=headers)).status_code for _ in range(4)
    ]
    assert statuses == [500, 500, 200, 200]
    (rule,) = (await amazon.http.get("/_sandbox/faults")).json()["rules"]
    assert rule["fired"] == 2
    await _fault(amazon, match="POST /v2/profiles", kind="500")
    assert (await amazon.http.get("/eu/v2/profiles", headers=headers)).status_code == 200
    await _fault(amazon, match="/na/v2", kind="500")
    assert (await amazon.http.get("/eu/v2/profiles", headers=headers)).status_code == 200
    assert (await amazon.http.get("/na/v2/profiles", headers=headers)).status_code == 500


async def test_malformed_answers_keep_their_status_and_cannot_be_read(
    amazon: Amazon, headers: Headers
) -> None:
    await _fault(amazon, match="*", kind="malformed")
    answer = await amazon.http.get("/na/v2/profiles", headers=headers)
    assert answer.status_code == 200
    with pytest.raises(ValueError, match=r"."):
        answer.json()


async def test_a_drop_without_a_socket_is_a_connection_reset(
    amazon: Amazon, headers: Headers
) -> None:
    await _fault(amazon, match="GET /v2/profiles", kind="drop")
    with pytest.raises(ConnectionResetError):
        await amazon.http.get("/na/v2/profiles", headers=headers)


@pytest.mark.parametrize("rule", [{"kind": "nope"}, {"kind": "500", "rate": 2}, {"match": "*"}])
async def test_wrong_rules_are_refused(amazon: Amazon, rule: dict[str, Any]) -> None:
    answer = await amazon.http.put("/_sandbox/faults", json={"rules": [rule]})
    assert answer.status_code == 422


async def test_the_journal_tells_what_happened_without_secrets(
    amazon: Amazon, headers: Headers, advertiser: dict[str, Any]
) -> None:
    mine = headers | {"Amazon-Ads-AccountId": advertiser["advertiser_id"]}
    report = await amazon.finished(mine, report_body(advertiser["advertiser_id"]))
    await amazon.http.get(report["url"])
    await amazon.http.get("/na/ap/oa", params={"code": "AN-secret", "state": "hidden"})
    answer = await amazon.http.get("/_sandbox/journal", params={"limit": 1000})
    items = answer.json()["items"]
    paths = [f"{item['method']} {item['path']}" for item in items]
    assert "POST /na/reporting/reports" in paths
    creation = items[paths.index("POST /na/reporting/reports")]
    assert creation["headers"]["amazon-ads-accountid"] == advertiser["advertiser_id"]
    assert creation["status"] == 200
    signature = httpx.URL(report["url"]).params["sig"]
    for secret in ("Atza|", "Atzr|", "AN-secret", "hidden", signature):
        assert secret not in answer.text
    only = await amazon.http.get("/_sandbox/journal", params={"contains": "POST /na/reporting"})
    assert len(only.json()["items"]) == 1


async def test_reset_forgets_everything_but_the_world(
    amazon: Amazon, headers: Headers, advertiser: dict[str, Any]
) -> None:
    world = (await amazon.world())["advertisers"][0]["advertiser_id"]
    mine = headers | {"Amazon-Ads-AccountId": advertiser["advertiser_id"]}
    report = await amazon.finished(mine, report_body(advertiser["advertiser_id"]))
    await amazon.http.put("/_sandbox/reports", json={"fail_next": 3, "pending_seconds": 9})
    await _fault(amazon, match="GET /v2/profiles", kind="500")
    assert (await amazon.http.post("/_sandbox/reset")).status_code == 200
    assert (await amazon.http.get("/_sandbox/faults")).json() == {"rules": []}
    assert (await amazon.http.get("/_sandbox/reports")).json()["fail_next"] == 0
    clock = (await amazon.http.get("/_sandbox/clock")).json()
    assert (clock["frozen"], clock["offset_seconds"]) == (False, 0)
    assert (await amazon.http.get("/_sandbox/journal")).json() == {"items": []}
    path = f"/na/reporting/reports/{report['reportId']}"
    fresh = await amazon.headers()
    assert (await amazon.http.get(path, headers=fresh)).status_code == 404
    assert (await amazon.world())["advertisers"][0]["advertiser_id"] == world


async def test_unknown_paths_answer_404_on_both_sides(amazon: Amazon) -> None:
    amazons = await amazon.http.get("/na/no/such/thing")
    assert (amazons.status_code, amazons.json()["code"]) == (404, "NOT_FOUND")
    assert (await amazon.http.get("/_sandbox/nope")).status_code == 404
    assert (await amazon.http.get("/xx/v2/profiles")).status_code == 404


async def test_retry_after_comes_as_a_date_too(amazon: Amazon, headers: Headers) -> None:
    await _fault(amazon, match="*", kind="429_date", retry_after=90)
    answer = await amazon.http.get("/na/v2/profiles", headers=headers)
    assert answer.status_code == 429
    assert answer.headers["date"] == "Fri, 20 Nov 2026 12:02:03 GMT"
    assert answer.headers["retry-after"] == "Fri, 20 Nov 2026 12:03:33 GMT"


@pytest.mark.parametrize(
    ("kind", "status", "media"),
    [
        ("502", 502, "application/json"), ("504", 504, "application/json"),
        ("html", 503, "text/html"), ("html_ok", 200, "text/html"),
        ("wrong_content_type", 200, "text/plain"), ("slow", 200, "application/json"),
    ],
)  # fmt: skip
async def test_gateways_answer_strangely(
    amazon: Amazon, headers: Headers, kind: str, status: int, media: str
) -> None:
    whole = await amazon.http.get("/na/v2/profiles", headers=headers)
    await _fault(amazon, match="/v2/profiles", kind=kind, seconds=0)
    answer = await amazon.http.get("/na/v2/profiles", headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (status, media)
    if kind in {"slow", "wrong_content_type"}:
        assert answer.content == whole.content


async def test_an_unknown_kind_of_fault_is_refused(amazon: Amazon) -> None:
    body = {"rules": [{"match": "*", "kind": "file_nonsense"}]}
    assert (await amazon.http.put("/_sandbox/faults", json=body)).status_code == 422
