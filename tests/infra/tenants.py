"""Two organizations at work side by side, and people of the first who see one brand only.

Northwind (A) is connected as the sandbox's morgan, who sees everything; Fabrikam (B) as robin, who
sees some of the same advertisers. A second connection of A, as sam, serves no brand at all.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, cast

from infra.agency import Agency
from infra.canaries import Canaries, World, ids, texts
from infra.installation import Installation

OTHER_OWNER = ("owner@fabrikam.example", "a quite different passphrase")
BRAND_ROLES = ("client", "admin")
BRAND_PASSWORD = "one brand and no other brand"
LISTS = (
    "/v1/advertisers",
    "/v1/amc/accounts",
    "/v1/amc/discoveries",
    "/v1/amc/instances",
    "/v1/api-keys",
    "/v1/audit?outcome=allowed",
    "/v1/brands",
    "/v1/connections",
    "/v1/consent-requests",
    "/v1/credentials",
    "/v1/exports",
    "/v1/invitations",
    "/v1/members",
    "/v1/roles",
    "/v1/sessions",
    "/v1/metrics/freshness",
    "/v1/metrics/loads?state=loaded&state=superseded",
    "/v1/syncs",
    "/v1/syncs/reports?state=landed&limit=1000",
)


@dataclass(frozen=True)
class Holdings:
    """One of each thing that somebody has and another one could ask for."""

    email: str
    user_id: str
    api_key_id: str
    organization_id: str
    role_id: str
    invitation_id: str
    session_id: str
    consent_request_id: str
    brand_id: str
    advertiser_id: str
    connection_id: str
    report_id: str
    export_id: str
    order_id: str
    start_date: str
    end_date: str


@dataclass
class Tenants:
    """`limited`: the people of A who see `own` only, by role."""

    installation: Installation
    a: Agency
    b: Agency
    world: World
    idle_connection_id: str = ""
    own: dict[str, Any] = field(default_factory=dict[str, Any])
    limited: dict[str, Agency] = field(default_factory=dict[str, Agency])

    def close(self) -> None:
        for agency in (self.a, self.b, *self.limited.values()):
            agency.http.close()

    def hidden_from_b(self) -> Canaries:
        """Everything of A, but what Amazon shows B's user, too, and who is a member of both."""
        theirs = {
            *ids(list(everything(self.a))),
            *ids(self.a.session),
            *self.world.seen_by("morgan"),
        }
        words = {brand["name"] for brand in self.a.api("GET", "/v1/brands")["items"]}
        words |= {member["email"] for member in self.a.api("GET", "/v1/members")["items"]}
        words |= {self.a.session["csrf_token"], self.a.session["organization"]["name"]}
        members = set(texts(self.b.api("GET", "/v1/members")["items"]))
        known = self.world.seen_by("robin") | self._reports_of_both() | members
        return Canaries.of(theirs | words, known)

    def _reports_of_both(self) -> set[str]:
        """Amazon's ids of reports on accounts that both see: asked for twice, it names the first one."""
        both = {x["amazon_advertiser_id"] for x in self.b.advertisers()}
        ours = {x["id"] for x in self.a.advertisers() if x["amazon_advertiser_id"] in both}
        reports = [item for item in everything(self.a) if "amazon_report_id" in item]
        return {r["amazon_report_id"] for r in reports if r["advertiser_id"] in ours}

    def hidden_from_limited(self) -> Canaries:
        """Everything of A that does not concern the one brand."""
        own = {self.own["id"], self.own["brand_id"]}
        mine, others = self._actors_told_of(own), list[Any]()
        for item in everything(self.a):
            if "action" not in item:
                known = own & set(texts(item)) or _concerns_every_brand(item)
                (mine if known else others).append(item)
        shared = {self.a.session["organization"]["id"], *self.own["connection_ids"]}
        known = {*ids(mine), *shared, *self.world.of_advertiser(self.own["amazon_advertiser_id"])}
        words = {*ids(others), *self.world.seen_by("morgan"), self.a.session["csrf_token"]}
        words |= {a["name"] for a in self.a.advertisers()} - {self.own["name"]}
        return Canaries.of(words, known)

    def _actors_told_of(self, own: set[str]) -> list[Any]:
        """Who did or saw something of the one brand: such an entry may name other brands, too, and is
        told in part."""
        entries = (entry for page in self.a.audit_pages() for entry in page["items"])
        return [e["actor"] for e in entries if own & set(texts(e)) or _concerns_every_brand(e)]

    def holdings_of_a(self) -> Holdings:
        """Things of A of which neither B nor A's limited people may know."""
        seen_by_b = {a["amazon_advertiser_id"] for a in self.b.advertisers()}
        secret = [a for a in self.a.advertisers() if a["amazon_advertiser_id"] not in seen_by_b]
        other = next(a for a in secret if a["id"] != self.own["id"])
        return holdings(self.a, other, self.idle_connection_id)

    def holdings_of_b(self) -> Holdings:
        advertiser = self.b.advertisers()[0]
        return holdings(self.b, advertiser, advertiser["connection_ids"][0])


def _concerns_every_brand(item: dict[str, Any]) -> bool:
    """Roles are the organization's; who holds something for all brands has to do with each of them."""
    if "built_in" in item or item.get("every_brand"):
        return True
    grants: Any = item.get("grants")
    return isinstance(grants, list) and None in [g["brand_ids"] for g in cast("list[Any]", grants)]


def everything(agency: Agency) -> Iterator[Any]:
    """Every item of every list."""
    for path in LISTS:
        yield from agency.api("GET", path)["items"]


def possessions(agency: Agency) -> dict[str, Any]:
    """Ids and names of what an organization has; of members what they hold."""
    paths = ("/v1/brands", "/v1/roles", "/v1/api-keys", "/v1/invitations", "/v1/sessions")
    found = {path: agency.api("GET", path)["items"] for path in paths}
    named = {
        path: sorted((i["id"], i.get("name", "")) for i in items if i.get("id"))
        for path, items in found.items()
    }
    members = agency.api("GET", "/v1/members")["items"]
    return {**named, "members": {m["user_id"]: m["grants"] for m in members}}


def holdings(agency: Agency, advertiser: dict[str, Any], connection_id: str) -> Holdings:
    loads = agency.api("GET", "/v1/metrics/loads?state=loaded")["items"]
    load = next(item for item in loads if item["advertiser_id"] == advertiser["id"])
    query = {
        "start_date": load["start_date"],
        "end_date": load["end_date"],
        "dimensions": ["order"],
        "metrics": ["clicks"],
        "filters": {"advertiser_ids": [advertiser["id"]]},
    }
    orders = agency.api("POST", "/v1/metrics/query", json=query)["rows"]
    session = agency.session
    return Holdings(
        email=session["user"]["email"],
        user_id=session["user"]["id"],
        api_key_id=_key_of(agency),
        organization_id=session["organization"]["id"],
        role_id=_role_of(agency),
        invitation_id=_invitation_of(agency),
        session_id=agency.api("GET", "/v1/sessions")["items"][0]["id"],
        consent_request_id=_consent_request_of(agency),
        brand_id=advertiser["brand_id"],
        advertiser_id=advertiser["id"],
        connection_id=connection_id,
        report_id=load["id"],
        export_id=_export_of(agency, load),
        order_id=orders[0]["order_id"],
        start_date=load["start_date"],
        end_date=load["end_date"],
    )


def _export_of(agency: Agency, load: dict[str, Any]) -> str:
    """An export, asked for where there is none."""
    found = agency.api("GET", "/v1/exports")["items"]
    if found:
        return found[0]["id"]
    query = {"start_date": load["start_date"], "end_date": load["end_date"], "metrics": ["clicks"]}
    return agency.api("POST", "/v1/exports", json={"format": "csv", "query": query})["id"]


def _role_of(agency: Agency) -> str:
    """The first role of the organization's own, made where there is none."""
    roles = [role for role in agency.api("GET", "/v1/roles")["items"] if not role["built_in"]]
    body = {"name": "Readers", "permissions": ["report:read"]}
    return (roles[0] if roles else agency.api("POST", "/v1/roles", json=body))["id"]


def _invitation_of(agency: Agency) -> str:
    """An open invitation, sent where there is none."""
    found = agency.api("GET", "/v1/invitations")["items"]
    if found:
        return found[0]["id"]
    body = {"email": "guest@elsewhere.example", "grants": [{"role": "viewer"}]}
    return agency.api("POST", "/v1/invitations", json=body)["invitation"]["id"]


def _key_of(agency: Agency) -> str:
    """A key for every brand."""
    keys = agency.api("GET", "/v1/api-keys")["items"]
    return next(key["id"] for key in keys if key["brand_ids"] is None)


def _consent_request_of(agency: Agency) -> str:
    """A magic link of the organization, asked for where there is none."""
    found = agency.api("GET", "/v1/consent-requests")["items"]
    body = {"region": "FE"}
    return (found[0] if found else agency.api("POST", "/v1/consent-requests", json=body))["id"]


def open_tenants(installation: Installation) -> Tenants:
    """Both organizations connected, mapped and synced; A's limited people signed in."""
    with ThreadPoolExecutor(3) as pool:
        adding = pool.submit(installation.add_organization, "Fabrikam", *OTHER_OWNER)
        a = Agency(installation).sign_in("owner@example.com", installation.secrets.owner_password)
        a.wait_discovered(a.connect(user="morgan"))
        map_brands(a, "Northwind")
        adding.result()
        b = Agency(installation).sign_in(*OTHER_OWNER)
        tenants = Tenants(installation, a, b, World.of(installation))
        tenants.own = a.advertisers()[0]
        members = [pool.submit(_add_limited, tenants, role) for role in BRAND_ROLES]
        b.wait_discovered(b.connect(user="robin"))
        map_brands(b, "Fabrikam")
        tenants.idle_connection_id = a.connect(user="sam")
        tenants.limited = dict(zip(BRAND_ROLES, (m.result() for m in members), strict=True))
    for agency in (a, b):
        wish = {"name": "A program", "permissions": ["report:read"]}
        agency.api("POST", "/v1/api-keys", json=wish)
    a.wait_synced()
    b.wait_synced()
    return tenants


def map_brands(agency: Agency, prefix: str) -> None:
    """A brand for each advertiser, under a name nobody else uses."""
    mappings = [
        {"advertiser_id": a["id"], "new_brand_name": f"{prefix} {a['name']}"}
        for a in agency.advertisers()
    ]
    agency.api("PUT", "/v1/advertisers/brands", json={"mappings": mappings})


def limited_email(role: str) -> str:
    return f"{role}@northwind.example"


def _add_limited(tenants: Tenants, role: str) -> Agency:
    command = ("exec", "auth", "-m", "auth.cli", "members", "add", "--role", role)
    tenants.installation.command(
        *command,
        "--organization-id", tenants.a.session["organization"]["id"],
        "--email", limited_email(role),
        "--brand-id", tenants.own["brand_id"],
        given=BRAND_PASSWORD,
    )  # fmt: skip
    return Agency(tenants.installation).sign_in(limited_email(role), BRAND_PASSWORD)
