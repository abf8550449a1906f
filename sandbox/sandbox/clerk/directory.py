"""Users, organizations, memberships and sessions of the instance, in the shapes that Clerk prints.

Every change tells an event; times of change never repeat, so that the newer of two can be told.
"""

from collections.abc import Callable
from typing import Any

from sandbox.clock import SandboxClock
from sandbox.state import State

from .ids import new_id, seeded_id

Json = dict[str, Any]
Tell = Callable[[str, Json], None]
PEOPLE = (
    ("Olivia", "Owens", "owner@example.com", (("Northwind Media", "org:admin"),)),
    ("Milo", "Meyer", "milo@example.com", (("Northwind Media", "org:member"),)),
    ("Greta", "Green", "greta@example.com", (("Southwind Studio", "org:admin"),)),
    ("Nora", "Nomad", "nora@example.com", ()),
)
"""Who is there from the beginning, and with which role in which organization."""

_KIND, _KEY = "clerk", "directory"
_NOUNS = ("users", "organizations", "memberships", "sessions")


class Unknown(Exception):
    """There is nothing with this id."""


class Directory:
    """One document of the state; a fresh one holds PEOPLE."""

    def __init__(self, state: State, clock: SandboxClock, seed: str, tell: Tell) -> None:
        self._state = state
        self._clock = clock
        self._seed = seed
        self._tell = tell

    def all(self, noun: str) -> list[Json]:
        return list(self._load()[noun].values())

    def find(self, noun: str, key: str) -> Json:
        """Raises Unknown."""
        found = self._load()[noun].get(key)
        if found is None:
            raise Unknown(key)
        return found

    def add_user(self, first: str, last: str, email: str, *, verified: bool = True) -> Json:
        user = self._user(new_id("user"), (first, last, email), self._tick(), verified=verified)
        return self._put("users", user, "user.created")

    def change_user(self, key: str, **changes: Any) -> Json:
        """`email`, `verified`, `first_name`, `last_name`."""
        user = self.find("users", key)
        address = user["email_addresses"][0]
        if "email" in changes:
            address["email_address"] = changes.pop("email")
        if "verified" in changes:
            address["verification"]["status"] = _status(verified=changes.pop("verified"))
        user |= {**changes, "updated_at": self._tick()}
        return self._put("users", user, "user.updated")

    def delete_user(self, key: str) -> None:
        """With all memberships and sessions, as Clerk does."""
        self.find("users", key)
        for session in [s for s in self.all("sessions") if s["user_id"] == key]:
            self.end_session(session["id"], "removed")
        for membership in [m for m in self.all("memberships") if _user_of(m) == key]:
            self.delete_membership(membership["id"])
        self._drop("users", key)
        self._tell("user.deleted", {"id": key, "object": "user", "deleted": True})

    def add_organization(self, name: str, created_by: str | None = None) -> Json:
        """The creator becomes its admin."""
        organization = _organization(new_id("org"), name, created_by, self._tick())
        self._put("organizations", organization, "organization.created")
        if created_by is not None:
            self.add_membership(organization["id"], created_by, "org:admin")
        return organization

    def change_organization(self, key: str, name: str) -> Json:
        organization = self.find("organizations", key)
        organization |= {"name": name, "updated_at": self._tick()}
        return self._put("organizations", organization, "organization.updated")

    def delete_organization(self, key: str) -> None:
        self.find("organizations", key)
        for membership in [m for m in self.all("memberships") if _organization_of(m) == key]:
            self.delete_membership(membership["id"])
        self._drop("organizations", key)
        self._tell("organization.deleted", {"id": key, "object": "organization", "deleted": True})

    def add_membership(self, organization: str, user: str, role: str) -> Json:
        membership = self._membership(
            new_id("orgmem"), self.find("organizations", organization), self.find("users", user),
            role, self._tick(),
        )  # fmt: skip
        return self._put("memberships", membership, "organizationMembership.created")

    def change_membership(self, key: str, role: str) -> Json:
        membership = self.find("memberships", key)
        membership |= {"role": role, "updated_at": self._tick()}
        return self._put("memberships", membership, "organizationMembership.updated")

    def delete_membership(self, key: str) -> None:
        membership = self.find("memberships", key)
        self._drop("memberships", key)
        self._tell("organizationMembership.deleted", membership)

    def membership_of(self, user: str, organization: str | None) -> Json | None:
        """Their membership in the organization that is active, if any."""
        own = [m for m in self.all("memberships") if _user_of(m) == user]
        return next((m for m in own if _organization_of(m) == organization), None)

    def start_session(self, user: str) -> Json:
        """In the user's first organization, as Clerk's sign-in leaves it active."""
        own = [m for m in self.all("memberships") if _user_of(m) == user]
        at = self._tick()
        session = {
            "id": new_id("sess"), "object": "session", "client_id": new_id("client"),
            "user_id": self.find("users", user)["id"], "status": "active", "actor": None,
            "last_active_organization_id": _organization_of(own[0]) if own else None,
            "last_active_at": at, "created_at": at, "updated_at": at,
            "expire_at": at + 604_800_000, "abandon_at": at + 2_592_000_000,
        }  # fmt: skip
        return self._put("sessions", session, "session.created")

    def end_session(self, key: str, how: str) -> None:
        """`how`: ended, removed (signed out) or revoked."""
        session = self.find("sessions", key)
        session |= {"status": how, "updated_at": self._tick()}
        self._drop("sessions", key)
        self._tell(f"session.{how}", session)

    def tell_all(self) -> None:
        """Everything there is, as if it had just been created: for an endpoint added later."""
        for noun, event in (
            ("organizations", "organization.created"),
            ("users", "user.created"),
            ("memberships", "organizationMembership.created"),
        ):
            for one in self.all(noun):
                self._tell(event, one)

    def _put(self, noun: str, document: Json, event: str) -> Json:
        whole = self._load()
        whole[noun][document["id"]] = document
        self._state.put(_KIND, _KEY, whole)
        self._tell(event, document)
        return document

    def _drop(self, noun: str, key: str) -> None:
        whole = self._load()
        del whole[noun][key]
        self._state.put(_KIND, _KEY, whole)

    def _tick(self) -> int:
        """Now in milliseconds, later than ever before."""
        whole = self._load()
        whole["last"] = max(int(self._clock.now().timestamp() * 1000), whole["last"] + 1)
        self._state.put(_KIND, _KEY, whole)
        return whole["last"]

    def _load(self) -> Json:
        whole = self._state.get(_KIND, _KEY)
        if whole is None:
            whole = self._seeded()
            self._state.put(_KIND, _KEY, whole)
        return whole

    def _seeded(self) -> Json:
        at = int(self._clock.now().timestamp() * 1000)
        whole: Json = {"last": at, **{noun: {} for noun in _NOUNS}}
        for first, last, email, places in PEOPLE:
            user = self._user(seeded_id("user", self._seed, email), (first, last, email), at)
            whole["users"][user["id"]] = user
            for name, role in places:
                key = seeded_id("org", self._seed, name)
                place = whole["organizations"].setdefault(
                    key, _organization(key, name, user["id"], at)
                )
                member_id = seeded_id("orgmem", self._seed, name, email)
                member = self._membership(member_id, place, user, role, at)
                whole["memberships"][member_id] = member
        return whole

    def _user(self, key: str, who: tuple[str, str, str], at: int, *, verified: bool = True) -> Json:
        first, last, email = who
        address = {
            "id": key.replace("user_", "idn_"), "object": "email_address",
            "email_address": email, "linked_to": [],
            "verification": {"status": _status(verified=verified), "strategy": "ticket"},
        }  # fmt: skip
        return {
            "id": key, "object": "user", "first_name": first, "last_name": last,
            "username": None, "email_addresses": [address],
            "primary_email_address_id": address["id"], "external_id": None,
            "created_at": at, "updated_at": at, "last_sign_in_at": None,
        }  # fmt: skip

    def _membership(self, key: str, place: Json, user: Json, role: str, at: int) -> Json:
        return {
            "id": key, "object": "organization_membership", "role": role, "permissions": [],
            "organization": place, "created_at": at, "updated_at": at,
            "public_user_data": {
                "user_id": user["id"], "first_name": user["first_name"],
                "last_name": user["last_name"], "has_image": False, "image_url": "",
                "identifier": user["email_addresses"][0]["email_address"],
            },
        }  # fmt: skip


def _organization(key: str, name: str, created_by: str | None, at: int) -> Json:
    slug = "-".join(name.lower().split())
    return {
        "id": key, "object": "organization", "name": name, "slug": slug,
        "created_by": created_by, "has_image": False, "max_allowed_memberships": 5,
        "admin_delete_enabled": True, "public_metadata": {}, "created_at": at, "updated_at": at,
    }  # fmt: skip


def _status(*, verified: bool) -> str:
    return "verified" if verified else "unverified"


def _user_of(membership: Json) -> str:
    return membership["public_user_data"]["user_id"]


def _organization_of(membership: Json) -> str:
    return membership["organization"]["id"]
