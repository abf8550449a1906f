"""Marketing Stream: subscriptions, and the messages of a queue."""

import json
from typing import Any

import pytest
from amazon_ads import errors, streams
from infra.amazon_answers import Server

ARN = "arn:aws:sqs:us-east-1:123456789012:intake"
TOKEN = "0" * 36
ROW: dict[str, Any] = {
    "dataset_id": "adsp-traffic", "idempotency_id": "i-1", "time_window_start": "2026-05-01T05:00:00-07:00",
    "advertiser_id": "9", "campaign_id": "1", "adgroup_id": 2, "creative_id": None, "impressions": -3,
}  # fmt: skip
SUBSCRIPTION = {
    "subscriptionId": "s-1", "dataSetId": "adsp-traffic", "status": "ACTIVE",
    "destination": {"sqsDestination": {"queueArn": ARN}}, "createdDate": "2026-05-01T00:00:00Z",
}  # fmt: skip


async def test_a_subscription_is_made_with_the_streams_own_account_header() -> None:
    server = Server({"clientRequestToken": TOKEN, "subscriptionId": "s-1"})
    made = await streams.create_subscription(
        server.client, "9", streams.TRAFFIC, ARN, request_token=TOKEN
    )
    assert made == "s-1"
    sent = server.requests[0]
    assert sent.headers["Amazon-Ads-Account-ID"] == "9"
    assert json.loads(sent.content) == {
        "clientRequestToken": TOKEN, "dataSetId": "adsp-traffic",
        "destination": {"sqsDestination": {"queueArn": ARN}},
    }  # fmt: skip


async def test_subscriptions_are_listed_looked_at_and_archived() -> None:
    page = {"subscriptions": [SUBSCRIPTION]}
    server = Server(page | {"nextToken": "t"}, page, {"subscription": SUBSCRIPTION}, b"")
    found = [item async for item in streams.iterate_subscriptions(server.client, "9")]
    assert [(item.subscription_id, item.queue_arn, item.status) for item in found] == [
        ("s-1", ARN, "ACTIVE")
    ]
    assert server.requests[1].url.params["startingToken"] == "t"
    assert (await streams.get_subscription(server.client, "9", "s-1")).dataset_id == "adsp-traffic"
    await streams.archive_subscription(server.client, "9", "s/1")
    last = server.requests[3]
    assert (last.method, last.url.raw_path) == ("PUT", b"/dsp/streams/subscriptions/s%2F1")
    assert json.loads(last.content) == {"status": "ARCHIVED"}


@pytest.mark.parametrize(
    "body",
    [
        json.dumps(ROW), json.dumps([ROW]),
        json.dumps({"Type": "Notification", "Message": json.dumps(ROW)}),
    ],
)  # fmt: skip
def test_a_record_comes_bare_in_a_list_or_in_an_envelope(body: str) -> None:
    found = streams.read_message(body)
    assert isinstance(found, list)
    [record] = found
    assert (record.ad_group_id, record.creative_id) == ("2", "")
    assert record.hour.isoformat() == "2026-05-01T05:00:00-07:00"
    assert record.raw["impressions"] == -3


def test_a_confirmation_is_told_apart_and_hides_its_address() -> None:
    body = {"Type": "SubscriptionConfirmation", "TopicArn": "t", "SubscribeURL": "https://sns/x"}
    found = streams.read_message(json.dumps(body))
    assert isinstance(found, streams.Confirmation)
    assert (found.topic_arn, found.confirm_url) == ("t", "https://sns/x")
    assert "sns" not in repr(found)


@pytest.mark.parametrize(
    "body",
    [
        "", "1", "<html>", "[1]", json.dumps({"Type": "UnsubscribeConfirmation"}), "{}",
        json.dumps(ROW | {"time_window_start": "soon"}), json.dumps(ROW | {"idempotency_id": None}),
        json.dumps({"Type": "Notification", "Message": json.dumps({"Type": "SubscriptionConfirmation",
                    "TopicArn": "t", "SubscribeURL": "u"})}),
    ],
)  # fmt: skip
def test_anything_else_is_malformed(body: str) -> None:
    with pytest.raises(errors.MalformedResponse):
        streams.read_message(body)
