"""Which brand a name looks like: what is left out of names, how sure a likeness is, and why."""

from uuid import UUID

import pytest
from auth.suggestions.domain import ALONE, Known, Suggestion, Unmapped, suggest
from auth.suggestions.names import core_of

ALIKE = [
    ("Contoso Home US", "Contoso Home DE GmbH"),
    ("Contoso Home", "CONTOSO  home (Japan) K.K."),
    ("Société Générale FR", "Societe Generale S.A."),
    ("Häagen Nüsse Deutschland", "HAAGEN NUSSE - Amazon DSP"),
    ("L'Oréal Paris", "L\u2019OREAL Paris EMEA"),
    ("Smørrebrød A/S", "Smorrebrod"),
    ("Bright Oak UK", "BrightOak US"),
    ("Fabrikam, Inc.", "Fabrikam United Kingdom Ltd"),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_names_that_differ_in_form_only_are_one_brand(one: str, other: str) -> None:
    (found,) = of(one, other)
    assert found.brand_id is None
    assert len(found.proposals) == 2
    assert found.confidence >= 0.95


DIFFERENT = [
    ("Contoso Home", "Contoso Sport"),
    ("United Airlines US", "United States"),
    ("ACME", "ACNE"),
    ("3M US", "4M US"),
    ("North Face", "South Face"),
    ("---", "..."),
    ("株式会社東京", "株式会社大阪"),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_names_of_different_things_are_not_put_together(one: str, other: str) -> None:
    assert [len(s.proposals) for s in of(one, other)] == [1, 1]


@pytest.mark.parametrize(
    "name", ["US", "GmbH", "Amazon DSP", "United States", "---", "株式会社", "x"]
)
def test_a_name_made_of_nothing_telling_still_has_a_core(name: str) -> None:
    assert core_of(name).words
    assert core_of(name).shown


def test_what_was_left_out_is_told() -> None:
    (found,) = of("Contoso Home DE GmbH", "Contoso Home")
    dropped = {p.advertiser.name: p.dropped for p in found.proposals}
    assert dropped == {"Contoso Home DE GmbH": ("DE", "GmbH"), "Contoso Home": ()}


def test_an_existing_brand_is_found_by_its_name_and_by_its_advertisers() -> None:
    brands = [known(1, "CH Group", "Contoso Home US"), known(2, "Fabrikam")]
    found = {s.brand_id: s for s in of("Contoso Home DE", "Fabrikam Ltd", brands=brands)}
    assert set(found) == {UUID(int=1), UUID(int=2)}
    assert [p.likeness.code for s in found.values() for p in s.proposals] == ["same_name"] * 2


def test_a_longer_name_that_begins_alike_is_worth_a_look_and_no_more() -> None:
    (found,) = of("Contoso Home", brands=[known(1, "Contoso")])
    assert found.proposals[0].likeness.code == "begins_with"
    assert 0.6 <= found.confidence < 0.8


def test_a_letter_off_is_likely_and_not_sure() -> None:
    (found,) = of("Adventure Werks Inc.", brands=[known(1, "Adventure Works")])
    assert found.proposals[0].likeness.code == "spelled_alike"
    assert 0.8 <= found.confidence < 0.95


def test_two_brands_that_are_as_like_are_told_apart_by_a_person() -> None:
    brands = [known(1, "Contoso"), known(2, "CONTOSO GmbH")]
    (found,) = of("Contoso US", brands=brands)
    assert found.proposals[0].likeness.code == "ambiguous"
    assert found.confidence == ALONE


def test_a_suggestion_is_as_sure_as_its_least_sure_member() -> None:
    brands = [known(1, "Contoso Home")]
    (found,) = of("Contoso Home US", "Contoso Home Garden", brands=brands)
    assert found.confidence == min(p.likeness.confidence for p in found.proposals) < 0.95


def test_the_order_of_what_is_given_does_not_matter() -> None:
    names = [name for pair in ALIKE for name in pair]
    ids = {name: UUID(int=i + 1) for i, name in enumerate(names)}
    forward = suggest([Unmapped(ids[n], n) for n in names], [])
    back = suggest([Unmapped(ids[n], n) for n in reversed(names)], [])
    assert members(forward) == members(back)


def test_every_advertiser_is_in_one_suggestion() -> None:
    names = [
        f"{brand} {n} {place}"
        for brand in ("Oak", "Elm")
        for n in range(40)
        for place in ("US", "DE")
    ]
    found = of(*names)
    assert sorted(p.advertiser.name for s in found for p in s.proposals) == sorted(names)


def known(number: int, name: str, *advertisers: str) -> Known:
    return Known(UUID(int=number), name, (name, *advertisers))


def of(*names: str, brands: list[Known] | None = None) -> tuple[Suggestion, ...]:
    unmapped = [Unmapped(UUID(int=100 + i), name) for i, name in enumerate(names)]
    return suggest(unmapped, brands or [])


def members(found: tuple[Suggestion, ...]) -> set[frozenset[str]]:
    return {frozenset(p.advertiser.name for p in s.proposals) for s in found}


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Cinder & Oak DE", "Cinder & Oak"),
        ("Amazon DSP - L'Été (FR)", "L'Été"),
        ("Smith-Jones GmbH", "Smith-Jones"),
        ("Contoso DSP Home", "Contoso Home"),
    ],
)
def test_a_suggested_name_is_written_as_the_advertisers_is(name: str, shown: str) -> None:
    assert core_of(name).shown == shown
