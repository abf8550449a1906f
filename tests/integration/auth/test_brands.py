"""Brands, and mapping advertisers to them."""

import asyncio
from typing import Any

import pytest
from infra.auth_world import AuthWorld, Browser
from shared.ids import new_id


async def add_brand(browser: Browser, name: str) -> dict[str, Any]:
    response = await browser.call("POST", "/v1/brands", json={"name": name})
    assert response.status_code == 201, response.text
    return response.json()


async def put(browser: Browser, *mappings: dict[str, Any]) -> Any:
    body = {"mappings": list(mappings)}
    return await browser.call("PUT", "/v1/advertisers/brands", json=body)


async def discovered(world: AuthWorld) -> tuple[Browser, list[dict[str, Any]]]:
    browser = await world.owner()
    await browser.connect()
    await world.discover()
    return browser, (await browser.get("/v1/advertisers"))["items"]


async def test_a_brand_is_created_renamed_and_listed(world: AuthWorld) -> None:
    browser = await world.owner()
    brand = await add_brand(browser, "  Contoso   Home ")
    assert (brand["name"], brand["archived"], brand["advertisers"]) == ("Contoso Home", False, 0)
    path = f"/v1/brands/{brand['id']}"
    renamed = await browser.call("PATCH", path, json={"name": "Contoso Garden"})
    assert renamed.json()["name"] == "Contoso Garden"
    await browser.call("PATCH", path, json={"name": "Contoso Garden"})
    listed = await browser.get("/v1/brands")
    assert listed == {"items": [renamed.json()], "next_cursor": None}
    events = await world.events("brand.created", "brand.updated")
    assert [e["data"]["name"] for e in events] == ["Contoso Home", "Contoso Garden"]
    assert all(e["brandid"] == brand["id"] for e in events)


async def test_names_are_unique_whatever_their_case(world: AuthWorld) -> None:
    browser = await world.owner()
    await add_brand(browser, "Contoso")
    other = await add_brand(browser, "Fabrikam")
    again = await browser.call("POST", "/v1/brands", json={"name": "CONTOSO"})
    assert (again.status_code, again.json()["code"]) == (409, "brand_name_taken")
    path = f"/v1/brands/{other['id']}"
    renamed = await browser.call("PATCH", path, json={"name": "contoso"})
    assert renamed.status_code == 409
    assert (await browser.call("PATCH", path, json={"name": "FABRIKAM"})).status_code == 200


async def test_a_name_taken_by_two_at_once_is_given_to_one(world: AuthWorld) -> None:
    browser = await world.owner()
    body = {"name": "Contoso"}
    answers = await asyncio.gather(
        *(browser.call("POST", "/v1/brands", json=body) for _ in range(4))
    )
    assert sorted(a.status_code for a in answers) == [201, 409, 409, 409]


@pytest.mark.parametrize("name", ["", "   ", "x" * 121, "a\x00b", "a\x07b", "a\u202eb"])
async def test_unusable_names_are_refused(world: AuthWorld, name: str) -> None:
    browser = await world.owner()
    response = await browser.call("POST", "/v1/brands", json={"name": name})
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"


async def test_text_that_is_not_unicode_is_refused(world: AuthWorld) -> None:
    browser = await world.owner()
    for body in (b'{"name": "\\ud800"}', b'{"name": "\xff"}', b"{"):
        headers = {"content-type": "application/json"}
        response = await browser.call_raw("POST", "/v1/brands", body, headers)
        assert response.status_code in {400, 422}, response.text


async def test_mapping_creates_brands_and_announces_each_advertiser(world: AuthWorld) -> None:
    browser, advertisers = await discovered(world)
    brand = await add_brand(browser, "Contoso")
    before = len(await world.events("advertiser.linked"))
    response = await put(
        browser,
        {"advertiser_id": advertisers[0]["id"], "brand_id": brand["id"]},
        {"advertiser_id": advertisers[1]["id"], "new_brand_name": "Fabrikam"},
        {"advertiser_id": advertisers[2]["id"], "new_brand_name": "fabrikam "},
    )
    assert response.status_code == 200, response.text
    names = {i["id"]: i["brand_name"] for i in response.json()["items"]}
    assert [names[a["id"]] for a in advertisers[:3]] == ["Contoso", "Fabrikam", "Fabrikam"]
    brands = (await browser.get("/v1/brands"))["items"]
    assert [(b["name"], b["advertisers"]) for b in brands] == [("Contoso", 1), ("Fabrikam", 2)]
    linked = (await world.events("advertiser.linked"))[before:]
    assert {e["data"]["advertiser_id"] for e in linked} == {a["id"] for a in advertisers[:3]}
    assert all(e["data"]["brand_id"] == e["brandid"] is not None for e in linked)
    assert all(e["data"]["profile_id"] and e["data"]["connection_id"] for e in linked)
    unmapped = (await browser.get("/v1/advertisers?unmapped=true"))["items"]
    assert {a["id"] for a in unmapped} == {a["id"] for a in advertisers[3:]}
    of_brand = (await browser.get(f"/v1/advertisers?brand_id={brand['id']}"))["items"]
    assert [a["id"] for a in of_brand] == [advertisers[0]["id"]]


async def test_the_same_mapping_again_says_nothing_and_null_unmaps(world: AuthWorld) -> None:
    browser, advertisers = await discovered(world)
    mapping = {"advertiser_id": advertisers[0]["id"], "new_brand_name": "Contoso"}
    await put(browser, mapping)
    before = await world.events()
    await put(browser, mapping)
    assert await world.events() == before
    response = await put(browser, {"advertiser_id": advertisers[0]["id"], "brand_id": None})
    assert response.json()["items"][0]["brand_id"] is None
    assert (await world.events())[-1]["data"]["brand_id"] is None


async def test_one_bad_mapping_undoes_all(world: AuthWorld) -> None:
    browser, advertisers = await discovered(world)
    good = {"advertiser_id": advertisers[0]["id"], "new_brand_name": "Contoso"}
    before = await world.events()
    for bad in (
        {"advertiser_id": str(new_id()), "new_brand_name": "Contoso"},
        {"advertiser_id": advertisers[1]["id"], "brand_id": str(new_id())},
    ):
        response = await put(browser, good, bad)
        assert response.status_code == 404, response.text
    assert (await browser.get("/v1/brands"))["items"] == []
    assert await world.events() == before


async def test_contradictory_mappings_are_refused(world: AuthWorld) -> None:
    browser = await world.owner()
    one, brand = str(new_id()), str(new_id())
    for mappings in (
        [],
        [{"advertiser_id": one}, {"advertiser_id": one}],
        [{"advertiser_id": one, "brand_id": brand, "new_brand_name": "Contoso"}],
        [{"advertiser_id": "7"}],
    ):
        response = await put(browser, *mappings)
        assert (response.status_code, response.json()["code"]) == (422, "validation_failed")


async def test_a_member_limited_to_brands_sees_only_theirs(world: AuthWorld) -> None:
    owner, advertisers = await discovered(world)
    mine = await add_brand(owner, "Mine")
    other = await add_brand(owner, "Other")
    await put(
        owner,
        {"advertiser_id": advertisers[0]["id"], "brand_id": mine["id"]},
        {"advertiser_id": advertisers[1]["id"], "brand_id": other["id"]},
    )
    organization = (await owner.get("/v1/session"))["organization"]["id"]
    await world.member(organization, "guest@contoso.example", "viewer", [mine["id"]])
    guest = await world.sign_in("guest@contoso.example")
    assert (await guest.get("/v1/session"))["brand_ids"] == [mine["id"]]
    assert [b["id"] for b in (await guest.get("/v1/brands"))["items"]] == [mine["id"]]
    seen = (await guest.get("/v1/advertisers"))["items"]
    assert [a["id"] for a in seen] == [advertisers[0]["id"]]
    (connection,) = (await guest.get("/v1/connections"))["items"]
    assert (connection["discovery"]["profiles"], connection["discovery"]["advertisers"]) == (1, 1)
    assert (await guest.get(f"/v1/advertisers?brand_id={other['id']}"))["items"] == []
    assert (await guest.get("/v1/advertisers?unmapped=true"))["items"] == []


async def test_a_manager_limited_to_brands_cannot_reach_beyond(world: AuthWorld) -> None:
    owner, advertisers = await discovered(world)
    mine = await add_brand(owner, "Mine")
    other = await add_brand(owner, "Other")
    ids = [a["id"] for a in advertisers]
    await put(
        owner,
        {"advertiser_id": ids[0], "brand_id": mine["id"]},
        {"advertiser_id": ids[1], "brand_id": other["id"]},
    )
    organization = (await owner.get("/v1/session"))["organization"]["id"]
    await world.member(organization, "admin@contoso.example", "admin", [mine["id"]])
    admin = await world.sign_in("admin@contoso.example")
    refused = [
        await put(admin, {"advertiser_id": ids[0], "brand_id": other["id"]}),
        await put(admin, {"advertiser_id": ids[1], "brand_id": mine["id"]}),
        await put(admin, {"advertiser_id": ids[0], "brand_id": None}),
        await put(admin, {"advertiser_id": ids[0], "new_brand_name": "Third"}),
        await admin.call("POST", "/v1/brands", json={"name": "Third"}),
        await admin.call("PATCH", f"/v1/brands/{other['id']}", json={"name": "Third"}),
    ]
    assert [r.status_code for r in refused] == [404, 404, 403, 403, 403, 404]


async def test_a_client_may_see_brands_but_no_connections(world: AuthWorld) -> None:
    owner = await world.owner()
    organization = (await owner.get("/v1/session"))["organization"]["id"]
    brand = await add_brand(owner, "Mine")
    await world.member(organization, "client@contoso.example", "client", [brand["id"]])
    client = await world.sign_in("client@contoso.example")
    assert len((await client.get("/v1/brands"))["items"]) == 1
    for method, path in (
        ("GET", "/v1/connections"),
        ("GET", "/v1/advertisers"),
        ("POST", "/v1/connections"),
        ("POST", "/v1/brands"),
        ("PUT", "/v1/advertisers/brands"),
    ):
        body = {} if method == "GET" else {"json": {"region": "NA", "name": "X", "mappings": []}}
        response = await client.call(method, path, **body)
        assert response.status_code in {403, 422}, (method, path)
