"""All event types in one place, and decoding from the wire."""

import json
from typing import Any

from . import amc_runner, auth, dsp_ingest, reporting, token_refresher
from .envelope import Event, EventData

CATALOGUE: tuple[type[EventData], ...] = (
    auth.ConnectionAuthorized,
    auth.ConnectionReauthorized,
    auth.ConnectionRevoked,
    auth.AdvertiserLinked,
    auth.AdvertiserUnlinked,
    auth.AdvertiserLost,
    auth.AdvertiserRecovered,
    auth.BrandCreated,
    auth.BrandUpdated,
    auth.BrandArchived,
    auth.SessionRevoked,
    auth.MemberUpdated,
    token_refresher.CredentialRefreshed,
    token_refresher.CredentialRefreshFailed,
    token_refresher.CredentialReauthRequired,
    token_refresher.CredentialRecovered,
    dsp_ingest.SyncStarted,
    dsp_ingest.SyncProgressed,
    dsp_ingest.SyncCompleted,
    dsp_ingest.SyncFailed,
    dsp_ingest.ReportLanded,
    dsp_ingest.ReportRejected,
    amc_runner.InstanceDiscovered,
    reporting.MetricsUpdated,
)

BY_TYPE: dict[str, type[EventData]] = {data.TYPE: data for data in CATALOGUE}


def topics_of(service: str) -> tuple[str, ...]:
    """The topics that `service` owns: their names begin with its own."""
    return tuple(sorted({d.TOPIC for d in CATALOGUE if d.TOPIC.startswith(f"{service}.")}))


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
