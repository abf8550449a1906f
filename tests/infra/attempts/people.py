"""Members, roles, invitations, the organization itself, and viewing as somebody."""

from infra.tenants import Holdings

from .attempt import GONE, Attempt, Attempts, on, read

_VIEWER = [{"role": "viewer"}]
_NEW = {"token": "unknown", "name": "Nobody", "password": "a password of nobody"}


def _invite(victim: Holdings, _own: Holdings) -> list[Attempt]:
    guest = {"email": "guest@elsewhere.example", "grants": _VIEWER}
    brand = {"role": "client", "brand_ids": [victim.brand_id]}
    foreign = [[brand], [{"role_id": victim.role_id, "brand_ids": [victim.brand_id]}]]
    return [
        Attempt("POST", "/v1/invitations", frozenset({201, 403, 409}), guest),
        *(
            Attempt("POST", "/v1/invitations", GONE, {"email": "x@y.example", "grants": grants})
            for grants in foreign
        ),
    ]


def _view_as(victim: Holdings, _own: Holdings) -> list[Attempt]:
    body = {"user_id": victim.user_id, "reason": "curiosity"}
    return [Attempt("POST", "/v1/session/view-as", GONE, body)]


def _hand_over(victim: Holdings, _own: Holdings) -> list[Attempt]:
    body = {"user_id": victim.user_id, "password": "not the password"}
    return [Attempt("PUT", "/v1/organization/owner", frozenset({403, 422}), body)]


def _choose(victim: Holdings, _own: Holdings) -> list[Attempt]:
    """Victim and stranger may belong to one organization: then it is their own that they choose."""
    body = {"organization_id": victim.organization_id}
    allowed = frozenset({200, 404})
    return [Attempt("PUT", "/v1/session/organization", allowed, body, fresh=True)]


ATTEMPTS: dict[str, Attempts] = {
    "listAllMembers": read("/v1/members"),
    "changeMember": on("PATCH", "/v1/members/{user_id}", {"grants": _VIEWER}),
    "showRemoval": on("GET", "/v1/members/{user_id}/removal"),
    "deleteMember": on("DELETE", "/v1/members/{user_id}"),
    "listRoles": read("/v1/roles"),
    "addRole": lambda _victim, _own: [
        Attempt(
            "POST",
            "/v1/roles",
            frozenset({201, 403, 409}),
            {"name": "A role of both", "permissions": ["report:read"]},
        )
    ],
    "putRole": on("PUT", "/v1/roles/{role_id}", {"name": "Mine", "permissions": ["report:read"]}),
    "removeRole": on("DELETE", "/v1/roles/{role_id}"),
    "listPermissions": read("/v1/permissions"),
    "listInvitations": read("/v1/invitations"),
    "addInvitation": _invite,
    "resendInvitation": on("POST", "/v1/invitations/{invitation_id}/letters"),
    "revokeInvitation": on("DELETE", "/v1/invitations/{invitation_id}"),
    "showInvitation": lambda _victim, _own: [
        Attempt("GET", "/v1/invitations/offer?token=unknown", frozenset({404}))
    ],
    "acceptInvitation": lambda _victim, _own: [
        Attempt("POST", "/v1/invitations/acceptances", frozenset({404}), _NEW)
    ],
    "getOrganization": read("/v1/organization"),
    "changeOrganization": lambda _victim, _own: [
        Attempt("PATCH", "/v1/organization", frozenset({403, 422}), {"name": ""})
    ],
    "handOver": _hand_over,
    "chooseOrganization": _choose,
    "viewAs": _view_as,
    "stopViewing": lambda _victim, _own: [
        Attempt("DELETE", "/v1/session/view-as", frozenset({204}), fresh=True)
    ],
}
