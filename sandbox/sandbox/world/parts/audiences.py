"""Segments that line items target. They overlap: a person is in several."""

from typing import NamedTuple


class Segment(NamedTuple):
    name: str
    segment_id: str
    kind: str
    source: str
    class_code: str
    method: str


_NAMES = (
    ("IM - Home & Kitchen", "In-market", "Amazon"), ("IM - Sports Nutrition", "In-market", "Amazon"),
    ("LS - Outdoor Enthusiasts", "Lifestyle", "Amazon"), ("LS - New Parents", "Lifestyle", "Amazon"),
    ("Viewed ASINs, 30 days", "Remarketing", "Advertiser"), ("Purchased brand, 365 days", "Remarketing", "Advertiser"),
    ("CRM - Newsletter", "First-party", "Advertiser"), ("Similar audience - buyers", "Lookalike", "Amazon"),
)  # fmt: skip
SEGMENTS: tuple[Segment, ...] = tuple(
    Segment(
        name=name,
        segment_id=str(4_100_000_000_000_000 + 7 * place),
        kind=kind,
        source=source,
        class_code=f"C{place:03}",
        method="EXCLUDE" if name.startswith("Purchased") else "INCLUDE",
    )
    for place, (name, kind, source) in enumerate(_NAMES)
)
