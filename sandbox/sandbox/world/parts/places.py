"""Where people are: postal codes of a few cities per marketplace, real names, invented weights."""

from typing import NamedTuple


class Place(NamedTuple):
    country: str
    region: str
    city: str
    postal_code: str
    dma_code: str
    dma_name: str
    weight: float


def _us(region: str, city: str, postal: str, dma: str, name: str, weight: float) -> Place:
    return Place("US", region, city, postal, dma, name, weight)


def _plain(country: str, *rows: tuple[str, str, str, float]) -> tuple[Place, ...]:
    return tuple(Place(country, r, c, p, "", "", w) for r, c, p, w in rows)


PLACES: dict[str, tuple[Place, ...]] = {
    "US": (
        _us("California", "Los Angeles", "90012", "803", "Los Angeles", 19),
        _us("California", "Los Angeles", "90046", "803", "Los Angeles", 8),
        _us("California", "San Francisco", "94103", "807", "San Francisco-Oakland-San Jose", 9),
        _us("Florida", "Miami", "33130", "528", "Miami-Ft. Lauderdale", 8),
        _us("Illinois", "Chicago", "60601", "602", "Chicago", 11),
        _us("New York", "New York", "10001", "501", "New York", 17),
        _us("New York", "Brooklyn", "11201", "501", "New York", 9),
        _us("Texas", "Dallas", "75201", "623", "Dallas-Ft. Worth", 7),
        _us("Texas", "Houston", "77002", "618", "Houston", 7),
        _us("Washington", "Seattle", "98101", "819", "Seattle-Tacoma", 5),
    ),
    "CA": _plain("CA", ("British Columbia", "Vancouver", "V6B", 18), ("Ontario", "Ottawa", "K1P", 12),
                 ("Ontario", "Toronto", "M5V", 45), ("Quebec", "Montréal", "H2Y", 25)),
    "UK": _plain("UK", ("England", "London", "EC1A", 38), ("England", "London", "SW1A", 17),
                 ("England", "Manchester", "M1", 20), ("Scotland", "Glasgow", "G1", 15),
                 ("Wales", "Cardiff", "CF10", 10)),
    "DE": _plain("DE", ("Bayern", "München", "80331", 24), ("Bayern", "Nürnberg", "90402", 9),
                 ("Berlin", "Berlin", "10115", 31), ("Hamburg", "Hamburg", "20095", 18),
                 ("Nordrhein-Westfalen", "Köln", "50667", 18)),
    "FR": _plain("FR", ("Auvergne-Rhône-Alpes", "Lyon", "69001", 22), ("Île-de-France", "Paris", "75001", 41),
                 ("Île-de-France", "Saint-Denis", "93200", 14), ("Occitanie", "Toulouse", "31000", 23)),
    "JP": _plain("JP", ("大阪府", "大阪市", "530-0001", 27), ("東京都", "新宿区", "160-0022", 26),
                 ("東京都", "渋谷区", "150-0002", 29), ("神奈川県", "横浜市", "220-0011", 18)),
    "AU": _plain("AU", ("New South Wales", "Sydney", "2000", 46), ("Queensland", "Brisbane", "4000", 20),
                 ("Victoria", "Melbourne", "3000", 34)),
}  # fmt: skip
