"""The event catalogue: every type, its topic and its key."""

from .amc_runner import InstanceDiscovered
from .auth import (
    AdvertiserLinked,
    AdvertiserLost,
    AdvertiserRecovered,
    AdvertiserUnlinked,
    BrandArchived,
    BrandCreated,
    BrandUpdated,
    ConnectionAuthorized,
    ConnectionReauthorized,
    ConnectionRevoked,
    MemberUpdated,
    Region,
    SessionRevoked,
)
from .catalogue import BY_TYPE, CATALOGUE, decode, topics_of
from .dsp_ingest import (
    ReportLanded,
    ReportRejected,
    SyncCompleted,
    SyncFailed,
    SyncProgressed,
    SyncStarted,
)
from .envelope import Event, EventData, make_event
from .reporting import MetricsUpdated
from .token_refresher import (
    CredentialReauthRequired,
    CredentialRecovered,
    CredentialRefreshed,
    CredentialRefreshFailed,
    CredentialState,
)

__all__ = [
    "BY_TYPE",
    "CATALOGUE",
    "AdvertiserLinked",
    "AdvertiserLost",
    "AdvertiserRecovered",
    "AdvertiserUnlinked",
    "BrandArchived",
    "BrandCreated",
    "BrandUpdated",
    "ConnectionAuthorized",
    "ConnectionReauthorized",
    "ConnectionRevoked",
    "CredentialReauthRequired",
    "CredentialRecovered",
    "CredentialRefreshFailed",
    "CredentialRefreshed",
    "CredentialState",
    "Event",
    "EventData",
    "InstanceDiscovered",
    "MemberUpdated",
    "MetricsUpdated",
    "Region",
    "ReportLanded",
    "ReportRejected",
    "SessionRevoked",
    "SyncCompleted",
    "SyncFailed",
    "SyncProgressed",
    "SyncStarted",
    "decode",
    "make_event",
    "topics_of",
]
