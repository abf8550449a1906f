"""What Clerk told, and who may do what here because of it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

ADMIN, OWNER = "admin", "owner"


@dataclass(frozen=True, slots=True)
class UserTold:
    """A user as of `version` (Clerk's updated_at); `email` is the primary address, if verified."""

    clerk_id: str
    email: str | None
    name: str
    version: int


@dataclass(frozen=True, slots=True)
class OrganizationTold:
    clerk_id: str
    name: str
    version: int


@dataclass(frozen=True, slots=True)
class MembershipTold:
    """A membership; joining again after leaving is another one, with another id."""

    clerk_id: str
    organization: OrganizationTold
    user: str
    role: str
    version: int


@dataclass(frozen=True, slots=True)
class UserDeleted:
    clerk_id: str


@dataclass(frozen=True, slots=True)
class OrganizationDeleted:
    clerk_id: str


@dataclass(frozen=True, slots=True)
class MembershipDeleted:
    clerk_id: str


@dataclass(frozen=True, slots=True)
class SessionEnded:
    clerk_id: str


Told = (
    UserTold
    | UserDeleted
    | OrganizationTold
    | OrganizationDeleted
    | MembershipTold
    | MembershipDeleted
    | SessionEnded
)


@dataclass(frozen=True, slots=True)
class Joined:
    """Somebody whom Clerk has in the organization, with a role that means something here."""

    user_id: UUID
    role: str
    admin_since: int | None
    clerk_id: str


@dataclass(frozen=True, slots=True)
class Here:
    """The organization as it is: its members, its owners, what Clerk had brought before."""

    members: frozenset[UUID]
    owners: frozenset[UUID]
    brought: Mapping[UUID, str]
    made_owner: UUID | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What makes the organization agree: roles to grant in place of all others, roles only to note
    (the person keeps what they have), people to remove, and who is owner by the first-admin rule."""

    grant: Mapping[UUID, str]
    note: Mapping[UUID, str]
    remove: frozenset[UUID]
    made_owner: UUID | None


def plan(joined: Mapping[UUID, Joined], here: Here) -> Plan:
    """The same for any order in which Clerk's facts came in.

    Roles granted here stay until Clerk changes the person's role. The owner is whoever was an admin at
    Clerk first, unless ownership was handed to somebody else here who still belongs.
    """
    remove = frozenset(here.brought) - joined.keys()
    kept = _owner_made_here(joined, here, remove)
    first = None if kept else first_admin(joined)
    grant: dict[UUID, str] = {}
    note: dict[UUID, str] = {}
    for user_id, one in joined.items():
        role = OWNER if user_id == first else one.role
        if here.brought.get(user_id) == role:
            continue
        adopted = user_id in here.members and user_id not in here.brought
        (note if adopted and role != OWNER else grant)[user_id] = role
    return Plan(grant, note, remove, first)


def first_admin(joined: Mapping[UUID, Joined]) -> UUID | None:
    """Of today's admins the one who has been an admin at Clerk for the longest time."""
    admins = [one for one in joined.values() if one.role == ADMIN and one.admin_since is not None]
    return min(admins, key=lambda a: (a.admin_since, a.clerk_id)).user_id if admins else None


def _owner_made_here(
    joined: Mapping[UUID, Joined], here: Here, removed: frozenset[UUID]
) -> UUID | None:
    """An owner whom people here chose, and whom Clerk has neither removed nor given another role. As
    long as the first admin is an owner, too, ownership was shared, not handed over."""
    if here.made_owner in here.owners - removed:
        return None
    for user_id in sorted(here.owners - removed):
        before, now = here.brought.get(user_id), joined.get(user_id)
        if before is None or now is None or before == now.role:
            return user_id
    return None
