"""Where Amazon lives: one set of hosts per region, or all of them under one sandbox root.

Hosts: Amazon Ads API, "API overview" and "Create an authorization grant".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Region(StrEnum):
    """Amazon Ads regions; a profile exists on the host of its own region only."""

    NA = "NA"
    EU = "EU"
    FE = "FE"


@dataclass(frozen=True, slots=True)
class RegionEndpoints:
    """The three addresses of one region. No trailing slashes."""

    region: Region
    authorize_url: str
    token_url: str
    api_url: str
    requires_https_downloads: bool = True

    @property
    def profile_url(self) -> str:
        """Login with Amazon's customer profile, on the token endpoint's host."""
        return self.token_url.removesuffix("/auth/o2/token") + "/user/profile"


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Addresses of all regions. Build with `amazon()` or `at(root)`."""

    na: RegionEndpoints
    eu: RegionEndpoints
    fe: RegionEndpoints

    @classmethod
    def amazon(cls) -> Endpoints:
        """The real Amazon."""
        return cls(
            na=RegionEndpoints(
                Region.NA,
                "https://www.amazon.com/ap/oa",
                "https://api.amazon.com/auth/o2/token",
                "https://advertising-api.amazon.com",
            ),
            eu=RegionEndpoints(
                Region.EU,
                "https://eu.account.amazon.com/ap/oa",
                "https://api.amazon.co.uk/auth/o2/token",
                "https://advertising-api-eu.amazon.com",
            ),
            fe=RegionEndpoints(
                Region.FE,
                "https://apac.account.amazon.com/ap/oa",
                "https://api.amazon.co.jp/auth/o2/token",
                "https://advertising-api-fe.amazon.com",
            ),
        )

    @classmethod
    def at(cls, root: str) -> Endpoints:
        """One server playing all regions under `{root}/na`, `/eu` and `/fe` (the sandbox)."""
        base = root.rstrip("/")
        return cls(*(_under(base, region) for region in (Region.NA, Region.EU, Region.FE)))

    @classmethod
    def configured(cls, root: str) -> Endpoints:
        """`at(root)`, or the real Amazon when `root` is empty."""
        return cls.at(root) if root else cls.amazon()

    def region(self, region: Region | str) -> RegionEndpoints:
        """Addresses of one region. ValueError for an unknown name."""
        match Region(region):
            case Region.NA:
                return self.na
            case Region.EU:
                return self.eu
            case Region.FE:
                return self.fe


def _under(root: str, region: Region) -> RegionEndpoints:
    base = f"{root}/{region.value.lower()}"
    return RegionEndpoints(
        region,
        f"{base}/ap/oa",
        f"{base}/auth/o2/token",
        base,
        requires_https_downloads=False,
    )
