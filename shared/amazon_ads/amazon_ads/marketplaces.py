"""Marketplaces: what an id or a country says of region, currency and the profiles' time zone."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Marketplace:
    """`timezone` is that of the marketplace's profiles; empty where no source states it."""

    marketplace_id: str
    country: str
    region: str
    currency: str
    timezone: str = ""


_PACIFIC, _PARIS = "America/Los_Angeles", "Europe/Paris"
_ALL = (
    Marketplace("ATVPDKIKX0DER", "US", "NA", "USD", _PACIFIC),
    Marketplace("A2EUQ1WTGCTBG2", "CA", "NA", "CAD", _PACIFIC),
    Marketplace("A1AM78C64UM0Y8", "MX", "NA", "MXN", _PACIFIC),
    Marketplace("A2Q3Y263D00KWC", "BR", "NA", "BRL"),
    Marketplace("A1F83G8C2ARO7P", "GB", "EU", "GBP", "Europe/London"),
    Marketplace("A1PA6795UKMFR9", "DE", "EU", "EUR", _PARIS),
    Marketplace("A13V1IB3VIYZZH", "FR", "EU", "EUR", _PARIS),
    Marketplace("APJ6JRA9NG5V4", "IT", "EU", "EUR", _PARIS),
    Marketplace("A1RKKUPIHCS9HS", "ES", "EU", "EUR", _PARIS),
    Marketplace("A1805IZSGTT6HS", "NL", "EU", "EUR"),
    Marketplace("AMEN7PMS3EDWL", "BE", "EU", "EUR"),
    Marketplace("A28R8C7NBKEWEA", "IE", "EU", "EUR"),
    Marketplace("A2NODRKZP88ZB9", "SE", "EU", "SEK"),
    Marketplace("A1C3SOZRARQ6R3", "PL", "EU", "PLN"),
    Marketplace("A33AVAJ2PDY3EV", "TR", "EU", "TRY"),
    Marketplace("ARBP9OOSHTCHU", "EG", "EU", "EGP"),
    Marketplace("A17E79C6D8DWNP", "SA", "EU", "SAR"),
    Marketplace("A2VIGQ35RCS4UG", "AE", "EU", "AED", "Asia/Dubai"),
    Marketplace("A21TJRUUN4KGV", "IN", "EU", "INR"),
    Marketplace("A1VC38T7YXB528", "JP", "FE", "JPY", "Asia/Tokyo"),
    Marketplace("A39IBJ37TRP1C6", "AU", "FE", "AUD", "Australia/Sydney"),
    Marketplace("A19VAU5U5O7RUS", "SG", "FE", "SGD"),
)
_BY_ID = {m.marketplace_id: m for m in _ALL}
_BY_COUNTRY = {m.country: m for m in _ALL}


def by_id(marketplace_id: str) -> Marketplace | None:
    """None for one that Amazon opened since."""
    return _BY_ID.get(marketplace_id)


def by_country(country: str) -> Marketplace | None:
    """By ISO code; also by UK, which profiles say for GB."""
    return _BY_COUNTRY.get("GB" if country == "UK" else country)
