"""What several grants add up to, against the plain reading: some grant of the permission covers the brand."""

from uuid import UUID

from auth.roles.domain import NOTHING, Effective, Grant, effective
from hypothesis import given
from hypothesis import strategies as st
from shared.permissions import PERMISSIONS, ROLES

BRANDS = [UUID(int=n) for n in range(1, 4)]
SOME = st.frozensets(st.sampled_from(BRANDS), max_size=3)
GRANTS = st.lists(
    st.builds(
        Grant,
        st.just("custom"),
        st.frozensets(st.sampled_from(sorted(PERMISSIONS)), max_size=4),
        st.none() | SOME,
    ),
    max_size=4,
)
ELSEWHERE = UUID(int=99)


def allows(what: Effective, permission: str, brand: UUID) -> bool:
    brands = what.brands_for(permission)
    return brands is None or brand in brands


def granted(grants: list[Grant], permission: str, brand: UUID) -> bool:
    return any(
        permission in g.permissions and (g.brand_ids is None or brand in g.brand_ids)
        for g in grants
    )


@given(GRANTS)
def test_a_permission_holds_for_a_brand_exactly_when_a_grant_says_so(grants: list[Grant]) -> None:
    what = effective(grants)
    for permission in PERMISSIONS:
        for brand in (*BRANDS, ELSEWHERE):
            assert allows(what, permission, brand) == granted(grants, permission, brand)


@given(GRANTS, GRANTS)
def test_an_intersection_allows_what_both_allow(one: list[Grant], other: list[Grant]) -> None:
    both = effective(one).intersect(effective(other))
    for permission in PERMISSIONS:
        for brand in (*BRANDS, ELSEWHERE):
            expected = granted(one, permission, brand) and granted(other, permission, brand)
            assert allows(both, permission, brand) == expected


@given(GRANTS)
def test_the_overall_brands_are_those_where_anything_is_permitted(grants: list[Grant]) -> None:
    what = effective(grants)
    for brand in (*BRANDS, ELSEWHERE):
        anywhere = any(granted(grants, permission, brand) for permission in PERMISSIONS)
        assert (what.brand_ids is None or brand in what.brand_ids) == anywhere


def test_without_grants_nothing_is_permitted() -> None:
    assert effective([]) == NOTHING
    assert effective([Grant.built_in("emperor")]) == NOTHING


def test_a_reader_of_all_who_manages_one_brand_is_narrowed_for_managing_only() -> None:
    brand = BRANDS[0]
    grants = [Grant.built_in("viewer"), Grant.built_in("analyst", frozenset({brand}))]
    what = effective(grants)
    assert what.brand_ids is None
    assert what.narrower == dict.fromkeys(ROLES["analyst"] - ROLES["viewer"], frozenset({brand}))
    assert what.only(frozenset({"sync:manage"})).brand_ids == {brand}
