"""The dashboard's files: read once at start, compressed once, each page with the hashes of its scripts.

The export holds no tenant data (it is the same for everybody), so it can stay in memory whole: a couple
of megabytes. A new build is picked up by a restart.
"""

import base64
import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from .requests import EdgeRequest, Headers

_INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.S)
_NEXT_FILES = re.compile(r"(?:index|__next[^/]*)\.txt$")
_COMPRESSED = ("text/", "application/javascript", "application/json", "image/svg+xml")
_MIN_GZIP_BYTES = 512
_GATED = (".html", ".txt")
_OPEN_PAGES = (
    "/login/",
    "/sign-up/",
    "/verify-email/",
    "/forgot-password/",
    "/reset-password/",
    "/invitation/",
    "/amazon-consent/",
    "/_next/",
    "/404",
)
_IMMUTABLE = "/_next/static/"

LOGIN_PAGE = "/login/"
WITH_CLERK = (LOGIN_PAGE, "/invitation/")
"""Where people sign in at Clerk, or take up an invitation as who they are there."""
SECURITY: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
]


@dataclass(frozen=True)
class Asset:
    """One file of the export, ready to send; `gated` means that it needs a session."""

    content_type: str
    body: bytes
    zipped: bytes | None
    etag: str
    cache_control: str
    policy: str
    gated: bool


@dataclass(frozen=True)
class Reply:
    """A response without a body to stream."""

    status: int
    headers: Headers
    body: bytes


class Pages:
    """The export by URL path."""

    def __init__(self, assets: dict[str, Asset]) -> None:
        self._assets = assets

    @classmethod
    def read(cls, folder: Path, clerk_origin: str = "") -> "Pages":
        """Every file under `folder`; nothing when it does not exist (the API works without it).

        `clerk_origin`: where the pages of `WITH_CLERK`, and no others, may load Clerk's script and ask
        for tokens.
        """
        if not folder.is_dir():
            return cls({})
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        return cls(
            {
                url: _asset(url, path, clerk_origin if url.startswith(WITH_CLERK) else "")
                for path in files
                for url in _urls(folder, path)
            }
        )

    @property
    def built(self) -> bool:
        """Whether there is a dashboard to show."""
        return bool(self._assets)

    def find(self, path: str) -> Asset | None:
        """The file at a cleaned URL path."""
        return self._assets.get(path)

    def needs_slash(self, path: str) -> bool:
        """Whether the path is a page's name without its closing slash."""
        return not path.endswith("/") and f"{path}/" in self._assets

    def reply(self, request: EdgeRequest, asset: Asset, status: int = 200) -> Reply:
        """The file, zipped where the browser can read that, or 304 when it has it already."""
        headers: Headers = [
            *SECURITY,
            (b"content-type", asset.content_type.encode()),
            (b"cache-control", asset.cache_control.encode()),
            (b"etag", asset.etag.encode()),
            (b"vary", b"accept-encoding"),
            (b"content-security-policy", asset.policy.encode()),
        ]
        if status == 200 and asset.etag in (request.header(b"if-none-match") or ""):
            return Reply(304, headers, b"")
        if asset.zipped is not None and _takes_gzip(request):
            headers.append((b"content-encoding", b"gzip"))
            return Reply(status, headers, asset.zipped)
        return Reply(status, headers, asset.body)

    def missing(self, request: EdgeRequest) -> Reply:
        """The 404 page; a plain sentence while there is no export."""
        page = self.find("/404.html")
        if page is not None:
            return self.reply(request, page, status=404)
        headers: Headers = [*SECURITY, (b"content-type", b"text/plain; charset=utf-8")]
        if self.built:
            return Reply(404, headers, b"There is no such page.\n")
        return Reply(503, headers, b"The dashboard is not built yet: run `make web`.\n")


def to_login(request: EdgeRequest) -> Reply:
    """303 to the login page, which comes back to where the caller wanted to go (same origin, by path)."""
    wanted = _NEXT_FILES.sub("", request.target)
    if request.query and wanted == request.target:
        wanted = f"{wanted}?{request.query}"
    target = LOGIN_PAGE if wanted == "/" else f"{LOGIN_PAGE}?next={quote(wanted, safe='/')}"
    return _redirect(303, target)


def after_amazon(*, signed_in: bool) -> Reply:
    """303 to the page that tells how a consent ended, where the service that knows was not there to say."""
    page = "/connections/" if signed_in else "/amazon-consent/"
    return _redirect(303, f"{page}?error=interrupted")


def with_slash(request: EdgeRequest) -> Reply:
    """308 to the same page with its closing slash."""
    query = f"?{request.query}" if request.query else ""
    return _redirect(308, f"{request.target}/{query}")


def _redirect(status: int, target: str) -> Reply:
    headers: Headers = [*SECURITY, (b"location", target.encode()), (b"cache-control", b"no-store")]
    return Reply(status, headers, b"")


def _takes_gzip(request: EdgeRequest) -> bool:
    for part in (request.header(b"accept-encoding") or "").lower().split(","):
        name, _, quality = part.strip().partition(";")
        if name.strip() in {"gzip", "*"}:
            return quality.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


def _urls(folder: Path, path: Path) -> list[str]:
    url = "/" + path.relative_to(folder).as_posix()
    return [url, url.removesuffix("index.html")] if url.endswith("/index.html") else [url]


def _asset(url: str, path: Path, identity_origin: str) -> Asset:
    body = path.read_bytes()
    content_type = _content_type(path)
    small = gzip.compress(body, 9, mtime=0) if _worth_zipping(content_type, body) else None
    immutable = url.startswith(_IMMUTABLE)
    return Asset(
        content_type=content_type,
        body=body,
        zipped=small if small is not None and len(small) < len(body) else None,
        etag=f'"{hashlib.sha256(body).hexdigest()[:32]}"',
        cache_control="public, max-age=31536000, immutable" if immutable else "no-cache",
        policy=_policy(body if content_type.startswith("text/html") else b"", identity_origin),
        gated=path.suffix in _GATED and not url.startswith(_OPEN_PAGES),
    )


def _content_type(path: Path) -> str:
    if path.suffix == ".webmanifest":
        return "application/manifest+json"
    if path.suffix in {".js", ".mjs"}:
        return "text/javascript; charset=utf-8"
    guessed = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return f"{guessed}; charset=utf-8" if guessed.startswith("text/") else guessed


def _worth_zipping(content_type: str, body: bytes) -> bool:
    return len(body) >= _MIN_GZIP_BYTES and content_type.startswith(_COMPRESSED)


def _policy(html: bytes, identity_origin: str) -> str:
    """A page's CSP: its inline scripts are allowed by hash, those of `identity_origin` if there is one,
    and no others.

    Styles need 'unsafe-inline': charts and editors position themselves by style attributes.
    """
    digests = sorted({_digest(script) for script in _INLINE_SCRIPT.findall(html)})
    foreign = [identity_origin] if identity_origin else []
    scripts = " ".join(["'self'", *digests, *foreign])
    calls = " ".join(["'self'", *foreign])
    return (
        f"default-src 'self'; script-src {scripts}; style-src 'self' 'unsafe-inline'; "
        f"img-src 'self' data:; font-src 'self'; connect-src {calls}; object-src 'none'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


def _digest(script: bytes) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'"
