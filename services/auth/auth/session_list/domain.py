"""What a session looks like to the person it belongs to. Pure."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

Kind = Literal["computer", "phone", "tablet", "program", "unknown"]
"""Coarse on purpose: enough to tell one's own devices apart."""

_BROWSERS = (
    ("Edge", r"\bEdg(?:e|A|iOS)?/"),
    ("Opera", r"\bOPR/|\bOpera\b"),
    ("Samsung Internet", r"\bSamsungBrowser/"),
    ("Firefox", r"\b(?:Firefox|FxiOS)/"),
    ("Chrome", r"\b(?:Chrome|CriOS|HeadlessChrome)/"),
    ("Safari", r"\bVersion/[\d.]+ .*\bSafari/"),
    ("curl", r"^curl/"),
    ("Python", r"^python-|^Python/|\baiohttp/"),
)
_SYSTEMS = (
    ("iPadOS", r"\biPad\b"),
    ("iOS", r"\biPhone\b|\biPod\b"),
    ("Android", r"\bAndroid\b"),
    ("ChromeOS", r"\bCrOS\b"),
    ("Windows", r"\bWindows\b"),
    ("macOS", r"\bMac OS X\b|\bMacintosh\b"),
    ("Linux", r"\bLinux\b|\bX11\b"),
)
_TABLET = re.compile(r"\biPad\b|\bAndroid\b(?!.*\bMobile\b)")


@dataclass(frozen=True, slots=True)
class Device:
    """What a browser says of itself: believed as far as a label goes. Empty: not recognised."""

    kind: Kind
    browser: str
    system: str

    @property
    def name(self) -> str:
        """As people call it: "Chrome on Linux"."""
        return " on ".join(filter(None, (self.browser, self.system)))


@dataclass(frozen=True, slots=True)
class OwnSession:
    """One place where somebody is signed in."""

    id: UUID
    organization_id: UUID
    organization_name: str
    ip: str
    user_agent: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime

    @property
    def device(self) -> Device:
        return device_of(self.user_agent)


def device_of(user_agent: str) -> Device:
    """The device behind a User-Agent header."""
    browser, system = _first(_BROWSERS, user_agent), _first(_SYSTEMS, user_agent)
    return Device(_kind(user_agent, browser, system), browser, system)


def _first(names: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for name, pattern in names if re.search(pattern, user_agent)), "")


def _kind(user_agent: str, browser: str, system: str) -> Kind:
    if browser in {"curl", "Python"}:
        return "program"
    if _TABLET.search(user_agent):
        return "tablet"
    if system in {"iOS", "Android"}:
        return "phone"
    return "computer" if system else "unknown"
