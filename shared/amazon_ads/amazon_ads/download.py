"""Fetches a presigned report file to disk, without the bearer, and checks that it is complete."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from pathlib import Path

import httpx

from .endpoints import RegionEndpoints
from .errors import (
    AmazonError,
    ConnectionLost,
    DownloadExpired,
    FileTooLarge,
    FileTruncated,
    MalformedResponse,
)
from .responses import error_of

DOWNLOAD_TIMEOUT = httpx.Timeout(60.0, connect=10.0)
MAX_FILE_BYTES = 4 * 1024**3
_CHUNK_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A file on disk as it came: `file_bytes` long, `sha256` in hex."""

    path: Path
    file_bytes: int
    sha256: str


async def download(
    http: httpx.AsyncClient,
    endpoints: RegionEndpoints,
    url: str,
    to: Path,
    *,
    max_bytes: int = MAX_FILE_BYTES,
) -> Downloaded:
    """Streams `url` to `to` in constant memory, without authentication (storage refuses both).

    The length is held against Content-Length, the content by `rows.read_rows` (gzip has its own
    length and checksum); a report's `fileSize` may mean either size and is not used. Errors:
    DownloadExpired, FileTruncated, FileTooLarge, Unavailable and its subclasses.
    """
    _check_url(endpoints, url)
    try:
        async with http.stream(
            "GET",
            url,
            headers={"Accept-Encoding": "identity"},
            auth=None,
            follow_redirects=False,
            timeout=DOWNLOAD_TIMEOUT,
        ) as response:
            await _check_status(response)
            return await _save(response, to, max_bytes)
    except httpx.RemoteProtocolError:
        raise FileTruncated("the connection closed before the end of the file") from None
    except (httpx.RequestError, httpx.InvalidURL, httpx.StreamError) as error:
        raise ConnectionLost(f"the download broke off ({type(error).__name__})") from None


def _check_url(endpoints: RegionEndpoints, url: str) -> None:
    scheme = url.partition("://")[0].lower()
    if scheme != "https" and (endpoints.requires_https_downloads or scheme != "http"):
        raise MalformedResponse("the download address is not https")


async def _check_status(response: httpx.Response) -> None:
    if response.status_code == 200:
        return
    await response.aread()
    if response.status_code in (400, 401, 403, 404, 410):
        detail = f"storage answered {response.status_code}"
        raise DownloadExpired(detail, status=response.status_code)
    raise _as_error(response)


def _as_error(response: httpx.Response) -> AmazonError:
    if response.status_code < 400:
        return MalformedResponse(f"storage answered {response.status_code}")
    return error_of(response)


async def _save(response: httpx.Response, to: Path, max_bytes: int) -> Downloaded:
    expected = _content_length(response)
    if expected is not None and expected > max_bytes:
        raise FileTooLarge(f"the file has {expected} bytes, more than {max_bytes}")
    digest = hashlib.sha256()
    size = 0
    file = await asyncio.to_thread(to.open, "wb")
    try:
        async for chunk in response.aiter_raw(_CHUNK_BYTES):
            size += len(chunk)
            if size > max_bytes:
                raise FileTooLarge(f"the file exceeds {max_bytes} bytes")
            digest.update(chunk)
            await asyncio.to_thread(file.write, chunk)
    finally:
        await asyncio.to_thread(file.close)
    if expected is not None and size != expected:
        raise FileTruncated(f"{size} of {expected} bytes arrived")
    return Downloaded(to, size, digest.hexdigest())


def _content_length(response: httpx.Response) -> int | None:
    raw = response.headers.get("Content-Length", "")
    return int(raw) if raw.isdigit() else None
