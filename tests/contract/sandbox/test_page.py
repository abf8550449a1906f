"""The control page: the world, faults, journal, stream and clock in plain HTML, and its forms."""

from typing import Any

from infra.amazon_client import Amazon


async def test_the_page_shows_the_world_and_its_faults(
    amazon: Amazon, advertiser: dict[str, Any]
) -> None:
    rule = {"match": "<b>/dsp", "kind": "429_date", "rate": 0.5}
    await amazon.http.put("/_sandbox/faults", json={"rules": [rule]})
    await amazon.http.get("/na/v2/profiles")
    query = {"advertiser": advertiser["advertiser_id"]}
    page = await amazon.http.get("/_sandbox/", params=query)
    assert page.headers["content-type"].startswith("text/html")
    assert "&lt;b&gt;/dsp" in page.text
    assert "<b>/dsp" not in page.text
    assert "/na/v2/profiles" in page.text
    assert advertiser["advertiser_id"] in page.text
    assert "last 30 days" in page.text


async def test_forms_move_the_clock_and_switch_faults(amazon: Amazon) -> None:
    async def post(**fields: str) -> int:
        return (await amazon.http.post("/_sandbox/", data=fields)).status_code

    assert await post(do="advance", seconds="3600") == 303
    clock = (await amazon.http.get("/_sandbox/clock")).json()
    assert clock["now"] == "2026-11-20T13:02:03.000Z"
    assert await post(do="fault", match="*", kind="html", rate="1") == 303
    answer = await amazon.http.get("/na/v2/profiles")
    assert (answer.status_code, answer.headers["content-type"]) == (503, "text/html")
    assert await post(do="no faults") == 303
    assert (await amazon.http.get("/na/v2/profiles")).status_code == 401
    assert await post(do="fault", match="*", kind="nonsense", rate="1") == 422
    assert await post(do="advance") == 422
    foreign = {"sec-fetch-site": "cross-site"}
    refused = await amazon.http.post("/_sandbox/", data={"do": "run"}, headers=foreign)
    assert refused.status_code == 403
