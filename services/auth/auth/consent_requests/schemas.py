"""Requests and responses about consent requests."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from auth.text import Line, Token

from .domain import LIFE_DAYS, LONGEST_LIFE_DAYS, ConsentRequest, State
from .service import Wish

Region = Literal["NA", "EU", "FE"]
Note = Annotated[Line, StringConstraints(max_length=300)]
SCOPES = [
    "Read your advertising accounts, campaigns and their reports (Amazon DSP)",
    "Read your Amazon Marketing Cloud instances and their results",
    "See the name of the Amazon user who consents",
]
"""What the link asks for, in words; Amazon's page names the same scopes in its own."""


class ConsentRequestBody(BaseModel):
    """Either the `region` of a new connection, or the `connection_id` of one to renew."""

    model_config = ConfigDict(extra="forbid")

    region: Region | None = None
    connection_id: UUID | None = None
    label: Line | None = None
    note: Note = ""
    recipient_email: Line | None = None
    life_days: int = Field(default=LIFE_DAYS, ge=1, le=LONGEST_LIFE_DAYS)

    @model_validator(mode="after")
    def _one_of_both(self) -> "ConsentRequestBody":
        if (self.region is None) == (self.connection_id is None):
            raise ValueError("give either region or connection_id")
        return self

    def wish(self) -> Wish:
        return Wish(
            region=self.region,
            label=self.label,
            note=self.note,
            recipient_email=self.recipient_email,
            life_days=self.life_days,
            connection_id=self.connection_id,
        )


class ConsentRequestView(BaseModel):
    """A magic link as its organization sees it. `link` while it is open; `error_code`: how the latest
    try at Amazon failed."""

    id: UUID
    state: State
    region: Region
    label: str | None
    note: str
    recipient_email: str | None
    reauthorizes: bool
    connection_id: UUID | None
    connection_label: str | None
    requester: str
    created_at: datetime
    expires_at: datetime
    sent_at: datetime | None
    opened_at: datetime | None
    completed_at: datetime | None
    error_code: str | None
    link: str | None

    @classmethod
    def of(cls, request: ConsentRequest, link: str, now: datetime) -> "ConsentRequestView":
        state = request.state(now)
        names = cls.model_fields.keys() - {"state", "link"}
        fields = {name: getattr(request, name) for name in names}
        shown = link if state in {"open", "consenting"} else None
        return cls.model_validate({**fields, "state": state, "link": shown})


class ConsentRequestList(BaseModel):
    items: list[ConsentRequestView]
    next_cursor: str | None = None


class LinkToken(BaseModel):
    model_config = ConfigDict(extra="forbid")

    token: Token


class OfferView(BaseModel):
    """What a visitor with the link sees: who asks, for what, until when."""

    organization_name: str
    requester: str
    region: Region
    note: str
    reauthorizes: bool
    scopes: list[str]
    read_only: bool
    state: State
    error_code: str | None
    expires_at: datetime

    @classmethod
    def of(cls, request: ConsentRequest, now: datetime) -> "OfferView":
        made = {"scopes": SCOPES, "read_only": True, "state": request.state(now)}
        names = cls.model_fields.keys() - made.keys()
        fields = {name: getattr(request, name) for name in names}
        return cls.model_validate({**fields, **made})


class OpeningView(BaseModel):
    """Send the browser to `authorize_url` before `expires_at`."""

    authorize_url: str
    expires_at: datetime
