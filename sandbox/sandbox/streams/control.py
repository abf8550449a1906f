"""/_sandbox/streams: subscriptions and queues, how deliveries behave, and what they must add up to."""

from datetime import date, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, HTTPException, Query
from fastapi.responses import Response
from pydantic import Field

from sandbox.clock import stamp
from sandbox.control.routes import from_this_machine
from sandbox.control.schemas import Moment, Strict
from sandbox.control.truth import measures, total, truth_row
from sandbox.deps import Deps
from sandbox.envelopes import json_response

from .hours import known_hours, last_publication
from .records import window_start

router = APIRouter(prefix="/_sandbox/streams", dependencies=[Depends(from_this_machine)])

MOST_DAYS = 31


class HabitsBody(Strict):
    """What is not named stays."""

    duplicate_rate: float | None = Field(default=None, ge=0, le=1)
    late_rate: float | None = Field(default=None, ge=0, le=1)
    late_seconds: float | None = Field(default=None, ge=0, le=86_400)
    provision_seconds: float | None = Field(default=None, ge=0)


class SubscriptionBody(Strict):
    status: Literal["SUSPENDED", "FAILED_PROVISIONING"]


@router.get("")
def get_streams(deps: Deps) -> dict[str, Any]:
    now = deps.clock.now()
    habits = deps.streams.habits
    return {
        "duplicate_rate": habits.duplicate_rate,
        "late_rate": habits.late_rate,
        "late_seconds": habits.late_seconds,
        "provision_seconds": deps.streams.subscriptions.provision_seconds,
        "subscriptions": [
            {
                "subscription_id": item.subscription_id,
                "user": item.user,
                "advertiser_id": item.advertiser_id,
                "dataset": item.dataset,
                "queue_arn": item.queue_arn,
                "status": item.status(now),
                "confirmed_at": stamp(item.confirmed_at) if item.confirmed_at else None,
                "sent_through": stamp(item.sent_through) if item.sent_through else None,
            }
            for item in deps.streams.reviewed()
        ],
        "queues": [_queue(arn, deps) for arn in sorted(deps.streams.queues.by_arn)],
    }


def _queue(arn: str, deps: Deps) -> dict[str, Any]:
    counts, queue = deps.streams.queues.counts(arn), deps.streams.queues.by_arn[arn]
    return {
        "queue_arn": arn, "sent": queue.sent, "deleted": queue.deleted, "visible": counts.visible,
        "in_flight": counts.in_flight, "delayed": counts.delayed,
    }  # fmt: skip


@router.put("")
def put_streams(body: HabitsBody, deps: Deps) -> dict[str, Any]:
    habits = deps.streams.habits
    for name in ("duplicate_rate", "late_rate", "late_seconds"):
        value = getattr(body, name)
        if value is not None:
            setattr(habits, name, value)
    if body.provision_seconds is not None:
        deps.streams.subscriptions.provision_seconds = body.provision_seconds
    return get_streams(deps)


@router.put("/subscriptions/{subscription_id}")
def put_subscription(subscription_id: str, body: SubscriptionBody, deps: Deps) -> dict[str, Any]:
    """Ends a subscription the way Amazon does."""
    found = deps.streams.subscriptions.find(subscription_id)
    if not found:
        raise HTTPException(404, "No such subscription")
    changed = deps.streams.subscriptions.change(found, ending=body.status)
    return {"subscription_id": subscription_id, "status": changed.status(deps.clock.now())}


@router.get("/truth")
def get_truth(
    deps: Deps,
    advertiser_id: str,
    start_date: date,
    end_date: date,
    as_of: Annotated[Moment | None, Query()] = None,
) -> Response:
    """What the stream has told of these local days until `as_of`, by creative and hour.

    `known_at` names the moment at which /_sandbox/truth has the same sums for the day.
    """
    advertiser = deps.world.tree.advertisers.get(advertiser_id)
    if not advertiser:
        raise HTTPException(404, "No such advertiser")
    if not timedelta(0) <= end_date - start_date < timedelta(days=MOST_DAYS):
        raise HTTPException(422, f"start_date to end_date must span 1 to {MOST_DAYS} days")
    at = as_of or deps.clock.now()
    rows: list[dict[str, Any]] = []
    known_at: dict[str, str | None] = {}
    sums = []
    for back in range((end_date - start_date).days + 1):
        day = start_date + timedelta(days=back)
        moment = last_publication(day, advertiser.zone, at)
        known_at[day.isoformat()] = stamp(moment) if moment else None
        for cell, start, metrics in known_hours(deps.world, advertiser, day, at):
            hour = {"time_window_start": window_start(advertiser, start)}
            rows.append(hour | truth_row(cell, metrics, "creative"))
            sums.append(metrics)
    body = {
        "advertiser_id": advertiser_id, "currency": advertiser.currency, "as_of": stamp(at),
        "known_at": known_at, "rows": rows, "totals": measures(total(sums)),
    }  # fmt: skip
    return json_response(body)
