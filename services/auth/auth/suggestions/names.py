"""What is left of a name once it is stripped of what says nothing about whose it is. Pure."""

import re
import unicodedata
from dataclasses import dataclass

_LEGAL = """
ab ag aktiengesellschaft aps as asa bhd bv bvba co company corp corporation doo eg ek eirl ev gbr gmbh
group grupo gruppe gruppo holding holdings inc incorporated international intl kft kg kgaa kk limited
limitada llc llp lp ltd ltda mbh nv ohg oy oyj plc pte pty pvt sa sab sarl sas sasu sc sca se sl slu sp
spa spol spolka srl sro ug zoo
"""
_PLACES = """
ae arab emirates uae at austria osterreich oesterreich au australia be belgium belgique belgien belgie br
brazil brasil ca canada ch switzerland schweiz suisse cn china cz de germany deutschland dk denmark danmark
eg egypt es spain espana fi finland fr france gb uk united kingdom britain great ie ireland il israel in
india it italy italia jp japan nippon kr korea mx mexico nl netherlands nederland no norway norge nz zealand
new pl poland polska pt portugal sa saudi arabia se sweden sverige sg singapore tr turkey turkiye turkei
us usa states america americas za south africa eu europe european emea apac amer latam na noram fe far east
north mena dach benelux nordics nordic global worldwide ww region
"""
_CHANNEL = """
account ads advertiser advertising amazon brand brands dsp entity managed official programmatic seat self
service shop store
"""
LEGAL, PLACES, CHANNEL = (frozenset(words.split()) for words in (_LEGAL, _PLACES, _CHANNEL))
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_DOTTED = re.compile(r"\b(?:[^\W\d_]\.){2,}(?:[^\W\d_]\b)?|\b[AaSs]/[SsAa]\b")


@dataclass(frozen=True, slots=True)
class Core:
    """`words` are compared, also without spaces (`compact`: "Bright Oak" is "BrightOak"); `shown` is the
    same part of the name as it was written; `dropped` the words that were left out."""

    words: tuple[str, ...]
    compact: str
    shown: str
    dropped: tuple[str, ...]


def core_of(name: str) -> Core:
    """The part that tells whose it is: no legal form, place or channel, no case, accents, punctuation.

    Places and legal forms are dropped from the end only until a telling word comes, and channels
    everywhere: "United Airlines US" keeps its first word, "Amazon DSP - Contoso" does not. A name made
    of nothing else is kept whole.
    """
    pieces = [(m.group(), fold(m.group())) for m in _WORD.finditer(_undotted(name))]
    pieces = pieces or [(name, name)]
    kept = [(raw, word) for raw, word in pieces if word not in CHANNEL] or pieces
    while len(kept) > 1 and kept[-1][1] in LEGAL | PLACES:
        kept.pop()
    while len(kept) > 1 and kept[0][1] in PLACES and len(kept[0][1]) <= 3:
        kept.pop(0)
    remaining = [raw for raw, _ in kept]
    dropped = [raw for raw, _ in pieces]
    for raw in remaining:
        dropped.remove(raw)
    words = tuple(word for _, word in kept)
    return Core(words, "".join(words), " ".join(remaining), tuple(dropped))


def fold(text: str) -> str:
    """Case, accents, ligatures and apostrophes aside."""
    flat = unicodedata.normalize("NFKD", text.casefold().replace("ø", "o").replace("æ", "ae"))
    return "".join(c for c in flat if c.isalnum())


def _undotted(name: str) -> str:
    """S.r.l. and A/S are one word; NFC so that accents stay with their letters."""
    text = unicodedata.normalize("NFC", name)
    return _DOTTED.sub(lambda found: found.group().replace(".", "").replace("/", ""), text)
