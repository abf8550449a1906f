"""What dsp-ingest hears: who to pull for, through whom, and when help has come."""

from shared.consumers import Subscription, on
from shared.db import Tx
from shared.events import (
    AdvertiserErased,
    AdvertiserLinked,
    AdvertiserLost,
    AdvertiserRecovered,
    AdvertiserUnlinked,
    ConnectionAuthorized,
    ConnectionReauthorized,
    ConnectionRevoked,
    CredentialReauthRequired,
    CredentialRecovered,
    CredentialSuspended,
    Event,
    MetricsGapFound,
)

from .advertisers import queries as advertisers
from .erasures import queries as erasures
from .listings import queries as listings
from .planning import service as planning
from .reports import queries as reports
from .syncs import service as syncs

_UNREACHABLE = "No connection reaches this advertiser any more."


async def store_advertiser(tx: Tx, event: Event[AdvertiserLinked]) -> None:
    """A new advertiser is due for its first sync at once; a known one takes its new state. Running
    syncs go on under the connection that serves it from now on."""
    data, tenant = event.data, event.tenantid
    await advertisers.upsert(tx, tenant, data, event.time)
    await advertisers.upsert_source(tx, tenant, data)
    await reports.wake_advertiser(tx, tenant, data.advertiser_id, event.time)
    await listings.schedule(tx, tenant, data.advertiser_id, event.time)
    serving = data.serving_connection_id
    if serving is not None and await advertisers.set_serving(tx, tenant, data, event.time):
        await reports.wake_handed_over(tx, tenant, data.advertiser_id, serving, event.time)


async def unlink_advertiser(tx: Tx, event: Event[AdvertiserUnlinked]) -> None:
    """Other connections go on with it; without any, its open sync ends."""
    data = event.data
    left = await advertisers.delete_source(
        tx, event.tenantid, data.advertiser_id, data.connection_id
    )
    if left == 0:
        await syncs.abandon(
            tx,
            event.tenantid,
            data.advertiser_id,
            "advertiser_unlinked",
            _UNREACHABLE,
            event.time,
        )


async def mark_advertiser_lost(tx: Tx, event: Event[AdvertiserLost]) -> None:
    await advertisers.set_lost(tx, event.tenantid, event.data.advertiser_id, True, event.time)


async def mark_advertiser_recovered(tx: Tx, event: Event[AdvertiserRecovered]) -> None:
    advertiser_id = event.data.advertiser_id
    await advertisers.set_lost(tx, event.tenantid, advertiser_id, False, event.time)
    await reports.wake_advertiser(tx, event.tenantid, advertiser_id, event.time)
    await listings.schedule(tx, event.tenantid, advertiser_id, event.time)


async def erase_advertiser(tx: Tx, event: Event[AdvertiserErased]) -> None:
    """Its rows go now, its files by a job; nothing that arrives late brings it back."""
    advertiser_id = event.data.advertiser_id
    if await erasures.bury(tx, event.tenantid, advertiser_id, event.time):
        await erasures.delete_rows(tx, event.tenantid, advertiser_id)


async def record_consent(
    tx: Tx, event: Event[ConnectionAuthorized] | Event[ConnectionReauthorized]
) -> None:
    """A fresh consent also heals the credential: token-refresher had it before the event."""
    connection_id = event.data.connection_id
    await advertisers.set_consent(tx, event.tenantid, connection_id, "active", event.time)
    await advertisers.set_credential(tx, event.tenantid, connection_id, "healthy", event.time)
    await reports.wake_connection(tx, event.tenantid, connection_id, event.time)
    await listings.wake_connection(tx, event.tenantid, connection_id, event.time)


async def record_revocation(tx: Tx, event: Event[ConnectionRevoked]) -> None:
    await advertisers.set_consent(
        tx, event.tenantid, event.data.connection_id, "revoked", event.time
    )


async def record_dead_credential(
    tx: Tx, event: Event[CredentialReauthRequired] | Event[CredentialSuspended]
) -> None:
    """Refused by Amazon, or suspended by a person: no calls through it until it recovers; other connections take over."""
    await advertisers.set_credential(
        tx, event.tenantid, event.data.connection_id, "reauth_required", event.time
    )


async def record_recovery(tx: Tx, event: Event[CredentialRecovered]) -> None:
    connection_id = event.data.connection_id
    await advertisers.set_credential(tx, event.tenantid, connection_id, "healthy", event.time)
    await reports.wake_connection(tx, event.tenantid, connection_id, event.time)
    await listings.wake_connection(tx, event.tenantid, connection_id, event.time)


async def ask_again(tx: Tx, event: Event[MetricsGapFound]) -> None:
    """Reporting misses days, or their rows do not add up: they are wanted anew since it said so."""
    data = event.data
    await planning.ask_gap(
        tx, event.tenantid, data.advertiser_id, data.report_type, data.days, event.time
    )


HANDLERS: tuple[Subscription, ...] = (
    on(AdvertiserLinked, store_advertiser),
    on(AdvertiserUnlinked, unlink_advertiser),
    on(AdvertiserErased, erase_advertiser),
    on(AdvertiserLost, mark_advertiser_lost),
    on(AdvertiserRecovered, mark_advertiser_recovered),
    on(ConnectionAuthorized, record_consent),
    on(ConnectionReauthorized, record_consent),
    on(ConnectionRevoked, record_revocation),
    on(CredentialReauthRequired, record_dead_credential),
    on(CredentialSuspended, record_dead_credential),
    on(CredentialRecovered, record_recovery),
    on(MetricsGapFound, ask_again),
)
