"""Where ads are shown: supply sources with their sites, placements, deals, and content of video."""

from typing import NamedTuple


class Supply(NamedTuple):
    source: str
    site: str
    placement: str
    placement_size: str
    deal_name: str
    deal_id: str
    weight: float


class Content(NamedTuple):
    genre: str
    rating: str
    title: str
    kind: str
    weight: float


DISPLAY: tuple[Supply, ...] = (
    Supply("Amazon.com", "amazon.com", "Detail page", "300x250", "", "", 26),
    Supply("Amazon.com", "amazon.com", "Home page", "970x250", "", "", 12),
    Supply("Amazon.com", "amazon.com", "Search results", "160x600", "", "", 11),
    Supply("IMDb", "imdb.com", "Title page", "300x250", "", "", 8),
    Supply("Twitch", "twitch.tv", "Carousel", "728x90", "", "", 5),
    Supply("Amazon Publisher Services", "weather.example", "Article", "300x250", "", "", 13),
    Supply("Amazon Publisher Services", "news.example", "Article", "728x90", "", "", 10),
    Supply("Google Ad Manager", "recipes.example", "Article", "300x250", "Recipes PMP", "AMZ-2041", 8),
    Supply("Google Ad Manager", "sports.example", "Live score", "320x50", "", "", 7),
)  # fmt: skip
VIDEO: tuple[Supply, ...] = (
    Supply("Prime Video", "primevideo.com", "Pre-roll", "1920x1080", "", "", 41),
    Supply("Prime Video", "primevideo.com", "Mid-roll", "1920x1080", "", "", 17),
    Supply("Twitch", "twitch.tv", "Pre-roll", "1920x1080", "", "", 15),
    Supply("Fire TV channels", "firetv.example", "Mid-roll", "1920x1080", "", "", 11),
    Supply("Freewheel", "stream.example", "Mid-roll", "1920x1080", "Prime time PMP", "FW-77", 16),
)
CONTENTS: tuple[Content, ...] = (
    Content("Comedy", "TV-14", "The Office Next Door", "Series", 22),
    Content("Drama", "TV-MA", "Harbour Lights", "Series", 24),
    Content("Sports", "TV-G", "Thursday Night Match", "Live", 31),
    Content("Documentary", "TV-PG", "Rivers of the North", "Movie", 9),
    Content("N/A", "N/A", "N/A", "N/A", 14),
)
FREQUENCIES: tuple[tuple[str, float], ...] = (
    ("1", 0.46), ("2", 0.21), ("3", 0.11), ("4", 0.07), ("5", 0.05), ("6-10", 0.07), ("11+", 0.03),
)  # fmt: skip
"""Frequency groups with the share of people in each."""
