"""Who is granted what because of Clerk."""

from uuid import UUID

from auth.clerk.domain import Here, Joined, Plan, plan

ADA, BEN, CLEO = (UUID(int=n) for n in range(1, 4))
NOBODY: frozenset[UUID] = frozenset()
EMPTY = Here(NOBODY, NOBODY, {}, None)


def joined(user: UUID, role: str = "admin", since: int | None = 1) -> Joined:
    return Joined(user, role, since if role == "admin" else None, f"orgmem_{user.int}")


def by_user(*all_of_them: Joined) -> dict[UUID, Joined]:
    return {one.user_id: one for one in all_of_them}


def test_the_first_admin_of_a_new_organization_owns_it() -> None:
    todo = plan(by_user(joined(ADA, since=2), joined(BEN, since=1), joined(CLEO, "viewer")), EMPTY)
    assert todo == Plan({ADA: "admin", BEN: "owner", CLEO: "viewer"}, {}, NOBODY, BEN)


def test_without_an_admin_there_is_no_owner() -> None:
    assert plan(by_user(joined(CLEO, "viewer")), EMPTY).made_owner is None


def test_agreement_needs_nothing() -> None:
    here = Here(frozenset({ADA, BEN}), frozenset({ADA}), {ADA: "owner", BEN: "viewer"}, ADA)
    todo = plan(by_user(joined(ADA), joined(BEN, "viewer")), here)
    assert todo == Plan({}, {}, NOBODY, ADA)


def test_a_member_from_before_keeps_what_they_have() -> None:
    here = Here(frozenset({ADA, BEN}), frozenset({ADA}), {}, None)
    todo = plan(by_user(joined(ADA, "viewer"), joined(BEN, "admin")), here)
    assert todo == Plan({}, {ADA: "viewer", BEN: "admin"}, NOBODY, None)


def test_ownership_shared_here_leaves_the_first_admin_an_owner() -> None:
    here = Here(frozenset({ADA, BEN}), frozenset({ADA, BEN}), {ADA: "owner", BEN: "admin"}, ADA)
    assert plan(by_user(joined(ADA), joined(BEN, since=2)), here) == Plan({}, {}, NOBODY, ADA)


def test_an_owner_made_here_loses_it_with_their_role_at_clerk() -> None:
    here = Here(frozenset({ADA, BEN}), frozenset({BEN}), {ADA: "admin", BEN: "admin"}, None)
    todo = plan(by_user(joined(ADA), joined(BEN, "viewer")), here)
    assert todo == Plan({ADA: "owner", BEN: "viewer"}, {}, NOBODY, ADA)


def test_only_those_whom_clerk_brought_are_removed() -> None:
    here = Here(frozenset({ADA, BEN, CLEO}), frozenset({CLEO}), {ADA: "admin", BEN: "viewer"}, None)
    assert plan({}, here) == Plan({}, {}, frozenset({ADA, BEN}), None)
