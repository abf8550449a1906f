"""Events of the auth service."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from .envelope import EventData

Region = Literal["NA", "EU", "FE"]


class _Connection(EventData):
    TOPIC = "auth.connection.v1"
    KEY = "connection_id"

    connection_id: UUID


class ConnectionAuthorized(_Connection):
    """An Amazon user consented; token-refresher holds the grant already."""

    TYPE = "connection.authorized"

    region: Region
    amazon_user_name: str
    consented_at: datetime
    scopes: list[str]


class ConnectionReauthorized(ConnectionAuthorized):
    """The same connection was consented to again."""

    TYPE = "connection.reauthorized"


class ConnectionRevoked(_Connection):
    """The connection ended; its secrets must go. Without `keep_history` what only it reached is to be
    forgotten too (advertisers are told of one by one: advertiser.erased)."""

    TYPE = "connection.revoked"

    reason: str
    keep_history: bool = True


class ConnectionUpdated(_Connection):
    """Something about the connection that people see has changed; `error_code` of its latest consent."""

    TYPE = "connection.updated"

    change: Literal["renamed", "consent_failed", "consent_held", "consent_declined"]
    error_code: str | None = None


class ConnectionConsentExpiring(_Connection):
    """Amazon ends the consent soon: said 30, 14, 7 and 1 days before."""

    TYPE = "connection.consent_expiring"

    consent_expires_at: datetime
    days_left: int


class ConsentRequestUpdated(EventData):
    """A magic link was made, opened, used, refused, revoked."""

    TYPE = "consent_request.updated"
    TOPIC = "auth.consent_request.v1"
    KEY = "consent_request_id"

    consent_request_id: UUID
    change: Literal["created", "sent", "opened", "failed", "completed", "revoked"]
    connection_id: UUID | None = None
    error_code: str | None = None


class _Advertiser(EventData):
    TOPIC = "auth.advertiser.v1"
    KEY = "advertiser_id"

    advertiser_id: UUID


class AdvertiserLinked(_Advertiser):
    """Full state of an advertiser as one connection sees it: on discovery, change, brand mapping, and
    when another connection serves it from now on. `serving_connection_id` is the one to pull through
    (None: not told); `served` is false while no connection of it works."""

    TYPE = "advertiser.linked"

    amazon_advertiser_id: str
    name: str
    currency: str
    country: str
    timezone: str
    region: Region
    brand_id: UUID | None
    connection_id: UUID
    profile_id: str
    entity_id: str
    serving_connection_id: UUID | None = None
    served: bool = True


class AdvertiserUnlinked(_Advertiser):
    """One connection no longer sees the advertiser."""

    TYPE = "advertiser.unlinked"

    brand_id: UUID | None
    connection_id: UUID


class AdvertiserLost(_Advertiser):
    """No connection sees the advertiser any more."""

    TYPE = "advertiser.lost"


class AdvertiserRecovered(_Advertiser):
    """A connection sees the advertiser again."""

    TYPE = "advertiser.recovered"


class AdvertiserErased(_Advertiser):
    """Nobody reaches the advertiser, and its history is not to be kept: every trace of it must go. Its
    id is never used again."""

    TYPE = "advertiser.erased"


class _Brand(EventData):
    TOPIC = "auth.brand.v1"
    KEY = "brand_id"

    brand_id: UUID


class BrandCreated(_Brand):
    """A client of the agency was added."""

    TYPE = "brand.created"

    name: str


class BrandUpdated(_Brand):
    """The brand's name changed."""

    TYPE = "brand.updated"

    name: str


class BrandArchived(_Brand):
    """The brand is no longer served."""

    TYPE = "brand.archived"


class _Access(EventData):
    TOPIC = "auth.access.v1"
    KEY = "subject_id"

    subject_id: UUID
    user_id: UUID


class SessionRevoked(_Access):
    """`subject_id` is the session that ended."""

    TYPE = "session.revoked"


class MemberUpdated(_Access):
    """The member's role or brands changed; `subject_id` is the user."""

    TYPE = "member.updated"


class MemberRemoved(_Access):
    """The user no longer belongs to the organization; `subject_id` is the user."""

    TYPE = "member.removed"


class _Role(EventData):
    TOPIC = "auth.access.v1"
    KEY = "role_id"

    role_id: UUID


class RoleCreated(_Role):
    """An organization made a role of named permissions."""

    TYPE = "role.created"


class RoleUpdated(_Role):
    """The role's name or permissions changed; `member.updated` follows for each who holds it."""

    TYPE = "role.updated"


class RoleDeleted(_Role):
    """Nobody held the role, and it is no more."""

    TYPE = "role.deleted"


class ApiKeyCreated(_Access):
    """`subject_id` is the key, `user_id` its owner."""

    TYPE = "api_key.created"


class ApiKeyUpdated(_Access):
    """The key was renamed, has a new secret or another owner."""

    TYPE = "api_key.updated"


class ApiKeyRevoked(_Access):
    """The key is worth nothing from here on."""

    TYPE = "api_key.revoked"
