"""Grows the standing part of the world from a seed: seats, brands, advertisers, AMC, users."""

from datetime import date
from itertools import product

from . import names
from .dice import Dice
from .tree import (
    Advertiser,
    AmcAccount,
    AmcInstance,
    Brand,
    Marketplace,
    Profile,
    Tree,
    User,
)

AMC_COUNTRIES = ("US", "UK", "JP")


def build_tree(dice: Dice, brand_count: int) -> Tree:
    """`brand_count` brands over seven seats in three regions; deterministic in the seed."""
    seats = {country: _seat(dice, market) for country, market in names.MARKETS.items()}
    brands = tuple(_brand(dice, index) for index in range(brand_count))
    advertisers = _advertisers(dice, brands, seats)
    vendors = tuple(_vendor(dice, item) for item in advertisers[:: max(1, len(advertisers) // 4)])
    profiles = (*seats.values(), *vendors)
    amc_accounts = tuple(_amc_account(dice, seats[c], advertisers) for c in AMC_COUNTRIES)
    users = _users(profiles, advertisers, amc_accounts)
    return Tree(
        agency=names.AGENCY,
        manager_account_id="amzn1.ads1.ma1." + dice.letters(20, "manager").lower(),
        profiles=profiles,
        brands=brands,
        advertisers={item.advertiser_id: item for item in advertisers},
        amc_accounts=amc_accounts,
        users={user.key: user for user in users},
        profiles_by_id={profile.profile_id: profile for profile in profiles},
    )


def _seat(dice: Dice, market: Marketplace) -> Profile:
    key = ("seat", market.country)
    name = f"{names.AGENCY} Seat {market.country}"
    entity = "ENTITY" + dice.letters(13, *key)
    return Profile(dice.digits(16, *key, "profile"), entity, "agency", name, market)


def _vendor(dice: Dice, advertiser: Advertiser) -> Profile:
    key = ("vendor", advertiser.advertiser_id)
    entity = "ENTITY" + dice.letters(13, *key)
    name = f"{advertiser.brand.name} Vendor"
    return Profile(dice.digits(16, *key, "profile"), entity, "vendor", name, advertiser.market)


def _brand(dice: Dice, index: int) -> Brand:
    if index < len(names.BRANDS):
        name = names.BRANDS[index]
    else:
        words = list(product(names.FIRST_WORDS, names.SECOND_WORDS))
        place, round_ = (index * 37) % len(words), index // len(words)
        name = "".join(words[place]) + (f" {round_ + 1}" if round_ else "")
    units = dice.units("brand", index)
    basket = (12 + int(units[0] * 78)) * 1_000_000 + 990_000
    return Brand(f"brand-{index + 1}", name, basket, 0.2 + 0.45 * units[1], 0.7 + 0.6 * units[2])


def _advertisers(
    dice: Dice, brands: tuple[Brand, ...], seats: dict[str, Profile]
) -> tuple[Advertiser, ...]:
    return tuple(
        _advertiser(dice, brand, seats[country])
        for index, brand in enumerate(brands)
        for country in names.COUNTRY_SETS[index % len(names.COUNTRY_SETS)]
    )


def _advertiser(dice: Dice, brand: Brand, seat: Profile) -> Advertiser:
    market = seat.market
    key = ("advertiser", brand.key, market.country)
    host = "".join(letter for letter in brand.name.lower() if letter.isalnum())
    scale = dice.unit(*key, "scale")
    return Advertiser(
        advertiser_id=dice.digits(18, *key),
        name=f"{brand.name} {market.country}",
        brand=brand,
        seat=seat,
        timezone=dice.pick(market.timezones, *key, "zone"),
        url=f"https://{host}.example",
        impressions_per_day=int(40_000 + 260_000 * scale * scale),
    )


def _amc_account(dice: Dice, seat: Profile, advertisers: tuple[Advertiser, ...]) -> AmcAccount:
    market = seat.market
    mine = [item for item in advertisers if item.seat == seat]
    instances = [_amc_instance(dice, item) for item in mine]
    sandbox = AmcInstance(
        "amc" + dice.letters(8, "amc-sandbox", market.country).lower(),
        f"{names.AGENCY} Sandbox {market.country}", "SANDBOX", names.AGENCY, date(2025, 3, 3), (),
    )  # fmt: skip
    name = f"{names.AGENCY} AMC {market.country}"
    entity = "ENTITY" + dice.letters(13, "amc", market.country)
    return AmcAccount(entity, name, market, (*instances, sandbox))


def _amc_instance(dice: Dice, advertiser: Advertiser) -> AmcInstance:
    key = ("amc-instance", advertiser.advertiser_id)
    return AmcInstance(
        instance_id="amc" + dice.letters(8, *key).lower(),
        name="".join(c for c in advertiser.name if c.isalnum() or c == " ").replace("  ", " "),
        kind="STANDARD",
        brand_name=advertiser.brand.name,
        created_on=date(2025, dice.between(1, 12, *key, "month"), dice.between(1, 28, *key, "day")),
        advertiser_ids=(advertiser.advertiser_id,),
    )


def _users(
    profiles: tuple[Profile, ...],
    advertisers: tuple[Advertiser, ...],
    amc_accounts: tuple[AmcAccount, ...],
) -> tuple[User, ...]:
    some = [item for index, item in enumerate(advertisers) if index % 3 == 1]
    some_seats = {item.seat.profile_id for item in some}
    everything = User(
        "morgan", "Morgan Vale", "morgan@halyard.example", "Agency admin: every seat and brand",
        "edit", frozenset(p.profile_id for p in profiles),
        frozenset(a.advertiser_id for a in advertisers),
        frozenset(a.account_id for a in amc_accounts), manager=True,
    )  # fmt: skip
    subset = User(
        "robin", "Robin Achterberg", "robin@halyard.example", "Account team: a third of the brands",
        "view", frozenset(some_seats), frozenset(a.advertiser_id for a in some),
        frozenset(a.account_id for a in amc_accounts if a.market.country == "UK"), manager=False,
    )  # fmt: skip
    nothing = User(
        "sam", "Sam Okafor", "sam@halyard.example", "New hire: no advertising accounts yet",
        "view", frozenset(), frozenset(), frozenset(), manager=False,
    )  # fmt: skip
    below = [item for index, item in enumerate(advertisers) if index % 3 == 2]
    managed = User(
        "alex", "Alex Moreau", "alex@halyard.example", "Analyst: a third, by the manager account only",
        "view", frozenset(), frozenset(a.advertiser_id for a in below), frozenset(), manager=True,
    )  # fmt: skip
    return (everything, subset, managed, nothing)
