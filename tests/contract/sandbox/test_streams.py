"""Marketing Stream: subscriptions as Amazon's OpenAPI file has them, and queues that add up to the truth."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import orjson
import pytest
from fastapi import FastAPI
from infra.amazon_client import Amazon
from infra.amazon_openapi import assert_answer, assert_request
from sandbox.main import create_app
from sandbox.settings import Settings

Headers = dict[str, str]
SPEC = "AmazonMarketingStreamSubscriptions"
PATH = "/dsp/streams/subscriptions"
ARN = "arn:aws:sqs:us-east-1:123456789012:intake"
QUEUE_URL = "http://127.0.0.1:8406/sqs/us-east-1/123456789012/intake"
MEDIA = "application/vnd.amazonmarketingstreamsubscriptions.v1+json"
SIGNED = "AWS4-HMAC-SHA256 Credential=AKID/20261120/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=00"
HOUR = 3600
DAY = "2026-11-19"


def _body(dataset: str = "adsp-traffic", **changes: Any) -> dict[str, Any]:
    token = f"{dataset:-<24}"[:36]
    return {"clientRequestToken": token, "dataSetId": dataset, "destinationArn": ARN} | changes


@dataclass
class Subscriber:
    """A client of the stream as a stranger would write it, with httpx alone."""

    amazon: Amazon
    headers: Headers
    arn: str = ARN

    async def create(self, body: dict[str, Any]) -> httpx.Response:
        headers = self.headers | {"Content-Type": MEDIA}
        return await self.amazon.http.post(f"/na{PATH}", json=body, headers=headers)

    async def get(self, subscription_id: str) -> dict[str, Any]:
        path = f"/na{PATH}/{subscription_id}"
        answer = await self.amazon.http.get(path, headers=self.headers)
        assert_answer(SPEC, "get", f"{PATH}/{{subscriptionId}}", answer.status_code, answer.json())
        return answer.json()["subscription"]

    async def sqs(self, action: str, **fields: Any) -> httpx.Response:
        headers = {
            "Authorization": SIGNED,
            "X-Amz-Target": f"AmazonSQS.{action}",
            "Content-Type": "application/x-amz-json-1.0",
        }
        body = orjson.dumps({"QueueUrl": QUEUE_URL} | fields)
        return await self.amazon.http.post("/sqs/us-east-1/", content=body, headers=headers)

    async def query(self, action: str, **fields: str) -> httpx.Response:
        form = {"Action": action, "Version": "2012-11-05", "QueueUrl": QUEUE_URL} | fields
        headers = {"Authorization": SIGNED}
        return await self.amazon.http.post("/sqs/us-east-1/", data=form, headers=headers)

    async def active(self, dataset: str = "adsp-traffic") -> str:
        """Subscribes and confirms by the URL that arrives in the queue."""
        made = await self.create(_body(dataset))
        assert made.status_code == 200, made.text
        await self.amazon.advance(3)
        await self.confirm()
        return made.json()["subscriptionId"]

    async def confirm(self) -> None:
        for message in (await self.sqs("ReceiveMessage", MaxNumberOfMessages=10)).json()[
            "Messages"
        ]:
            body = orjson.loads(message["Body"])
            assert body["Type"] == "SubscriptionConfirmation"
            assert (await self.amazon.http.get(body["SubscribeURL"])).status_code == 200
            await self.sqs("DeleteMessage", ReceiptHandle=message["ReceiptHandle"])

    async def drain(self) -> list[dict[str, Any]]:
        """Every record that is due, doubles too; all of them deleted."""
        found: list[dict[str, Any]] = []
        while True:
            answer = await self.sqs("ReceiveMessage", MaxNumberOfMessages=10)
            messages = answer.json().get("Messages", [])
            if not messages:
                return found
            found += [orjson.loads(message["Body"]) for message in messages]
            entries = [
                {"Id": str(n), "ReceiptHandle": message["ReceiptHandle"]}
                for n, message in enumerate(messages)
            ]
            deleted = (await self.sqs("DeleteMessageBatch", Entries=entries)).json()
            assert len(deleted["Successful"]) == len(messages)


@pytest.fixture
def subscriber(amazon: Amazon, headers: Headers, advertiser: dict[str, Any]) -> Subscriber:
    mine = {"Amazon-Ads-Account-ID": advertiser["advertiser_id"]}
    return Subscriber(amazon, headers | mine)


def _sums(records: list[dict[str, Any]], *names: str) -> dict[tuple[str, str], list[int]]:
    """Sums by hour and line item, of distinct idempotency ids; money in micros."""
    distinct = {record["idempotency_id"]: record for record in records}
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0] * len(names))
    for record in distinct.values():
        values = sums[record["time_window_start"], record["adgroup_id"]]
        for place, name in enumerate(names):
            money = name in {"total_cost", "sales"}
            exact = Decimal(str(record[name])) * (1_000_000 if money else 1)
            values[place] += int(exact)
    return {key: values for key, values in sums.items() if any(values)}


async def _truth(
    amazon: Amazon, advertiser: dict[str, Any], *names: str
) -> tuple[dict[tuple[str, str], list[int]], dict[str, Any]]:
    query = {"advertiser_id": advertiser["advertiser_id"], "start_date": DAY, "end_date": DAY}
    answer = (await amazon.http.get("/_sandbox/streams/truth", params=query)).json()
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0] * len(names))
    for row in answer["rows"]:
        values = sums[row["time_window_start"], row["line_item_id"]]
        for place, name in enumerate(names):
            values[place] += row[name]
    return {key: values for key, values in sums.items() if any(values)}, answer


async def _begin_day(amazon: Amazon, advertiser: dict[str, Any]) -> None:
    """The clock stands a minute after the advertiser's DAY began."""
    start = datetime.fromisoformat(DAY).replace(tzinfo=ZoneInfo(advertiser["timezone"]))
    at = (start + timedelta(minutes=1)).isoformat()
    await amazon.http.put("/_sandbox/clock", json={"now": at, "frozen": True})


async def test_a_subscription_lives_from_provisioning_to_its_archive(
    subscriber: Subscriber, amazon: Amazon
) -> None:
    body = _body(notes="first")
    assert_request(SPEC, "post", PATH, body)
    made = await subscriber.create(body)
    assert_answer(SPEC, "post", PATH, made.status_code, made.json())
    assert made.headers["content-type"] == MEDIA
    subscription_id = made.json()["subscriptionId"]
    assert (await subscriber.get(subscription_id))["status"] == "PROVISIONING"
    assert (await subscriber.sqs("ReceiveMessage")).json() == {}
    await amazon.advance(3)
    assert (await subscriber.get(subscription_id))["status"] == "PENDING_CONFIRMATION"
    again = (await subscriber.create(body)).json()
    assert again == made.json()
    await subscriber.confirm()
    assert (await subscriber.get(subscription_id))["status"] == "ACTIVE"
    path = f"/na{PATH}/{subscription_id}"
    headers = subscriber.headers | {"Content-Type": MEDIA}
    ended = await amazon.http.put(path, json={"status": "ARCHIVED"}, headers=headers)
    assert (ended.status_code, ended.content) == (200, b"")
    assert (await subscriber.get(subscription_id))["status"] == "ARCHIVED"
    refused = await amazon.http.put(path, json={"notes": "late"}, headers=headers)
    assert_answer(SPEC, "put", f"{PATH}/{{subscriptionId}}", 409, refused.json())


async def test_nobody_confirms_in_three_days(subscriber: Subscriber, amazon: Amazon) -> None:
    subscription_id = (await subscriber.create(_body())).json()["subscriptionId"]
    await amazon.advance(3 * 24 * HOUR + 3)
    subscriber.headers |= await amazon.headers()
    assert (await subscriber.get(subscription_id))["status"] == "FAILED_CONFIRMATION"


async def test_a_lost_advertiser_suspends_for_good(
    subscriber: Subscriber, amazon: Amazon, advertiser: dict[str, Any]
) -> None:
    subscription_id = await subscriber.active()
    hidden = {"hidden": [advertiser["advertiser_id"]]}
    await amazon.http.put("/_sandbox/users/morgan/advertisers", json=hidden)
    await amazon.http.get("/_sandbox/streams")
    await amazon.http.put("/_sandbox/users/morgan/advertisers", json={"hidden": []})
    assert (await subscriber.get(subscription_id))["status"] == "SUSPENDED"
    await amazon.advance(3 * HOUR)
    assert await subscriber.drain() == []


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"dataSetId": "sp-traffic"}, 400),
        ({"clientRequestToken": "short"}, 400),
        ({"destinationArn": None}, 400),
        ({"destinationArn": ARN.replace("us-east-1", "eu-west-1")}, 400),
        ({"destinationArn": ARN + ".fifo"}, 400),
        ({"destination": {"sqsDestination": {"queueArn": ARN}}}, 400),
        ({"destination": {"firehoseDestination": {}}, "destinationArn": None}, 400),
        ({"notes": "x" * 129}, 400),
        ({"clientRequestToken": "y" * 24}, 409),
        ({"dataSetId": "adsp-conversion"}, 409),
    ],
)
async def test_bad_subscriptions_are_refused_in_amazons_words(
    subscriber: Subscriber, changes: dict[str, Any], status: int
) -> None:
    await subscriber.create(_body())
    answer = await subscriber.create(_body() | changes)
    assert answer.status_code == status, answer.text
    assert_answer(SPEC, "post", PATH, status, answer.json())


async def test_lists_come_in_pages_of_ones_own(
    subscriber: Subscriber, amazon: Amazon, headers: Headers
) -> None:
    for dataset in ("adsp-traffic", "adsp-conversion", "adsp-campaigns"):
        assert (await subscriber.create(_body(dataset))).status_code == 200
    seen: list[str] = []
    query: dict[str, str] = {"maxResults": "2"}
    while True:
        answer = await amazon.http.get(f"/na{PATH}", params=query, headers=subscriber.headers)
        assert_answer(SPEC, "get", PATH, answer.status_code, answer.json())
        seen += [item["dataSetId"] for item in answer.json()["subscriptions"]]
        if "nextToken" not in answer.json():
            break
        query["startingToken"] = answer.json()["nextToken"]
    assert seen == ["adsp-traffic", "adsp-conversion", "adsp-campaigns"]
    bare = await amazon.http.get(f"/na{PATH}", headers=headers)
    assert_answer(SPEC, "get", PATH, 400, bare.json())
    foreign = headers | {"Amazon-Ads-Account-ID": "1"}
    assert (await amazon.http.get(f"/na{PATH}", headers=foreign)).status_code == 403


async def test_hours_add_up_to_the_truth_in_spite_of_doubles_and_disorder(
    subscriber: Subscriber, amazon: Amazon, advertiser: dict[str, Any]
) -> None:
    habits = {"duplicate_rate": 0.3, "late_rate": 0.2, "late_seconds": 1800}
    await amazon.http.put("/_sandbox/streams", json=habits)
    await _begin_day(amazon, advertiser)
    await subscriber.active()
    await subscriber.active("adsp-clickstream")
    await amazon.advance(HOUR)
    records = await subscriber.drain()
    await amazon.advance(1.9 * HOUR)
    records += await subscriber.drain()
    assert len({r["idempotency_id"] for r in records}) < len(records)
    windows = [r["time_window_start"] for r in records]
    assert windows != sorted(windows)
    told, answer = await _truth(amazon, advertiser, "impressions", "clicks", "total_cost_micros")
    assert len({hour for hour, _ in told}) == 2
    mine = [r for r in records if r["time_window_start"].startswith(DAY)]
    traffic = [r for r in mine if r["dataset_id"] == "adsp-traffic"]
    assert _sums(traffic, "impressions", "clicks", "total_cost") == told
    viewed = [r for r in mine if r["dataset_id"] == "adsp-clickstream"]
    told, _ = await _truth(amazon, advertiser, "detail_page_views", "add_to_cart")
    assert _sums(viewed, "detail_page_views", "add_to_cart") == told
    whole = {
        "advertiser_id": advertiser["advertiser_id"], "start_date": DAY, "end_date": DAY,
        "as_of": answer["known_at"][DAY],
    }  # fmt: skip
    totals = (await amazon.http.get("/_sandbox/truth", params=whole)).json()["totals"]
    assert totals == answer["totals"]


async def test_what_is_not_deleted_comes_again(subscriber: Subscriber, amazon: Amazon) -> None:
    await subscriber.active()
    await amazon.advance(HOUR)
    first = (await subscriber.sqs("ReceiveMessage", VisibilityTimeout=60)).json()["Messages"][0]
    await amazon.advance(61)
    again = (
        await subscriber.sqs("ReceiveMessage", MaxNumberOfMessages=10, AttributeNames=["All"])
    ).json()["Messages"]
    found = next(item for item in again if item["MessageId"] == first["MessageId"])
    assert found["Attributes"]["ApproximateReceiveCount"] == "2"
    assert found["ReceiptHandle"] != first["ReceiptHandle"]
    await subscriber.sqs(
        "ChangeMessageVisibility", ReceiptHandle=found["ReceiptHandle"], VisibilityTimeout=0
    )
    third = (await subscriber.sqs("ReceiveMessage")).json()["Messages"][0]
    assert third["MessageId"] == first["MessageId"]


async def test_the_query_protocol_says_the_same_in_xml(
    subscriber: Subscriber, amazon: Amazon
) -> None:
    await subscriber.active()
    await amazon.advance(HOUR)
    counted = await subscriber.query("GetQueueAttributes", **{"AttributeName.1": "All"})
    assert "<Name>ApproximateNumberOfMessages</Name>" in counted.text
    got = await subscriber.query("ReceiveMessage", MaxNumberOfMessages="1")
    assert "&quot;" in got.text or '"dataset_id"' in got.text
    receipt = got.text.partition("<ReceiptHandle>")[2].partition("</ReceiptHandle>")[0]
    entry = "DeleteMessageBatchRequestEntry.1"
    fields = {f"{entry}.Id": "a", f"{entry}.ReceiptHandle": receipt}
    gone = await subscriber.query("DeleteMessageBatch", **fields)
    assert "<DeleteMessageBatchResultEntry><Id>a</Id>" in gone.text
    wrong = await subscriber.query("DeleteMessage", ReceiptHandle="nonsense")
    assert (wrong.status_code, "<Code>ReceiptHandleIsInvalid</Code>" in wrong.text) == (400, True)


async def test_sqs_refuses_as_aws_does(subscriber: Subscriber, amazon: Amazon) -> None:
    unknown = await subscriber.sqs("ReceiveMessage", QueueUrl=QUEUE_URL + "x")
    assert unknown.status_code == 400
    assert unknown.json()["__type"] == "com.amazonaws.sqs#QueueDoesNotExist"
    await subscriber.sqs("CreateQueue", QueueName="other")
    for fields in ({"MaxNumberOfMessages": 11}, {"VisibilityTimeout": -1}):
        url = QUEUE_URL.replace("123456789012/intake", "000000000000/other")
        answer = await subscriber.sqs("ReceiveMessage", QueueUrl=url, **fields)
        assert answer.json()["__type"] == "com.amazonaws.sqs#InvalidParameterValue"
    headers = {"X-Amz-Target": "AmazonSQS.ListQueues"}
    unsigned = await amazon.http.post("/sqs/us-east-1/", json={}, headers=headers)
    assert unsigned.status_code == 403


async def test_queues_and_subscriptions_survive_a_restart(
    settings: Settings, tmp_path: Any
) -> None:
    kept = settings.model_copy(update={"sandbox_state_dir": tmp_path})

    async def visit(app: FastAPI, *, first: bool) -> list[dict[str, Any]]:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8406") as http:
            amazon = Amazon(http)
            everyone = (await amazon.world())["advertisers"]
            advertiser = next(item for item in everyone if item["region"] == "NA")
            if first:
                await _begin_day(amazon, advertiser)
            headers = await amazon.headers()
            subscriber = Subscriber(
                amazon, headers | {"Amazon-Ads-Account-ID": advertiser["advertiser_id"]}
            )
            if first:
                await subscriber.active()
                await amazon.advance(2 * HOUR)
                await subscriber.sqs("ReceiveMessage", MaxNumberOfMessages=10)
                return []
            return await subscriber.drain()

    for first in (True, False):
        app = create_app(kept)
        records = await visit(app, first=first)
        app.state.deps.state.close()
    hours = {record["time_window_start"] for record in records}
    assert len(hours) >= 2
