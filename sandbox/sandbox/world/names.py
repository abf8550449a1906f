"""Words and tables the world is made of."""

from .tree import Marketplace

AGENCY = "Halyard Media"

BRANDS = (
    "Aldermoor Kitchen", "Brightpaw", "Cinder & Oak", "Dewlark Skincare", "Everfold Luggage",
    "Fennimore Coffee", "Gullwing Audio", "Hearthline Home", "Inkwell Toys", "Juniper Trail",
    "Kestrel Fitness", "Lumen Baby",
)  # fmt: skip
FIRST_WORDS = ("Marl", "North", "Ostler", "Pine", "Quill", "Rook", "Salt", "Thorn", "Umber", "Vale")
SECOND_WORDS = (
    "bridge",
    "crest",
    "field",
    "gate",
    "haven",
    "lake",
    "mere",
    "stone",
    "wick",
    "wood",
)

COUNTRY_SETS = (
    ("US", "CA"), ("US",), ("UK", "DE"), ("US", "UK", "JP"), ("DE", "FR"), ("AU",),
    ("US", "UK"), ("JP",), ("UK",), ("US", "CA", "UK"), ("DE",), ("FR", "US", "AU"),
)  # fmt: skip

_LA, _PARIS = "America/Los_Angeles", "Europe/Paris"
MARKETS = {
    market.country: market
    for market in (
        Marketplace("US", "na", "ATVPDKIKX0DER", "USD", _LA,
                    ("America/New_York", "America/Los_Angeles", "America/Chicago"), 1.0),
        Marketplace("CA", "na", "A2EUQ1WTGCTBG2", "CAD", _LA, ("America/Toronto",), 1.36),
        Marketplace("UK", "eu", "A1F83G8C2ARO7P", "GBP", "Europe/London", ("Europe/London",), 0.79),
        Marketplace("DE", "eu", "A1PA6795UKMFR9", "EUR", _PARIS, ("Europe/Berlin",), 0.92),
        Marketplace("FR", "eu", "A13V1IB3VIYZZH", "EUR", _PARIS, ("Europe/Paris",), 0.92),
        Marketplace("JP", "fe", "A1VC38T7YXB528", "JPY", "Asia/Tokyo", ("Asia/Tokyo",), 150.0,
                    1_000_000),
        Marketplace("AU", "fe", "A39IBJ37TRP1C6", "AUD", "Australia/Sydney",
                    ("Australia/Sydney",), 1.52),
    )
}  # fmt: skip

LANGUAGES = {"DE": "DE", "FR": "FR", "JP": "JA"}

RETARGETING_TACTICS = ("Page views 30d", "Cart 14d", "Purchased 365d", "Brand searchers")
PROSPECTING_TACTICS = (
    "In-market", "Lifestyle", "Contextual", "Competitor conquesting", "Lookalike", "Twitch Display",
)  # fmt: skip
VIDEO_TACTICS = ("Streaming TV", "Online video", "Fire TV")
DISPLAY_SIZES = ("300x250", "728x90", "160x600", "300x600", "970x250", "320x50", "414x125")
CONCEPTS = ("Hero", "Bundle", "Reviews", "Lifestyle A", "Lifestyle B", "Price drop", "How it works")
