"""Requests and responses about API keys."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field
from shared.networks import parse_network

from auth.sessions.schemas import allowed
from auth.text import Line, Token

from .domain import ApiKey, Ended, EndedKey, State, Wish, check_permissions
from .service import Issued, Resolved


def _network(text: str) -> str:
    return str(parse_network(text))


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("must be a moment that UTC can tell") from None


NetworkText = Annotated[Line, AfterValidator(_network)]
Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]


class ApiKeyRequest(BaseModel):
    """`POST /v1/api-keys`. `brand_ids` null: every brand of the creator, for those who see every brand.

    `allowed_networks`: addresses and CIDR networks it may be used from, empty for anywhere.
    `expires_at` null: as late as this installation allows.
    """

    model_config = ConfigDict(extra="forbid")

    name: Line
    permissions: list[Line] = Field(min_length=1, max_length=50)
    brand_ids: Annotated[list[UUID], Field(min_length=1, max_length=1000)] | None = None
    allowed_networks: list[NetworkText] = Field(default=[], max_length=50)
    rate_limit_per_minute: int | None = Field(default=None, ge=1, le=100_000)
    expires_at: Moment | None = None

    def wish(self) -> Wish:
        """Raises Unprocessable for permissions that no key can have."""
        return Wish(
            name=self.name,
            permissions=check_permissions(self.permissions),
            brand_ids=None if self.brand_ids is None else frozenset(self.brand_ids),
            networks=tuple(dict.fromkeys(map(parse_network, self.allowed_networks))),
            per_minute=self.rate_limit_per_minute,
            expires_at=self.expires_at,
        )


class ApiKeyName(BaseModel):
    """`PATCH /v1/api-keys/{api_key_id}`."""

    model_config = ConfigDict(extra="forbid")

    name: Line


class ApiKeyRotation(BaseModel):
    """`POST /v1/api-keys/{api_key_id}/secrets`. `expires_at` null: the key ends when it did before."""

    model_config = ConfigDict(extra="forbid")

    grace_hours: int = Field(default=0, ge=0, le=24)
    expires_at: Moment | None = None

    @property
    def grace(self) -> timedelta:
        return timedelta(hours=self.grace_hours)


class ApiKeyOwner(BaseModel):
    id: UUID
    name: str


class ApiKeyView(BaseModel):
    """A key without its secret; `prefix` is how the secret begins.

    `state` `ownerless`: its owner left, it does not work. `rotate_advised`: somebody else than the
    owner knows the secret. `replaced_secret_until`: until then the secret before works, too.
    """

    id: UUID
    name: str
    prefix: str
    state: State
    owner: ApiKeyOwner | None
    own: bool
    permissions: list[str]
    brand_ids: list[UUID] | None
    allowed_networks: list[str]
    rate_limit_per_minute: int | None
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    last_used_ip: str
    replaced_secret_until: datetime | None
    rotate_advised: bool

    @classmethod
    def of(cls, key: ApiKey, reader: str, now: datetime) -> "ApiKeyView":
        """`reader`: the user who looks."""
        return cls.model_validate(fields(key, reader, now))


class IssuedApiKey(ApiKeyView):
    """A key with its secret, which is shown this once."""

    secret: str = Field(repr=False)

    @classmethod
    def issued(cls, issued: Issued, reader: str, now: datetime) -> "IssuedApiKey":
        return cls.model_validate({**fields(issued.key, reader, now), "secret": issued.secret})


def fields(key: ApiKey, reader: str, now: datetime) -> dict[str, Any]:
    """What is told about a key."""
    wish = key.wish
    return {
        "id": key.id,
        "name": wish.name,
        "prefix": key.prefix,
        "state": key.state(now),
        "owner": None if key.owner_name is None else {"id": key.owner_id, "name": key.owner_name},
        "own": str(key.owner_id) == reader,
        "permissions": sorted(wish.permissions),
        "brand_ids": None if wish.brand_ids is None else sorted(wish.brand_ids),
        "allowed_networks": [str(network) for network in wish.networks],
        "rate_limit_per_minute": wish.per_minute,
        "created_at": key.created_at,
        "expires_at": wish.expires_at,
        "last_used_at": key.last_used_at,
        "last_used_ip": key.last_used_ip,
        "replaced_secret_until": key.replaced_until,
        "rotate_advised": key.known_to_another,
    }


class ApiKeyList(BaseModel):
    items: list[ApiKeyView]
    next_cursor: str | None = None


class ResolveKeyRequest(BaseModel):
    """`POST /internal/api-keys/resolve`."""

    model_config = ConfigDict(hide_input_in_errors=True)

    secret: Token = Field(min_length=1, repr=False)
    ip: Line = ""


class EndedApiKey(BaseModel):
    """Whose key it was that is worth nothing any more, and why."""

    subject: UUID
    organization_id: UUID
    ended: Ended

    @classmethod
    def of(cls, key: EndedKey) -> "EndedApiKey":
        return cls(subject=key.id, organization_id=key.organization_id, ended=key.reason)


class ResolvedApiKey(BaseModel):
    """The fields of the actor a key stands for, from where and how often it may call, and its end."""

    kind: Literal["key"] = "key"
    subject: UUID
    organization_id: UUID
    permissions: list[str]
    brand_ids: list[UUID] | None
    narrower: dict[str, list[UUID]]
    allowed_networks: list[str]
    rate_limit_per_minute: int | None
    expires_at: datetime | None

    @classmethod
    def of(cls, resolved: Resolved) -> "ResolvedApiKey":
        key = resolved.key
        return cls(
            subject=key.id,
            organization_id=key.organization_id,
            **allowed(resolved.effective),
            allowed_networks=[str(network) for network in key.networks],
            rate_limit_per_minute=key.per_minute,
            expires_at=key.expires_at,
        )
