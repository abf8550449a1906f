"""The stream's decisions: which queue, what counts, which day may be shown."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from amazon_ads import errors
from dsp_ingest.streams.domain import (
    LANDED,
    Standing,
    delta_of,
    landing_id,
    may_land,
    queues_of,
    request_token,
)
from dsp_ingest.streams.service import read_batch
from dsp_ingest.streams.sqs import Message

NOW = datetime(2026, 5, 10, 20, 0, tzinfo=UTC)
DAY = date(2026, 5, 10)
LONG_AGO = NOW - timedelta(days=30)
NEW_YORK = "America/New_York"
ROW: dict[str, Any] = {
    "dataset_id": "adsp-traffic", "idempotency_id": "i-1", "time_window_start": "2026-05-10T23:00:00-04:00",
    "advertiser_id": "9", "campaign_id": "1", "adgroup_id": "2", "creative_id": "3",
    "creative_name": "Banner", "impressions": -3, "clicks": 1, "total_cost": 0.000001, "supply_cost": 5,
}  # fmt: skip


def message(body: object, number: int = 1) -> Message:
    text = body if isinstance(body, str) else json.dumps(body)
    return Message(f"m-{number}", f"r-{number}", text, NOW)


def test_a_queue_knows_its_arn_and_its_endpoint() -> None:
    url = "https://sqs.eu-west-1.amazonaws.com/123456789012/intake"
    [queue] = queues_of(f"EU={url}")
    assert queue.arn == "arn:aws:sqs:eu-west-1:123456789012:intake"
    assert (
        queue.endpoint
        == "https://sqs.eu-west-1.amazonaws.com/123456789012/intake"[: -len("123456789012/intake")]
    )
    [local] = queues_of("NA=http://127.0.0.1:8406/sqs/us-east-1/123456789012/intake")
    assert (local.aws_region, local.endpoint) == (
        "us-east-1",
        "http://127.0.0.1:8406/sqs/us-east-1/",
    )
    assert queues_of("") == ()


@pytest.mark.parametrize(
    "setting",
    [
        "https://sqs.eu-west-1.amazonaws.com/123456789012/intake", "XX=https://sqs.eu-west-1.amazonaws.com/1/i",
        "EU=https://example.com/1/i", "EU=", "EU",
        ",".join(["EU=https://sqs.eu-west-1.amazonaws.com/123456789012/i"] * 2),
    ],
)  # fmt: skip
def test_a_queue_that_is_none_is_refused_at_start(setting: str) -> None:
    with pytest.raises(ValueError, match="STREAM_QUEUE_URLS"):
        queues_of(setting)


def test_a_record_counts_what_its_dataset_tells_and_on_the_advertisers_day() -> None:
    [delta] = read_batch([message(ROW)]).deltas
    values = dict(zip(LANDED, delta.values, strict=True))
    assert {name: value for name, value in values.items() if value} == {
        "impressions": -3,
        "clicks": 1,
        "total_cost_micros": 1,
    }
    assert (delta.day, delta.order_id, delta.line_item_id) == (DAY, "1", "2")


def test_the_same_record_has_the_same_key_and_another_datasets_another() -> None:
    rows = [ROW, ROW, ROW | {"dataset_id": "adsp-conversion"}, ROW | {"idempotency_id": "i-2"}]
    keys = [delta.record_key for delta in read_batch([message(rows)]).deltas]
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3


def test_other_datasets_are_not_counted_and_unreadable_messages_hold_nothing_up() -> None:
    batch = read_batch(
        [
            message(ROW | {"dataset_id": "adsp-rich-media"}), message("<html>", 2),
            message(ROW | {"clicks": 0.5}, 3), message(ROW | {"total_cost": "1e30"}, 4), message(ROW, 5),
        ]
    )  # fmt: skip
    assert len(batch.deltas) == 1
    assert [item.message_id for item, _ in batch.unread] == ["m-2", "m-3", "m-4"]


def standing(**changes: Any) -> Standing:
    values: dict[str, Any] = {
        "timezone": NEW_YORK, "active_since": [LONG_AGO] * 3, "report_as_of": None,
    }  # fmt: skip
    return Standing(**values | changes)


@pytest.mark.parametrize(
    ("day", "changes", "shown"),
    [
        (DAY, {}, True), (DAY - timedelta(days=2), {}, True), (DAY - timedelta(days=3), {}, False),
        (DAY + timedelta(days=1), {}, False), (DAY, {"active_since": [LONG_AGO] * 2}, False),
        (DAY, {"active_since": [LONG_AGO, LONG_AGO, None]}, False),
        (DAY, {"active_since": [datetime(2026, 5, 10, 4, 0, tzinfo=UTC)] * 3}, True),
        (DAY, {"active_since": [LONG_AGO, LONG_AGO, datetime(2026, 5, 10, 4, 1, tzinfo=UTC)]}, False),
        (DAY, {"report_as_of": NOW - timedelta(hours=1)}, True),
        (DAY - timedelta(days=1), {"report_as_of": datetime(2026, 5, 10, 3, 59, tzinfo=UTC)}, True),
        (DAY - timedelta(days=1), {"report_as_of": datetime(2026, 5, 10, 4, 0, tzinfo=UTC)}, False),
        (DAY, {"timezone": "Nowhere/Nothing"}, True),
    ],
)  # fmt: skip
def test_a_day_is_shown_whole_recent_and_before_its_report(
    day: date, changes: dict[str, Any], shown: bool
) -> None:
    assert may_land(day, standing(**changes), NOW) is shown


def test_wishes_and_landings_have_names_that_do_not_change() -> None:
    first = request_token("9", "adsp-traffic", "arn", 1)
    assert 22 <= len(first) <= 36
    assert request_token("9", "adsp-traffic", "arn", 1) == first
    assert request_token("9", "adsp-traffic", "arn", 2) != first
    whose = UUID(int=1)
    assert landing_id(whose, DAY, 1) == landing_id(whose, DAY, 1) != landing_id(whose, DAY, 2)


def test_a_text_number_is_a_number() -> None:
    [delta] = read_batch([message(ROW | {"clicks": "7", "impressions": None})]).deltas
    assert delta.values[:2] == (0, 7)


def test_a_dataset_that_is_not_counted_is_none() -> None:
    assert delta_of.__doc__
    assert read_batch([message(ROW | {"dataset_id": "sp-traffic"})]).deltas == []


def test_a_confirmation_is_told_apart() -> None:
    body = {"Type": "SubscriptionConfirmation", "TopicArn": "t", "SubscribeURL": "https://sns/x"}
    batch = read_batch([message(body)])
    assert [found.topic_arn for _, found in batch.confirmations] == ["t"]


def test_errors_name_what_is_wrong() -> None:
    [(_, why)] = read_batch([message(ROW | {"clicks": "many"})]).unread
    assert "clicks" in why
    assert issubclass(errors.MalformedResponse, errors.AmazonError)
