"""Marketing Stream subscriptions through the client, each call held against Amazon's file."""

import pytest
from amazon_ads import errors, streams
from infra.sandbox_user import SandboxUser

ARN = "arn:aws:sqs:us-east-1:123456789012:intake"


async def test_a_subscription_is_made_once_looked_at_listed_and_archived(
    amazon: SandboxUser,
) -> None:
    advertiser = next(a for a in amazon.advertisers if a.market.region == "na")
    client, id_ = amazon.of(advertiser), advertiser.advertiser_id
    wish = (client, id_, streams.TRAFFIC, ARN)
    made = [await streams.create_subscription(*wish, request_token="0" * 36) for _ in range(2)]
    assert made[0] == made[1]
    with pytest.raises(errors.BadRequest) as caught:
        await streams.create_subscription(*wish, request_token="1" * 36)
    assert caught.value.status == 409
    found = await streams.get_subscription(client, id_, made[0])
    assert (found.dataset_id, found.queue_arn) == (streams.TRAFFIC, ARN)
    await streams.archive_subscription(client, id_, made[0])
    listed = [item async for item in streams.iterate_subscriptions(client, id_, page_size=1)]
    assert [(item.subscription_id, item.status) for item in listed] == [(made[0], "ARCHIVED")]
    with pytest.raises(errors.NotFound):
        await streams.get_subscription(client, id_, "unknown")
