"""Suggestions: which brand an advertiser looks like, how sure that is, and why. Pure.

An advertiser is held against each brand's name and the names of the advertisers that it has. What is
like no brand is gathered into groups that look like one another: a brand to create. Nothing is applied
here: a person accepts or does not.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from rapidfuzz import fuzz

from .names import Core, core_of

ReasonCode = Literal[
    "same_name", "same_without_spaces", "begins_with", "spelled_alike", "alone", "ambiguous"
]
SURE, LIKELY, WORTH_A_LOOK = 0.95, 0.8, 0.6
_ALIKE_FROM = 88.0
_SHORT = 4
_TIE = 0.02
ALONE = 0.4


@dataclass(frozen=True, slots=True)
class Known:
    """A brand and every name it goes by: its own, and those of its advertisers."""

    brand_id: UUID
    name: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unmapped:
    """An advertiser without a brand."""

    advertiser_id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two names are, 0 to 1, and why."""

    confidence: float
    code: ReasonCode
    other: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """One advertiser of a suggestion."""

    advertiser: Unmapped
    likeness: Likeness
    dropped: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Advertisers that look like one brand: an existing one, or (`brand_id` None) one to create."""

    brand_id: UUID | None
    brand_name: str
    proposals: tuple[Proposal, ...]

    @property
    def confidence(self) -> float:
        """As sure as its least sure member."""
        return min(p.likeness.confidence for p in self.proposals)


def suggest(unmapped: Iterable[Unmapped], brands: Sequence[Known]) -> tuple[Suggestion, ...]:
    """Existing brands first, then new ones, the surest and largest first in each."""
    cores = {a: core_of(a.name) for a in unmapped}
    forms = [(brand, core_of(name)) for brand in brands for name in brand.names]
    placed: dict[UUID, list[Proposal]] = {}
    left: list[Unmapped] = []
    for advertiser, core in cores.items():
        found = _best(core, forms)
        if found is None:
            left.append(advertiser)
            continue
        brand, likeness = found
        placed.setdefault(brand.brand_id, []).append(Proposal(advertiser, likeness, core.dropped))
    existing = [
        Suggestion(brand.brand_id, brand.name, _ordered(placed[brand.brand_id]))
        for brand in brands
        if brand.brand_id in placed
    ]
    new = [_new_brand(group, cores) for group in _groups(left, cores)]
    return (*sorted(existing, key=_order), *sorted(new, key=_order))


def likeness(one: Core, other: Core) -> Likeness | None:
    """None when there is nothing to be said for it."""
    if one.words == other.words:
        return Likeness(1.0, "same_name", other.shown)
    if one.compact == other.compact:
        return Likeness(0.97, "same_without_spaces", other.shown)
    if one.words[0] == other.words[0]:
        begins = _begins(one, other)
        if begins is not None:
            return begins
    ratio = _spelled(one.compact, other.compact)
    if ratio == 0 and len(one.words) == len(other.words) > 1:
        ratio = _spelled("".join(sorted(one.words)), "".join(sorted(other.words)))
    return Likeness(round(ratio / 100 * 0.9, 2), "spelled_alike", other.shown) if ratio else None


def _begins(one: Core, other: Core) -> Likeness | None:
    """One is how the other begins; the more of it, the likelier."""
    short, long = (one, other) if len(one.words) <= len(other.words) else (other, one)
    if long.words[: len(short.words)] != short.words or len(short.compact) < _SHORT:
        return None
    share = len(short.words) / len(long.words)
    return Likeness(round(0.6 + 0.25 * share, 2), "begins_with", other.shown)


def _spelled(one: str, other: str) -> float:
    """0 to 100; 0 where it is not worth saying. Short names differ by a letter for good reason."""
    short, long = sorted((len(one), len(other)))
    if short <= _SHORT or 200 * short < _ALIKE_FROM * (short + long):
        return 0.0
    return fuzz.ratio(one, other, score_cutoff=_ALIKE_FROM)


def _best(core: Core, forms: Sequence[tuple[Known, Core]]) -> tuple[Known, Likeness] | None:
    """The likest brand; where another one is as like, it is said so and counts for little."""
    found: dict[UUID, tuple[Known, Likeness]] = {}
    for brand, form in forms:
        alike = likeness(core, form)
        before = found.get(brand.brand_id)
        if alike and (before is None or alike.confidence > before[1].confidence):
            found[brand.brand_id] = (brand, alike)
    ranked = sorted(found.values(), key=lambda f: (-f[1].confidence, f[0].name, f[0].brand_id))
    if not ranked:
        return None
    best = ranked[0]
    if len(ranked) > 1 and best[1].confidence - ranked[1][1].confidence < _TIE:
        return best[0], Likeness(ALONE, "ambiguous", ranked[1][0].name)
    return best


def _groups(left: Sequence[Unmapped], cores: Mapping[Unmapped, Core]) -> list[list[Unmapped]]:
    """Those that look like one brand: each like the first of its group, by the same measure."""
    by_core: dict[tuple[str, ...], list[Unmapped]] = {}
    for advertiser in left:
        by_core.setdefault(cores[advertiser].words, []).append(advertiser)
    groups: list[list[Unmapped]] = []
    for members in sorted(by_core.values(), key=lambda m: (-len(m), cores[m[0]].words)):
        home = next((g for g in groups if _close(cores[g[0]], cores[members[0]])), None)
        if home is None:
            groups.append(list(members))
        else:
            home.extend(members)
    return groups


def _close(one: Core, other: Core) -> bool:
    """Names that begin alike may be two product lines: they make no group of their own."""
    alike = likeness(one, other)
    return alike is not None and alike.code != "begins_with"


def _new_brand(group: Sequence[Unmapped], cores: Mapping[Unmapped, Core]) -> Suggestion:
    first = cores[group[0]]
    spellings = Counter(cores[a].shown for a in group if cores[a].words == first.words)
    name = min(
        spellings, key=lambda shown: (-spellings[shown], shown.isupper(), shown.isascii(), shown)
    )
    if len(group) == 1:
        alone = Likeness(ALONE, "alone")
        return Suggestion(None, name, (Proposal(group[0], alone, first.dropped),))
    proposals = [
        Proposal(a, likeness(cores[a], first) or Likeness(ALONE, "alone"), cores[a].dropped)
        for a in group
    ]
    return Suggestion(None, name, _ordered(proposals))


def _ordered(proposals: Iterable[Proposal]) -> tuple[Proposal, ...]:
    return tuple(
        sorted(
            proposals,
            key=lambda p: (-p.likeness.confidence, p.advertiser.name, p.advertiser.advertiser_id),
        )
    )


def _order(suggestion: Suggestion) -> tuple[float, int, str]:
    return -suggestion.confidence, -len(suggestion.proposals), suggestion.brand_name
