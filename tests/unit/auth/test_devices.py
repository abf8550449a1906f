"""What a session is called after its browser."""

import pytest
from auth.session_list.domain import Device, device_of

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
MAC_SAFARI = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15"
PIXEL = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36"
TAB = "Mozilla/5.0 (Linux; Android 14; SM-X710) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0 Safari/537.36"


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        (CHROME, Device("computer", "Chrome", "Windows")),
        (CHROME + " Edg/126.0", Device("computer", "Edge", "Windows")),
        (CHROME + " OPR/110.0", Device("computer", "Opera", "Windows")),
        (IPHONE, Device("phone", "Safari", "iOS")),
        (IPHONE.replace("Version/17.5", "CriOS/126.0"), Device("phone", "Chrome", "iOS")),
        (IPHONE.replace("iPhone;", "iPad;"), Device("tablet", "Safari", "iPadOS")),
        (MAC_SAFARI, Device("computer", "Safari", "macOS")),
        (PIXEL, Device("phone", "Chrome", "Android")),
        (TAB, Device("tablet", "Samsung Internet", "Android")),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
         Device("computer", "Firefox", "Linux")),
        ("curl/8.5.0", Device("program", "curl", "")),
        ("python-httpx/0.27", Device("program", "Python", "")),
        ("", Device("unknown", "", "")),
        ("<script>alert(1)</script>", Device("unknown", "", "")),
    ],
)  # fmt: skip
def test_a_user_agent_names_a_device_coarsely(user_agent: str, device: Device) -> None:
    assert device_of(user_agent) == device
