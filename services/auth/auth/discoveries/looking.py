"""A look at one region: seats, their advertisers, manager accounts and what hangs below them, AMC accounts.

Profiles and advertisers must be read for a look to count. Manager and AMC accounts may be closed to a
user or to this client: what Amazon refuses there is noted as not read, and the rest counts.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

import structlog
from amazon_ads import AmazonAdsClient, accounts, amc, marketplaces
from amazon_ads.errors import AmazonError, BadRequest, Forbidden, NotFound, Unauthorized
from amazon_ads.marketplaces import Marketplace

from .domain import SEAT, Account, Kind, Look, Seen

REFUSED = (Forbidden, NotFound, BadRequest)
_DEFAULT_REGION = "NA"
T = TypeVar("T")
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Managed:
    """The manager accounts of a region, and the DSP advertisers below them."""

    accounts: tuple[Account, ...] = ()
    advertisers: tuple[Seen, ...] = ()

    @property
    def incomplete(self) -> frozenset[str]:
        """Managers of which Amazon listed a part."""
        return frozenset(m.amazon_id for m in self.accounts if not m.complete)


async def look_at(client: AmazonAdsClient, region: str) -> Look:
    """Everything the connection sees in the region. Raises AmazonError where profiles or advertisers
    cannot be read, but for a seat that Amazon refuses to list: profiles may outlive the permission."""
    profiles = await _profiles(client)
    seats = [p for p, _ in profiles if p.account_type == SEAT]
    seen, unreadable = await _under_seats(client, region, profiles)
    managed = await _unless_refused(client, "manager", lambda c: _managed(c, region))
    cloud = await _unless_refused(client, "amc_account", lambda c: _amc_accounts(c, region))
    closed = {seat.account_id for seat in seats if seat.profile_id in unreadable}
    below = [s for s in (managed or Managed()).advertisers if s.entity_id not in closed]
    return Look(
        region=region,
        seats=len(seats),
        seen=(*seen, *below),
        unreadable=frozenset(unreadable) | (managed or Managed()).incomplete,
        accounts=(
            *(_profile_account(profile, access) for profile, access in profiles),
            *(managed or Managed()).accounts,
            *(cloud or ()),
        ),
        unread=_unread({"manager": managed, "amc_account": cloud}),
    )


def _unread(read: dict[Kind, object]) -> frozenset[str]:
    return frozenset(kind for kind, found in read.items() if found is None)


async def _unless_refused(
    client: AmazonAdsClient, kind: Kind, read: Callable[[AmazonAdsClient], Awaitable[T]]
) -> T | None:
    """None where Amazon closes this list to the user; anything that may pass is raised."""
    try:
        return await read(client)
    except (*REFUSED, Unauthorized) as error:
        _log.info("accounts_not_readable", kind=kind, reason=str(error))
        return None


async def _profiles(client: AmazonAdsClient) -> list[tuple[accounts.Profile, str]]:
    """Every profile with its access level. Amazon lists profiles that are only viewable when asked for
    them; what the list without a level holds, its documents disagree about."""
    editable = await accounts.list_profiles(client, edit_only=True)
    listed = await accounts.list_profiles(client)
    listed += await accounts.list_profiles(client, view_only=True)
    edit = {p.profile_id for p in editable}
    every = {p.profile_id: p for p in (*editable, *listed)}
    return [(p, "edit" if i in edit else "view") for i, p in every.items()]


async def _under_seats(
    client: AmazonAdsClient, region: str, profiles: Iterable[tuple[accounts.Profile, str]]
) -> tuple[list[Seen], set[str]]:
    seen: list[Seen] = []
    unreadable: set[str] = set()
    for seat, access in profiles:
        if seat.account_type != SEAT:
            continue
        try:
            seen += [replace(s, access=access) async for s in _advertisers(client, region, seat)]
        except REFUSED as error:
            _log.warning("seat_not_readable", profile_id=seat.profile_id, reason=str(error))
            unreadable.add(seat.profile_id)
    return seen, unreadable


async def _advertisers(
    client: AmazonAdsClient, region: str, seat: accounts.Profile
) -> AsyncIterator[Seen]:
    async for found in accounts.iterate_advertisers(client, seat.profile_id):
        yield Seen(
            amazon_advertiser_id=found.advertiser_id,
            name=found.name or found.advertiser_id,
            currency=found.currency or seat.currency,
            country=found.country or seat.country,
            timezone=found.timezone or seat.timezone,
            region=region,
            entity_id=seat.account_id,
            profile_id=seat.profile_id,
        )


def _profile_account(profile: accounts.Profile, access: str) -> Account:
    kind: Kind = "seat" if profile.account_type == SEAT else "profile"
    name = profile.account_name or profile.account_id
    return Account(kind, profile.profile_id, name, profile.account_id, access)


async def _managed(client: AmazonAdsClient, region: str) -> Managed:
    found = Managed()
    for manager in await accounts.list_manager_accounts(client):
        links, complete = await _links(client, manager)
        account = Account(
            "manager",
            manager.manager_account_id,
            manager.name or manager.manager_account_id,
            linked=len(links),
            complete=complete,
        )
        seen = (_below(link, region, manager.manager_account_id) for link in links)
        below = tuple(one for one in seen if one is not None)
        found = Managed((*found.accounts, account), (*found.advertisers, *below))
    return found


async def _links(
    client: AmazonAdsClient, manager: accounts.ManagerAccount
) -> tuple[list[accounts.LinkedAccount | accounts.AccountLink], bool]:
    """What is linked to a manager, and whether that is all: Amazon lists fifty at most, and pages of
    account links only to clients of its closed beta."""
    listed = list(manager.linked_accounts)
    if not manager.truncated:
        return [*listed], True
    try:
        paged = [
            x async for x in accounts.iterate_account_links(client, manager.manager_account_id)
        ]
    except AmazonError as error:
        if error.retryable:
            raise
        _log.warning(
            "manager_listed_in_part", manager=manager.manager_account_id, reason=str(error)
        )
        return [*listed], False
    known = {link.dsp_advertiser_id or link.account_id for link in listed}
    more = [link for link in paged if (link.dsp_advertiser_id or link.account_id) not in known]
    return [*listed, *more], True


def _below(
    link: accounts.LinkedAccount | accounts.AccountLink, region: str, manager_account_id: str
) -> Seen | None:
    """A DSP advertiser below a manager, where its marketplace says enough to pull its reports."""
    market = _market(link)
    if link.dsp_advertiser_id is None or market is None or market.region != region:
        return None
    return Seen(
        amazon_advertiser_id=link.dsp_advertiser_id,
        name=link.account_name or link.dsp_advertiser_id,
        currency=market.currency,
        country=market.country,
        timezone=market.timezone or "UTC",
        region=region,
        entity_id=link.account_id,
        profile_id="",
        manager_account_id=manager_account_id,
    )


def _market(link: accounts.LinkedAccount | accounts.AccountLink) -> Marketplace | None:
    if isinstance(link, accounts.LinkedAccount):
        return marketplaces.by_id(link.marketplace_id)
    return marketplaces.by_country(link.country)


async def _amc_accounts(client: AmazonAdsClient, region: str) -> tuple[Account, ...]:
    """Any host lists those of all regions; those of an unknown marketplace count once."""
    found = await amc.list_amc_accounts(client)
    return tuple(
        Account("amc_account", a.account_id, a.account_name or a.account_id, a.marketplace_id)
        for a in found
        if _region_of(a.marketplace_id) == region
    )


def _region_of(marketplace_id: str) -> str:
    market = marketplaces.by_id(marketplace_id)
    return _DEFAULT_REGION if market is None else market.region
