"""Which headers pass the edge, in each direction. Both are lists of what may pass, not of what may not."""

from collections.abc import Iterable

from .requests import EdgeRequest, Headers, cookie_values
from .routing import CONSENT_COOKIE, is_callback

_LONGEST_COOKIE = 128

REQUEST_HEADERS = frozenset(
    {
        b"accept",
        b"accept-encoding",
        b"accept-language",
        b"content-type",
        b"idempotency-key",
        b"if-match",
        b"if-modified-since",
        b"if-none-match",
        b"if-range",
        b"if-unmodified-since",
        b"range",
        b"svix-id",
        b"svix-signature",
        b"svix-timestamp",
        b"user-agent",
    }
)

RESPONSE_HEADERS = frozenset(
    {
        b"accept-ranges",
        b"allow",
        b"cache-control",
        b"content-disposition",
        b"content-encoding",
        b"content-language",
        b"content-length",
        b"content-range",
        b"content-type",
        b"deprecation",
        b"etag",
        b"last-modified",
        b"link",
        b"location",
        b"retry-after",
        b"sunset",
        b"vary",
    }
)

API_SECURITY: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
HSTS = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")


def to_upstream(request: EdgeRequest, token: str, trace: dict[str, str]) -> list[tuple[str, str]]:
    """Headers of the forwarded request: what may pass, who asked, and our own token."""
    passed = [
        (name.decode("ascii"), value.decode("latin-1"))
        for name, value in request.headers
        if name in REQUEST_HEADERS
    ]
    return [
        *passed,
        ("authorization", f"Bearer {token}"),
        ("x-request-id", request.request_id),
        ("x-forwarded-for", request.ip),
        ("x-forwarded-proto", request.scheme),
        ("x-forwarded-host", request.host),
        *_consent_browser(request),
        *trace.items(),
    ]


def _consent_browser(request: EdgeRequest) -> list[tuple[str, str]]:
    """What the cookie of a magic link holds, on the way back from Amazon alone: auth binds the answer
    to it. None where two different ones were sent (somebody planted one)."""
    if not is_callback(request.method, request.path):
        return []
    values = set(cookie_values(request.headers, CONSENT_COOKIE))
    value = values.pop() if len(values) == 1 else ""
    return [("x-consent-browser", value)] if 0 < len(value) <= _LONGEST_COOKIE else []


def to_client(upstream: Iterable[tuple[bytes, bytes]], *, base_url: str, cookies: bool) -> Headers:
    """Headers of the forwarded answer.

    A Location that names the private address is made relative; Set-Cookie passes only where `cookies`
    is true; answers without a Cache-Control are `no-store`.
    """
    passed: Headers = []
    cached = False
    for raw_name, value in upstream:
        name = raw_name.lower()
        if name == b"location":
            passed.append((name, _public_location(value, base_url)))
        elif name in RESPONSE_HEADERS or (cookies and name == b"set-cookie"):
            cached = cached or name == b"cache-control"
            passed.append((name, value))
    if not cached:
        passed.append((b"cache-control", b"no-store"))
    return passed


def _public_location(value: bytes, base_url: str) -> bytes:
    base = base_url.encode("latin-1")
    if value == base or value.startswith((base + b"/", base + b"?")):
        return value[len(base) :] or b"/"
    return value
