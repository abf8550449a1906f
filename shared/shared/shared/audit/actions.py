"""The catalogue of recorded actions: what an operation is called in the audit log.

An entry carries both: the `operation` (the id in the OpenAPI document, may be renamed with the API) and
the `action` (`<noun>.<past verb>`, stable: people filter by it and the page tells it in words).
"""

from collections.abc import Mapping
from types import MappingProxyType

ACTIONS: Mapping[str, str] = MappingProxyType(
    {
        "addBrand": "brand.created",
        "changeBrand": "brand.changed",
        "connect": "connection.started",
        "discover": "connection.discovery_requested",
        "exportMetrics": "metrics.exported",
        "listAmcAccounts": "amc.accounts_read",
        "listAmcDiscoveries": "amc.discoveries_read",
        "listAmcInstances": "amc.instances_read",
        "listBrands": "brand.read",
        "listLoads": "metrics.loads_read",
        "listReports": "sync.reports_read",
        "listSyncs": "sync.read",
        "putBrands": "advertiser.mapped",
        "queryMetrics": "metrics.read",
        "readFreshness": "metrics.freshness_read",
        "receiveConsent": "connection.consent_received",
        "retryLoad": "metrics.load_retried",
        "signIn": "session.started",
        "signOut": "session.ended",
        "startSync": "sync.started",
        "streamEvents": "live.opened",
    }
)


def action_of(operation_id: str) -> str:
    """The action of an operation; a test holds that every recorded one has a name here."""
    return ACTIONS.get(operation_id, f"operation.{operation_id}")
