"""What people buy: a brand's promoted ASINs, and others of the brand that the ads sold too (halo)."""

from functools import lru_cache
from typing import NamedTuple

from sandbox.world.dice import Dice
from sandbox.world.tree import Advertiser

PROMOTED, HALO = "Promoted", "Brand halo"
_FORMS = ("Classic", "Family pack", "Mini", "Refill", "Gift set")


class Product(NamedTuple):
    asin: str
    parent_asin: str
    name: str
    kind: str
    featured_asin: str
    weight: float


@lru_cache(maxsize=4096)
def products(dice: Dice, advertiser: Advertiser) -> tuple[Product, ...]:
    """Three promoted products and two of the halo, the same for the advertiser at all times."""
    asins = [f"B0{dice.letters(8, 'asin', advertiser.advertiser_id, form)}" for form in _FORMS]
    parent = f"B0{dice.letters(8, 'parent', advertiser.advertiser_id)}"
    return tuple(
        Product(
            asin=asin,
            parent_asin=parent,
            name=f"{advertiser.brand.name} {form}",
            kind=PROMOTED if place < 3 else HALO,
            featured_asin=asins[0],
            weight=0.5 + dice.unit("sold", advertiser.advertiser_id, form),
        )
        for place, (asin, form) in enumerate(zip(asins, _FORMS, strict=True))
    )
