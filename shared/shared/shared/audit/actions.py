"""The catalogue of recorded actions: what an operation is called in the audit log.

An entry carries both: the `operation` (the id in the OpenAPI document, may be renamed with the API) and
the `action` (`<noun>.<past verb>`, stable: people filter by it and the page tells it in words,
web/messages/en/audit.json).
"""

from collections.abc import Mapping
from types import MappingProxyType

ACTIONS: Mapping[str, str] = MappingProxyType(
    {
        "acceptInvitation": "invitation.accepted",
        "addApiKey": "api_key.created",
        "addBrand": "brand.created",
        "addExportLink": "export.link_created",
        "addInvitation": "invitation.created",
        "addRole": "role.created",
        "askEmailChange": "email.change_requested",
        "askPasswordReset": "password.reset_requested",
        "beginSecondFactor": "second_factor.started",
        "cancelBackfill": "backfill.cancelled",
        "cancelExport": "export.cancelled",
        "changeApiKey": "api_key.changed",
        "changeAuditRetention": "audit.retention_changed",
        "changeBackfill": "backfill.changed",
        "changeBrand": "brand.changed",
        "changeMember": "member.changed",
        "changeOrganization": "organization.changed",
        "changePassword": "password.changed",
        "chooseOrganization": "session.organization_changed",
        "confirmEmailChange": "email.changed",
        "confirmSecondFactor": "second_factor.confirmed",
        "connect": "connection.started",
        "createConsentRequest": "consent_request.created",
        "decideReplacement": "connection.replacement_decided",
        "deleteMember": "member.removed",
        "discover": "connection.discovery_requested",
        "downloadByLink": "export.downloaded",
        "downloadExport": "export.downloaded",
        "endConnection": "connection.ended",
        "endMemberSessions": "member.sessions_ended",
        "endOneSession": "session.revoked",
        "endOtherSessions": "session.others_revoked",
        "exportAuditCsv": "audit.exported",
        "exportAuditJsonl": "audit.exported",
        "exportMetrics": "metrics.exported",
        "exportMetricsParquet": "metrics.exported",
        "exportMetricsXlsx": "metrics.exported",
        "finishSignIn": "session.started",
        "handOver": "organization.handed_over",
        "listAdGroups": "ad_group.read",
        "listAds": "ad.read",
        "listAmcAccounts": "amc.accounts_read",
        "listAmcDiscoveries": "amc.discoveries_read",
        "listAmcInstances": "amc.instances_read",
        "listBackfills": "backfill.read",
        "listBrands": "brand.read",
        "listCampaigns": "campaign.read",
        "listChanges": "campaign.changes_read",
        "listExports": "export.read",
        "listListings": "campaign.listings_read",
        "listLoads": "metrics.loads_read",
        "listReports": "sync.reports_read",
        "listSyncs": "sync.read",
        "listVersions": "campaign.versions_read",
        "openConsentRequest": "consent_request.opened",
        "putBrands": "advertiser.mapped",
        "putPin": "advertiser.pinned",
        "putRole": "role.changed",
        "queryMetrics": "metrics.read",
        "readExport": "export.read",
        "readFreshness": "metrics.freshness_read",
        "readPlan": "sync.plan_read",
        "readQuota": "sync.quota_read",
        "reauthorize": "connection.reauthorization_started",
        "receiveConsent": "connection.consent_received",
        "redeemPasswordReset": "password.reset",
        "removeRole": "role.removed",
        "removeSecondFactor": "second_factor.removed",
        "renameConnection": "connection.renamed",
        "renewRecoveryCodes": "second_factor.codes_renewed",
        "requestExport": "export.requested",
        "resendInvitation": "invitation.sent",
        "resendVerification": "email.letter_requested",
        "resumeCredential": "credential.resumed",
        "retryLoad": "metrics.load_retried",
        "revokeApiKey": "api_key.revoked",
        "revokeConsentRequest": "consent_request.revoked",
        "revokeExport": "export.revoked",
        "revokeExportLink": "export.link_revoked",
        "revokeInvitation": "invitation.revoked",
        "rotateApiKey": "api_key.rotated",
        "sendConsentRequest": "consent_request.sent",
        "signIn": "session.started",
        "signInWithClerk": "session.started",
        "signOut": "session.ended",
        "signUp": "user.signed_up",
        "startBackfill": "backfill.started",
        "startSync": "sync.started",
        "stopViewing": "view_as.ended",
        "streamEvents": "live.opened",
        "suspendCredential": "credential.suspended",
        "takeClerkWebhook": "clerk.webhook_taken",
        "updateUser": "user.changed",
        "verifyAuditLog": "audit.verified",
        "verifyEmail": "email.verified",
        "viewAs": "view_as.started",
    }
)

OTHER_ACTIONS = frozenset(
    {
        "advertiser.connection_changed",
        "advertiser.lost",
        "advertiser.recovered",
        "audit.export_ended",
        "audit.purged",
        "connection.authorized",
        "connection.reauthorized",
        "edge.refused",
        "member.added",
        "metrics.export_ended",
        "organization.created",
        "organization.linked",
    }
)
"""Recorded by code that is no operation of the API: jobs, the edge, an operator's commands, ends of streams."""


_LOOKS_END_IN = ("read", "exported", "export_ended")

LOOKS = frozenset(
    action for action in OTHER_ACTIONS.union(ACTIONS.values()) if action.endswith(_LOOKS_END_IN)
) | {"audit.verified", "export.downloaded", "live.opened"}
"""Somebody saw or took along data and changed nothing."""


def action_of(operation_id: str) -> str:
    """The action of an operation; a test holds that every recorded one has a name here."""
    return ACTIONS.get(operation_id, f"operation.{operation_id}")
