"""What people look at: combinations of device, system, browser and environment that exist."""

from typing import NamedTuple


class Device(NamedTuple):
    device: str
    operating_system: str
    browser: str
    browser_version: str
    environment: str
    weight: float


DISPLAY: tuple[Device, ...] = (
    Device("Phone", "iOS", "Safari", "18", "Mobile Web", 19),
    Device("Phone", "iOS", "N/A", "N/A", "Mobile App", 17),
    Device("Phone", "Android", "Chrome", "141", "Mobile Web", 14),
    Device("Phone", "Android", "N/A", "N/A", "Mobile App", 12),
    Device("Tablet", "iOS", "Safari", "18", "Mobile Web", 5),
    Device("Tablet", "Fire OS", "Silk", "138", "Mobile Web", 4),
    Device("PC", "Windows", "Chrome", "141", "Desktop", 14),
    Device("PC", "Windows", "Edge", "141", "Desktop", 6),
    Device("PC", "Windows", "Firefox", "143", "Desktop", 3),
    Device("PC", "Mac OS X", "Safari", "18", "Desktop", 6),
)
VIDEO: tuple[Device, ...] = (
    Device("Connected TV", "Fire OS", "N/A", "N/A", "Connected TV", 52),
    Device("Connected TV", "Roku OS", "N/A", "N/A", "Connected TV", 14),
    Device("Connected TV", "Tizen", "N/A", "N/A", "Connected TV", 11),
    Device("Phone", "iOS", "N/A", "N/A", "Mobile App", 9),
    Device("Phone", "Android", "N/A", "N/A", "Mobile App", 8),
    Device("PC", "Windows", "Chrome", "141", "Desktop", 6),
)
