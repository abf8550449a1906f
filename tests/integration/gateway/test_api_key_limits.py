"""A key works from its networks, within its limit, as long as it lives, whoever is away."""

import asyncio
from uuid import UUID

import pytest
from aiohttp import web
from aiokafka import AIOKafkaProducer
from gateway.settings import Settings
from infra.edge import Behind, Browser, Serve, as_program
from infra.edge_keys import INVALID, PROXY, head, told
from infra.edge_streams import metrics, opened_with, publish
from infra.events import eventually
from pydantic import SecretStr
from shared.api_keys import new_key
from shared.events import ApiKeyRevoked, make_event
from shared.ids import new_id


@pytest.fixture
async def client(serve: Serve, settings: Settings, browser: Browser) -> Browser:
    return Browser(browser.http, (await serve(settings.model_copy(update=PROXY))).root)


ALLOWED = ["198.51.100.0/24", "2001:db8::/32"]


@pytest.mark.parametrize(
    ("forwarded", "allowed"),
    [
        ("198.51.100.7", True),
        ("::ffff:198.51.100.7", True),
        ("::ffff:c633:6407", True),
        ("2001:db8::7", True),
        ("2001:DB8:0:0::7", True),
        ("203.0.113.9", False),
        ("::ffff:203.0.113.9", False),
        ("2001:db9::7", False),
        ("198.51.100.7, 203.0.113.9", False),
        ("203.0.113.9, 198.51.100.7", True),
        ("198.51.100.7, unknown", False),
        ("198.51.100.7:4711", False),
        ("", False),
    ],
)
async def test_a_key_works_from_its_networks_only(
    client: Browser, behind: Behind, organization_id: UUID, forwarded: str, allowed: bool
) -> None:
    secret = behind.issue_key(organization_id, allowed_networks=ALLOWED)
    headers = as_program(secret, **{"x-forwarded-for": forwarded})
    expected = (200, "") if allowed else (403, "ip_not_allowed")
    for _remembered in range(2):
        assert await told(client, "GET", "/v1/brands", headers=headers) == expected
    assert len(behind.requests) == (2 if allowed else 0)


@pytest.mark.parametrize(
    "header", ["x-forwarded-for", "forwarded", "x-real-ip", "true-client-ip", "cf-connecting-ip"]
)
async def test_nobody_talks_their_way_into_a_network(
    browser: Browser, behind: Behind, organization_id: UUID, header: str
) -> None:
    secret = behind.issue_key(organization_id, allowed_networks=ALLOWED)
    headers = as_program(secret, **{header: "198.51.100.7"})
    answer = await told(browser, "GET", "/v1/brands", headers=headers)
    assert answer == (403, "ip_not_allowed")


async def test_one_remembered_key_is_judged_by_the_address_of_each_call(
    client: Browser, behind: Behind, organization_id: UUID
) -> None:
    secret = behind.issue_key(organization_id, allowed_networks=ALLOWED)
    codes = [
        await told(
            client, "GET", "/v1/brands", headers=as_program(secret, **{"x-forwarded-for": ip})
        )
        for ip in ("198.51.100.7", "203.0.113.9", "198.51.100.8")
    ]
    assert [status for status, _code in codes] == [200, 403, 200]
    assert len(behind.asked_of_keys) == 1


async def test_every_answer_tells_exactly_what_is_left_of_the_limit(
    client: Browser, behind: Behind, organization_id: UUID
) -> None:
    secret = behind.issue_key(organization_id, rate_limit_per_minute=3)
    seen = [await head(client, as_program(secret)) for _ in range(4)]
    assert [answer[":status"] for answer in seen] == ["200", "200", "200", "429"]
    assert {answer["ratelimit-policy"] for answer in seen} == {'"key";q=3;w=60'}
    assert [answer["ratelimit"].split(";t=")[0] for answer in seen] == [
        '"key";r=2',
        '"key";r=1',
        '"key";r=0',
        '"key";r=0',
    ]
    resets = [int(answer["ratelimit"].split(";t=")[1]) for answer in seen]
    assert 18 <= resets[0] <= 20
    assert 58 <= resets[2] <= 60
    assert int(seen[3]["retry-after"]) == resets[3]
    assert 18 <= resets[3] <= 20
    another = behind.issue_key(organization_id)
    assert (await head(client, as_program(another)))["ratelimit-policy"] == '"key";q=600;w=60'


async def test_an_answer_from_behind_tells_the_limit_whatever_it_is(
    client: Browser, behind: Behind, organization_id: UUID
) -> None:
    async def fail(request: web.Request) -> web.Response:
        return web.json_response({}, status=500)

    secret = behind.issue_key(organization_id, rate_limit_per_minute=5)
    behind.behaviour = fail
    answer = await head(client, as_program(secret))
    assert (answer[":status"], answer["ratelimit"][:9]) == ("500", '"key";r=4')


async def test_a_key_cannot_raise_the_limit_of_the_installation(
    serve: Serve, settings: Settings, browser: Browser, behind: Behind, organization_id: UUID
) -> None:
    low = settings.model_copy(update={"rate_limit_key_per_minute": 7})
    client = Browser(browser.http, (await serve(low)).root)
    secret = behind.issue_key(organization_id, rate_limit_per_minute=5000)
    assert (await head(client, as_program(secret)))["ratelimit-policy"] == '"key";q=7;w=60'


async def test_calls_from_elsewhere_use_nothing_up_of_the_limit(
    client: Browser, behind: Behind, organization_id: UUID
) -> None:
    secret = behind.issue_key(organization_id, allowed_networks=ALLOWED, rate_limit_per_minute=2)
    for _ in range(5):
        answer = await head(client, as_program(secret, **{"x-forwarded-for": "203.0.113.9"}))
        assert (answer[":status"], answer["ratelimit-policy"][:4]) == ("403", '"ip"')
    inside = as_program(secret, **{"x-forwarded-for": "198.51.100.7"})
    assert (await head(client, inside))["ratelimit"].startswith('"key";r=1;')


async def test_who_sends_many_wrong_keys_waits_and_auth_is_left_alone(
    serve: Serve, settings: Settings, browser: Browser, behind: Behind, organization_id: UUID
) -> None:
    strict = settings.model_copy(update={**PROXY, "rate_limit_key_refusals_per_minute": 3})
    client = Browser(browser.http, (await serve(strict)).root)
    guesser = {"x-forwarded-for": "203.0.113.9"}
    seen = [await head(client, as_program(new_key(new_id()), **guesser)) for _ in range(8)]
    assert [answer[":status"] for answer in seen] == ["401"] * 3 + ["429"] * 5
    assert len(behind.asked_of_keys) == 4
    assert seen[-1]["ratelimit-policy"] == '"key-refusals";q=3;w=60'
    assert int(seen[-1]["retry-after"]) >= 1
    secret = behind.issue_key(organization_id)
    elsewhere = as_program(secret, **{"x-forwarded-for": "198.51.100.7"})
    assert (await head(client, elsewhere))[":status"] == "200"


async def test_one_wrong_key_again_and_again_is_asked_once(client: Browser, behind: Behind) -> None:
    wrong = new_key(new_id())
    for _ in range(5):
        assert await told(client, "GET", "/v1/brands", headers=as_program(wrong)) == INVALID
    assert len(behind.asked_of_keys) == 1


async def test_without_valkey_keys_work_unlimited(
    serve: Serve, settings: Settings, browser: Browser, behind: Behind, organization_id: UUID
) -> None:
    lone = settings.model_copy(update={"redis_url": SecretStr("redis://127.0.0.1:1/0")})
    client = Browser(browser.http, (await serve(lone)).root)
    secret = behind.issue_key(organization_id, rate_limit_per_minute=1, allowed_networks=ALLOWED)
    assert await told(client, "GET", "/v1/brands", headers=as_program(secret)) == (
        403,
        "ip_not_allowed",
    )
    behind.keys[secret]["allowed_networks"] = []
    free = behind.issue_key(organization_id, rate_limit_per_minute=1)
    for _ in range(3):
        assert (await told(client, "GET", "/v1/brands", headers=as_program(free)))[0] == 200


async def test_without_auth_a_known_key_goes_on_and_an_unknown_one_is_told_to_wait(
    client: Browser, behind: Behind, organization_id: UUID
) -> None:
    async def away(request: web.Request) -> web.Response:
        return web.json_response({}, status=503)

    known, unknown = behind.issue_key(organization_id), behind.issue_key(organization_id)
    assert (await told(client, "GET", "/v1/brands", headers=as_program(known)))[0] == 200
    behind.resolve_with = away
    assert (await told(client, "GET", "/v1/brands", headers=as_program(known)))[0] == 200
    status, problem = await client.status("GET", "/v1/brands", headers=as_program(unknown))
    assert (status, problem["retryable"]) == (503, True)
    behind.resolve_with = None
    assert (await told(client, "GET", "/v1/brands", headers=as_program(unknown)))[0] == 200


async def test_a_key_is_remembered_no_longer_than_told(
    serve: Serve, settings: Settings, browser: Browser, behind: Behind, organization_id: UUID
) -> None:
    brief = settings.model_copy(update={"session_cache_seconds": 0.01})
    client = Browser(browser.http, (await serve(brief)).root)
    secret = behind.issue_key(organization_id)
    assert (await told(client, "GET", "/v1/brands", headers=as_program(secret)))[0] == 200
    behind.keys.clear()
    async with asyncio.timeout(10):
        while (await told(client, "GET", "/v1/brands", headers=as_program(secret)))[0] == 200:
            pass


async def test_a_stream_of_a_key_carries_what_the_key_may_see_until_it_ends(
    serve: Serve, settings: Settings, behind: Behind,
    organization_id: UUID, other_organization_id: UUID,
) -> None:  # fmt: skip
    running = await serve(settings.model_copy(update={"live_session_check_seconds": 0.05}))
    brand = new_id()
    secret = behind.issue_key(organization_id, brand_ids=[str(brand)])
    async with opened_with(running.root, as_program(secret)) as stream:
        assert (await stream.next())[0] == "hello"
        seen = metrics(organization_id, brand)
        for event in (
            metrics(organization_id),
            metrics(organization_id, new_id()),
            metrics(other_organization_id, brand),
            seen,
        ):
            publish(running, event)
        assert (await stream.next())[2] == str(seen.id)
        behind.keys.clear()
        name, data, _ = await stream.next()
        assert (name, data) == ("closed", {"reason": "key_ended"})


async def test_a_revocation_on_the_bus_ends_a_remembered_key_and_its_streams(
    serve: Serve, settings: Settings, browser: Browser, behind: Behind,
    kafka_bootstrap: str, organization_id: UUID,
) -> None:  # fmt: skip
    slow = {"kafka_bootstrap_servers": kafka_bootstrap, "live_session_check_seconds": 3600}
    running = await serve(settings.model_copy(update=slow))
    client = Browser(browser.http, running.root)
    probe = running.edge.parts.readiness.parts["live"]

    async def reading() -> bool:
        return await probe() is None

    await eventually(reading)
    secret = behind.issue_key(organization_id)
    revoked = ApiKeyRevoked(subject_id=UUID(behind.keys[secret]["subject"]), user_id=new_id())
    producer = AIOKafkaProducer(bootstrap_servers=kafka_bootstrap)
    await producer.start()
    try:
        async with opened_with(running.root, as_program(secret)) as stream:
            await stream.next()
            behind.keys.clear()
            assert (await told(client, "GET", "/v1/brands", headers=as_program(secret)))[0] == 200
            for _twice in range(2):
                event = make_event(revoked, organization_id).model_dump_json()
                await producer.send_and_wait(ApiKeyRevoked.TOPIC, event.encode())
            assert (await stream.next())[1] == {"reason": "key_ended"}
        assert await told(client, "GET", "/v1/brands", headers=as_program(secret)) == INVALID
    finally:
        await producer.stop()


async def test_streams_are_counted_per_key(
    serve: Serve, settings: Settings, browser: Browser, behind: Behind, organization_id: UUID
) -> None:
    running = await serve(settings.model_copy(update={"live_streams_per_session": 1}))
    client = Browser(browser.http, running.root)
    one, other = behind.issue_key(organization_id), behind.issue_key(organization_id)
    async with (
        opened_with(running.root, as_program(one)) as first,
        opened_with(running.root, as_program(other)) as second,
    ):
        assert [(await s.next())[0] for s in (first, second)] == ["hello", "hello"]
        answer = await told(client, "GET", "/v1/events", headers=as_program(one))
        assert answer == (429, "too_many_streams")


async def test_a_key_is_in_no_line_of_the_log(
    client: Browser, behind: Behind, organization_id: UUID, capfd: pytest.CaptureFixture[str]
) -> None:
    async def broken(request: web.Request) -> web.Response:
        return web.json_response({"odd": (await request.json())["secret"]})

    secret = behind.issue_key(organization_id)
    wrong = new_key(new_id())
    await told(client, "GET", f"/v1/brands?api_key={wrong}", headers=as_program(secret))
    await told(client, "GET", f"/v1/brands/{wrong}", headers=as_program(wrong))
    behind.resolve_with = broken
    status, body = await client.status("GET", "/v1/brands", headers=as_program(new_key(new_id())))
    assert status == 502
    printed = "".join(capfd.readouterr())
    for key in (secret, wrong):
        assert key[27:] not in printed + str(body)
