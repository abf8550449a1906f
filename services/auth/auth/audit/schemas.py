"""Request and response models of the audit log."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from .domain import MAX_RETENTION_DAYS, MIN_RETENTION_DAYS, Break, Chain, Check, Entry, Point
from .queries import Filter
from .service import Names, Page

Text = Annotated[str, Field(max_length=200)]
Outcome = Literal["allowed", "refused", "failed"]


class ActorView(BaseModel):
    """`name` is empty for those who are not known any more, and for services."""

    kind: str
    id: str
    name: str


class BrandName(BaseModel):
    id: UUID
    name: str


class TargetView(BaseModel):
    type: str
    id: str


class EntryView(BaseModel):
    """Who did or saw what. `impersonator`: who really sat there while viewing as `actor`."""

    sequence: int
    occurred_at: datetime
    service: str
    action: str
    operation: str
    actor: ActorView
    impersonator: ActorView | None
    brands: list[BrandName]
    every_brand: bool
    target: TargetView | None
    outcome: Outcome
    code: str
    count: int
    ip: str
    user_agent: str
    request_id: str
    details: dict[str, Any]
    hash: str

    @classmethod
    def of(cls, entry: Entry, names: Names) -> "EntryView":
        return cls.model_validate(
            {
                "sequence": entry.sequence,
                "occurred_at": entry.occurred_at,
                "service": entry.service,
                "action": entry.action,
                "operation": entry.operation,
                "actor": _actor(entry.actor_kind, entry.actor_id, names),
                "impersonator": _actor("user", entry.impersonator, names)
                if entry.impersonator
                else None,
                "brands": [
                    {"id": brand_id, "name": names.brands.get(str(brand_id), "")}
                    for brand_id in entry.brand_ids
                ],
                "every_brand": entry.every_brand,
                "target": {"type": entry.target_type, "id": entry.target_id}
                if entry.target_type
                else None,
                "outcome": entry.outcome,
                "code": entry.code,
                "count": entry.count,
                "ip": entry.ip,
                "user_agent": entry.user_agent,
                "request_id": entry.request_id,
                "details": entry.details,
                "hash": entry.hash.hex(),
            }
        )


class EntryList(BaseModel):
    """Newest first; `before` asks for the older ones, null at the end. `limited`: the caller sees
    only what concerns their brands, without the others' ids and details."""

    items: list[EntryView]
    before: int | None
    limited: bool

    @classmethod
    def of(cls, page: Page, *, limited: bool) -> "EntryList":
        items = [EntryView.of(entry, page.names) for entry in page.entries]
        return cls(items=items, before=page.before, limited=limited)


class EntryFilter(BaseModel):
    """Every given field narrows. `actor_id` also finds whom they viewed as; `since` is inclusive; `show`
    tells looks at data (read, downloaded, watched live) apart from all the rest."""

    actor_id: Text | None = None
    action: list[Text] | None = Field(default=None, max_length=50)
    brand_id: UUID | None = None
    outcome: Outcome | None = None
    target_type: Text | None = None
    target_id: Text | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    show: Literal["changes", "looks"] | None = None

    def domain(self) -> Filter:
        return Filter(
            actor_id=self.actor_id,
            actions=self.action,
            brand_id=self.brand_id,
            outcome=self.outcome,
            target_type=self.target_type,
            target_id=self.target_id,
            since=self.since,
            until=self.until,
            looks=None if self.show is None else self.show == "looks",
        )


class EntryPage(EntryFilter):
    """`before` continues from the page before."""

    before: int | None = Field(default=None, ge=0)
    limit: int = Field(default=50, ge=1, le=200)

    def domain(self) -> Filter:
        return replace(super().domain(), before=self.before)


class Facets(BaseModel):
    """Actors and actions among the newest entries, to filter by."""

    actors: list[ActorView]
    actions: list[str]

    @classmethod
    def of(
        cls, actors: list[tuple[str, str]], actions: list[str], names: dict[str, str]
    ) -> "Facets":
        views = [ActorView(kind=kind, id=id_, name=names.get(id_, "")) for kind, id_ in actors]
        return cls(actors=sorted(views, key=lambda view: view.name.lower()), actions=actions)


class PointView(BaseModel):
    """An entry of the chain. Noted somewhere else, it proves later that nothing before it changed."""

    sequence: int
    hash: str

    @classmethod
    def of(cls, point: Point) -> "PointView":
        return cls(sequence=point.sequence, hash=point.hash.hex())


class BreakView(BaseModel):
    """Entries `sequence` to `through` do not hold."""

    kind: Literal["changed", "removed", "relinked", "head", "rewritten"]
    sequence: int
    through: int

    @classmethod
    def of(cls, found: Break) -> "BreakView":
        return cls(kind=found.kind, sequence=found.sequence, through=found.through)


class AuditVerification(BaseModel):
    """One line: how far the check is. The last line has a state other than `running`."""

    state: Literal["running", "intact", "broken"]
    checked: int
    total: int
    head: PointView
    anchor: PointView
    broken: int
    breaks: list[BreakView]

    @classmethod
    def of(cls, chain: Chain, check: Check, *, done: bool) -> "AuditVerification":
        over: Literal["intact", "broken"] = "broken" if check.broken else "intact"
        return cls(
            state=over if done else "running",
            checked=check.checked,
            total=chain.head.sequence - chain.anchor.sequence,
            head=PointView.of(chain.head),
            anchor=PointView.of(chain.anchor),
            broken=check.broken,
            breaks=[BreakView.of(found) for found in check.breaks],
        )


class RetentionView(BaseModel):
    """How many days entries are kept, and what of the chain is there."""

    days: int
    min_days: int = MIN_RETENTION_DAYS
    max_days: int = MAX_RETENTION_DAYS
    head: PointView
    anchor: PointView

    @classmethod
    def of(cls, chain: Chain) -> "RetentionView":
        return cls(
            days=chain.retention_days,
            head=PointView.of(chain.head),
            anchor=PointView.of(chain.anchor),
        )


class RetentionRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    days: int = Field(ge=MIN_RETENTION_DAYS, le=MAX_RETENTION_DAYS)


def _actor(kind: str, actor_id: str, names: Names) -> dict[str, str]:
    return {"kind": kind, "id": actor_id, "name": names.actors.get(actor_id, "")}
