"""All event types in one place, and decoding from the wire."""

import json
from typing import Any

from . import amc_runner, audit, auth, dsp_ingest, reporting, token_refresher
from .envelope import Event, EventData

CATALOGUE: tuple[type[EventData], ...] = (
    auth.ConnectionAuthorized,
    auth.ConnectionReauthorized,
    auth.ConnectionRevoked,
    auth.ConnectionUpdated,
    auth.ConnectionConsentExpiring,
    auth.ConsentRequestUpdated,
    auth.AdvertiserLinked,
    auth.AdvertiserUnlinked,
    auth.AdvertiserLost,
    auth.AdvertiserRecovered,
    auth.AdvertiserErased,
    auth.BrandCreated,
    auth.BrandUpdated,
    auth.BrandArchived,
    auth.SessionRevoked,
    auth.MemberUpdated,
    auth.MemberRemoved,
    auth.RoleCreated,
    auth.RoleUpdated,
    auth.RoleDeleted,
    auth.ApiKeyCreated,
    auth.ApiKeyUpdated,
    auth.ApiKeyRevoked,
    token_refresher.CredentialRefreshed,
    token_refresher.CredentialRefreshFailed,
    token_refresher.CredentialReauthRequired,
    token_refresher.CredentialRecovered,
    token_refresher.CredentialSuspended,
    token_refresher.CredentialResumed,
    dsp_ingest.SyncStarted,
    dsp_ingest.SyncProgressed,
    dsp_ingest.SyncCompleted,
    dsp_ingest.SyncFailed,
    dsp_ingest.ReportLanded,
    dsp_ingest.ReportRejected,
    dsp_ingest.CampaignChanged,
    dsp_ingest.AdGroupChanged,
    dsp_ingest.AdChanged,
    amc_runner.InstanceDiscovered,
    amc_runner.InstanceLost,
    reporting.MetricsUpdated,
    reporting.MetricsGapFound,
    reporting.MetricsReconciled,
    reporting.MetricsRestated,
    reporting.ExportRequested,
    reporting.ExportReady,
    reporting.ExportFailed,
    audit.ActionRecorded,
)

BY_TYPE: dict[str, type[EventData]] = {data.TYPE: data for data in CATALOGUE}


def topics_of(service: str) -> tuple[str, ...]:
    """The topics that `service` owns: their names begin with its own."""
    owned = {topic for data_type in CATALOGUE for topic in data_type.topics()}
    return tuple(sorted(topic for topic in owned if topic.startswith(f"{service}.")))


def decode(raw: bytes) -> Event[Any] | None:
    """Parse a message; None for a type this release does not know (readers ignore those).

    Raises ValueError (pydantic's ValidationError, JSON and UTF-8 errors are kinds of it) when the
    message is not an event.
    """
    document: Any = json.loads(raw)
    if not isinstance(document, dict) or not isinstance(document.get("type"), str):
        raise ValueError("not a CloudEvents document: no type")
    data_type = BY_TYPE.get(document["type"])
    return None if data_type is None else Event[data_type].model_validate(document)
