"""Cross-site defences: same origin for every unsafe call, the session's token for those with a session."""

import hmac
from urllib.parse import urlsplit

from shared.errors import Forbidden
from shared.internal_tokens import Actor

from . import routing
from .requests import EdgeRequest

_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


def origins_of(public_url: str, allowed: str) -> frozenset[str]:
    """Origins that may call: the public URL's, those in the comma list, and a loopback's other names."""
    urls = [public_url, *(part.strip() for part in allowed.split(",") if part.strip())]
    origins = {_origin(url) for url in urls}
    parts = urlsplit(public_url)
    if parts.hostname in {"localhost", "127.0.0.1", "::1"}:
        port = f":{parts.port}" if parts.port else ""
        origins |= {f"{parts.scheme}://{host}{port}" for host in _LOOPBACK}
    return frozenset(origins)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def check_same_site(request: EdgeRequest, origins: frozenset[str]) -> None:
    """Refuse a call that a browser says comes from another site; raises Forbidden.

    A browser sends Origin with every unsafe request; a program that sends neither header is let through
    (it holds no cookies of anybody).
    """
    origin = request.header(b"origin")
    if origin is not None and origin.lower() not in origins:
        raise Forbidden("The request comes from another origin.", code="foreign_origin")
    site = request.header(b"sec-fetch-site")
    if origin is None and site not in {None, "same-origin", "none"}:
        raise Forbidden("The request comes from another site.", code="foreign_origin")


def check_viewing(request: EdgeRequest, actor: Actor) -> None:
    """Who views as another person changes nothing, whatever the service behind thinks of it; raises
    Forbidden (viewing_as)."""
    call = (request.method, request.path)
    if not actor.impersonator or call in routing.WHILE_VIEWING:
        return
    if request.method in routing.UNSAFE_METHODS:
        raise Forbidden(
            "You view as somebody else and can change nothing.",
            code="viewing_as",
            hint="Stop viewing as them first.",
        )


def check_csrf(request: EdgeRequest, expected: str) -> None:
    """The X-CSRF-Token must equal the session's (compared in constant time); raises Forbidden."""
    given = request.header(b"x-csrf-token") or ""
    if not expected or not hmac.compare_digest(given.encode("latin-1"), expected.encode("utf-8")):
        raise Forbidden(
            "The X-CSRF-Token header is missing or is not this session's.",
            code="csrf_token_invalid",
            hint="Send the csrf_token of GET /v1/session with every POST, PUT, PATCH and DELETE.",
        )
