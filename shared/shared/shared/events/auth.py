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
    """The connection ended; its secrets must go."""

    TYPE = "connection.revoked"

    reason: str


class _Advertiser(EventData):
    TOPIC = "auth.advertiser.v1"
    KEY = "advertiser_id"

    advertiser_id: UUID


class AdvertiserLinked(_Advertiser):
    """Full state of an advertiser as one connection sees it: on discovery, change and brand mapping."""

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
