"""CloudEvents 1.0 in structured JSON mode: the one shape on the wire.

`tenantid` is the organization, `brandid` the brand where one applies; `subject` is the aggregate's id
and also the Kafka key, so that order holds per aggregate.
"""

from datetime import datetime
from typing import Any, ClassVar, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.clock import utc_now
from shared.ids import new_id


class EventData(BaseModel):
    """The `data` of one event type. Readers ignore unknown fields; changes are additive only."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    TYPE: ClassVar[str]
    TOPIC: ClassVar[str]
    KEY: ClassVar[str]

    @property
    def subject(self) -> str:
        """The aggregate's id."""
        return str(getattr(self, self.KEY))

    @property
    def topic(self) -> str:
        """Where this one is published; most types have one topic."""
        return self.TOPIC

    @classmethod
    def topics(cls) -> tuple[str, ...]:
        """Every topic on which this type appears."""
        return (cls.TOPIC,)


D = TypeVar("D", bound=EventData)


class Event(BaseModel, Generic[D]):
    """One fact in the past tense, with who it belongs to and when it happened."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    specversion: Literal["1.0"] = "1.0"
    datacontenttype: Literal["application/json"] = "application/json"
    id: UUID
    source: str
    type: str
    subject: str
    time: datetime
    tenantid: UUID
    brandid: UUID | None = None
    traceparent: str | None = None
    data: D


def make_event(
    data: EventData,
    organization_id: UUID,
    brand_id: UUID | None = None,
    *,
    traceparent: str | None = None,
) -> Event[Any]:
    """The envelope around `data`: a new id, now, and the owning service taken from the topic."""
    return Event[type(data)](
        id=new_id(),
        source=data.topic.split(".", 1)[0],
        type=data.TYPE,
        subject=data.subject,
        time=utc_now(),
        tenantid=organization_id,
        brandid=brand_id,
        traceparent=traceparent,
        data=data,
    )
