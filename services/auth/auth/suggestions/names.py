"""What is left of a name once it is stripped of what says nothing about whose it is. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from typing import NamedTuple

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


class _Piece(NamedTuple):
    """A word of a name: where it stands, and folded."""

    start: int
    end: int
    word: str


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
    text = _undotted(name)
    pieces = [_Piece(m.start(), m.end(), fold(m.group())) for m in _WORD.finditer(text)]
    pieces = pieces or [_Piece(0, len(text), text)]
    kept = [piece for piece in pieces if piece.word not in CHANNEL] or pieces
    while len(kept) > 1 and kept[-1].word in LEGAL | PLACES:
        kept.pop()
    while len(kept) > 1 and kept[0].word in PLACES and len(kept[0].word) <= 3:
        kept.pop(0)
    dropped = tuple(text[p.start : p.end] for p in pieces if p not in kept)
    words = tuple(piece.word for piece in kept)
    return Core(words, "".join(words), _shown(text, pieces, kept), dropped)


def _shown(text: str, pieces: list[_Piece], kept: list[_Piece]) -> str:
    """As it was written where nothing was left out in between ("Cinder & Oak"), else word by word."""
    first, last = pieces.index(kept[0]), pieces.index(kept[-1])
    if pieces[first : last + 1] == kept:
        return text[kept[0].start : kept[-1].end]
    return " ".join(text[piece.start : piece.end] for piece in kept)


def fold(text: str) -> str:
    """Case, accents, ligatures and apostrophes aside."""
    flat = unicodedata.normalize("NFKD", text.casefold().replace("ø", "o").replace("æ", "ae"))
    return "".join(c for c in flat if c.isalnum())


def _undotted(name: str) -> str:
    """S.r.l. and A/S are one word; NFC so that accents stay with their letters."""
    text = unicodedata.normalize("NFC", name)
    return _DOTTED.sub(lambda found: found.group().replace(".", "").replace("/", ""), text)
