"""Who may decide about whose rights; what of a person others may know."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from auth.members.domain import Member, check_owner_stays, visible
from auth.roles.domain import Assignment, Authority, Brands, access_of
from auth.view_as.domain import check_may_view
from shared.errors import Conflict, Forbidden
from shared.ids import new_id

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ONE, TWO = new_id(), new_id()
MINE, BOTH = frozenset({ONE}), frozenset({ONE, TWO})
MANAGE = "member:manage"


def built_in(role: str, brands: Brands = None) -> Assignment:
    return Assignment(role, None, brands, role)


def custom(*permissions: str, brands: Brands = None) -> Assignment:
    return Assignment(None, new_id(), brands, "Custom", frozenset(permissions))


def authority(*assignments: Assignment) -> Authority:
    own = access_of(assignments)
    return Authority(new_id(), own, own.brands_for(MANAGE))


def member(*assignments: Assignment, user_id: UUID | None = None) -> Member:
    return Member(user_id or new_id(), "Ana", "ana@contoso.example", assignments, NOW, None)


@pytest.mark.parametrize(
    ("own", "given", "allowed"),
    [
        ([built_in("owner")], [built_in("owner")], True),
        ([built_in("admin")], [built_in("admin")], True),
        ([built_in("admin")], [built_in("owner")], False),
        ([built_in("admin", MINE)], [built_in("client", MINE)], True),
        ([built_in("admin", MINE)], [built_in("client")], False),
        ([built_in("admin", MINE)], [built_in("client", BOTH)], False),
        ([built_in("admin", BOTH)], [built_in("client", MINE), built_in("viewer", BOTH)], True),
        ([built_in("admin", MINE), built_in("viewer")], [built_in("viewer")], False),
        ([custom(MANAGE), built_in("viewer", MINE)], [built_in("viewer")], False),
        ([custom(MANAGE), built_in("viewer", MINE)], [built_in("viewer", MINE)], True),
        ([custom(MANAGE)], [custom("report:read", brands=frozenset())], False),
        ([custom(MANAGE)], [], True),
        ([built_in("viewer")], [built_in("client", MINE)], False),
    ],
)
def test_nobody_decides_about_more_than_their_own(
    own: list[Assignment], given: list[Assignment], allowed: bool
) -> None:
    assert authority(*own).may_decide(access_of(given)) is allowed


def test_somebody_limited_to_brands_knows_whom_these_concern_and_no_other_brand() -> None:
    staff, shared, foreign = (
        member(built_in("admin")),
        member(built_in("client", BOTH)),
        member(built_in("client", frozenset({TWO}))),
    )
    shown = visible([staff, shared, foreign], MINE, new_id())
    assert [m.user_id for m in shown] == [staff.user_id, shared.user_id]
    assert shown[1].assignments[0].brand_ids == MINE
    assert visible([foreign], MINE, foreign.user_id)[0].assignments == ()
    assert visible([staff, shared, foreign], None, new_id()) == [staff, shared, foreign]


def test_an_organization_keeps_an_owner() -> None:
    one, two = member(built_in("owner")), member(built_in("viewer"), built_in("owner"))
    check_owner_stays([one, two], one.user_id)
    with pytest.raises(Conflict):
        check_owner_stays([one, member(built_in("admin"))], one.user_id)


def test_an_owner_is_viewed_by_owners_only() -> None:
    owner = member(built_in("owner"))
    check_may_view(member(built_in("owner")), owner)
    with pytest.raises(Forbidden):
        check_may_view(member(built_in("admin")), owner)
