"""Subscriptions: one dataset of one advertiser into one queue, from creation to confirmation to end.

Provisioning and the three days to confirm are functions of the clock; nothing runs behind.
"""

import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sandbox.clock import SandboxClock, to_millisecond
from sandbox.state import State

Status = Literal[
    "PROVISIONING", "PENDING_CONFIRMATION", "FAILED_CONFIRMATION", "FAILED_PROVISIONING",
    "ACTIVE", "ARCHIVED", "SUSPENDED",
]  # fmt: skip
Ending = Literal["", "ARCHIVED", "SUSPENDED", "FAILED_PROVISIONING"]
KIND = "stream_subscription"
PROVISION_SECONDS = 2.0
CONFIRM_WITHIN = timedelta(days=3)
_MOMENTS = ("created_at", "provisioned_at", "updated_at", "confirmed_at", "sent_through")


@dataclass(frozen=True, slots=True)
class Subscription:
    """`ending` is what ended it; `sent_through`: up to when everything due is in the queue."""

    subscription_id: str
    user: str
    region: str
    advertiser_id: str
    dataset: str
    queue_arn: str
    notes: str | None
    client_request_token: str
    confirm_token: str
    created_at: datetime
    provisioned_at: datetime
    updated_at: datetime
    number: int
    confirmed_at: datetime | None = None
    sent_through: datetime | None = None
    invited: bool = False
    ending: Ending = ""

    def status(self, now: datetime) -> Status:
        if self.ending:
            return self.ending
        if now < self.provisioned_at:
            return "PROVISIONING"
        if self.confirmed_at:
            return "ACTIVE"
        late = now >= self.provisioned_at + CONFIRM_WITHIN
        return "FAILED_CONFIRMATION" if late else "PENDING_CONFIRMATION"

    @property
    def topic_arn(self) -> str:
        """The SNS topic that fills the queue."""
        aws_region, account = self.queue_arn.split(":")[3:5]
        return f"arn:aws:sns:{aws_region}:{account}:{self.subscription_id.rsplit('.', 1)[-1]}"


class ConflictError(Exception):
    """The same request token for something else, or one subscription too many."""


@dataclass(slots=True)
class Subscriptions:
    state: State = field(repr=False)
    clock: SandboxClock
    provision_seconds: float = PROVISION_SECONDS
    changes: int = 0
    """Grows with every change that was asked for."""

    def create(self, draft: dict[str, Any]) -> Subscription:
        """A new subscription, or the one that the same request made before."""
        token, mine = draft["client_request_token"], ("region", "advertiser_id", "dataset")
        same = ("queue_arn", "notes", *mine)
        living = [item for item in self.every() if item.ending != "ARCHIVED"]
        for item in living:
            if item.client_request_token == token and item.user == draft["user"]:
                if all(getattr(item, name) == draft[name] for name in same):
                    return item
                raise ConflictError("clientRequestToken was used for another request")
        beside = [i for i in living if all(getattr(i, name) == draft[name] for name in mine)]
        beside = [
            i
            for i in beside
            if i.status(self.clock.now()) not in {"FAILED_CONFIRMATION", "SUSPENDED"}
        ]
        if any(item.queue_arn == draft["queue_arn"] for item in beside):
            text = "Cannot have more than one subscription per advertiser, dataSetId, & destination combination"
            raise ConflictError(text)
        if len(beside) >= 2:
            text = "Cannot have more than two subscriptions per application, advertiser, & dataSetId combination"
            raise ConflictError(text)
        return self._new(draft)

    def _new(self, draft: dict[str, Any]) -> Subscription:
        now = to_millisecond(self.clock.now())
        made = Subscription(
            subscription_id=f"amzn1.fead.cs1.{uuid.uuid4().hex}",
            confirm_token=f"{uuid.uuid4().hex}{uuid.uuid4().hex}",
            created_at=now,
            provisioned_at=now + timedelta(seconds=self.provision_seconds),
            updated_at=now,
            number=sum(1 for _ in self.every()),
            **draft,
        )
        self.keep(made)
        return made

    def find(self, subscription_id: str) -> Subscription | None:
        kept = self.state.get(KIND, subscription_id)
        return _loaded(kept) if kept else None

    def every(self) -> Iterator[Subscription]:
        """All of them, the oldest first."""
        found = [_loaded(kept) for _, kept in self.state.all(KIND)]
        yield from sorted(found, key=lambda item: item.number)

    def keep(self, item: Subscription) -> None:
        self.changes += 1
        self.state.put(*document(item))

    def change(self, item: Subscription, **changes: Any) -> Subscription:
        """The subscription after a change that is dated now."""
        changed = replace(item, updated_at=to_millisecond(self.clock.now()), **changes)
        self.keep(changed)
        return changed

    def confirm(self, topic_arn: str, token: str) -> Subscription | None:
        """Starts the subscription that this token was sent for; None: no such token waits."""
        now = self.clock.now()
        for item in self.every():
            if (item.topic_arn, item.confirm_token) != (topic_arn, token):
                continue
            if item.status(now) == "PENDING_CONFIRMATION":
                return self.change(item, confirmed_at=now, sent_through=now)
            return item if item.confirmed_at else None
        return None


def document(item: Subscription) -> tuple[str, str, dict[str, Any]]:
    """As the state keeps it: kind, key, value."""
    fields = asdict(item)
    moments = {name: fields[name].isoformat() if fields[name] else None for name in _MOMENTS}
    return KIND, item.subscription_id, fields | moments


def _loaded(kept: dict[str, Any]) -> Subscription:
    moments: dict[str, Any] = {
        n: datetime.fromisoformat(kept[n]) if kept[n] else None for n in _MOMENTS
    }
    return Subscription(**(kept | moments))
